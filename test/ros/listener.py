"""A consumer as a process: prints what it hears of the node `openpose`, a line of JSON each.

{"at": s, "stamp": s, "frame": name} for skeletons, both times since 1970, and {"at": s, "in": n}
for diagnostics, where n is how many images have arrived at the node. With --best-effort it does
not ask for skeletons that got lost.
"""
import json
import sys
import time

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import ExternalShutdownException
from rclpy.qos import qos_profile_sensor_data

from openpose_ros.msg import SkeletonArray
from openpose_ros.ros.node.pairing import seconds
from openpose_ros.ros.process import transport


def say(**values):
    """Print a line about this moment."""
    print(json.dumps(dict(values, at=time.time())), flush=True)


def on_skeletons(message):
    say(stamp=seconds(message.header.stamp), frame=message.header.frame_id)


def on_diagnostics(message):
    for status in message.status:
        values = {pair.key: pair.value for pair in status.values}
        if 'images in' in values:
            say(**{'in': int(values['images in'])})


def main():
    transport.carry_images(transport.MESSAGES)
    rclpy.init()
    node = rclpy.create_node('listener')
    node.create_subscription(SkeletonArray, 'openpose/skeletons', on_skeletons,
                             qos_profile_sensor_data if '--best-effort' in sys.argv else 10)
    node.create_subscription(DiagnosticArray, '/diagnostics', on_diagnostics, 10)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass


if __name__ == '__main__':
    main()
