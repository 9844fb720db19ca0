"""Left or right? What a facing measured without depth says once one knows where she faced before.

The width of the shoulders in the picture tells how far a person is turned off the ray to the
camera, hardly to which side. Two candidates mirrored in the ray are averaged into a direction too
near the ray, with a standard deviation that tells how far apart they were. Here they are taken
apart again, so that the prediction can choose between them: their mean and variance stay as
measured, and a third candidate between them keeps the likelihood flat there (with two only, someone
who faces the camera would be drawn to one side).
"""
from typing import Tuple

import numpy as np

from openpose_ros.tracking.motion import wrap

CANDIDATE_STDDEV = np.radians(6.)   # of each candidate
MOST_GAIN = 0.98                    # share of the predicted variance that must stay


def settle(azimuth: np.ndarray, stddev: np.ndarray, ray: np.ndarray, predicted: np.ndarray,
           variance: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """The single direction that moves the prediction as the three candidates together would.

    azimuth, stddev: (m,) rad, as measured. ray: (m,) rad, azimuth from the camera to the person.
    predicted, variance: (m,) rad and rad^2. Returns azimuth and stddev, (m,).

    With a the angle off the ray (or its opposite, whichever is nearer), s^2 the variance beyond
    that of one candidate, the candidates are at -d, 0 and d with d^2 = a^2 + 3/2 s^2; with r = a/d
    they have the probabilities (2/3 + r^2/3 - r)/2, (1 - r^2)/3 and (2/3 + r^2/3 + r)/2, of which
    the mean is a and the variance s^2. Their mixture with the prediction is reduced to one normal
    distribution by its moments (Bar-Shalom's probabilistic data association).
    """
    own = np.minimum(stddev, CANDIDATE_STDDEV) ** 2
    axis = np.where(np.abs(wrap(azimuth - ray)) < np.pi / 2., ray, ray + np.pi)
    off_axis = wrap(azimuth - axis)
    apart = np.sqrt(off_axis ** 2 + 1.5 * (stddev ** 2 - own))
    ratio = off_axis / np.maximum(apart, 1e-9)
    even = (2. + ratio ** 2) / 6.
    share = np.stack([even - ratio / 2., 1. - 2. * even, even + ratio / 2.])
    off = wrap(axis - predicted) + np.array([[-1.], [0.], [1.]]) * apart
    total = variance + own
    share = share * np.exp(-0.5 * (off ** 2 - (off ** 2).min(axis=0)) / total)
    share = share / share.sum(axis=0)

    gain = variance / total
    mean = gain * (share * off).sum(axis=0)
    left = gain * own + gain ** 2 * (share * off ** 2).sum(axis=0) - mean ** 2
    left = np.minimum(left, MOST_GAIN * variance)
    noise = left * variance / (variance - left)
    return predicted + mean * (1. + noise / variance), np.sqrt(noise)
