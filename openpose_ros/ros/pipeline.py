"""One picture message through the perception to the outputs."""
import copy
import math
import time
from typing import Any, Callable, Dict, List, Optional

import numpy as np

from openpose_ros.people import people_in_image, transformed
from openpose_ros.perception import Perception
from openpose_ros.ros import images, parameters
from openpose_ros.ros.output import Output, Seen
from openpose_ros.ros.pairing import DepthPairing, seconds
from openpose_ros.ros.statistics import Statistics
from openpose_ros.ros.transforms import FrameError, Frames
from openpose_ros.scene import Camera, CameraError, up_of_tilt
from openpose_ros.tracking import Tracker

WORLD_UP = np.array((0., 0., 1.))      # REP-103


class Pipeline:
    """Works on the worker's thread; holds what it needs to know beside the picture."""

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
        self.depth = DepthPairing()

    def configure(self, values: Dict[str, Any]) -> None:
        """Use these parameter values, all of them from the next picture on."""
        self._next_values = values

    def set_camera_info(self, message) -> None:
        """Use this sensor_msgs/CameraInfo from the next picture on."""
        self._info = message

    def process(self, message) -> None:
        """Find, place and publish the people in a sensor_msgs/Image or CompressedImage.

        Raises images.ImageError for a picture that cannot be used.
        """
        outputs = [output for output in self._outputs if output.heard()]
        if not outputs:
            self._statistics.count('unheard')
            return
        self._take_values()
        self.depth.expect(message.header.stamp)
        start = time.perf_counter()
        image = images.read_image(message, self._values['max_pixels'])
        converted = time.perf_counter()
        found = self._perception.find(image)
        seen, frame = self._place(message.header, image, found)
        placed = time.perf_counter()
        for output in outputs:
            output.publish(seen)
        self._statistics.processed(frame.people.count, dict(
            frame.seconds, conversion=converted - start, publishing=time.perf_counter() - placed,
            beside_network=time.perf_counter() - start - frame.seconds['network'],
            latency=self._now() - seen.stamp))

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

    def _place(self, image_header, image, found):
        """The people of `found` in space: (what the outputs publish, the frame)."""
        camera = self._camera_for(image)
        depth = self._depth() if camera is not None else None
        stamp = seconds(image_header.stamp)
        if not stamp:
            self._report('the pictures have no stamp: the time of their arrival is taken')
            stamp = self._now()
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
            # In the target frame people may still be known from the pictures before.
            here = people_in_image(frame.people.keypoints)._replace(ids=frame.people.ids)
            return Seen(image, image_header, header, stamp, frame.people, here, None, WORLD_UP,
                        0.), frame
        up = pose.rotation.T.dot(WORLD_UP)
        frame = self._perception.place(found, camera, depth, stamp, up, pose.translation[2], pose)
        back = transformed(frame.people, pose.rotation.T, -pose.rotation.T.dot(pose.translation))
        return Seen(image, image_header, header, stamp, frame.people, back, camera, WORLD_UP,
                    0.), frame

    def _camera_for(self, image) -> Optional[Camera]:
        """The camera of this picture; None, reported, where nothing describes it."""
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

    def _depth(self) -> Optional[np.ndarray]:
        """The depth of the moment of the picture; None, counted, where there is none."""
        if self.depth.empty:
            return None
        pair = self.depth.nearest(self._values['depth_tolerance'])
        if pair is None:
            self._statistics.count('depth_unpaired')
            return None
        try:
            depth = images.read_depth(pair.message, self._values['max_pixels'])
        except images.ImageError as error:
            self._statistics.count('depth_unusable')
            self._report('depth: {}'.format(error))
            return None
        self._statistics.paired(pair.skew)
        return depth
