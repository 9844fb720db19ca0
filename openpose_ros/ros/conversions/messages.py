"""People as messages."""
import math
from typing import Sequence

import numpy as np
from geometry_msgs.msg import Pose
from rclpy.serialization import deserialize_message

from openpose_ros.body import PART_COUNT
from openpose_ros.msg import Skeleton, SkeletonArray
from openpose_ros.people import People
from openpose_ros.proportions import HEAD_PARTS
from openpose_ros.ros.conversions import cdr
from openpose_ros.ros.conversions.rotations import quaternion

# How far people lean from upright: rad^2, about the two level axes. They bend over tables and sit
# back, and nothing here measures it.
LEAN_VARIANCE = .3 ** 2

_NOT_TURNED = (0., 0., 0., 1.)
_LEVEL = np.eye(3)
_PARTS = np.arange(PART_COUNT)[None]
_SKELETONS = cdr.Records(
    Skeleton, id=['id'], score=['score'],
    box=['roi.x_offset', 'roi.y_offset', 'roi.height', 'roi.width'],
    part=['keypoints.part'], keypoints=['keypoints.x', 'keypoints.y', 'keypoints.score'],
    points=['keypoints.position'], position_source=['position_source'],
    position=['pose.pose.position'], orientation=['pose.pose.orientation'],
    covariance=['pose.covariance'], facing_source=['facing_source'], facing=['facing'],
    facing_stddev=['facing_stddev'], gaze_source=['gaze_source'], gaze=['gaze'],
    gaze_stddev=['gaze_stddev'], gaze_pitch_stddev=['gaze_pitch_stddev'], attention=['attention'],
    stature=['stature'], stature_stddev=['stature_stddev'], velocity=['velocity'])


def skeleton_array(people: People, header, width: int, height: int,
                   up: Sequence[float] = (0., -1., 0.)) -> SkeletonArray:
    """The message for the people of one image; see :func:`serialized_skeletons`."""
    return deserialize_message(serialized_skeletons(people, header, width, height, up),
                               SkeletonArray)


def serialized_skeletons(people: People, header, width: int, height: int,
                         up: Sequence[float] = (0., -1., 0.)) -> bytes:
    """The SkeletonArray for the people of one image, serialized.

    header: the stamp is the image's, the frame that of the people's positions. width, height: of
    the image, px. up: unit vector against gravity in that frame.
    """
    writer, up = cdr.Writer(), np.asarray(up, float)
    writer.header(header)
    writer.number('uint32', width)
    writer.number('uint32', height)
    boxes = boxes_around(people.keypoints, width, height)
    _SKELETONS.write(
        writer, people.count, id=people.ids, score=people.scores, box=boxes[:, (0, 1, 3, 2)],
        part=_PARTS.repeat(people.count, axis=0), keypoints=people.keypoints, points=people.points,
        position_source=people.position_source, position=people.position,
        orientation=orientations(people.facing, up), covariance=pose_covariances(people, up),
        facing_source=people.facing_source, facing=people.facing,
        facing_stddev=people.facing_stddev, gaze_source=people.gaze_source, gaze=people.gaze,
        gaze_stddev=people.gaze_stddev, gaze_pitch_stddev=people.gaze_pitch_stddev,
        attention=people.attention, stature=people.stature, stature_stddev=people.stature_stddev,
        velocity=people.velocity)
    return bytes(writer)


def set_xyz(message, values: np.ndarray) -> None:
    """Fill a Point or Vector3."""
    message.x, message.y, message.z = values.tolist()


def set_xyzw(message, values: np.ndarray) -> None:
    """Fill a Quaternion."""
    message.x, message.y, message.z, message.w = values.tolist()


def pose(position: np.ndarray, quaternion: np.ndarray) -> Pose:
    """The Pose of a position, (3,) m, and an orientation, (4,) x y z w."""
    message = Pose()
    set_xyz(message.position, position)
    set_xyzw(message.orientation, quaternion)
    return message


def head_positions(points: np.ndarray) -> np.ndarray:
    """The middle of the known parts of each head, (n, 3) m, of the parts (n, 18, 3)."""
    head = points.take(HEAD_PARTS, axis=1)
    known = np.logical_and.reduce(np.isfinite(head), axis=2, keepdims=True)
    count = np.add.reduce(known, axis=1, dtype=float)
    total = np.add.reduce(np.where(known, head, 0.), axis=1)
    return total / np.where(count > 0., count, np.nan)


def boxes_around(keypoints: np.ndarray, width: int, height: int) -> np.ndarray:
    """x, y, width, height of the box around each person's seen parts, (n, 4) px within the image.

    It is empty, (0, 0, 0, 0), around somebody of whom no part is seen.
    """
    points = keypoints[..., :2]
    points = np.where(np.logical_and.reduce(np.isfinite(points), axis=2, keepdims=True),
                      points, np.nan)
    low, high = np.fmin.reduce(points, axis=1), np.fmax.reduce(points, axis=1)
    return np.array([_box(*corners, width - 1, height - 1)
                     for corners in zip(low.tolist(), high.tolist())]).reshape(-1, 4)


def _box(low, high, last_x, last_y):
    """x, y, width, height of the box from one corner to the other."""
    if math.isnan(low[0]):
        return 0, 0, 0, 0
    left, top = min(max(low[0], 0.), last_x), min(max(low[1], 0.), last_y)
    right, bottom = min(max(high[0], 0.), last_x), min(max(high[1], 0.), last_y)
    left, top, right, bottom = int(left), int(top), math.ceil(right), math.ceil(bottom)
    return left, top, right - left + 1, bottom - top + 1


def cross_matrix(axis: np.ndarray) -> np.ndarray:
    """The matrix (3, 3) for which vectors.dot(matrix) is the cross products axis x vector."""
    x, y, z = axis
    return np.array(((0., z, -y), (-z, 0., x), (y, -x, 0.)))


def orientations(forwards: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Orientation of what looks in each direction, (n, 3) unit vectors: (n, 4) x y z w.

    x points along the direction, y level to its left and z up (REP-103, REP-155). The identity
    where the direction is unknown, no unit vector, or straight up or down.
    """
    up = np.asarray(up, float).tolist()
    return np.array([_orientation(forward, up) for forward in forwards.tolist()]).reshape(-1, 4)


def _orientation(forward, up):
    """Orientation of what looks in one direction: x, y, z, w."""
    (x, y, z), (a, b, c) = forward, up
    left = b * z - c * y, c * x - a * z, a * y - b * x      # up × forward
    length = math.sqrt(sum(each * each for each in left))
    whole = math.sqrt(x * x + y * y + z * z)
    if not (length > 1e-3 and abs(whole - 1.) < 1e-3):
        return _NOT_TURNED
    high = a * x + b * y + c * z
    return quaternion((x, left[0] / length, (a - high * x) / length),
                      (y, left[1] / length, (b - high * y) / length),
                      (z, left[2] / length, (c - high * z) / length))


def pose_covariances(people: People, up: np.ndarray) -> np.ndarray:
    """Covariance of each body's pose, (n, 6, 6), m^2 and rad^2.

    Where facing is unknown, each rotation's variance is pi^2.
    """
    covariances = np.zeros((people.count, 6, 6))
    covariances[:, :3, :3] = people.position_covariance
    of_axes = np.array([_variances(*each) for each in zip(people.facing.tolist(),
                                                          people.facing_stddev.tolist())])
    vertical = up[:, None] * up
    axes = np.array((vertical.ravel(), (_LEVEL - vertical).ravel()))
    covariances[:, 3:, 3:] = (of_axes.reshape(-1, 2) @ axes).reshape(-1, 3, 3)
    return covariances


def _variances(facing, stddev):
    """Variances of one body's turns about the vertical and about level axes, rad^2."""
    if not all(map(math.isfinite, facing)):
        return math.pi ** 2, math.pi ** 2
    return min(abs(stddev), math.pi) ** 2, LEAN_VARIANCE
