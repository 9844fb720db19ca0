"""The SROS2 policy is that of the node's own topics and services, and is well formed."""
import importlib.util
import os
import re
import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')

ROOT = os.path.join(os.path.dirname(__file__), '..', '..', '..')
PATH = os.path.join(ROOT, 'config', 'openpose.policy.xml')
# Services that only the newer ROS 2 have; the policy is written with one that has them.
LATER = re.compile(r'\n *<service>/openpose/get_type_description</service>')


@pytest.fixture(scope='module')
def written():
    with open(PATH, encoding='utf-8') as file:
        return file.read()


def test_it_is_of_the_node_s_own_topics(written):
    spec = importlib.util.spec_from_file_location(
        'write_policy', os.path.join(ROOT, 'docs', 'write_policy.py'))
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    assert LATER.sub('', written) == LATER.sub('', writer.policy()), (
        'tools/with_ros.sh python docs/write_policy.py writes it anew')


def test_it_is_a_policy_of_sros2(written):
    policy = ElementTree.fromstring(written)
    assert (policy.tag, policy.attrib) == ('policy', {'version': '0.2.0'})
    profile, = policy.findall('enclaves/enclave/profiles/profile')
    assert profile.attrib == {'ns': '/', 'node': 'openpose'}
    rules = {(rules.tag, rule): value for rules in profile for rule, value in rules.attrib.items()}
    assert rules == {('topics', 'publish'): 'ALLOW', ('topics', 'subscribe'): 'ALLOW',
                     ('services', 'reply'): 'ALLOW'}
    for rules in profile:
        assert {each.tag for each in rules} == {rules.tag[:-1]}
        assert all(re.match(r'(/[a-z0-9_]+)+(/\*)?$', each.text, re.I) for each in rules)


def test_the_node_may_not_drive_the_robot(written):
    assert 'cmd_vel' not in written and 'navigate' not in written
    published = re.search('publish="ALLOW">(.*?)</topics>', written, re.S).group(1)
    for topic in ('image', 'depth', 'camera_info', 'clock'):
        assert '<topic>/{}</topic>'.format(topic) not in published
