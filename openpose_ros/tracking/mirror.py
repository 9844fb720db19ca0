"""Left or right? What a facing measured without depth may stand for.

The width of the shoulders in the image tells how far a person is turned off the ray to the
camera, hardly to which side. Two directions mirrored in the ray are averaged into one too near the
ray, with a standard deviation that tells how far from each other they were. Here they are taken
apart again, so that the images before can choose between them.
"""
from typing import NamedTuple

import numpy as np

from openpose_ros.circle import wrap

MIN_STDDEV = np.radians(6.)   # of each candidate


class Candidates(NamedTuple):
    """Directions of which one is the measured one: a mixture of three normal distributions.

    azimuth: (3, m) rad, in [-pi, pi). probability: (3, m). stddev: (3, m) rad.
    """

    azimuth: np.ndarray
    probability: np.ndarray
    stddev: np.ndarray


def candidates(azimuth: np.ndarray, stddev: np.ndarray, ray: np.ndarray) -> Candidates:
    """What measured directions may stand for: to the one side of the ray, along it, to the other.

    azimuth, stddev: (m,) rad, as measured. ray: (m,) rad, azimuth from the camera to the person.

    With a the measured angle off the ray (or off its opposite, whichever is nearer), s the measured
    standard deviation and c that of each candidate, the candidates are at -d, 0 and d. Their
    mixture has the measured mean and variance:

        d^2 = a^2 + 3/2 (s^2 - c^2),  r = a / d,
        probabilities (2/3 + r^2/3 - r) / 2, (1 - r^2) / 3 and (2/3 + r^2/3 + r) / 2,

    for their sum is 1, their mean d r = a, and their second moment d^2 (2/3 + r^2/3) + c^2 =
    a^2 + s^2. The middle one keeps the likelihood flat between the sides.
    """
    axis = np.where(np.abs(wrap(azimuth - ray)) < np.pi / 2., ray, ray + np.pi)
    off_axis = wrap(azimuth - axis)
    own = _own_stddev(off_axis, stddev)
    side = _side_angle(off_axis, stddev, own)
    ratio = off_axis / side
    both_sides = (2. + ratio ** 2) / 6.
    return Candidates(wrap(axis + np.array([[-1.], [0.], [1.]]) * side),
                      np.array([both_sides - ratio / 2., 1. - 2. * both_sides,
                                both_sides + ratio / 2.]),
                      own + np.zeros((3, 1)))


def _own_stddev(off_axis: np.ndarray, stddev: np.ndarray) -> np.ndarray:
    """Standard deviation of each candidate, (m,) rad.

    Where no side is likelier (off_axis near 0) it is half the way to the side, so that the
    candidates run together: of peaks with gaps between them one would win in time by chance, and
    who faces the camera be drawn to it. The more the sides differ, the narrower each is.
    """
    narrow = np.minimum(stddev, MIN_STDDEV)
    side = _side_angle(off_axis, stddev, narrow)
    return np.minimum(np.maximum(.5 * (side - off_axis ** 2 / side), narrow), stddev)


def _side_angle(off_axis: np.ndarray, stddev: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Angle d of the candidates off the axis, (m,) rad; see :func:`candidates`."""
    return np.maximum(np.sqrt(off_axis ** 2 + 1.5 * (stddev ** 2 - own ** 2)), 1e-9)
