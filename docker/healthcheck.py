#!/usr/bin/env python3
"""Whether the node is well, for Docker: healthcheck.py [NODE [SECONDS]].

Waits for a report of NODE (/openpose) on /diagnostics, prints it and ends with status 0; with 1
where none comes in SECONDS (20) or it is an error, as it is while no images arrive.
"""
import sys
import time

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from openpose_ros.ros.node.diagnostics import status_name


def first_report(node_name, seconds):
    """The first status of the node that comes within so many seconds; None where none does."""
    found = []

    def look(message):
        found.extend(status for status in message.status
                     if status.name == status_name(node_name))

    node = rclpy.create_node('healthcheck')
    node.create_subscription(DiagnosticArray, '/diagnostics', look, 10)
    end = time.monotonic() + seconds
    while not found and time.monotonic() < end:
        rclpy.spin_once(node, timeout_sec=.5)
    node.destroy_node()
    return found[0] if found else None


def main(arguments):
    node_name = arguments[0] if arguments else '/openpose'
    seconds = float(arguments[1]) if len(arguments) > 1 else 20.
    rclpy.init()
    status = first_report(node_name, seconds)
    rclpy.try_shutdown()
    if status is None:
        print('no report of {} on /diagnostics in {:.0f} s'.format(node_name, seconds))
        return 1
    print(status.message)
    return int(status.level in (DiagnosticStatus.ERROR, DiagnosticStatus.STALE))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
