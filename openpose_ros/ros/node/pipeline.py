"""One image message through the perception to the outputs: prepared, looked at, finished."""
import copy
import math
import time
from typing import Any, Callable, Dict, List, Optional

from openpose_ros.looks import WHOLE
from openpose_ros.looks import Settings as LooksSettings
from openpose_ros.orientation import turned_within
from openpose_ros.perception import Perceived, Perception
from openpose_ros.ros.conversions import images
from openpose_ros.ros.node import parameters
from openpose_ros.ros.node.geometry import Geometry
from openpose_ros.ros.node.job import Job
from openpose_ros.ros.node.mounting import RotatedTries
from openpose_ros.ros.node.pairing import DepthPairing
from openpose_ros.ros.node.serialized import Serialized
from openpose_ros.ros.node.stamps import Stamps, checked
from openpose_ros.ros.node.statistics import Statistics
from openpose_ros.ros.node.transforms import Frames
from openpose_ros.ros.outputs.base import Output, Seen
from openpose_ros.tracking import Tracker

_AHEAD = .1     # s a stamp may be ahead of the clock: simulated time comes in steps


class Pipeline:
    """What the stages do, and what each needs to know beside the image.

    The stages may run on three threads at a time: what one holds, the others do not touch.
    """

    def __init__(self, perception: Perception, outputs: List[Output], statistics: Statistics,
                 frames: Optional[Frames], clock, report: Callable[[str], None],
                 image_topic: str = '', first_id: int = 1, try_rotations: bool = True,
                 depth_topic: str = '', hear: Callable[[], None] = lambda: None) -> None:
        """clock: of the node, for latencies. report: called with a line when something is wrong.

        first_id: of the first person. try_rotations: whether, while nobody is found, an image is
        turned now and then, by the clock, in place of one that is not. hear: called after each look;
        calls set_camera_info if there is a newer one.
        """
        self._perception = perception
        self._perception.tracker = None
        self._first_id = first_id
        self._outputs = tuple(outputs)
        self._statistics = statistics
        self._frames = frames
        self._clock = clock
        self._report, self._hear = report, hear
        # Given by the executor's thread, read once an image.
        self._settings = None
        self._info = None               # newest sensor_msgs/CameraInfo
        self.depth = DepthPairing()
        # Of preparing.
        self._stamps = Stamps()
        self._frame_id = None           # of the last image
        self._stretched = False         # whether it has been said that contrast is stretched
        self._starts_afresh = False     # since the last image that was prepared
        # Of looking: since the last job that was looked at.
        self._looks_afresh = False
        # Given by finishing whole, read by preparing: ids of those whom outputs are about.
        self._chosen = ()
        # Of finishing.
        self._applied = None            # the settings that tracker and outputs go by
        self._geometry = Geometry(statistics, frames, report, image_topic, depth_topic)
        self.registration = self._geometry.registration
        # Of both; each call of it stands for itself.
        self._tries = RotatedTries() if try_rotations else RotatedTries(lambda: 0.)

    def configure(self, values: Dict[str, Any]) -> None:
        """Use these parameter values, all of them, from the next image on that is begun."""
        self._settings = parameters.settings(values)

    def set_camera_info(self, message) -> None:
        """Use this sensor_msgs/CameraInfo from the next image on."""
        self._info = message

    # The first stage.

    def prepare(self, serialized: Serialized) -> Optional[Job]:
        """Take a sensor_msgs/Image or CompressedImage; None if nobody listens.

        Raises images.ImageError for an image that cannot be used, StampError among them, and
        ModelError for one that the network does not take.
        """
        outputs = tuple(output for output in self._outputs if output.has_subscribers())
        if not outputs:
            self._statistics.count('unheard')
            return None
        settings, arrival = self._settings, time.monotonic()
        start = time.perf_counter()
        message = serialized.message()
        ticket = self.depth.expect(message.header.stamp)
        image, size = self._read(message, settings, outputs)
        stamp = self._time_of(message.header)
        self._check_frame(message.header.frame_id)
        converted = time.perf_counter()
        prepared, turned = self._prepare(image, size, message.header, settings)
        job = Job(settings, outputs, message.header, image, stamp, ticket, arrival,
                  self._starts_afresh, {'conversion': converted - start,
                                        'preparing': time.perf_counter() - start}, prepared, turned)
        self._starts_afresh = False     # not before: one that failed tells nobody of it
        return job

    def _read(self, message, settings, outputs):
        """(the image, or a smaller copy where that is enough; its size as it was sent)."""
        enough = math.inf
        if settings.perception.looks.mode == WHOLE and not any(
                output.shows_image for output in outputs):
            # Of the shorter side, whichever way it will be turned.
            enough = max(settings.perception.scales) * max(
                settings.perception.height, settings.perception.width or 0)
        image, levels, size = images.read_stretched(
            message, settings.limits, settings.values['contrast'] == 'auto', enough)
        if levels is not None:
            self._statistics.count('stretched')
            if not self._stretched:
                self._report('the images have little contrast, or 16 bits: levels from {} (black) '
                             'to {} (white) are spread over the whole range, in each image anew '
                             '(contrast: off leaves them)'.format(*levels))
            self._stretched = True
        return image, size

    def _prepare(self, image, size, header, settings):
        """(the image for the network; the same turned, now and then, else None)."""
        orientation = self._geometry.orientation(header, settings)
        settings = settings.perception._replace(orientation=orientation)
        settings = settings._replace(first=settings.first or self._chosen)
        prepared = self._perception.prepare(image, settings, size)
        rotation = self._tries.next_rotation()
        if not rotation:
            return prepared, None
        return prepared, self._perception.prepare(turned_within(image, rotation),
                                                  settings._replace(looks=LooksSettings()))

    def _now(self) -> float:
        return self._clock.now().nanoseconds * 1e-9

    def _time_of(self, header) -> float:
        """When an image was taken, s. Raises StampError where it is not the newest."""
        stamp = checked(header.stamp)
        if stamp is None:
            self._report('the images have no stamp: the time of their arrival is taken')
            stamp = self._now()
        self._stamps.take(stamp)
        if self._stamps.jump is not None:
            self._statistics.count('time_jumps')
            self._report('time has jumped back by {:.3f} s: tracking starts afresh'.format(
                -self._stamps.jump))
            self._starts_afresh = True
            if self._frames is not None:
                self._frames.forget()
        return stamp

    def _check_frame(self, frame_id):
        if not frame_id:
            self._report('the images have no frame_id: nobody can tell where the positions are')
        if self._frame_id not in (None, frame_id):
            self._report('the frame_id of the images has changed from {!r} to {!r}: tracking '
                         'starts afresh'.format(self._frame_id, frame_id))
            self._starts_afresh = True
        self._frame_id = frame_id

    # The second stage: the network, and as little as can be beside it.

    def look(self, job: Job) -> Job:
        """Let the network look at what was prepared. Raises ModelError."""
        start = time.perf_counter()
        self._looks_afresh = self._looks_afresh or job.starts_afresh
        look = self._perception.look_at(job.prepared)
        turned = None if job.turned is None else self._perception.look_at(job.turned)
        self._hear()    # only now: it is sent beside its image, mostly after it
        job = job._replace(
            starts_afresh=self._looks_afresh, prepared=None, turned=None, look=look,
            turned_look=turned, info=self._info,
            seconds=dict(job.seconds, look=time.perf_counter() - start))
        self._looks_afresh = False      # not before: one that failed tells nobody of it
        self._statistics.looked([region.view.kind for region in look.regions],
                                sum(region.pixels for region in look.regions))
        return job

    # The third stage.

    def finish(self, job: Job) -> Perceived:
        """Find, place, track and publish the people of a look."""
        start = time.perf_counter()
        self._apply(job.settings)
        if job.starts_afresh:
            self._forget_people()
        try:
            perceived = self._perceive(job)
        except Exception:
            self._forget_people()   # what is remembered of them may be half of this image
            raise
        for problem in perceived.problems:
            self._report(problem)
        if perceived.vertical is not None:
            self._statistics.describe('vertical from people', _as_parameters(perceived.vertical))
        placed = time.perf_counter()
        self._publish(job, perceived)
        self._count(job, perceived, start, placed)
        return perceived

    def _count(self, job, perceived, start, placed):
        end = time.perf_counter()
        ours = job.seconds['preparing'] + job.seconds['look'] + end - start
        seconds = dict(perceived.seconds, finish=end - start, publishing=end - placed,
                       latency=self._latency(job.stamp),
                       processing=time.monotonic() - job.arrival,
                       beside_network=ours - perceived.seconds['network'])
        self._statistics.processed(perceived.people.count, dict(job.seconds, **seconds))

    def _apply(self, settings):
        if settings is self._applied:
            return
        self._applied = settings
        if settings.tracking is None:
            self._perception.tracker = None
        elif self._perception.tracker is None:
            self._perception.tracker = Tracker(settings.tracking, self._first_id)
        else:
            self._perception.tracker.settings = settings.tracking
        for output in self._outputs:
            output.configure(settings.values)

    def _forget_people(self):
        self._perception.forget()
        for output in self._outputs:
            output.forget()

    def _perceive(self, job):
        geometry = self._geometry
        geometry.check_frame(job.info, job.header)
        if job.turned_look is not None:
            self._tries.tried(self._perception.find(job.turned_look).count > 0)
        camera = geometry.camera(job.info, job.look.image_size, job.settings)
        depth = None
        if camera is not None and not self.depth.empty:
            depth = geometry.depth(job.depth, job.header, camera, job.settings)
        mounting = geometry.mounting(job.header, job.arrival, job.settings)
        perceived = self._perception.finish(job.look, camera, depth, job.stamp, mounting)
        self._judge_rotation(perceived, job)
        return perceived

    def _judge_rotation(self, perceived, job):
        if perceived.people.count:
            self._tries.found_upright()
        rotation = self._tries.verdict(job.look.settings.orientation)
        if rotation is not None:
            self._statistics.count('rotated')
            self._report('people are found only when the image is turned by {0} degrees: is the '
                         'camera mounted so? Set image_rotation to {0}'.format(rotation))

    def _publish(self, job, perceived):
        header, target = job.header, job.settings.values['target_frame']
        if target:
            header = copy.deepcopy(header)
            header.frame_id = target
        seen = Seen(job.image, job.header, header, job.stamp, perceived.people,
                    perceived.people_in_camera, perceived.camera, perceived.up, perceived.floor,
                    perceived.mounting, job.look.looked_at, job.look.image_size)
        for output in job.outputs:
            try:
                output.publish(seen)
            except Exception as error:   # the other outputs have done nothing
                self._statistics.output_failed(output.topic, error)
                self._report('{} could not be published: {!r}'.format(output.topic, error))
        self._chosen = tuple(sorted({output.chosen for output in job.outputs} - {0}))

    def _latency(self, stamp) -> float:
        """s since the image was taken; below 0, reported, where the clocks do not agree."""
        latency = self._now() - stamp
        if latency < -_AHEAD:
            self._statistics.count('stamp_ahead')
            self._report('the image\'s stamp is {:.3f} s ahead of the clock: set the clocks of '
                         'camera and robot alike (with use_sim_time, publish /clock)'.format(
                             -latency))
        return latency


def _as_parameters(vertical) -> str:
    """A vertical as it may be copied into the parameters."""
    roll = (math.degrees(vertical.roll) + 45.) % 90. - 45.    # beside image_rotation
    return 'camera_pitch:={:.1f} camera_roll:={:.1f} (+-{:.1f} degrees)'.format(
        math.degrees(vertical.pitch), roll, math.degrees(vertical.stddev))
