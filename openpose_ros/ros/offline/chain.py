"""A recording through the node's own chain: every image, as fast as it can go."""
import collections
import concurrent.futures
from typing import Any, Callable, Dict, NamedTuple, Optional

from rclpy.time import Time
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from openpose_ros import network
from openpose_ros.perception import Perception
from openpose_ros.recordings import Recording, RecordingError
from openpose_ros.ros import outputs
from openpose_ros.ros.conversions import images
from openpose_ros.ros.node import parameters
from openpose_ros.ros.node.pipeline import Pipeline
from openpose_ros.ros.node.serialized import Serialized
from openpose_ros.ros.node.statistics import Statistics
from openpose_ros.ros.node.throttle import one_line
from openpose_ros.ros.offline.feed import Heard, Topics, heard
from openpose_ros.ros.offline.frames import RecordedFrames
from openpose_ros.ros.offline.sink import BagNode

_TYPES = {'sensor_msgs/msg/Image': Image, 'sensor_msgs/msg/CompressedImage': CompressedImage,
          'sensor_msgs/msg/CameraInfo': CameraInfo}


class Part(NamedTuple):
    """Which of the images. start, stop: ns of the recording's time, None: from or to its end.

    every: of so many images one. after: ns; images of up to this stamp are looked at, to know the
    people, but nothing of them is written; None: there are none of those.
    """

    start: Optional[int] = None
    stop: Optional[int] = None
    every: int = 1
    after: Optional[int] = None


class Done(NamedTuple):
    """What became of the images. left_out: {why: how many}. people: in all images together."""

    looked_at: int
    people: int
    left_out: Dict[str, int]


class _Clock:
    """The time of what was heard last: nothing is ever late here."""

    nanoseconds = 0

    def now(self) -> Time:
        return Time(nanoseconds=self.nanoseconds)


class Chain:
    """The node's perception, pipeline and outputs, whose messages go into a bag."""

    def __init__(self, values: Dict[str, Any], node: BagNode, recording: Recording, overlay: bool,
                 report: Callable[[str], None], image_topic: str, first_id: int = 1) -> None:
        """values: of all parameters. report: called with a line when something is wrong.

        Raises ModelError, RecordingError, FrameError, HriError.
        """
        self._node, self._report, self._clock = node, report, _Clock()
        frames = RecordedFrames(recording) if values['target_frame'] else None
        kinds = [kind for kind in outputs.ALL if kind.wanted(values)
                 and (overlay or kind is not outputs.Overlay)]
        self._pipeline = Pipeline(
            Perception(parameters.load_network(values), parameters.perception_settings(values)),
            [kind(node) for kind in kinds], Statistics(), frames, self._clock, report, image_topic,
            first_id, try_rotations=False)
        self._pipeline.configure(values)
        self._tolerance = values['depth_tolerance']

    def run(self, recording: Recording, topics: Topics, part: Part,
            progress: Callable[[int], None], is_interrupted: Callable[[], bool] = lambda: False
            ) -> Done:
        """Take every image through; the next is looked at while one is finished.

        progress: called with the number of people of each image that is done. is_interrupted: asked
        before each message; then, and on a KeyboardInterrupt, the image at hand is finished and the
        KeyboardInterrupt raised.
        """
        left_out, finished = collections.Counter(), []
        number = 0

        def finish(job, muted):
            self._node.muted = muted
            self._node.time = int(round(job.stamp * 1e9)) if not (
                job.header.stamp.sec or job.header.stamp.nanosec) else (
                    job.header.stamp.sec * 1000000000 + job.header.stamp.nanosec)
            count = self._pipeline.finish(job).people.count
            if not muted:
                finished.append(count)
                progress(count)

        with concurrent.futures.ThreadPoolExecutor(1) as other:
            pending = None
            for one in heard(recording, topics, self._tolerance, part.start, part.stop):
                if is_interrupted():
                    raise KeyboardInterrupt
                self._clock.nanoseconds = max(one.stamp, one.message.time)
                if one.role == 'image':
                    number += 1
                    if (number - 1) % part.every:
                        continue
                job = self._hear(one, left_out)
                if job is None:
                    continue
                self._end(pending, left_out)
                muted = part.after is not None and one.stamp <= part.after
                pending = other.submit(finish, job, muted)
            self._end(pending, left_out)
        if recording.broken:
            self._report('{}: {}; the rest is left out'.format(recording.path, recording.broken))
        return Done(len(finished), sum(finished), dict(left_out))

    def _hear(self, one: Heard, left_out):
        """Give a message to the pipeline; a job for finishing, of an image."""
        serialized = Serialized(one.message.data, _TYPES[one.message.type_name])
        try:
            if one.role == 'image':
                job = self._pipeline.prepare(serialized)
                return None if job is None else self._pipeline.look(job)
            if one.role == 'depth':
                self._pipeline.depth.add(serialized)
            else:
                self._pipeline.set_camera_info(serialized.message())
        except Exception as error:   # whatever one image does, the next one gets its chance
            self._leave_out(one.message.topic, error, left_out)
        return None

    def _end(self, pending, left_out):
        """Wait for an image to be finished."""
        try:
            if pending is not None:
                pending.result()
        except Exception as error:
            self._leave_out('', error, left_out)
        if self._node.error is not None:    # there is no use in going on
            raise self._node.error

    def _leave_out(self, what, error, left_out):
        known = isinstance(error, (images.ImageError, network.ModelError, RecordingError))
        line = one_line(str(error) if known else '{} {!r}'.format(what, error))
        left_out[line] += 1
        self._report(line)
