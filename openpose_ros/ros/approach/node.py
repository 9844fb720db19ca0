"""The node `approach_person`: drives the robot to stand before a person, by Nav2. A lifecycle node.

openpose/approach_goal (PoseStamped) -> here -> navigate_to_pose (nav2_msgs/action/NavigateToPose).
What it does when is decided in openpose_ros.approach.Errand; here are its ears and hands.
"""
import sys
import time

from geometry_msgs.msg import PoseArray, PoseStamped
from rclpy.clock import Clock, ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.time import Time
from std_msgs.msg import String
from std_srvs.srv import Trigger

from openpose_ros.approach import Errand
from openpose_ros.approach.comfort import speed_share
from openpose_ros.approach.orders import APPROACHING, ARRIVED, Cancel, Send
from openpose_ros.ros.approach import parameters
from openpose_ros.ros.approach.navigation import (Navigation, NavigationError,
                                                  interface)
from openpose_ros.ros.approach.places import (PoseError, Robot, place_of,
                                              pose_of)
from openpose_ros.ros.process import runner, transport
from openpose_ros.ros.process.lifecycle import ProcessNode

_PERIOD = .1        # s between steps: a tenth of the age at which a goal is none
_CANCELLING = 1.    # s that the navigation has to answer before the process ends
_PATIENCE = 3.      # s from a signal to the process's end, where something does not let it end
_REPEAT = 10.       # s after which the same line is logged again


class ApproachPersonNode(ProcessNode):
    """See docs/approach.md for its topics, services and parameters."""

    expected = (NavigationError,)

    def __init__(self) -> None:
        super().__init__('approach_person')
        self._refused = parameters.declare(self)
        self._errand = self._navigation = self._robot = None
        self._header, self._height = None, 0.       # of the newest goal
        self._speed_limit, self._speed_type, self._share = None, None, None
        self._state = self._said = None             # what was published, what was logged last
        self._parts = []                            # what is destroyed when the node is deactivated
        self._states = self.create_publisher(
            String, '~/state', QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
        self.create_service(Trigger, '~/stop', self._on_stop)
        self.create_service(Trigger, '~/start', self._on_start)

    def end(self) -> None:
        """Cancel what was sent, wait until that is answered, and go."""
        if self._navigation is not None:
            self._navigation.cancel()
            executor, end = SingleThreadedExecutor(), time.monotonic() + _CANCELLING
            executor.add_node(self)
            while not self._navigation.is_settled() and time.monotonic() < end:
                executor.spin_once(timeout_sec=.05)
            executor.remove_node(self)
        super().end()

    # What the lifecycle asks for.

    def _configure(self) -> None:
        """Look for Nav2's interfaces."""
        if self._refused:
            raise NavigationError('; '.join(self._refused.values()))
        self._navigation = Navigation(self, self._on_accept, self._on_finish, self._on_feedback)
        if self.get_parameter('slow_down').value:
            self._speed_type = interface('msg', 'SpeedLimit')
        self._errand = Errand(parameters.errand_settings(self))
        self._robot = Robot(self, self.get_parameter('robot_frame').value)

    def on_activate(self, state) -> TransitionCallbackReturn:
        """Begin to listen for goals."""
        self._errand = Errand(parameters.errand_settings(self))
        self._listen('openpose/approach_goal', self._errand.hear_goal)
        if self.get_parameter('look').value:
            self._listen('openpose/look_goal', self._errand.hear_look)
        people = self.create_subscription(PoseArray, 'openpose/people', self._on_people, 1)
        self._parts.append((self.destroy_subscription, people))
        if self._speed_type is not None:
            self._speed_limit = self.create_publisher(self._speed_type, 'speed_limit', 1)
            self._parts.append((self.destroy_publisher, self._speed_limit))
        # It stops the robot, so no clock that is set back or stands still may keep it from that.
        timer = self.create_timer(_PERIOD, self._step,
                                  clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._parts.append((self.destroy_timer, timer))
        return super().on_activate(state)

    def on_deactivate(self, state) -> TransitionCallbackReturn:
        """Stop the robot and listen no more."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state) -> TransitionCallbackReturn:
        """Let go of Nav2."""
        self._forget()
        return TransitionCallbackReturn.SUCCESS

    # How it is done.

    def _listen(self, topic, hear):
        subscription = self.create_subscription(
            PoseStamped, topic, lambda message: self._on_goal(message, hear), 1)
        self._parts.append((self.destroy_subscription, subscription))

    def _stop(self):
        for destroy, part in self._parts:
            destroy(part)
        self._parts, self._speed_limit = [], None
        if self._navigation is not None:
            self._navigation.cancel()

    def _forget(self):
        for part in (self._navigation, self._robot):
            if part is not None:
                part.close()
        self._navigation = self._robot = self._errand = self._speed_type = None

    def _on_goal(self, message, hear):
        try:
            place = place_of(message)
        except PoseError as error:
            self._log(str(error), True)
            return
        if self._header is not None and self._header.frame_id != message.header.frame_id:
            self._log('the goals\' frame has changed to {}'.format(message.header.frame_id), True)
            self._navigation.cancel()
            self._errand.forget()
        self._header, self._height = message.header, message.pose.position.z
        age = self._age(message)
        if age > self._errand.settings.max_goal_age:
            self._log('goals come {:.1f} s old: the robot does not drive by them'.format(age), True)
        hear(place, time.monotonic(), age)

    def _on_people(self, message):
        """Of everybody: the robot keeps away from all, not only from whom it goes to."""
        age = self._age(message)
        if self._header is not None and message.header.frame_id == self._header.frame_id and (
                age <= self._errand.settings.max_goal_age):
            self._errand.hear_people([(pose.position.x, pose.position.y) for pose in message.poses],
                                     time.monotonic(), age)

    def _age(self, message):
        """s since the image of a message was taken; 0 where it does not say."""
        stamp = Time.from_msg(message.header.stamp).nanoseconds
        return 1e-9 * (self.get_clock().now().nanoseconds - stamp) if stamp else 0.

    def _step(self):
        errand, now = self._errand, time.monotonic()
        errand.find_server(self._navigation.is_there())
        errand.robot = self._robot.place(self._header.frame_id, now) if self._header else None
        for action in errand.step(now):
            if isinstance(action, Send):
                self._navigation.send(action.number, pose_of(action.place, self._header,
                                                             self._height))
            elif isinstance(action, Cancel):
                self._navigation.cancel()
            else:
                self._log(action.text, action.is_warning)
        if errand.state != self._state:
            self._state = errand.state
            self._states.publish(String(data=errand.state))
        self._limit_speed()

    def _limit_speed(self):
        """Tell Nav2's controller to drive slowly near the person."""
        errand, share = self._errand, 1.
        if self._speed_limit is None:
            return
        if errand.goal is not None and errand.robot is not None and (
                errand.state in (APPROACHING, ARRIVED)):
            share = speed_share(errand.robot, errand.goal, errand.settings.distance)
        share = round(share, 1)
        if share != self._share and (self._share is not None or share < 1.):
            self._share = share
            # In percent; 0 is Nav2's "no limit".
            self._speed_limit.publish(self._speed_type(
                percentage=True, speed_limit=100. * share if share < 1. else 0.))

    def _on_accept(self, number):
        if self._errand is not None:
            self._errand.accept(number)

    def _on_finish(self, number, outcome, why):
        if self._errand is not None:
            self._errand.finish(number, outcome, time.monotonic(), why)

    def _on_feedback(self, pose):
        if self._robot is not None:
            self._robot.hear(pose, time.monotonic())

    def _on_stop(self, request, response):
        return self._answer(response, 'stop', 'stopped; ~/start goes on')

    def _on_start(self, request, response):
        return self._answer(response, 'start', 'going on')

    def _answer(self, response, order, text):
        response.success, response.message = self._errand is not None, text
        if self._errand is None:
            response.message = 'the node is not configured'
            return response
        getattr(self._errand, order)()
        self._log(text)
        if self._parts:
            self._step()
        return response

    def _log(self, text, is_warning=False):
        """Log a line, the same one not too often."""
        now = time.monotonic()
        if self._said is not None and self._said[0] == text and now - self._said[1] < _REPEAT:
            return
        self._said = text, now
        logger = self.get_logger()
        if is_warning:
            logger.warning(text)
        else:
            logger.info(text)


def main() -> int:
    """Run the node until it is told to stop; the process's exit code."""
    runner.run(ApproachPersonNode, transport.MESSAGES, _PATIENCE)
    return 0


if __name__ == '__main__':
    sys.exit(main())
