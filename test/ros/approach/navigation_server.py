"""Stands in for Nav2's bt_navigator, in a process of its own: takes goals and does as it is told.

Topics: `stand_in/order` (String): succeed, drive (until cancelled, with feedback), abort, reject or
sleep (3 s before it answers); it aborts goals that are neither in map nor in odom, as bt_navigator
does what it cannot transform; `stand_in/event` (String): what happened, a word and the goal's x, y.
"""
import threading
import time

import rclpy
from geometry_msgs.msg import PoseStamped
from nav2_msgs.action import NavigateToPose
from nav2_msgs.msg import SpeedLimit
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String


# Kept for who comes later: the first goal may come before the listener is known.
EVENTS = QoSProfile(depth=50, durability=DurabilityPolicy.TRANSIENT_LOCAL)


_FRAMES = 'map', 'odom'


class StandIn(Node):
    """A newer goal ends the one before, as in Nav2."""

    def __init__(self):
        super().__init__('bt_navigator')
        self._order = 'drive'
        self._newest = None
        self._lock = threading.Lock()
        group = ReentrantCallbackGroup()
        self._events = self.create_publisher(String, 'stand_in/event', EVENTS)
        self.create_subscription(String, 'stand_in/order', self._on_order, 10, callback_group=group)
        self.create_subscription(SpeedLimit, 'speed_limit', lambda message: self._tell(
            'limit', message.speed_limit), 10, callback_group=group)
        self._server = ActionServer(
            self, NavigateToPose, 'navigate_to_pose', self._execute, callback_group=group,
            goal_callback=self._on_goal, cancel_callback=self._on_cancel)

    def _tell(self, *words):
        self._events.publish(String(data=' '.join(map(str, words))))

    def _on_order(self, message):
        self._order = message.data
        self._tell('ordered', message.data)

    def _on_goal(self, goal):
        position = goal.pose.pose.position
        self._tell('goal', round(position.x, 2), round(position.y, 2), goal.pose.header.frame_id)
        if self._order == 'sleep':
            time.sleep(3.)
        return GoalResponse.REJECT if self._order == 'reject' else GoalResponse.ACCEPT

    def _on_cancel(self, handle):
        self._tell('cancel')
        return CancelResponse.ACCEPT

    def _execute(self, handle):
        with self._lock:
            self._newest = handle
        result, order = NavigateToPose.Result(), self._order
        if handle.request.pose.header.frame_id not in _FRAMES:
            order = 'abort'
        end = time.monotonic() + .2
        while order == 'drive' or time.monotonic() < end:
            if handle.is_cancel_requested:
                handle.canceled()
                self._tell('cancelled')
                return result
            if handle is not self._newest:
                handle.abort()
                return result
            here = PoseStamped(header=handle.request.pose.header)
            handle.publish_feedback(NavigateToPose.Feedback(current_pose=here))
            time.sleep(.05)
        if order == 'abort':
            handle.abort()
        else:
            handle.succeed()
        self._tell('ended', order)
        return result


def main():
    rclpy.init()
    executor = MultiThreadedExecutor(4)
    executor.add_node(StandIn())
    try:
        executor.spin()
    except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
        pass


if __name__ == '__main__':
    main()
