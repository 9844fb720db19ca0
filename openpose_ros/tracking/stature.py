"""How tall people are: measured where depth or the ground tell, remembered where they do not.

Without depth and ground the scene takes everybody for an adult of middling size, and says how far
off that may be. Of someone whose stature was measured once the distance is known as well as that:
the position is moved along its ray, and the part of its variance that the unknown size had put
there is taken out again.
"""
from typing import Sequence, Tuple

import numpy as np

from openpose_ros.proportions import ADULTS, CHILDREN, STATURE
from openpose_ros.tracking.arrays import Rows, outer, where_known

# Share of a measurement's variance that is the same in successive images (a body that does not have
# the usual proportions, the shoes, the camera's height). Measured; see docs/tracking.md.
SHARED = 0.5
PRIOR_STDDEV = 0.25     # m; more than adults and children differ by: what is measured decides
GATE = 9.               # squared deviation, three sigma; more is another posture, not another size
# Without depth and ground a position is that of an adult of the mean size ADULTS.mean. Its variance
# relative to the distance then holds this much for that people are not all of that size.
UNKNOWN_SIZE = sum(group.share * ((group.stddev / group.mean) ** 2
                                  + np.log(group.mean / ADULTS.mean) ** 2)
                   for group in (ADULTS, CHILDREN))
MIN_SHARE = 0.2         # chosen: of the variance along the ray at least so much is something else


class StatureFilter(Rows):
    """Statures of people in rows: a Kalman filter of a constant.

    value: (n,) m. variance: (n,) m^2, of what averaging reduces. shared: (n,) m^2, of what it does
    not. known: (n,) bool, has been measured.
    """

    COLUMNS = {'value': 0., 'variance': PRIOR_STDDEV ** 2, 'shared': np.inf, 'known': False}

    def __init__(self) -> None:
        self.value = np.zeros(0)
        self.variance = np.zeros(0)
        self.shared = np.zeros(0)
        self.known = np.zeros(0, bool)

    def update(self, rows: np.ndarray, measured: np.ndarray, stddev: np.ndarray) -> None:
        """Take in statures (m,) m with their standard deviations; NaN where not measured."""
        usable = np.isfinite(measured) & (stddev > 0.) & np.isfinite(stddev)
        if True not in usable.tolist():
            return
        rows, measured, variance = rows[usable], measured[usable], stddev[usable] ** 2
        prior = self.variance[rows]
        off = measured - self.value[rows]
        fits = ~self.known[rows] | (off ** 2 <= GATE * (prior + variance + self.shared[rows]))
        rows, measured, variance, prior, off = (
            each[fits] for each in (rows, measured, variance, prior, off))
        gain = np.where(self.known[rows], prior / (prior + variance), 1.)
        self.value[rows] += gain * off
        self.variance[rows] = np.where(self.known[rows], (1. - gain) * prior, variance)
        self.shared[rows] = np.minimum(self.shared[rows], SHARED * variance)
        self.known[rows] = True

    def estimate(self) -> Tuple[np.ndarray, np.ndarray]:
        """Statures and their standard deviations, (n,) m; NaN where unknown."""
        return (np.where(self.known, self.value, np.nan),
                where_known(self.known, np.sqrt(self.variance + self.shared)))

    def refine(self, rows: np.ndarray, position: np.ndarray, covariance: np.ndarray,
               camera_position: Sequence[float]) -> Tuple[np.ndarray, np.ndarray]:
        """Positions (m, 3) of people of unknown size, and covariances, now that it is known.

        rows: (m,) of the people. Someone whose stature is unknown stays where they are.
        """
        known = self.known[rows]
        if not known.any():
            return position, covariance
        factor = np.where(known, self.value[rows] / (STATURE * ADULTS.mean), 1.)
        ray = position - camera_position
        distance = np.maximum((ray ** 2).sum(axis=1), 1e-12) ** .5
        along = ray / distance[:, None]
        before = (along[:, None] @ covariance @ along[..., None])[:, 0, 0]
        size = (self.variance + self.shared)[rows] / np.maximum(self.value[rows], .1) ** 2
        after = np.maximum(before - UNKNOWN_SIZE * distance ** 2, MIN_SHARE * before) \
            + size * distance ** 2
        change = np.where(known, np.minimum(after - before, 0.), 0.)
        covariance = covariance + change[:, None, None] * outer(along)
        return camera_position + factor[:, None] * ray, covariance * (factor ** 2)[:, None, None]
