"""People as messages."""
import math
from typing import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from openpose_ros.body import PART_COUNT
from openpose_ros.msg import Skeleton, SkeletonArray
from openpose_ros.people import People

# How far people lean from upright: rad^2, about the two level axes. They bend over tables and sit
# back, and nothing here measures it.
LEAN_VARIANCE = .3 ** 2


def skeleton_array(people: People, header, width: int, height: int,
                   up: Sequence[float] = (0., -1., 0.)) -> SkeletonArray:
    """The message for the people of one picture.

    header: the stamp is the picture's, the frame that of the people's positions. width, height: of
    the picture, px. up: unit vector against gravity in that frame.
    """
    message = SkeletonArray(header=header, image_width=width, image_height=height)
    message.skeletons = [Skeleton() for _ in range(people.count)]
    boxes = boxes_around(people.keypoints, width, height)
    quaternions, covariances = poses(people, np.asarray(up, float))
    for row, skeleton in enumerate(message.skeletons):
        _fill(skeleton, people, row)
        _fill_keypoints(skeleton.keypoints, people.keypoints[row].tolist(),
                        people.points[row].tolist())
        roi = skeleton.roi
        roi.x_offset, roi.y_offset, roi.width, roi.height = boxes[row]
        pose = skeleton.pose
        set_xyz(pose.pose.position, people.position[row])
        rotation = pose.pose.orientation
        rotation.x, rotation.y, rotation.z, rotation.w = quaternions[row].tolist()
        pose.covariance = covariances[row].ravel()
    return message


def _fill(skeleton, people, row):
    skeleton.id = int(people.ids[row])
    skeleton.score = float(people.scores[row])
    skeleton.position_source = int(people.position_source[row])
    skeleton.facing_source = int(people.facing_source[row])
    skeleton.facing_stddev = float(people.facing_stddev[row])
    skeleton.gaze_source = int(people.gaze_source[row])
    skeleton.gaze_stddev = float(people.gaze_stddev[row])
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


def boxes_around(keypoints: np.ndarray, width: int, height: int) -> list:
    """[x, y, width, height] of the box around each person's seen parts, px within the picture."""
    boxes = []
    for person in keypoints[..., :2]:
        seen = person[np.isfinite(person[:, 0])]
        low = np.clip(np.floor(seen.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
        high = np.clip(np.ceil(seen.max(axis=0)), 0, (width - 1, height - 1)).astype(int)
        boxes.append(low.tolist() + (high - low + 1).tolist())
    return boxes


def poses(people: People, up: np.ndarray):
    """Orientation of each body and covariance of its pose: (n, 4) x y z w, and (n, 6, 6).

    x points forward out of the body, y to its left and z up (REP-103, REP-155). Where facing is
    unknown the orientation is the identity and each rotation's variance pi^2 rad^2.
    """
    n = people.count
    quaternions = np.zeros((n, 4))
    quaternions[:, 3] = 1.
    covariances = np.zeros((n, 6, 6))
    covariances[:, :3, :3] = people.position_covariance
    covariances[:, 3:, 3:] = math.pi ** 2 * np.eye(3)
    known = np.flatnonzero(np.isfinite(people.facing).all(axis=1))
    if len(known):
        forward = people.facing[known]
        axes = np.stack((forward, np.cross(up, forward), np.broadcast_to(up, forward.shape)),
                        axis=2)
        quaternions[known] = Rotation.from_matrix(axes).as_quat()
        vertical = np.outer(up, up)
        yaw = np.minimum(people.facing_stddev[known], math.pi)[:, None, None] ** 2
        covariances[known, 3:, 3:] = yaw * vertical + LEAN_VARIANCE * (np.eye(3) - vertical)
    return quaternions, covariances
