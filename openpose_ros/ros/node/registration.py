"""Whether depth is of the camera of the images, and if not, its registration to it."""
from typing import Callable, Optional, Tuple

import numpy as np
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo

from openpose_ros.ros.conversions.rotations import matrix
from openpose_ros.ros.conversions.tf2 import FrameError
from openpose_ros.ros.node.inputs import camera_info_topic
from openpose_ros.ros.node.mounting import is_rectified
from openpose_ros.ros.node.serialized import Serialized
from openpose_ros.ros.node.transforms import Pose
from openpose_ros.scene import (Calibration, Camera, CameraError,
                                depth_problem)
from openpose_ros.scene.registration import register, same_view


class Registration:
    """Knows the depth's own CameraInfo and the transforms that never change.

    Two cameras of one device do not move against each other, so /tf_static is enough, and costs
    nothing.
    """

    def __init__(self, report: Callable[[str], None], topic: str = '') -> None:
        """report: called with a line when something is wrong. topic: of the depth."""
        self._report, self._topic = report, topic
        self._info = None           # newest CameraInfo beside the depth, serialized
        self._frames = StaticFrames()
        self._made_of = self._made = None   # the depth's camera, and what it was made of
        self._said = False

    def subscribe(self, node) -> list:
        """Hear of depth's CameraInfo and of the static transforms: the subscriptions."""
        made = []
        if self._info_topic() != camera_info_topic(node):   # else it is that of the images
            made.append(node.create_subscription(
                CameraInfo, self._info_topic(), self.set_info, qos_profile_sensor_data, raw=True))
        try:
            from tf2_msgs.msg import TFMessage
        except ImportError:     # without it nobody publishes any
            return made
        return made + [node.create_subscription(
            TFMessage, '/tf_static', self.set_transforms,
            QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL))]

    def set_info(self, data: bytes) -> None:
        """Take a serialized CameraInfo; it is read when it is needed."""
        self._info = Serialized(data, CameraInfo)

    def set_transforms(self, message) -> None:
        """Take a TFMessage of transforms that never change."""
        self._frames.add(message.transforms)

    def registered(self, depth: np.ndarray, depth_header, image_header, camera: Camera,
                   values) -> Tuple[Optional[np.ndarray], Optional[str]]:
        """(the depth as `camera` sees it, None), or (None, why it cannot be used).

        depth: as it came. depth_header, image_header: std_msgs/Header. values: of the parameters.
        """
        of_depth, of_image = (header.frame_id.lstrip('/')
                              for header in (depth_header, image_header))
        foreign = bool(of_depth and of_image and of_depth != of_image)
        if values['depth_is_registered'] == 'true':
            foreign, own = False, None
        else:
            own = self._depth_camera(depth.shape, of_depth, values)
        if not foreign and (own is None or same_view(own, camera)):
            problem = depth_problem(depth, camera)
            return (None, problem) if problem else (depth, None)
        if own is None:
            return None, (
                'depth is of the frame {!r}, the images are of {!r}, so it is not registered to '
                'them: take the registered depth, or publish its camera_info on {} '
                '(depth_is_registered: true if it is registered all the same)'.format(
                    of_depth, of_image, self._info_topic()))
        try:
            pose = self._frames.pose(of_image, of_depth if foreign else of_image)
        except FrameError as error:
            return None, 'depth cannot be registered to the images: {}'.format(error)
        if not self._said:
            self._report('depth is registered to the images here, from the frame {!r} to {!r}: a '
                         'driver that does it saves time'.format(of_depth, of_image))
            self._said = True
        return register(depth, own, camera, pose.rotation, pose.translation), None

    def _info_topic(self):
        """Beside the topic of the depth, by the rule of image_transport."""
        return self._topic.rsplit('/', 1)[0] + '/camera_info'

    def _depth_camera(self, shape, frame_id, values) -> Optional[Camera]:
        """The camera of the depth; None where no CameraInfo of its frame tells of it."""
        if self._info is None:
            return None
        info = self._info.message()
        if info.header.frame_id.lstrip('/') not in ('', frame_id):
            return None     # that of the images, on a topic beside both
        # What tells whether depth is rectified is its name: the parameter is about the images.
        made_of = (Calibration.of(info), shape,
                   is_rectified(dict(values, image_is_rectified='auto'), self._topic))
        if made_of != self._made_of:
            self._made_of, self._made = made_of, None
            try:
                camera = Camera.from_info(made_of[0], rectified=made_of[2])
                self._made = camera.resized(*shape[::-1])
            except CameraError as error:
                self._report('camera_info of the depth: {}'.format(error))
        return self._made


class StaticFrames:
    """A tree of transforms that never change."""

    def __init__(self) -> None:
        self._parents = {}      # {frame: (its parent, its Pose there)}

    def add(self, transforms) -> None:
        """Take geometry_msgs/TransformStamped."""
        parents = dict(self._parents)
        for stamped in transforms:
            turn, move = stamped.transform.rotation, stamped.transform.translation
            parents[stamped.child_frame_id.lstrip('/')] = (
                stamped.header.frame_id.lstrip('/'),
                Pose(matrix(turn.x, turn.y, turn.z, turn.w), np.array((move.x, move.y, move.z))))
        self._parents = parents     # whole, for another thread reads it

    def pose(self, target: str, source: str) -> Pose:
        """The frame `source` in `target`; FrameError where nothing connects them."""
        there, here = self._way_up(target), self._way_up(source)
        for frame, pose in here.items():
            if frame in there:
                onto = there[frame]
                return Pose(onto.rotation.T.dot(pose.rotation),
                            onto.rotation.T.dot(pose.translation - onto.translation))
        raise FrameError('no transform on /tf_static connects {!r} with {!r}'.format(
            source, target))

    def _way_up(self, frame):
        """{frame: the Pose in it}, from the frame itself to its last ancestor."""
        pose, way, parents = Pose(np.eye(3), np.zeros(3)), {}, self._parents
        while frame not in way:     # a loop is no tree
            way[frame] = pose
            if frame not in parents:
                break
            frame, own = parents[frame]
            pose = Pose(own.rotation.dot(pose.rotation),
                        own.rotation.dot(pose.translation) + own.translation)
        return way
