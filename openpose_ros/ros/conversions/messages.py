"""People as messages."""
import math
from typing import List, Optional, Sequence

import numpy as np
from geometry_msgs.msg import Pose

from openpose_ros.body import PART_COUNT
from openpose_ros.msg import Skeleton, SkeletonArray
from openpose_ros.people import People
from openpose_ros.proportions import HEAD_PARTS
from openpose_ros.ros.conversions.rotations import quaternions

# How far people lean from upright: rad^2, about the two level axes. They bend over tables and sit
# back, and nothing here measures it.
LEAN_VARIANCE = .3 ** 2



def skeleton_array(people: People, header, width: int, height: int,
                   up: Sequence[float] = (0., -1., 0.),
                   pool: Optional[List[Skeleton]] = None) -> SkeletonArray:
    """The message for the people of one image.

    header: the stamp is the image's, the frame that of the people's positions. width, height: of
    the image, px. up: unit vector against gravity in that frame. pool: of skeletons to fill anew,
    which takes what is missing; to make one takes as long as to fill it.
    """
    pool = [] if pool is None else pool
    pool.extend(Skeleton() for _ in range(people.count - len(pool)))
    message = SkeletonArray(header=header, image_width=width, image_height=height,
                            skeletons=pool[:people.count])
    boxes = boxes_around(people.keypoints, width, height)
    up = np.asarray(up, float)
    rotations, covariances = orientations(people.facing, up), pose_covariances(people, up)
    for row, skeleton in enumerate(message.skeletons):
        _fill(skeleton, people, row)
        _fill_keypoints(skeleton.keypoints, people.keypoints[row].tolist(),
                        people.points[row].tolist())
        roi = skeleton.roi
        roi.x_offset, roi.y_offset, roi.width, roi.height = boxes[row]
        body = skeleton.pose
        set_xyz(body.pose.position, people.position[row])
        set_xyzw(body.pose.orientation, rotations[row])
        body.covariance = covariances[row].ravel()
    return message


def _fill(skeleton, people, row):
    skeleton.id = int(people.ids[row])
    skeleton.score = float(people.scores[row])
    skeleton.position_source = int(people.position_source[row])
    skeleton.facing_source = int(people.facing_source[row])
    # What a float32 cannot hold is infinite in one; the message itself would raise an error.
    skeleton.facing_stddev = float(np.float32(people.facing_stddev[row]))
    skeleton.gaze_source = int(people.gaze_source[row])
    skeleton.gaze_stddev = float(np.float32(people.gaze_stddev[row]))
    skeleton.gaze_pitch_stddev = float(np.float32(people.gaze_pitch_stddev[row]))
    skeleton.attention = float(people.attention[row])
    skeleton.stature = float(np.float32(people.stature[row]))
    skeleton.stature_stddev = float(np.float32(people.stature_stddev[row]))
    set_xyz(skeleton.facing, people.facing[row])
    set_xyz(skeleton.gaze, people.gaze[row])
    set_xyz(skeleton.velocity, people.velocity[row])


def _fill_keypoints(messages, keypoints, points):
    for part in range(PART_COUNT):
        message = messages[part]
        message.part = part
        message.x, message.y, message.score = keypoints[part]
        position = message.position
        position.x, position.y, position.z = points[part]


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
    head = points[:, list(HEAD_PARTS)]
    known = np.isfinite(head).all(axis=2, keepdims=True)
    count = known.sum(axis=1)
    total = np.where(known, head, 0.).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def boxes_around(keypoints: np.ndarray, width: int, height: int) -> list:
    """[x, y, width, height] of the box around each person's seen parts, px within the image.

    It is empty, [0, 0, 0, 0], around somebody of whom no part is seen.
    """
    boxes = []
    for person in keypoints[..., :2]:
        seen = person[np.isfinite(person).all(axis=1)]
        if not len(seen):
            boxes.append([0, 0, 0, 0])
            continue
        low = np.clip(np.floor(seen.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
        high = np.clip(np.ceil(seen.max(axis=0)), 0, (width - 1, height - 1)).astype(int)
        boxes.append(low.tolist() + (high - low + 1).tolist())
    return boxes


def cross_matrix(axis: np.ndarray) -> np.ndarray:
    """The matrix (3, 3) for which vectors.dot(matrix) is the cross products axis x vector."""
    x, y, z = axis
    return np.array(((0., z, -y), (-z, 0., x), (y, -x, 0.)))


def orientations(forwards: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Orientation of what looks in each direction, (n, 3) unit vectors: (n, 4) x y z w.

    x points along the direction, y level to its left and z up (REP-103, REP-155). The identity
    where the direction is unknown, no unit vector, or straight up or down.
    """
    found = np.zeros((len(forwards), 4))
    found[:, 3] = 1.
    left = forwards.dot(cross_matrix(up))
    length = np.linalg.norm(left, axis=1)
    known = (length > 1e-3) & (np.abs(np.linalg.norm(forwards, axis=1) - 1.) < 1e-3)
    if known.any():
        forward, left = forwards[known], left[known] / length[known, None]
        upward = (up - forward.dot(up)[:, None] * forward) / length[known, None]
        axes = np.stack((forward, left, upward), axis=2)
        found[known] = quaternions(axes)
    return found


def pose_covariances(people: People, up: np.ndarray) -> np.ndarray:
    """Covariance of each body's pose, (n, 6, 6), m^2 and rad^2.

    Where facing is unknown, each rotation's variance is pi^2.
    """
    covariances = np.zeros((people.count, 6, 6))
    covariances[:, :3, :3] = people.position_covariance
    covariances[:, 3:, 3:] = math.pi ** 2 * np.eye(3)
    known = np.flatnonzero(np.isfinite(people.facing).all(axis=1))
    if len(known):
        vertical = np.outer(up, up)
        yaw = np.minimum(people.facing_stddev[known], math.pi)[:, None, None] ** 2
        covariances[known, 3:, 3:] = yaw * vertical + LEAN_VARIANCE * (np.eye(3) - vertical)
    return covariances
