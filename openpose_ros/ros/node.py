"""The node `openpose`: pictures in, skeletons out. A lifecycle node.

The executor's thread only takes messages; all the work is done by one worker thread on the newest
picture (worker.py, pipeline.py). Written for rclpy of Humble; newer ones take the same calls.
"""
import sys
import time
from typing import Optional

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_srvs.srv import SetBool

from openpose_ros import network
from openpose_ros.perception import Perception
from openpose_ros.ros import images, outputs, parameters, transport
from openpose_ros.ros.diagnostics import Diagnostics
from openpose_ros.ros.pipeline import Pipeline
from openpose_ros.ros.slot import Slot
from openpose_ros.ros.statistics import Statistics
from openpose_ros.ros.transforms import FrameError, Frames
from openpose_ros.ros.worker import Worker

_STOP_TIMEOUT = 1.5   # s a picture may still take when the node ends


class OpenposeNode(LifecycleNode):
    """See config/openpose.yaml for the parameters and the README for topics and services."""

    def __init__(self) -> None:
        super().__init__('openpose')
        parameters.declare(self)
        self.add_on_set_parameters_callback(self._on_parameters)
        self._perception = self._frames = self._pipeline = self._worker = None
        self._outputs, self._subscriptions_in, self._enable = [], [], None
        self._enabled = True
        self._image_topic = ''
        self._image_at = None   # monotonic time of the newest picture
        self._reported = {}
        self.statistics = Statistics()
        self._diagnostics = Diagnostics(self)

    # What the lifecycle asks for.

    def on_configure(self, state) -> TransitionCallbackReturn:
        """Load the network and run it once at the expected shape."""
        value_of = parameters.values(self)
        try:
            problem = parameters.problem(value_of)
            if problem:
                raise ValueError(problem)
            self._frames = Frames(self) if value_of['target_frame'] else None
            start = time.monotonic()
            self._perception = self._load(value_of)
        except (ValueError, network.ModelError, FrameError) as error:
            self.get_logger().error('cannot be configured: {}'.format(error))
            self._forget()
            return TransitionCallbackReturn.FAILURE
        self._outputs = [output(self) for output in outputs.ALL]
        self._enable = self.create_service(SetBool, '~/enable', self._on_enable)
        self.get_logger().info('ready after {:.1f} s: {}'.format(
            time.monotonic() - start, self._perception.network.description))
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state) -> TransitionCallbackReturn:
        """Start taking pictures."""
        self.statistics = Statistics()
        self._pipeline = Pipeline(self._perception, self._outputs, self.statistics, self._frames,
                                  self.get_clock(), self._warn)
        self._pipeline.configure(parameters.values(self))
        self._worker = Worker(self._pipeline.process, self._on_failure)
        self._subscribe(parameters.values(self))
        return super().on_activate(state)

    def on_deactivate(self, state) -> TransitionCallbackReturn:
        """Let go of the camera and stop the network."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state) -> TransitionCallbackReturn:
        """Free the network and its memory."""
        self._forget()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state) -> TransitionCallbackReturn:
        """Let go of everything, in whatever state."""
        self._stop()
        self._forget()
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, state) -> TransitionCallbackReturn:
        """Back to unconfigured after a transition that failed."""
        self._stop()
        self._forget()
        return TransitionCallbackReturn.SUCCESS

    # What the diagnostics ask for.

    def state_label(self) -> str:
        """The lifecycle's state in a word."""
        if self._worker is not None:
            return 'active' if self._enabled else 'paused'
        return 'inactive' if self._perception is not None else 'unconfigured'

    def received(self):
        """Pictures that came in and, of them, those dropped for a newer one."""
        slot = self._worker.slot if self._worker is not None else Slot()
        return slot.received, slot.dropped

    def image_age(self) -> Optional[float]:
        """Seconds since a picture came in; None before the first."""
        return None if self._image_at is None else time.monotonic() - self._image_at

    def image_publishers(self) -> int:
        """How many publish pictures on the topic we listen to."""
        return self.count_publishers(self._image_topic)

    def thresholds(self) -> dict:
        """The parameters that say when something is worth a warning."""
        return {name: self.get_parameter('diagnostics.' + name).value
                for name in ('max_image_age', 'max_latency')}

    def described(self) -> dict:
        """What looks at the pictures."""
        if self._perception is None:
            return {}
        return {'network': self._perception.network.description}

    # How it is done.

    def _load(self, value_of):
        loaded = network.load(
            value_of['model'], backend=value_of['backend'], device=value_of['device'],
            gpu_memory_fraction=value_of['gpu_memory_fraction'] or None,
            threads=value_of['threads'] or None, model_dir=value_of['model_dir'] or None)
        perception = Perception(loaded, parameters.perception_settings(value_of))
        perception.warm_up(value_of['warm_up_width'], value_of['warm_up_height'])
        return perception

    def _forget(self):
        for output in self._outputs:
            output.close(self)
        self._outputs = []
        if self._enable is not None:
            self.destroy_service(self._enable)
            self._enable = None
        if self._frames is not None:
            self._frames.close()
        self._perception = self._frames = None

    def _subscribe(self, value_of):
        reliability = (ReliabilityPolicy.RELIABLE if value_of['image_reliability'] == 'reliable'
                       else ReliabilityPolicy.BEST_EFFORT)
        newest = QoSProfile(depth=1, history=HistoryPolicy.KEEP_LAST, reliability=reliability,
                            durability=DurabilityPolicy.VOLATILE)
        image = self.resolve_topic_name('image')
        depth = self.resolve_topic_name('depth')
        self._image_topic = image + ('' if value_of['image_transport'] == 'raw' else '/compressed')
        topics = [(CameraInfo, 'camera_info', self._pipeline.set_camera_info)]
        image_type = Image if value_of['image_transport'] == 'raw' else CompressedImage
        topics.append((image_type, self._image_topic, self._on_image))
        if value_of['depth_transport'] == 'raw':
            topics.append((Image, depth, self._pipeline.depth.add))
        elif value_of['depth_transport'] == 'compressedDepth':
            topics.append((CompressedImage, depth + '/compressedDepth', self._pipeline.depth.add))
        self._subscriptions_in = [
            self.create_subscription(message_type, topic, callback, newest)
            for message_type, topic, callback in topics]

    def _on_image(self, message):
        self._image_at = time.monotonic()
        if self._enabled:
            self._worker.slot.put(message)

    def _stop(self):
        for subscription in self._subscriptions_in:
            self.destroy_subscription(subscription)
        self._subscriptions_in = []
        if self._worker is not None and not self._worker.stop(_STOP_TIMEOUT):
            self.get_logger().warning('the last picture still takes its time')
        self._worker = self._pipeline = None

    def _on_parameters(self, changes):
        result = parameters.check_change(self, changes, self._perception is not None)
        if result.successful and self._pipeline is not None:
            self._pipeline.configure(dict(
                parameters.values(self), **{change.name: change.value for change in changes}))
        return result

    def _on_enable(self, request, response):
        self._enabled = request.data
        response.success = True
        response.message = 'looking at pictures' if request.data else 'paused'
        return response

    def _on_failure(self, error):
        self.statistics.failed(str(error))
        if isinstance(error, (images.ImageError, FrameError, network.ModelError)):
            self._warn(str(error))
        else:
            self.get_logger().error('a picture was left out: {!r}'.format(error),
                                    throttle_duration_sec=1.)

    def _warn(self, line):
        """Log a line, the same one once a second at most."""
        now = time.monotonic()
        if now - self._reported.get(line, -1.) >= 1.:
            self._reported = {line: at for line, at in self._reported.items() if now - at < 60.}
            self._reported[line] = now
            self.get_logger().warning(line)


def main(arguments=None) -> int:
    """Run the node until it is told to stop."""
    transport.carry_pictures()
    rclpy.init(args=arguments)
    node = OpenposeNode()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        if node.get_parameter('autostart').value:
            if node.trigger_configure() == TransitionCallbackReturn.SUCCESS:
                node.trigger_activate()
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        node.on_shutdown(None)
        executor.remove_node(node)
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
