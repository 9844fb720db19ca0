#!/usr/bin/env python3
"""Drives the robot to stand before a person and face her, by Nav2.

openpose/approach_goal (PoseStamped) -> here -> navigate_to_pose (nav2_msgs/action/NavigateToPose).

    ros2 run openpose_ros openpose --ros-args -p target_frame:=map
    python3 approach_person.py

A goal is sent when there is none yet, and anew when she has moved; when no goal has come for a
while (she has gone, or it is not sure which way she faces), the robot stops where it is. Ctrl-C
stops it, too.
"""
import math
import time

import rclpy
from geometry_msgs.msg import PoseStamped
from nav2_msgs.action import NavigateToPose
from rclpy.action import ActionClient
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

MOVED, TURNED = .3, math.radians(20.)   # m, rad; what is worth a new plan
LONGEST_SILENCE = 3.                    # s


def has_moved(pose, other) -> bool:
    """Whether two geometry_msgs/Pose on the ground differ enough for a new plan."""
    apart = math.hypot(pose.position.x - other.position.x, pose.position.y - other.position.y)
    turn = abs(_yaw(pose.orientation) - _yaw(other.orientation)) % (2. * math.pi)
    return apart > MOVED or min(turn, 2. * math.pi - turn) > TURNED


def _yaw(rotation):
    """Heading of a quaternion about the vertical, rad."""
    return math.atan2(2. * (rotation.w * rotation.z + rotation.x * rotation.y),
                      1. - 2. * (rotation.y ** 2 + rotation.z ** 2))


class ApproachPerson(Node):
    """Sends approach goals to Nav2."""

    def __init__(self) -> None:
        super().__init__('approach_person')
        self._client = ActionClient(self, NavigateToPose, 'navigate_to_pose')
        self._sent = None       # the Pose that was sent last
        self._handle = None     # of the goal that Nav2 has accepted
        self._heard_at = time.monotonic()
        self.create_subscription(PoseStamped, 'openpose/approach_goal', self._on_goal, 1)
        # It stops the robot, so no clock that is set back or stands still may keep it from that.
        self.create_timer(.5, self._watch, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _on_goal(self, goal):
        self._heard_at = time.monotonic()
        if self._sent is not None and not has_moved(goal.pose, self._sent):
            return
        if not self._client.server_is_ready():
            self.get_logger().warning('Nav2 is not there yet', throttle_duration_sec=5.)
            return
        self._sent = goal.pose
        # Nav2 lets a newer goal take the place of the one before.
        self._client.send_goal_async(NavigateToPose.Goal(pose=goal)).add_done_callback(
            self._on_answer)

    def _on_answer(self, future):
        handle = future.result()
        if not handle.accepted:
            self.get_logger().warning('Nav2 refuses the goal')
            self._sent = None
            return
        self.get_logger().info('going to her')
        self._handle = handle

    def _watch(self):
        silence = time.monotonic() - self._heard_at
        if self._sent is not None and silence > LONGEST_SILENCE:
            self.get_logger().info('nobody to go to: stopping')
            self.stop()

    def stop(self):
        """Give up the goal; a future that completes when Nav2 knows, or None."""
        handle, self._handle, self._sent = self._handle, None, None
        return handle.cancel_goal_async() if handle is not None else None


def main() -> None:
    """Run until Ctrl-C."""
    rclpy.init(signal_handler_options=rclpy.signals.SignalHandlerOptions.NO)
    node = ApproachPerson()
    try:
        rclpy.spin(node)
    except KeyboardInterrupt:
        stopping = node.stop()
        if stopping is not None:
            rclpy.spin_until_future_complete(node, stopping, timeout_sec=2.)
    finally:
        node.destroy_node()
        rclpy.shutdown()


if __name__ == '__main__':
    main()
