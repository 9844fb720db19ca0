"""The people of one image as arrays: what every room after decoding takes and gives back.

Unknown is NaN (or SOURCE_NONE, or id 0 for a person who is not tracked), never 0.
"""
from typing import NamedTuple, Sequence, Union

import numpy as np

from openpose_ros.body import PART_COUNT
from openpose_ros.circle import COUNT

# Where an estimate comes from; the same numbers as in msg/Skeleton.msg.
SOURCE_NONE = 0
SOURCE_DEPTH = 1
SOURCE_MONOCULAR = 2
SOURCE_NAMES = ('none', 'depth', 'monocular')


class People(NamedTuple):
    """People of one image, one row a person.

    The frame of everything in space is the camera's optical frame (REP-103: x right, y down, z
    forward) unless the people have been transformed by the caller.

    keypoints: (n, 18, 3) float32; x, y in px of the input image, score in [0, 1]; a part that was
        not seen has score 0 and x, y NaN.
    scores: (n,) float32 in [0, 1]; mean over all 18 parts, an unseen part counting 0.
    points: (n, 18, 3) float64, m; position of each part.
    position: (n, 3), m; the hips' midpoint. position_covariance: (n, 3, 3), m^2.
    facing, gaze: (n, 3) unit vectors, the front of the torso (horizontal) and of the head.
    facing_stddev, gaze_stddev: (n,), rad, about the vertical axis. gaze_pitch_stddev: (n,), rad, up
        and down.
    heading: (n,), rad; how far off the direction to the camera they face by this image, anticlockwise
        as seen from above; unknown of who is tracked.
    headings: (n, 2, circle.COUNT), the probability of each such angle by this image, of who is
        tracked, too: as it counts over time, for which the head tells less, and by shoulders and hips.
    attention: (n,) in [0, 1]; the probability that they look at the camera.
    stature, stature_stddev: (n,), m; how tall they are, standing.
    velocity: (n, 3), m/s; velocity_covariance: (n, 3, 3), m^2/s^2.
    *_source: (n,) uint8, one of SOURCE_NONE, SOURCE_DEPTH, SOURCE_MONOCULAR.
    ids: (n,) uint32; 0 means not tracked.
    """

    keypoints: np.ndarray
    scores: np.ndarray
    points: np.ndarray
    position: np.ndarray
    position_covariance: np.ndarray
    position_source: np.ndarray
    facing: np.ndarray
    facing_stddev: np.ndarray
    facing_source: np.ndarray
    heading: np.ndarray
    headings: np.ndarray
    gaze: np.ndarray
    gaze_stddev: np.ndarray
    gaze_pitch_stddev: np.ndarray
    gaze_source: np.ndarray
    attention: np.ndarray
    stature: np.ndarray
    stature_stddev: np.ndarray
    velocity: np.ndarray
    velocity_covariance: np.ndarray
    ids: np.ndarray

    @property
    def count(self) -> int:
        """Number of people (``len()`` of a named tuple is its number of fields)."""
        return len(self.keypoints)

    def select(self, rows: Union[Sequence[int], np.ndarray]) -> 'People':
        """The people of these rows (indices or a boolean mask), in their order."""
        rows = np.arange(self.count)[rows]
        return People(*(field.take(rows, axis=0) for field in self))


def person_scores(keypoints: np.ndarray) -> np.ndarray:
    """Score of each person: the sum of their part scores over the number of parts, (n,) float32."""
    return keypoints[..., 2].mean(axis=1) if len(keypoints) else np.zeros(0, np.float32)


def people_in_image(keypoints: np.ndarray) -> People:
    """People of whom only the keypoints, (n, 18, 3) in px of the image, are known."""
    keypoints = np.asarray(keypoints, np.float32).reshape(-1, PART_COUNT, 3)
    n = len(keypoints)

    def unknown(*shape: int) -> np.ndarray:
        return np.full((n,) + shape, np.nan)

    def none() -> np.ndarray:
        return np.full(n, SOURCE_NONE, np.uint8)

    return People(
        keypoints=keypoints, scores=person_scores(keypoints), points=unknown(PART_COUNT, 3),
        position=unknown(3), position_covariance=unknown(3, 3), position_source=none(),
        facing=unknown(3), facing_stddev=unknown(), facing_source=none(),
        heading=unknown(), headings=unknown(2, COUNT),
        gaze=unknown(3), gaze_stddev=unknown(), gaze_pitch_stddev=unknown(),
        gaze_source=none(), attention=unknown(), stature=unknown(), stature_stddev=unknown(),
        velocity=unknown(3), velocity_covariance=unknown(3, 3), ids=np.zeros(n, np.uint32))


def transformed(people: People, rotation: np.ndarray, translation: np.ndarray) -> People:
    """The people in another frame: p' = rotation p + translation.

    rotation: (3, 3). translation: (3,), m.
    """
    def turned(vectors: np.ndarray) -> np.ndarray:
        return vectors.dot(rotation.T)

    def turned_covariance(covariance: np.ndarray) -> np.ndarray:
        return np.matmul(np.matmul(rotation, covariance), rotation.T)

    return people._replace(
        points=turned(people.points) + translation,
        position=turned(people.position) + translation,
        position_covariance=turned_covariance(people.position_covariance),
        facing=turned(people.facing), gaze=turned(people.gaze), velocity=turned(people.velocity),
        velocity_covariance=turned_covariance(people.velocity_covariance))
