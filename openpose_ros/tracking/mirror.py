"""Left or right? What a facing measured without depth may stand for.

The width of the shoulders in the image tells how far a person is turned off the ray to the
camera, hardly to which side. Of two directions mirrored in the ray a single image gives the
likelier, or something between them, with a standard deviation that tells how far from each other
they were. Here they are taken apart again, so that the images before can choose between them.
"""
import math
from typing import NamedTuple, Tuple

import numpy as np

from openpose_ros.circle import wrap
from openpose_ros.each import of_each

# Of each candidate. Chosen: 2 and 6 leave the two men's errors within half a degree of what 4 does;
# with 6 who is tracked errs more than single images do.
MIN_STDDEV = math.radians(4.)


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
    standard deviation and c that of each candidate, the candidates' probabilities are those of the
    mixture at -d, 0 and d that has this mean and variance:

        d^2 = a^2 + 3/2 (s^2 - c^2),  r = a / d,
        probabilities (2/3 + r^2/3 - r) / 2, (1 - r^2) / 3 and (2/3 + r^2/3 + r) / 2,

    for their sum is 1, their mean d r = a, and their second moment d^2 (2/3 + r^2/3) + c^2 =
    a^2 + s^2. The middle one keeps the likelihood flat between the sides. But what is measured is a
    median (circle.estimate): where one side is the likelier it lies there, and not further in. So
    the sides are set to the larger of abs(a) and what the deviation alone has them be,
    sqrt(3/2 (s^2 - c^2)).
    """
    return Candidates(*of_each(_candidates_of_one, azimuth, stddev, ray).reshape(3, 3, -1))


def _candidates_of_one(azimuth: float, stddev: float, ray: float) -> Tuple[float, ...]:
    """The nine numbers of one measurement's :class:`Candidates`."""
    # Off the ray or its opposite: the difference modulo half a turn, in [-pi / 2, pi / 2).
    off_axis = (azimuth - ray + .5 * math.pi) % math.pi - .5 * math.pi
    axis = azimuth - off_axis
    own = _own_stddev(off_axis, stddev)
    side = _side_angle(off_axis, stddev, own)
    ratio = off_axis / side
    both_sides = (2. + ratio * ratio) / 6.
    side = max(abs(off_axis), math.sqrt(1.5 * (stddev * stddev - own * own)))
    return (wrap(axis - side), wrap(axis), wrap(axis + side),
            both_sides - ratio / 2., 1. - 2. * both_sides, both_sides + ratio / 2., own, own, own)


def _own_stddev(off_axis: float, stddev: float) -> float:
    """Standard deviation of each candidate, rad.

    Where no side is likelier (off_axis near 0) it is half the way to the side, so that the
    candidates run together: of peaks with gaps between them one would win in time by chance, and
    who faces the camera be drawn to it. The more the sides differ, the narrower each is.
    """
    narrow = min(stddev, MIN_STDDEV)
    side = _side_angle(off_axis, stddev, narrow)
    return min(max(.5 * (side - off_axis * off_axis / side), narrow), stddev)


def _side_angle(off_axis: float, stddev: float, own: float) -> float:
    """Angle d of the candidates off the axis, rad; see :func:`candidates`."""
    return max(math.sqrt(off_axis * off_axis + 1.5 * (stddev * stddev - own * own)), 1e-9)
