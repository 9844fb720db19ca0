"""Which way somebody who stands faces, by all views of them together.

One view tells shoulders' and hips' headings badly from the front and well from aside, and without
depth hardly on which side of it they are turned; and whose shoulders are narrow seems turned away
from wherever they are looked at. So of each view the probability of every azimuth is kept, and they
are multiplied: what is true of all views is left. The head's say is of another kind: whoever looks
aside, or at the robot, does so in all views, and it counts once.
"""
import math
from typing import Sequence, Tuple

import numpy as np

from openpose_ros import circle
from openpose_ros.scene.locate import HEAD_OVER_TIME

# Share of an image's variance that all images of a view have in common, so that however many there are,
# a view counts for no more than 1 / _SHARED of them. Chosen: the tracker's for facing is 0.6; 1 errs a
# quarter more where only the camera's height is known (60 simulated people who stand).
_SHARED = .65
_ODD = .01      # share of a view that says nothing; chosen: 1 of 100 bodies is held oddly


def level_axes(up: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Two level unit vectors, the second to the left of the first; azimuths count from the first."""
    ahead = np.eye(3)[np.argmin(np.abs(up))]
    ahead = ahead - ahead.dot(up) * up
    ahead = ahead / math.sqrt(ahead.dot(ahead))
    return ahead, np.cross(up, ahead)


def azimuth(vector: np.ndarray, up: np.ndarray) -> float:
    """Of a vector about up, rad in [-pi, pi]."""
    ahead, aside = level_axes(up)
    return math.atan2(vector.dot(aside), vector.dot(ahead))


def told(headings: np.ndarray, towards: float, facing: float, stddev: float) -> np.ndarray:
    """What an image tells of a facing: logarithms of probabilities of azimuths, (2, circle.COUNT).

    As they count over time, and by shoulders and hips alone. headings: as of people.People, off
    `towards`, the azimuth of the direction to the camera, rad; where they are unknown (NaN) facing,
    an azimuth, and stddev, rad, count.
    """
    if math.isfinite(headings[0, 0]):
        probability = circle.rotated(headings, np.array((towards, towards)))
    else:
        probability = circle.STEP * circle.normal(np.array((facing, facing)),
                                                  np.array((stddev, stddev)))
    return np.log((1. - _ODD) * probability + _ODD / circle.COUNT)


def together(views: Sequence[Tuple[np.ndarray, int, float, float]], up: np.ndarray
             ) -> Tuple[np.ndarray, float]:
    """Unit vector of the facing, and its standard deviation, rad, by all views.

    views: of each what was `told`, averaged over its images; how many these were; the share of it that
    still counts; and the turn, rad, by which it is to be set right.
    """
    torso, head = np.zeros(circle.COUNT), np.zeros(circle.COUNT)
    for logarithms, images, share, turn in views:
        of_all, of_torso = circle.rotated(logarithms, np.array((turn, turn)))
        torso += share / (_SHARED + (1. - _SHARED) / images) * of_torso
        head += (of_all - of_torso) / HEAD_OVER_TIME
    angle, stddev = circle.estimate(circle.normalized(torso + head / len(views))[None])
    ahead, aside = level_axes(up)
    return math.cos(angle[0]) * ahead + math.sin(angle[0]) * aside, float(stddev[0])
