"""The node `openpose` as a process, and a peer that plays camera, listener and operator for it."""
import os
import subprocess
import time

import rclpy
from ament_index_python.packages import get_package_prefix
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import (DescribeParameters, GetParameters,
                                ListParameters, SetParameters,
                                SetParametersAtomically)
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from std_srvs.srv import SetBool

from openpose_ros.msg import SkeletonArray
from openpose_ros.ros.conversions import images

TIMEOUT = 40.   # s; for what takes 2 s on a machine that has nothing else to do
NODE = '/openpose'


def running(folder, parameters):
    """For a fixture: a NodeProcess that is active, ended at last."""
    process = NodeProcess(folder, parameters)
    process.wait_for_output('ready after')
    yield process
    process.kill()


class NodeProcess:
    """The installed node as a process; its output goes to a file. pid: its id."""

    def __init__(self, folder, parameters=(), environment=()) -> None:
        """folder: for the log. parameters: {name: value as on a command line}."""
        executable = os.path.join(get_package_prefix('openpose_ros'), 'lib', 'openpose_ros',
                                  'openpose')
        arguments = ['--ros-args']
        for name, value in dict(parameters).items():
            arguments += ['-p', '{}:={}'.format(name, value)]
        self._log = os.path.join(str(folder), 'openpose.log')
        with open(self._log, 'w', encoding='utf-8') as log:
            # Elsewhere than in the sources, so that the installed package is the one that runs; in
            # a session of its own, so that Ctrl-C reaches only who started it.
            self._process = subprocess.Popen(
                [executable] + arguments, cwd=str(folder), stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
                env=dict(os.environ, PYTHONUNBUFFERED='1', **dict(environment)))
        self.pid = self._process.pid

    def output(self) -> str:
        """What the node has printed."""
        with open(self._log, encoding='utf-8') as log:
            return log.read()

    def wait_for_output(self, text: str) -> None:
        """Wait until the node has printed this."""
        end = time.monotonic() + TIMEOUT
        while text not in self.output():
            assert time.monotonic() < end and self.runs(), self.output()
            time.sleep(.05)

    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def signal(self, number) -> None:
        self._process.send_signal(number)

    def wait(self, timeout: float) -> int:
        """The exit code; subprocess.TimeoutExpired where it still runs after `timeout` s."""
        return self._process.wait(timeout)

    def kill(self) -> None:
        """End it at once, if it still runs."""
        if self.runs():
            self._process.kill()
        self._process.wait()


class Peer:
    """A node of the test's own process, beside the node that is tested."""

    def __init__(self) -> None:
        self.node = rclpy.create_node('peer')
        self._cameras = {}
        self._clients = {}
        self.header = None      # of the last image that was sent

    def close(self) -> None:
        self.node.destroy_node()

    # Listening.

    def listen(self, topic: str, message_type=SkeletonArray) -> list:
        """Subscribe to a topic of the node; the messages go into the list that is returned."""
        messages = []
        self.node.create_subscription(message_type, topic, messages.append, QoSProfile(depth=20))
        return messages

    def diagnostics(self, reached) -> dict:
        """Wait for a status for which `reached(level, message, values)`; its values."""
        found = []

        def received(array):
            for status in array.status:
                values = {pair.key: pair.value for pair in status.values}
                if status.name.startswith(NODE) and reached(status.level, status.message, values):
                    found.append(values)
        subscription = self.node.create_subscription(DiagnosticArray, '/diagnostics', received, 10)
        self.until(lambda: found)
        self.node.destroy_subscription(subscription)
        return found[0]

    def until(self, reached, meanwhile=lambda: None, period: float = .05):
        """Work until `reached()` is true, calling `meanwhile` every `period` s; what it was."""
        end = time.monotonic() + TIMEOUT
        result = reached()
        while not result:
            assert time.monotonic() < end, 'it did not happen within {:g} s'.format(TIMEOUT)
            meanwhile()
            pause = time.monotonic() + period
            while time.monotonic() < pause:
                rclpy.spin_once(self.node, timeout_sec=max(0., pause - time.monotonic()))
            result = reached()
        return result

    # Playing the camera.

    def camera(self, message_type=Image, topic: str = 'image'):
        """The publisher of images (depth, calibrations), made at first use."""
        if topic not in self._cameras:
            publisher = self.node.create_publisher(message_type, topic, QoSProfile(depth=5))
            self._cameras[topic] = publisher
            self.until(lambda: publisher.get_subscription_count() > 0)
        return self._cameras[topic]

    def unplug(self) -> None:
        """Take all cameras away."""
        for publisher in self._cameras.values():
            self.node.destroy_publisher(publisher)
        self._cameras = {}

    def new_header(self, frame: str = 'eye') -> Header:
        """A header of this moment, for the next image."""
        self.header = Header(stamp=self.node.get_clock().now().to_msg(), frame_id=frame)
        return self.header

    def show(self, image) -> None:
        """Send an image, (h, w, 3) BGR, of this moment."""
        self.camera().publish(images.write_image(image, self.new_header()))

    def show_until(self, reached, image, period: float = .1):
        """Send the image again and again until `reached()`; what it was."""
        return self.until(reached, lambda: self.show(image), period)

    # Playing the operator.

    def call(self, service_type, name: str, request):
        """The answer of a service of the node."""
        if name not in self._clients:
            self._clients[name] = self.node.create_client(service_type, NODE + name)
        client = self._clients[name]
        assert client.wait_for_service(TIMEOUT), 'no service ' + name
        future = client.call_async(request)
        rclpy.spin_until_future_complete(self.node, future, timeout_sec=TIMEOUT)
        assert future.done(), 'no answer of ' + name
        return future.result()

    def state(self) -> str:
        return self.call(GetState, '/get_state', GetState.Request()).current_state.label

    def change_state(self, transition: str) -> bool:
        """Whether the transition (configure, activate, ...) succeeded."""
        if transition == 'shutdown':
            number = {'unconfigured': Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
                      'inactive': Transition.TRANSITION_INACTIVE_SHUTDOWN,
                      'active': Transition.TRANSITION_ACTIVE_SHUTDOWN}[self.state()]
        else:
            number = getattr(Transition, 'TRANSITION_' + transition.upper())
        request = ChangeState.Request(transition=Transition(id=number))
        return self.call(ChangeState, '/change_state', request).success

    def set(self, **values) -> list:
        """Set parameters, each by itself; the reasons why not ('' where it was)."""
        request = SetParameters.Request(parameters=_messages(values))
        answer = self.call(SetParameters, '/set_parameters', request)
        return [result.reason for result in answer.results]

    def set_together(self, **values) -> str:
        """Set all parameters or none; the reason why not ('' where they were)."""
        request = SetParametersAtomically.Request(parameters=_messages(values))
        return self.call(SetParametersAtomically, '/set_parameters_atomically',
                         request).result.reason

    def get(self, *names):
        """The values of parameters."""
        answer = self.call(GetParameters, '/get_parameters', GetParameters.Request(names=names))
        return [rclpy.parameter.parameter_value_to_python(value) for value in answer.values]

    def describe(self, *names) -> list:
        """The ParameterDescriptors of parameters."""
        return self.call(DescribeParameters, '/describe_parameters',
                         DescribeParameters.Request(names=names)).descriptors

    def parameter_names(self) -> list:
        return self.call(ListParameters, '/list_parameters',
                         ListParameters.Request()).result.names

    def enable(self, on: bool) -> bool:
        return self.call(SetBool, '/enable', SetBool.Request(data=on)).success


def _messages(values):
    """Keyword arguments as parameters; a double underscore stands for a dot."""
    return [Parameter(name.replace('__', '.'), value=value).to_parameter_msg()
            for name, value in values.items()]


def stamps(messages) -> list:
    """The stamps of messages, s and ns."""
    return [(message.header.stamp.sec, message.header.stamp.nanosec) for message in messages]
