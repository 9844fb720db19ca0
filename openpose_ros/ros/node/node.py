"""The node `openpose`: images in, skeletons out. A lifecycle node.

The executor's thread only takes messages; all the work is done by the worker's threads on the
newest image (worker.py, pipeline.py). Written for rclpy of Humble; newer ones take the same calls.
"""
import sys
import time

import cv2
from rclpy.lifecycle import TransitionCallbackReturn
from std_srvs.srv import SetBool

from openpose_ros import heap, network
from openpose_ros.perception import Perception
from openpose_ros.ros import outputs
from openpose_ros.ros.conversions import images
from openpose_ros.ros.conversions.tf2 import FrameError
from openpose_ros.ros.node import parameters
from openpose_ros.ros.node.diagnostics import Diagnostics, Health, Thresholds
from openpose_ros.ros.node.inputs import Inputs
from openpose_ros.ros.node.mounting import is_rectified
from openpose_ros.ros.node.pipeline import Pipeline
from openpose_ros.ros.node.statistics import Statistics
from openpose_ros.ros.node.throttle import Throttle, one_line
from openpose_ros.ros.node.transforms import Frames
from openpose_ros.ros.node.worker import Worker
from openpose_ros.ros.outputs.hri import HriError
from openpose_ros.ros.process import runner, transport
from openpose_ros.ros.process.lifecycle import ProcessNode

_PATIENCE = 1.5     # s from a signal to the process's end, where something does not let it end


class OpenposeNode(ProcessNode):
    """See docs/robot.md for its topics, services and parameters."""

    expected = (ValueError, network.ModelError, FrameError, HriError)

    def __init__(self) -> None:
        super().__init__('openpose')
        self._refused = parameters.declare(self)
        self.add_on_set_parameters_callback(self._on_parameters)
        self._perception = self._frames = self._pipeline = self._worker = None
        self._outputs, self._inputs, self._enable = [], None, None
        self._enabled = True
        self._throttle = Throttle()
        self.statistics = Statistics()
        self._diagnostics = Diagnostics(self)

    # What the lifecycle asks for.

    def _configure(self) -> None:
        """Load the network and run it once at the expected shape."""
        value_of = parameters.values(self)
        start = time.monotonic()
        for line in parameters.misspelt(self):
            self.get_logger().warning(line)
        wrong = list(self._refused.values()) + parameters.problems(value_of)
        if wrong:
            raise ValueError('; '.join(wrong))
        for kind in outputs.ALL:
            if kind.wanted(value_of):
                self._outputs.append(kind(self))   # one by one: _forget closes those there are
        self._frames = Frames(self) if value_of['target_frame'] else None
        self._perception = self._load(value_of)
        self._enable = self.create_service(SetBool, '~/enable', self._on_enable)
        self.get_logger().info('ready after {:.1f} s: {}{}'.format(
            time.monotonic() - start, self._perception.network.description,
            parameters.unused_gpu(value_of, self._perception.network.on_gpu)))

    def on_activate(self, state) -> TransitionCallbackReturn:
        """Start taking images."""
        value_of = parameters.values(self)
        self.statistics = Statistics()
        self._pipeline = Pipeline(self._perception, self._outputs, self.statistics, self._frames,
                                  self.get_clock(), self._warn, self.resolve_topic_name('image'),
                                  depth_topic=self.resolve_topic_name('depth'),
                                  hear=lambda: self._inputs.take_camera_info())
        self._pipeline.configure(value_of)
        if is_rectified(value_of, self.resolve_topic_name('image')):
            self.get_logger().info('the images are taken to be rectified, so that P of camera_info '
                                   'describes them (image_is_rectified: false if they are not)')
        self._inputs = Inputs(self, value_of, self._on_image, self._pipeline.depth.add,
                              self._pipeline.set_camera_info, self._warn)
        overlap = parameters.overlaps(value_of, self._perception.network.on_gpu)
        self._worker = Worker(
            self._pipeline.prepare, self._pipeline.look, self._pipeline.finish, self._on_failure,
            overlap,
            lambda what, seconds: self.statistics.timed('wait for ' + what, seconds),
            self._newest_image)
        if value_of['depth_transport'] != 'none':
            self._inputs.keep(self._pipeline.registration.subscribe(self))
        return super().on_activate(state)

    def on_deactivate(self, state) -> TransitionCallbackReturn:
        """Let go of the camera and stop the network."""
        self._stop()
        heap.give_back()
        return super().on_deactivate(state)

    def on_cleanup(self, state) -> TransitionCallbackReturn:
        """Free the network and its memory."""
        self._forget()
        heap.give_back()
        return TransitionCallbackReturn.SUCCESS

    # What the diagnostics ask for.

    def health(self) -> Health:
        """The node's state as a whole."""
        loaded = self._perception.network if self._perception is not None else None
        described = {} if loaded is None else {
            'model': loaded.model.name, 'network': loaded.description}
        if self._worker is None:
            return Health(self._state_label(), 0, 0, 0., None, 0, (), described)
        at, slot, missed = self._inputs.received_at, self._worker.slot, self._inputs.missed
        age = None if at is None else time.monotonic() - at if self._inputs.is_waiting else 0.
        return Health(
            state=self._state_label(), received=slot.received + missed,
            dropped=slot.dropped + missed, busy=self._worker.busy(), image_age=age,
            publishers=self._inputs.publishers(), problems=tuple(self._inputs.problems),
            described=described)

    def thresholds(self) -> Thresholds:
        """The parameters that say what is worth a warning."""
        return Thresholds(*(self.get_parameter('diagnostics.' + name).value
                            for name in Thresholds._fields))

    # How it is done.

    def _load(self, value_of):
        loaded = parameters.load_network(value_of)
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

    def _state_label(self):
        if self._worker is not None:
            return 'active' if self._enabled else 'paused'
        return 'inactive' if self._perception is not None else 'unconfigured'

    def _on_image(self, serialized):
        if self._enabled:
            self._worker.slot.put(serialized)
        return self._enabled

    def _newest_image(self):
        """Of the worker's thread: the image that waits with the middleware, or None."""
        return self._inputs.take_image() if self._enabled else self._inputs.wait_for_image()

    def _stop(self):
        if self._inputs is not None:
            self._inputs.close()
        if self._worker is not None:
            self._worker.stop()
        self._inputs = self._worker = self._pipeline = None

    def _on_parameters(self, changes):
        result = parameters.check_change(self, changes, self._perception is not None)
        if result.successful:
            for change in changes:
                self._refused.pop(change.name, None)
            if self._pipeline is not None:
                self._pipeline.configure(parameters.changed(self, changes))
        return result

    def _on_enable(self, request, response):
        self._enabled = request.data
        response.success = True
        response.message = 'looking at images' if request.data else 'paused'
        return response

    def _on_failure(self, error):
        expected = isinstance(error, (images.ImageError, network.ModelError))
        why = str(error) if expected else repr(error)
        self.statistics.failed(one_line(why))
        if expected:
            self._warn(why)
        else:
            line = self._throttle.passed('an image was left out: {}'.format(why))
            if line is not None:
                self.get_logger().error(line)

    def _warn(self, text):
        """Log what is wrong, in one line and not too often."""
        line = self._throttle.passed(text)
        if line is not None:
            self.get_logger().warning(line)


def main() -> int:
    """Run the node until it is told to stop; the process's exit code."""
    # With more, an image is prepared and finished no sooner here, and the others take the time of a
    # core that is needed: they wait for work at work.
    cv2.setNumThreads(1)
    runner.run(OpenposeNode, transport.MESSAGES, _PATIENCE)
    return 0


if __name__ == '__main__':
    sys.exit(main())
