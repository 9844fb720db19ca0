"""One picture message through the perception to the outputs."""
import copy
import math
import time
from typing import List, Optional

import numpy as np

from openpose_ros.people import transformed
from openpose_ros.perception import Perception
from openpose_ros.ros import images, parameters
from openpose_ros.ros.outputs import Output, Seen
from openpose_ros.ros.pairing import DepthPairing, seconds
from openpose_ros.ros.statistics import Statistics
from openpose_ros.ros.transforms import Frames
from openpose_ros.scene import Camera, CameraError, up_of_tilt
from openpose_ros.tracking import Tracker

WORLD_UP = np.array((0., 0., 1.))      # REP-103


class Pipeline:
    """Works on the worker's thread; holds what it needs to know beside the picture."""

    def __init__(self, perception: Perception, outputs: List[Output], statistics: Statistics,
                 frames: Optional[Frames], clock, report) -> None:
        """clock: of the node, for latencies. report: called with a line when something is wrong."""
        self._perception = perception
        self._outputs = outputs
        self._statistics = statistics
        self._frames = frames
        self._clock = clock
        self._report = report
        self._values = {}
        self._info = None      # newest sensor_msgs/CameraInfo
        self._camera = None    # of the CameraInfo it was made of: (message, Camera or None)
        self.depth = DepthPairing()

    def configure(self, values: dict) -> None:
        """Use these parameter values from the next picture on."""
        self._values = values
        self._perception.settings = parameters.perception_settings(values)
        if not values['tracking.enabled']:
            self._perception.tracker = None
        elif self._perception.tracker is None:
            self._perception.tracker = Tracker(parameters.tracking_settings(values))
        else:
            self._perception.tracker.settings = parameters.tracking_settings(values)

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
        start = time.perf_counter()
        image = images.read_image(message, self._values['max_pixels'])
        converted = time.perf_counter()
        found = self._perception.find(image)
        seen, frame = self._place(message.header, image, found)
        placed = time.perf_counter()
        for output in outputs:
            output.publish(seen)
        latency = self._clock.now().nanoseconds * 1e-9 - seconds(message.header.stamp)
        self._statistics.processed(frame.people.count, dict(
            frame.seconds, conversion=converted - start, publishing=time.perf_counter() - placed,
            beside_network=time.perf_counter() - start - frame.seconds['network'],
            latency=latency))

    def _place(self, image_header, image, found):
        """The people of `found` in space: (what the outputs publish, the frame)."""
        camera = self._camera_for(image)
        depth = self._depth_for(image_header.stamp) if camera is not None else None
        stamp = seconds(image_header.stamp)
        target = self._values['target_frame']
        if not target:
            up = up_of_tilt(math.radians(self._values['camera_pitch']))
            height = self._values['camera_height'] or None
            frame = self._perception.place(found, camera, depth, stamp, up, height)
            seen = Seen(image, image_header, image_header, frame.people, frame.people, camera, up)
        else:
            pose = self._frames.pose(target, image_header.frame_id, image_header.stamp)
            up = pose.rotation.T.dot(WORLD_UP)
            frame = self._perception.place(found, camera, depth, stamp, up, pose.translation[2],
                                           pose)
            header = copy.deepcopy(image_header)
            header.frame_id = target
            back = transformed(frame.people, pose.rotation.T,
                               -pose.rotation.T.dot(pose.translation))
            seen = Seen(image, image_header, header, frame.people, back, camera, WORLD_UP)
        for problem in frame.problems:
            self._report(problem)
        return seen, frame

    def _camera_for(self, image) -> Optional[Camera]:
        """The camera of this picture; None, reported, where nothing describes it."""
        height, width = image.shape[:2]
        info, known = self._info, self._camera
        if info is not None and (known is None or known[0] is not info):
            known = self._camera = info, self._read(info)
        if known is not None and known[1] is not None:
            camera = known[1]
            return (camera if (camera.width, camera.height) == (width, height)
                    else camera.resized(width, height))
        if self._values['horizontal_fov'] > 0.:
            return Camera.from_field_of_view(width, height, self._values['horizontal_fov'])
        return None

    def _read(self, info):
        try:
            return Camera.from_info(info.width, info.height, info.distortion_model, info.d, info.k)
        except CameraError as error:
            self._statistics.count('camera_info_invalid')
            self._report('{}; people stay in the image plane'.format(error))
            return None

    def _depth_for(self, stamp) -> Optional[np.ndarray]:
        """The depth of the moment of this picture; None, counted, where there is none."""
        if self.depth.empty:
            return None
        pair = self.depth.nearest(stamp, self._values['depth_tolerance'])
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
