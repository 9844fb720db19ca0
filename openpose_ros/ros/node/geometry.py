"""What is known of a camera beside its image: its calibration, its depth, where it is mounted."""
import math
from typing import Callable, Optional, Tuple

import numpy as np
from builtin_interfaces.msg import Time

from openpose_ros.orientation import Orientation
from openpose_ros.perception import Mounting
from openpose_ros.ros.conversions import images
from openpose_ros.ros.conversions.tf2 import FrameError
from openpose_ros.ros.node import mounting
from openpose_ros.ros.node.pairing import Ticket
from openpose_ros.ros.node.parameters import Settings
from openpose_ros.ros.node.registration import Registration
from openpose_ros.ros.node.statistics import Statistics
from openpose_ros.ros.node.transforms import Frames
from openpose_ros.scene import Calibration, Camera, CameraError

WORLD_UP = np.array((0., 0., 1.))      # REP-103


class Geometry:
    """Turns what came with an image into what perception takes; what is not known is counted."""

    def __init__(self, statistics: Statistics, frames: Optional[Frames],
                 report: Callable[[str], None], image_topic: str = '',
                 depth_topic: str = '') -> None:
        """report: called with a line when something is wrong."""
        self.registration = Registration(report, depth_topic)
        self._statistics = statistics
        self._frames = frames
        self._report = report
        self._image_topic = image_topic
        self._made_of = None            # what self._camera was made of
        self._camera = None

    def check_frame(self, info, header) -> None:
        """Tell of a CameraInfo that is of another frame than the image with this header."""
        if info is None:
            return
        of_info, of_image = info.header.frame_id.lstrip('/'), header.frame_id.lstrip('/')
        if of_info and of_image and of_info != of_image:
            self._statistics.count('camera_info_foreign')
            self._report('camera_info is of the frame {!r}, the images are of {!r}: is it of this '
                         'camera?'.format(of_info, of_image))

    def camera(self, info, image_size: Tuple[int, int], settings: Settings) -> Optional[Camera]:
        """The camera of an image; None, reported, where nothing describes it.

        info: the newest sensor_msgs/CameraInfo, or None. image_size: (width, height), px.
        """
        field_of_view = settings.values['horizontal_fov']
        try:
            camera = self._camera_of(
                info, image_size, mounting.is_rectified(settings.values, self._image_topic))
            if camera is not None:
                return _mirrored(camera, settings)
        except CameraError as error:
            self._statistics.count('camera_info_invalid')
            self._report('{}{}'.format(error, '' if field_of_view else
                                       '; people stay in the image plane'))
        if field_of_view > 0.:
            return _mirrored(Camera.from_field_of_view(image_size[0], image_size[1],
                                                       field_of_view), settings)
        return None

    def _camera_of(self, info, image_size, rectified) -> Optional[Camera]:
        """The camera of a CameraInfo (None: of none); made anew only when its values change."""
        if info is None:
            return None
        made_of = Calibration.of(info), image_size, rectified
        if made_of != self._made_of:
            self._camera = self._made_of = None
            self._camera = _camera_for(*made_of)
            self._made_of = made_of
        return self._camera

    def depth(self, ticket: Ticket, header, camera: Camera,
              settings: Settings) -> Optional[np.ndarray]:
        """The depth of the moment of the image, as its camera sees it; None, counted, without.

        header: of the image.
        """
        pair = ticket.nearest(settings.values['depth_tolerance'])
        if pair is None:
            self._statistics.count('depth_unpaired')
            return None
        try:
            message = pair.serialized.message()
            depth, problem = self.registration.registered(
                images.read_depth(message, settings.limits), message.header, header, camera,
                settings.values)
        except images.ImageError as error:
            problem = 'depth: {}'.format(error)
        if problem:
            self._statistics.count('depth_unusable')
            self._report(problem)
            return None
        self._statistics.paired(pair.skew)
        return depth

    def orientation(self, header, settings: Settings) -> Orientation:
        """How the image is to be turned upright: by the parameter, or by the newest TF there is.

        It waits for none: the network would wait, too.
        """
        values, up = settings.values, None
        if values['image_rotation'] == 'auto' and values['target_frame']:
            try:
                up = self._frames.pose(values['target_frame'], header.frame_id, Time(),
                                       -math.inf).rotation.T.dot(WORLD_UP)
            except FrameError:
                pass    # `mounting` tells of it
        return mounting.orientation(values, up)

    def mounting(self, header, arrival: float, settings: Settings) -> Mounting:
        """Where the camera is: by TF in the target frame, else by the parameters.

        header: of the image. arrival: of the image, by time.monotonic().
        """
        values = settings.values
        if not values['target_frame']:
            height = values['camera_height']
            return Mounting(up=mounting.up_by_parameters(values),
                            floor=-height if height else None)
        # In the target frame z is up, and the floor is z = 0 (REP-105).
        try:
            pose = self._frames.pose(values['target_frame'], header.frame_id, header.stamp, arrival)
        except FrameError as error:
            self._statistics.count('transform_missing')
            self._report('{}; people stay in the image plane'.format(error))
            return Mounting(up=WORLD_UP, floor=0., known=False)
        return Mounting(pose.rotation, pose.translation, WORLD_UP, 0.)


def _camera_for(calibration: Calibration, image_size, rectified: bool) -> Camera:
    """The camera of an image of (width, height) that this calibration describes."""
    camera = Camera.from_info(calibration, rectified=rectified)
    if camera[:2] != image_size and any(calibration.roi):
        whole = Camera.from_info(calibration._replace(roi=(0, 0, 0, 0)), rectified=rectified)
        if whole[:2] == image_size:     # the region is that of something else; all was sent
            return whole
    return camera.resized(*image_size)


def _mirrored(camera: Camera, settings: Settings) -> Camera:
    return camera.mirrored() if settings.values['image_is_mirrored'] else camera
