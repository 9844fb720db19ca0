"""The node `approach_person` as a process, over DDS, with a stand-in for Nav2's bt_navigator."""
import math
import os
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import rclpy  # noqa: E402
from ament_index_python.packages import get_package_prefix  # noqa: E402
from geometry_msgs.msg import Pose, PoseArray, PoseStamped  # noqa: E402
from lifecycle_msgs.srv import GetState  # noqa: E402
from rclpy.qos import DurabilityPolicy, QoSProfile  # noqa: E402
from std_msgs.msg import String  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

TIMEOUT = 40.       # s; for what takes a second on a machine that has nothing else to do
SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'navigation_server.py')


class Stage:
    """The node and the stand-in as processes, and a node that plays openpose and the operator."""

    def __init__(self, folder, environment, namespace=''):
        self._folder, self._environment = str(folder), dict(os.environ, PYTHONUNBUFFERED='1',
                                                            **environment)
        self._processes, self._logs = {}, {}
        self.namespace = namespace
        self.node = rclpy.create_node('stage' + namespace.replace('/', '_'), namespace=namespace)
        self._goals = self.node.create_publisher(PoseStamped, 'openpose/approach_goal', 5)
        self._people = self.node.create_publisher(PoseArray, 'openpose/people', 5)
        self._orders = self.node.create_publisher(String, 'stand_in/order', 5)
        self.events, self.states = [], []
        self.node.create_subscription(
            String, 'stand_in/event', lambda message: self.events.append(message.data),
            QoSProfile(depth=50, durability=DurabilityPolicy.TRANSIENT_LOCAL))
        self.node.create_subscription(
            String, 'approach_person/state', lambda message: self.states.append(message.data),
            QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL))
        self.goal = None            # (x, y, yaw)
        self.people = []            # [(x, y)]
        self.stamp_age = 0.         # s
        self.frame = 'map'

    def start(self, name, *parameters):
        """Start 'node' or 'server'; again under its name after it has ended."""
        if name == 'server':
            command = [sys.executable, SERVER]
        else:
            command = [os.path.join(get_package_prefix('openpose_ros'), 'lib', 'openpose_ros',
                                    'approach_person')]
        command += ['--ros-args', '-r', '__ns:=' + (self.namespace or '/')]
        for parameter in parameters:
            command += ['-p', parameter]
        path = os.path.join(self._folder, '{}{}.log'.format(
            name, self.namespace.replace('/', '_')))
        with open(path, 'w') as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=self._folder, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, env=self._environment)
        self._logs[name] = path

    def end(self, name, number=signal.SIGTERM, timeout=10.):
        """Signal a process; its exit code."""
        self._processes[name].send_signal(number)
        end = time.monotonic() + timeout
        while self._processes[name].poll() is None and time.monotonic() < end:
            rclpy.spin_once(self.node, timeout_sec=.05)
        return self._processes[name].poll()

    def close(self):
        for process in self._processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()
        self.node.destroy_node()

    def output(self, name='node'):
        with open(self._logs[name]) as log:
            return log.read()

    def until(self, reached, seconds=TIMEOUT):
        """Play openpose, ten goals a second, until something is so."""
        end = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < end, (self.events, self.states, {
                name: (process.poll(), self.output(name))
                for name, process in self._processes.items()})
            if self.goal is not None:
                message = self._message()
                self._goals.publish(message)
                people = PoseArray(header=message.header, poses=[Pose() for _ in self.people])
                for pose, place in zip(people.poses, self.people):
                    pose.position.x, pose.position.y = place
                self._people.publish(people)
            pause = time.monotonic() + .1
            while time.monotonic() < pause:
                rclpy.spin_once(self.node, timeout_sec=max(0., pause - time.monotonic()))

    def go_on(self, seconds):
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def _message(self):
        message = PoseStamped()
        stamp = self.node.get_clock().now() - rclpy.duration.Duration(seconds=self.stamp_age)
        message.header.stamp, message.header.frame_id = stamp.to_msg(), self.frame
        x, y, yaw = self.goal
        message.pose.position.x, message.pose.position.y = float(x), float(y)
        message.pose.orientation.z = math.sin(.5 * yaw)
        message.pose.orientation.w = math.cos(.5 * yaw)
        return message

    def order(self, text):
        """Tell the stand-in what to do with goals."""
        self.until(lambda: self._orders.get_subscription_count() > 0)
        self._orders.publish(String(data=text))
        self.until(lambda: 'ordered ' + text in self.events)

    def call(self, name):
        """Call a service of the node."""
        client = self.node.create_client(Trigger, 'approach_person/' + name)
        assert client.wait_for_service(TIMEOUT)
        future = client.call_async(Trigger.Request())
        self.until(future.done)
        return future.result()

    def has(self, event, count=1):
        return sum(text.startswith(event) for text in self.events) >= count


@pytest.fixture
def stage(ros, tmp_path, nav2_environment):
    stage = Stage(tmp_path, nav2_environment)
    yield stage
    stage.close()


def test_it_goes_stays_follows_and_stops(stage):
    stage.start('server')
    stage.start('node')
    stage.order('drive')
    stage.goal = 3., 0., 0.
    stage.until(lambda: stage.states[-1:] == ['approaching'] and stage.has('goal 3.0 0.0 map'))
    stage.goal = 3.5, 0., 0.
    stage.until(lambda: stage.has('goal 3.5 0.0'))
    # Told to stop, it cancels; told to start, it goes on.
    assert stage.call('stop').success
    stage.until(lambda: stage.has('cancelled') and stage.states[-1] == 'waiting')
    stage.go_on(1.)
    assert not stage.has('goal', 3)
    assert stage.call('start').success
    stage.until(lambda: stage.has('goal 3.5 0.0', 2))
    # The person is lost.
    stage.goal = None
    stage.until(lambda: stage.has('cancelled', 2) and stage.states[-1] == 'lost')
    # Goals that are too old are none.
    stage.goal, stage.stamp_age = (3.5, 0., 0.), 3.
    stage.until(lambda: 'goals come 3.0 s old' in stage.output())
    assert stage.states[-1] == 'lost' and not stage.has('goal', 4)
    stage.stamp_age = .1
    stage.order('succeed')
    stage.until(lambda: stage.states[-1] == 'arrived')


def test_it_waits_while_somebody_is_in_its_way_and_drives_round_who_stands_there(stage):
    stage.start('server')
    stage.start('node')
    stage.order('drive')
    stage.goal, stage.people = (4., 0., 0.), [(5.2, 0.)]
    stage.until(lambda: stage.has('goal 4.0 0.0 map'))
    stage.people = [(5.2, 0.), (2., .1)]
    stage.until(lambda: stage.has('goal 2.0 -1.2 map'))
    stage.people = [(5.2, 0.), (.7, 0.)]        # the stand-in says that the robot is at the origin
    stage.until(lambda: stage.has('cancelled') and 'somebody is in the way' in stage.output())
    count = sum(event.startswith('goal') for event in stage.events)
    stage.go_on(4.)
    assert not stage.has('goal', count + 1)
    stage.people = [(5.2, 0.)]
    stage.until(lambda: stage.has('goal', count + 1))


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_the_signals_that_end_it_cancel_what_was_sent(stage, number):
    stage.start('server')
    stage.start('node')
    stage.order('drive')
    stage.goal = 3., 1., .5
    stage.until(lambda: stage.states[-1:] == ['approaching'] and stage.has('goal'))
    stage.go_on(.5)
    assert stage.end('node', number) == 0
    stage.until(lambda: stage.has('cancelled'))


def test_what_nav2_does_wrong_is_a_line_each_and_tried_again(stage):
    stage.start('node', 'answer_time:=1.0', 'first_pause:=0.2', 'max_pause:=0.5')
    stage.goal = 3., 1., .5
    stage.until(lambda: 'no navigation is there yet' in stage.output())
    stage.start('server')
    stage.until(lambda: stage.has('goal'))
    for order, said in (('abort', 'has given up the goal'), ('reject', 'rejects the goal')):
        stage.order(order)
        stage.goal = stage.goal[0] + 1., 1., .5
        stage.until(lambda: said in stage.output())
        count = len([event for event in stage.events if event.startswith('goal')])
        stage.until(lambda: stage.has('goal', count + 2))
    stage.order('drive')
    stage.goal = stage.goal[0] + 1., 1., .5
    stage.until(lambda: stage.has('goal {:.1f}'.format(stage.goal[0])))
    stage.end('server', signal.SIGKILL)
    stage.until(lambda: 'the navigation has gone' in stage.output())
    stage.events.clear()
    stage.start('server')
    stage.until(lambda: stage.has('goal'))
    stage.order('sleep')
    stage.goal = stage.goal[0] + 1., 1., .5
    stage.until(lambda: 'does not answer within 1 s' in stage.output())


def test_goals_that_are_none_are_a_line(stage):
    stage.start('server')
    stage.start('node')
    stage.order('drive')
    stage.frame, stage.goal = '', (1., 1., 0.)
    stage.until(lambda: 'a goal without a frame is left out' in stage.output())
    stage.goal = math.nan, 1., 0.
    stage.until(lambda: 'a goal that is no pose is left out' in stage.output())
    assert not stage.has('goal')
    stage.frame, stage.goal = 'map', (2., 1., 0.)
    stage.until(lambda: stage.has('goal 2.0 1.0 map'))
    stage.frame = 'odom'        # the same numbers elsewhere
    stage.until(lambda: stage.has('goal 2.0 1.0 odom'))
    assert 'the goals\' frame has changed to odom' in stage.output()


def test_goals_in_a_frame_that_does_not_exist_are_a_line_and_tried_again(stage):
    stage.start('server')
    stage.start('node', 'first_pause:=0.2', 'max_pause:=0.5')
    stage.order('drive')
    stage.frame, stage.goal = 'nowhere', (2., 1., 0.)
    stage.until(lambda: 'has given up the goal' in stage.output())
    stage.until(lambda: stage.has('goal 2.0 1.0 nowhere', 2))
    stage.frame = 'map'         # TF has it now
    stage.until(lambda: stage.has('goal 2.0 1.0 map'))
    stage.go_on(1.)
    assert stage.states[-1] == 'approaching'


def test_two_robots_each_go_their_own_way(ros, tmp_path, nav2_environment):
    robots = [Stage(tmp_path, nav2_environment, namespace) for namespace in ('/one', '/two')]
    try:
        for robot, x in zip(robots, (2., 5.)):
            robot.start('server')
            robot.start('node')
            robot.order('drive')
            robot.goal = x, 0., 0.
        for robot in robots:
            robot.until(lambda: robot.states[-1:] == ['approaching'] and robot.has('goal'))
        assert not robots[0].has('goal 5') and not robots[1].has('goal 2')
    finally:
        for robot in robots:
            robot.close()


def test_without_nav2_it_says_what_to_install_and_lives(ros, tmp_path):
    import importlib.util
    if importlib.util.find_spec('nav2_msgs') is not None:
        pytest.skip('nav2_msgs is here')
    stage = Stage(tmp_path, {})
    try:
        stage.start('node')
        stage.until(lambda: os.path.exists(os.path.join(str(tmp_path), 'node.log'))
                    and 'install ros-<distro>-nav2-msgs' in stage.output())
        client = stage.node.create_client(GetState, 'approach_person/get_state')
        assert client.wait_for_service(TIMEOUT)
        future = client.call_async(GetState.Request())
        stage.until(future.done)
        assert future.result().current_state.label == 'unconfigured'
        assert 'Traceback' not in stage.output()
        assert stage.end('node') == 0
    finally:
        stage.close()
