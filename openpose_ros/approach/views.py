"""What was measured of somebody who stands still, by the side from which they were looked at.

Which way somebody faces is seen well from one side and badly from another (without depth best from
aside), and what one view errs by stays for as long as it is had: the body's proportions, a raised
arm, the network's own errors. So each side counts once, however long it was looked at, and the
better view for more; see fronts.py for what they say of a facing together.
"""
import math
from typing import Optional

import numpy as np

from openpose_ros.approach import drift, fronts
from openpose_ros.approach.drift import Whence

_SECTORS = 12   # of 30 degrees; chosen: a view from less beside errs much the same way
# After s a view counts for 1/e. Chosen: half of it forgets on the way round what was seen at first;
# who turns by less than is noticed is followed the more slowly, the longer it is.
_MEMORY = 60.
MAX_PASSED = .2                 # s for which one measurement counts, however long none came
_MIN_SHIFT = .02                # m; people sway by this much
_SWAY = _MIN_SHIFT ** 2 * np.eye(3)
_MIN_STDDEV = math.radians(3.)  # no facing counts as more certain: people are not that square


class _Mean:
    """Running mean over time, weighted by the measurements' inverse variances. images: their number.

    What was measured worse than the best there was takes so much longer to change it.
    """

    def __init__(self) -> None:
        self.value = self.covariance = self.seen_at = None
        self.whence = None      # type: Whence; when it was seen last
        self._weight = self._best = 0.
        self.images = 0

    def add(self, value, covariance, variance, passed, stamp, settle_time):
        """variance: by which it is weighted. passed: s for which it counts."""
        weight, self.seen_at = 1. / variance, stamp
        self.images += 1
        self._best = max(self._best, weight)
        if self.value is None:
            self.value, self.covariance, self._weight = value, covariance, passed * weight
            return
        self._weight = min(self._weight + passed * weight, max(settle_time, passed) * self._best)
        share = passed * weight / self._weight
        self.value = self.value + share * (value - self.value)
        self.covariance = self.covariance + share * (covariance - self.covariance)


class Views:
    """Means of position and facing by sector, and what all together say.

    position: (3,) m, facing: (3,) unit vector; None before they were added. facing_stddev: rad, at
    present; best_stddev: the least that it ever was.
    """

    def __init__(self) -> None:
        self._sectors = {}      # {number: (mean of positions, of facings)}
        self.position = self.facing = None
        self.facing_stddev, self.best_stddev = math.nan, math.inf
        self._covariance = np.zeros((3, 3))

    def level_stddev(self, up) -> float:
        """m, of the position along the ground."""
        return along_ground(self._covariance, up)

    def add(self, position, covariance, told: Optional[np.ndarray], facing_stddev, whence: Whence,
            up, bearing, passed, stamp, settle_time) -> None:
        """Take in a measurement from this bearing, rad.

        covariance: (3, 3) m^2. told: what `fronts.seen` or `claimed` says of the facing; None
        where it is not known. passed: s since the one before.
        """
        sector = round(bearing * _SECTORS / (2. * math.pi)) % _SECTORS
        if sector not in self._sectors:
            self._sectors[sector] = _Mean(), _Mean()
        where, front = self._sectors[sector]
        passed = min(max(passed, 1e-6), MAX_PASSED)
        covariance = covariance + _SWAY
        where.add(position, covariance, trace(covariance) / 3., passed, stamp, settle_time)
        if told is not None:
            variance = max(facing_stddev, _MIN_STDDEV) ** 2
            front.add(told, variance, variance, passed, stamp, settle_time)
            front.whence = whence
        where.whence = whence
        self._combine(whence, up, stamp)

    def _combine(self, whence, up, stamp):
        wheres = [where for where, _ in self._sectors.values()]
        share = variance = 0.
        if len(wheres) == 1:    # mostly, and inverses are dear
            self._covariance, self.position = wheres[0].covariance, wheres[0].value
        else:
            places = [(np.linalg.inv(drift.slipped(
                where.covariance / _kept(where, stamp), whence.camera - where.whence.camera)),
                       where.value) for where in wheres]
            moves = [whence.since(where.whence, where.value, up) for where in wheres]
            shares, covariance = drift.shares(places, moves)
            share, variance = shares[0], covariance[0, 0]
            self._covariance, self.position = _best_of(
                [(inverse, place + move.dot(shares))
                 for (inverse, place), move in zip(places, moves)])
        seen = []
        for _, front in self._sectors.values():
            if front.value is not None:
                turn = whence.turned - front.whence.turned
                told = front.covariance / (front.covariance + drift.variance_of(turn, variance))
                seen.append((front.value, front.images, told * _kept(front, stamp), share * turn))
        if seen:
            self.facing, stddev = fronts.together(seen, up)
            self.facing_stddev = max(stddev, _MIN_STDDEV)
            self.best_stddev = min(self.best_stddev, self.facing_stddev)


def _best_of(places):
    """(covariance, mean) of [(inverse covariance, value)]."""
    covariance = np.linalg.inv(sum(inverse for inverse, _ in places))
    return covariance, covariance.dot(sum(inverse.dot(value) for inverse, value in places))


def along_ground(covariance: np.ndarray, up: np.ndarray) -> float:
    """Standard deviation of a position along the ground, m, by its covariance (3, 3); may be NaN."""
    level = trace(covariance) - up.dot(covariance).dot(up)
    return math.sqrt(max(.5 * level, 0.)) if math.isfinite(level) else math.nan


def trace(matrix: np.ndarray) -> float:
    """The sum of the diagonal of a small matrix, by fewer instructions than NumPy's."""
    return sum(matrix.diagonal().tolist())


def _kept(mean, stamp):
    return math.exp((mean.seen_at - stamp) / _MEMORY)
