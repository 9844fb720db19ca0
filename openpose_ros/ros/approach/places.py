"""Places on the ground and poses of messages, and where the robot is."""
import math
from typing import Optional

from geometry_msgs.msg import PoseStamped
from rclpy.time import Time

from openpose_ros.approach import Place
from openpose_ros.ros.conversions.tf2 import tf2_ros

_UPRIGHT = math.cos(math.radians(10.))      # of a pose's z axis: else its frame's z is not up
_MAX_AGE = 2.                               # s; an older feedback does not say where the robot is


class PoseError(ValueError):
    """A pose that is no place on the ground; the message is one line that says why."""


def place_of(message: PoseStamped) -> Place:
    """The place of a pose on the ground; PoseError where it is none."""
    position, turn = message.pose.position, message.pose.orientation
    values = position.x, position.y, turn.x, turn.y, turn.z, turn.w
    length = turn.x ** 2 + turn.y ** 2 + turn.z ** 2 + turn.w ** 2
    if not all(map(math.isfinite, values)) or not .9 < length < 1.1:
        raise PoseError('a goal that is no pose is left out')
    if not message.header.frame_id:
        raise PoseError('a goal without a frame is left out')
    if 1. - 2. * (turn.x ** 2 + turn.y ** 2) < _UPRIGHT:
        raise PoseError('the z axis of the goals\' frame {} does not point up: set the parameter '
                        'target_frame of openpose to odom or map'.format(message.header.frame_id))
    yaw = math.atan2(2. * (turn.w * turn.z + turn.x * turn.y),
                     1. - 2. * (turn.y ** 2 + turn.z ** 2))
    return Place(position.x, position.y, yaw)


def pose_of(place: Place, header, height: float) -> PoseStamped:
    """The pose of a place, at this height (m), with this header."""
    message = PoseStamped(header=header)
    pose = message.pose
    pose.position.x, pose.position.y, pose.position.z = float(place.x), float(place.y), height
    pose.orientation.z, pose.orientation.w = math.sin(.5 * place.yaw), math.cos(.5 * place.yaw)
    return message


class Robot:
    """Where the robot is: by TF where tf2_ros is installed, else by the navigation's feedback."""

    def __init__(self, node, frame: str) -> None:
        """frame: of the robot, such as base_link."""
        self._frame = frame
        self._buffer = self._listener = None
        self._feedback = None       # (PoseStamped, s of its arrival)
        if tf2_ros is not None:
            self._buffer = tf2_ros.Buffer()
            self._listener = tf2_ros.TransformListener(self._buffer, node)

    def hear(self, pose: PoseStamped, now: float) -> None:
        """The navigation says where the robot is."""
        self._feedback = pose, now

    def place(self, frame: str, now: float) -> Optional[Place]:
        """Where it is in a frame; None where nobody tells."""
        if self._buffer is not None:
            try:
                transform = self._buffer.lookup_transform(frame, self._frame, Time()).transform
                pose = PoseStamped()
                pose.header.frame_id, pose.pose.orientation = frame, transform.rotation
                move = transform.translation
                pose.pose.position.x, pose.pose.position.y = move.x, move.y
                return place_of(pose)
            except (tf2_ros.TransformException, PoseError):
                pass
        if self._feedback is None or now - self._feedback[1] > _MAX_AGE or (
                self._feedback[0].header.frame_id != frame):
            return None
        try:
            return place_of(self._feedback[0])
        except PoseError:
            return None

    def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.unregister()
