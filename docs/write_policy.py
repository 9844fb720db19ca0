"""Writes config/openpose.policy.xml: what the node may send and receive under SROS2.

The topics and services are those that the node itself makes, asked of ROS 2 while it is active:
tools/with_ros.sh python docs/write_policy.py
"""
import os
import textwrap
import time
import types
import uuid

import rclpy

from openpose_ros.files import write_whole
from openpose_ros.ros.node import node

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
NAME = 'openpose'
POLICY = os.path.join(ROOT, 'config', 'openpose.policy.xml')
# Between them these make every topic that needs no other package.
SETTINGS = (('-p', 'image_transport:=raw', '-p', 'depth_transport:=raw'),
            ('-p', 'image_transport:=compressed', '-p', 'depth_transport:=compressedDepth'))
# Those that need tf2_ros, hri_msgs or use_sim_time.
OPTIONAL = {'publish': {'/tf', '/humans/bodies/*'}, 'subscribe': {'/clock', '/tf', '/tf_static'}}
_LONGEST = 20.   # s until ROS 2 knows of all
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- What the node openpose may send and receive; docs/security.md says how it is used. Where image,
     depth and camera_info are remapped, name the topics they are remapped to.
     Written by docs/write_policy.py. -->
"""


class _NodeWithoutNetwork(node.OpenposeNode):
    """The node, but for the network, which no topic hangs on."""

    def _load(self, value_of):
        nothing = types.SimpleNamespace(description='no network', on_gpu=False,
                                        model=types.SimpleNamespace(name='none'))
        return types.SimpleNamespace(network=nothing, tracker=None)


def names(settings) -> dict:
    """{'publish', 'subscribe', 'reply', 'request': names} of the active node."""
    # A name of its own: no other node, nor the one before it, must be asked in its place.
    name = 'policy_{}'.format(uuid.uuid4().hex)
    rclpy.init(args=['--ros-args', '-r', '__node:=' + name, '-p', 'autostart:=false', *settings])
    try:
        made = _NodeWithoutNetwork()
        made.trigger_configure()
        made.trigger_activate()
        found = _asked(made)
        end = time.monotonic() + _LONGEST
        # ROS 2 comes to know of them one by one.
        own = {each.topic_name for each in list(made.publishers) + list(made.subscriptions)}
        while not own <= found['publish'] | found['subscribe']:
            if time.monotonic() > end:
                raise RuntimeError('ROS 2 does not know of all topics of the node')
            time.sleep(.05)
            found = _asked(made)
        made.end()
    finally:
        rclpy.try_shutdown()
    return {rule: {each.replace(name, NAME) for each in found[rule]} for rule in found}


def _asked(made):
    """What ROS 2 knows of a node by now, what it makes for each node included."""
    this = made.get_name(), made.get_namespace()
    pairs = {'publish': made.get_publisher_names_and_types_by_node(*this),
             'subscribe': made.get_subscriber_names_and_types_by_node(*this),
             'reply': made.get_service_names_and_types_by_node(*this),
             'request': made.get_client_names_and_types_by_node(*this)}
    return {rule: {name for name, _ in found} for rule, found in pairs.items()}


def policy() -> str:
    """The text of the policy."""
    allowed = {'publish': set(), 'subscribe': set(), 'reply': set(), 'request': set()}
    for given in [names(settings) for settings in SETTINGS] + [OPTIONAL]:
        for rule in given:
            allowed[rule] |= given[rule]
    rules = []
    for rule, kind in (('publish', 'topic'), ('subscribe', 'topic'), ('reply', 'service'),
                       ('request', 'service')):
        if allowed[rule]:
            rules += ['<{}s {}="ALLOW">'.format(kind, rule)]
            rules += ['  <{0}>{1}</{0}>'.format(kind, name) for name in sorted(allowed[rule])]
            rules += ['</{}s>'.format(kind)]
    profile = textwrap.indent('\n'.join(rules), 10 * ' ')
    return _HEAD + """\
<policy version="0.2.0">
  <enclaves>
    <enclave path="/openpose">
      <profiles>
        <profile ns="/" node="openpose">
{}
        </profile>
      </profiles>
    </enclave>
  </enclaves>
</policy>
""".format(profile)


def main() -> None:
    """Write the file."""
    write_whole(POLICY, policy().encode())


if __name__ == '__main__':
    main()
