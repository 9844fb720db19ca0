"""Left or right? What a facing measured without depth may stand for.

The width of the shoulders in the image tells how far a person is turned off the ray to the
camera, hardly to which side. Two candidates mirrored in the ray are averaged into a direction too
near the ray, with a standard deviation that tells how far apart they were. Here they are taken
apart again, so that the images before can choose between them: their mean and variance stay as
measured, and a third candidate between them keeps the likelihood flat there.
"""
from typing import NamedTuple

import numpy as np

from openpose_ros.tracking.circle import wrap

LEAST_STDDEV = np.radians(6.)   # of each candidate


class Candidates(NamedTuple):
    """Directions of which one is the measured one: a mixture of three normal distributions.

    azimuth: (3, m) rad, in [-pi, pi). share: (3, m) probabilities. stddev: (3, m) rad.
    """

    azimuth: np.ndarray
    share: np.ndarray
    stddev: np.ndarray


def candidates(azimuth: np.ndarray, stddev: np.ndarray, ray: np.ndarray) -> Candidates:
    """What measured directions may stand for.

    azimuth, stddev: (m,) rad, as measured. ray: (m,) rad, azimuth from the camera to the person.

    With a the angle off the ray (or its opposite, whichever is nearer) and s^2 the variance beyond
    that of one candidate, they are at -d, 0 and d with d^2 = a^2 + 3/2 s^2; with r = a/d they have
    the probabilities (2/3 + r^2/3 - r)/2, (1 - r^2)/3 and (2/3 + r^2/3 + r)/2, of which the mean is
    a and the variance s^2.
    """
    axis = np.where(np.abs(wrap(azimuth - ray)) < np.pi / 2., ray, ray + np.pi)
    off_axis = wrap(azimuth - axis)

    def apart(own):
        return np.maximum(np.sqrt(off_axis ** 2 + 1.5 * (stddev ** 2 - own ** 2)), 1e-9)
    own = np.minimum(stddev, LEAST_STDDEV)
    # Where no side is likelier they are so wide that they run together: of peaks with gaps between
    # them one would win in time by chance, and who faces the camera be drawn to it.
    least = apart(own)
    own = np.clip(.5 * (least - off_axis ** 2 / least), own, stddev)
    step = apart(own)
    ratio = off_axis / step
    even = (2. + ratio ** 2) / 6.
    return Candidates(wrap(axis + np.array([[-1.], [0.], [1.]]) * step),
                      np.stack([even - ratio / 2., 1. - 2. * even, even + ratio / 2.]),
                      np.broadcast_to(own, (3, len(own))))
