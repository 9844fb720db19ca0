"""Nav2's action `navigate_to_pose`, of the package nav2_msgs, which may be missing."""
import importlib
from typing import Callable

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient

from openpose_ros.approach.orders import (ABORTED, CANCELED, REJECTED,
                                          SUCCEEDED)

_OUTCOMES = {GoalStatus.STATUS_SUCCEEDED: SUCCEEDED, GoalStatus.STATUS_CANCELED: CANCELED}


class NavigationError(ValueError):
    """Nav2 cannot be used; the message is one line that says why."""


def interface(kind: str, name: str):
    """The action or message of this name of nav2_msgs; NavigationError where that is missing."""
    try:
        return getattr(importlib.import_module('nav2_msgs.' + kind), name)
    except (ImportError, AttributeError) as error:
        raise NavigationError('nav2_msgs/{}/{} is not here ({}): install ros-<distro>-nav2-msgs, '
                              'which comes with Nav2'.format(kind, name, error))


class Navigation:
    """Sends goals and tells what becomes of them.

    on_accept(number), on_finish(number, outcome, why), on_feedback(PoseStamped of the robot): are
    called on the executor's thread; a newer goal takes the place of the one before.
    """

    def __init__(self, node, on_accept: Callable, on_finish: Callable,
                 on_feedback: Callable) -> None:
        """Raises NavigationError where nav2_msgs is missing."""
        self._action = interface('action', 'NavigateToPose')
        self._client = ActionClient(node, self._action, 'navigate_to_pose')
        self._on_accept, self._on_finish = on_accept, on_finish
        self._on_feedback = on_feedback
        self._number = 0            # of the newest goal; 0: none
        self._handle = None         # of it, once it was accepted
        self._pending = []          # futures that are to be waited for before the process ends

    def is_there(self) -> bool:
        """Whether there is somebody to send goals to."""
        return self._client.server_is_ready()

    def send(self, number: int, goal) -> None:
        """Go to a geometry_msgs/PoseStamped."""
        self._number, self._handle = number, None
        future = self._client.send_goal_async(
            self._action.Goal(pose=goal),
            feedback_callback=lambda message: self._on_feedback(message.feedback.current_pose))
        self._wait_for(future)
        future.add_done_callback(lambda answer: self._answered(number, answer))

    def _answered(self, number, answer):
        handle = answer.result()
        if number != self._number:
            if handle.accepted and not self._number:    # given up before it was accepted
                self._wait_for(handle.cancel_goal_async())
            return
        if not handle.accepted:
            self._number = 0
            self._on_finish(number, REJECTED, '')
            return
        self._handle = handle
        self._on_accept(number)
        handle.get_result_async().add_done_callback(
            lambda result: self._ended(number, result.result()))

    def _ended(self, number, answer):
        if number == self._number:
            self._number, self._handle = 0, None
        self._on_finish(number, _OUTCOMES.get(answer.status, ABORTED),
                        ' '.join(getattr(answer.result, 'error_msg', '').split()))

    def cancel(self) -> None:
        """Give up the newest goal."""
        handle, self._handle, self._number = self._handle, None, 0
        if handle is not None:
            self._wait_for(handle.cancel_goal_async())

    def _wait_for(self, future):
        self._pending = [other for other in self._pending if not other.done()] + [future]

    def is_settled(self) -> bool:
        """Whether everything that was sent has been answered."""
        return all(future.done() for future in self._pending)

    def close(self) -> None:
        """Send no more."""
        self._client.destroy()
