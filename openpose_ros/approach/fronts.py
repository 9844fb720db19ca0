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
# a view counts for no more than 1 / _SHARED of them. Chosen: between the tracker's for facing; of 100
# simulated people, the camera's height known, half and twice of it err by 3.7 and 4.1 degrees (root
# mean square) instead of 3.8 and claim 5.2 and 8.6 instead of 6.6.
_SHARED = .65
_ODD = .01      # share of a view that says nothing; chosen: 1 of 100 bodies is held oddly


def azimuth(vector: np.ndarray, up: np.ndarray) -> float:
    """Of a vector about up, rad in [-pi, pi], anticlockwise from the axis that is the most level."""
    up, vector = up.tolist(), vector.tolist()
    ahead, left, above = _axes(up)
    along = up[0] * vector[0] + up[1] * vector[1] + up[2] * vector[2]
    return math.atan2(up[above] * vector[left] - up[left] * vector[above],
                      vector[ahead] - up[ahead] * along)


def level(angle: float, up: np.ndarray) -> np.ndarray:
    """The level unit vector, (3,), of an azimuth."""
    up, vector = up.tolist(), [0.] * 3
    ahead, left, above = _axes(up)
    cosine, sine = math.cos(angle), math.sin(angle)
    vector[left] = sine * up[above] - cosine * up[ahead] * up[left]
    vector[above] = -sine * up[left] - cosine * up[ahead] * up[above]
    length = math.sqrt(1. - up[ahead] ** 2)
    vector[ahead] = cosine * length ** 2
    return np.array(vector) / length


def _axes(up):
    """The most level axis, and the two that follow it."""
    steepness = [abs(component) for component in up]
    ahead = steepness.index(min(steepness))
    return ahead, (ahead + 1) % 3, (ahead + 2) % 3


def seen(headings: np.ndarray, towards: float) -> np.ndarray:
    """What an image tells of a facing: logarithms of probabilities of azimuths, (2, circle.COUNT).

    As they count over time, and by shoulders and hips alone. headings: as of people.People, off
    `towards`, the azimuth of the direction to the camera, rad.
    """
    return _logarithms(circle.rotated_alike(headings, towards))


def claimed(facing: float, stddev: float) -> np.ndarray:
    """The same where only an azimuth and its standard deviation are known, rad."""
    return _logarithms(circle.STEP * circle.normal(np.array((facing, facing)),
                                                   np.array((stddev, stddev))))


def _logarithms(probability):
    return np.log((1. - _ODD) * probability + _ODD / circle.COUNT)


def together(views: Sequence[Tuple[np.ndarray, int, float, float]], up: np.ndarray
             ) -> Tuple[np.ndarray, float]:
    """Unit vector of the facing, and its standard deviation, rad, by all views.

    views: of each what was `seen` or `claimed`, averaged over its images; how many these were; the share of it that
    still counts; and the turn, rad, by which it is to be set right.
    """
    torso, head = np.zeros(circle.COUNT), np.zeros(circle.COUNT)
    for logarithms, images, share, turn in views:
        of_all, of_torso = circle.rotated_alike(logarithms, turn) if turn else logarithms
        torso += share / (_SHARED + (1. - _SHARED) / images) * of_torso
        head += of_all - of_torso
    angle, stddev = circle.estimate(circle.normalized(
        torso + head / (HEAD_OVER_TIME * len(views)))[None])
    return level(float(angle[0]), up), float(stddev[0])
