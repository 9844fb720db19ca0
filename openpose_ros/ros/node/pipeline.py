"""One image message through the perception to the outputs."""
import copy
import math
import time
from typing import Any, Callable, Dict, List, Optional

import numpy as np

from openpose_ros.people import people_in_image, transformed
from openpose_ros.perception import Perception
from openpose_ros.ros.conversions import images
from openpose_ros.ros.conversions.tf2 import FrameError
from openpose_ros.ros.node import parameters
from openpose_ros.ros.node.pairing import DepthPairing
from openpose_ros.ros.node.stamps import Stamps, checked
from openpose_ros.ros.node.statistics import Statistics
from openpose_ros.ros.node.transforms import Frames
from openpose_ros.ros.outputs.base import Output, Seen
from openpose_ros.scene import Camera, CameraError, depth_problem, up_of_tilt
from openpose_ros.tracking import Tracker

WORLD_UP = np.array((0., 0., 1.))      # REP-103
_AHEAD = .1     # s a stamp may be ahead of the clock: simulated time comes in steps


class Pipeline:
    """Works on the worker's thread; holds what it needs to know beside the image."""

    def __init__(self, perception: Perception, outputs: List[Output], statistics: Statistics,
                 frames: Optional[Frames], clock, report: Callable[[str], None]) -> None:
        """clock: of the node, for latencies. report: called with a line when something is wrong."""
        self._perception = perception
        self._perception.tracker = None
        self._outputs = outputs
        self._statistics = statistics
        self._frames = frames
        self._clock = clock
        self._report = report
        self._values = {}
        self._next_values = None
        self._info = None               # newest sensor_msgs/CameraInfo
        self._calibration = None        # what of it self._camera was made of
        self._camera = None
        self._frame_id = None           # of the last image
        self._stamps = Stamps()
        self.depth = DepthPairing()

    def configure(self, values: Dict[str, Any]) -> None:
        """Use these parameter values, all of them from the next image on."""
        self._next_values = values

    def set_camera_info(self, message) -> None:
        """Use this sensor_msgs/CameraInfo from the next image on."""
        self._info = message

    def process(self, message) -> None:
        """Find, place and publish the people in a sensor_msgs/Image or CompressedImage.

        Raises images.ImageError for an image that cannot be used, StampError among them.
        """
        outputs = [output for output in self._outputs if output.has_subscribers()]
        if not outputs:
            self._statistics.count('unheard')
            return
        self._take_values()
        self.depth.expect(message.header.stamp)
        start = time.perf_counter()
        image = images.read_image(message, parameters.image_limits(self._values))
        stamp = self._time_of(message.header)
        converted = time.perf_counter()
        found = self._perception.find(image)
        try:
            seen, frame = self._place(message.header, stamp, image, found)
        except Exception:
            self._forget_people()   # what is remembered of them may be half of this image
            raise
        placed = time.perf_counter()
        for output in outputs:
            output.publish(seen)
        self._statistics.processed(frame.people.count, dict(
            frame.seconds, conversion=converted - start, publishing=time.perf_counter() - placed,
            beside_network=time.perf_counter() - start - frame.seconds['network'],
            latency=self._latency(stamp)))

    def _take_values(self):
        values, self._next_values = self._next_values, None
        if values is None:
            return
        self._values = values
        self._perception.settings = parameters.perception_settings(values)
        if not values['tracking.enabled']:
            self._perception.tracker = None
        elif self._perception.tracker is None:
            self._perception.tracker = Tracker(parameters.tracking_settings(values))
        else:
            self._perception.tracker.settings = parameters.tracking_settings(values)
        for output in self._outputs:
            output.configure(values)

    def _now(self) -> float:
        return self._clock.now().nanoseconds * 1e-9

    def _latency(self, stamp) -> float:
        """s since the image was taken; below 0, reported, where the clocks do not agree."""
        latency = self._now() - stamp
        if latency < -_AHEAD:
            self._statistics.count('stamp_ahead')
            self._report('the image\'s stamp is {:.3f} s ahead of the clock: set the clocks of '
                         'camera and robot alike (with use_sim_time, publish /clock)'.format(
                             -latency))
        return latency

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
            self._forget_people()
            if self._frames is not None:
                self._frames.forget()
        self._check_frame(header.frame_id)
        return stamp

    def _check_frame(self, frame_id):
        if not frame_id:
            self._report('the images have no frame_id: nobody can tell where the positions are')
        if self._frame_id not in (None, frame_id):
            self._report('the frame_id of the images has changed from {!r} to {!r}: tracking '
                         'starts afresh'.format(self._frame_id, frame_id))
            self._forget_people()
        self._frame_id = frame_id

    def _forget_people(self):
        if self._perception.tracker is not None:
            self._perception.tracker.reset()

    def _place(self, image_header, stamp, image, found):
        """The people of `found` in space: (what the outputs publish, the frame)."""
        camera = self._camera_for(image)
        depth = self._depth(camera) if camera is not None else None
        target = self._values['target_frame']
        if target:
            seen, frame = self._place_in(target, image_header, image, found, camera, depth, stamp)
        else:
            up = np.array(up_of_tilt(math.radians(self._values['camera_pitch'])))
            height = self._values['camera_height'] or None
            frame = self._perception.place(found, camera, depth, stamp, up, height)
            seen = Seen(image, image_header, image_header, stamp, frame.people, frame.people,
                        camera, up, -height if height else None)
        for problem in frame.problems:
            self._report(problem)
        return seen, frame

    def _place_in(self, target, image_header, image, found, camera, depth, stamp):
        """The same in the frame `target`, whose z is up and whose floor is z = 0 (REP-105)."""
        header = copy.deepcopy(image_header)
        header.frame_id = target
        try:
            pose = self._frames.pose(target, image_header.frame_id, image_header.stamp)
        except FrameError as error:
            self._statistics.count('transform_missing')
            self._report('{}; people stay in the image plane'.format(error))
            frame = self._perception.place(found, stamp=stamp)
            # In the target frame people may still be known from the images before.
            here = people_in_image(frame.people.keypoints)._replace(ids=frame.people.ids)
            return Seen(image, image_header, header, stamp, frame.people, here, None, WORLD_UP,
                        0.), frame
        up = pose.rotation.T.dot(WORLD_UP)
        frame = self._perception.place(found, camera, depth, stamp, up, pose.translation[2], pose)
        back = transformed(frame.people, pose.rotation.T, -pose.rotation.T.dot(pose.translation))
        return Seen(image, image_header, header, stamp, frame.people, back, camera, WORLD_UP,
                    0.), frame

    def _camera_for(self, image) -> Optional[Camera]:
        """The camera of this image; None, reported, where nothing describes it."""
        height, width = image.shape[:2]
        try:
            camera = self._camera_of(self._info)
            if camera is not None:
                return camera.resized(width, height)
        except CameraError as error:
            self._statistics.count('camera_info_invalid')
            self._report('{}{}'.format(error, '' if self._values['horizontal_fov'] else
                                       '; people stay in the image plane'))
        if self._values['horizontal_fov'] > 0.:
            return Camera.from_field_of_view(width, height, self._values['horizontal_fov'])
        return None

    def _camera_of(self, info) -> Optional[Camera]:
        """The camera of a CameraInfo (None: of none); made anew only when its values change."""
        if info is None:
            return None
        calibration = (info.width, info.height, info.distortion_model, tuple(info.d),
                       tuple(info.k))
        if calibration != self._calibration:
            self._camera = self._calibration = None
            self._camera = Camera.from_info(*calibration)
            self._calibration = calibration
        return self._camera

    def _depth(self, camera) -> Optional[np.ndarray]:
        """The depth of the moment of the image; None, counted, where there is none of use."""
        if self.depth.empty:
            return None
        pair = self.depth.nearest(self._values['depth_tolerance'])
        if pair is None:
            self._statistics.count('depth_unpaired')
            return None
        try:
            depth = images.read_depth(pair.message, parameters.image_limits(self._values))
            problem = depth_problem(depth, camera)
        except images.ImageError as error:
            problem = 'depth: {}'.format(error)
        if problem:
            self._statistics.count('depth_unusable')
            self._report(problem)
            return None
        self._statistics.paired(pair.skew)
        return depth
