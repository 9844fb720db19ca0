"""What was measured of somebody who stands still, by the side from which they were looked at.

Which way somebody faces is seen well from one side and badly from another (without depth best from
aside), and what one view errs by stays for as long as it is had: the body's proportions, a raised
arm, the network's own errors. So each side counts once, however long it was looked at, and the
better view for more.
"""
import math

import numpy as np

from openpose_ros.approach import drift
from openpose_ros.approach.comfort import turned
from openpose_ros.approach.drift import Whence

_SECTOR = math.radians(30.)     # chosen: a view from less beside errs much the same way
# After s a view counts for 1/e. Chosen: half of it forgets on the way round what was seen at first;
# who turns by less than is noticed is followed the more slowly, the longer it is.
_MEMORY = 60.
MAX_PASSED = .2                 # s for which one measurement counts, however long none came
_MIN_SHIFT = .02                # m; people sway by this much
_SWAY = _MIN_SHIFT ** 2 * np.eye(3)
# How much the errors of two views have in common: a body that is wider than most is so from all
# sides.
_SHARED = .5
_MIN_STDDEV = math.radians(3.)  # no facing counts as more certain: people are not that square


class _Mean:
    """Running mean of a vector over time, weighted by the measurements' inverse variances.

    What was measured worse than the best there was takes so much longer to change it.
    """

    def __init__(self) -> None:
        self.value = self.covariance = self.seen_at = None
        self.whence = None      # type: Whence; when it was seen last
        self._weight = self._best = 0.

    def add(self, value, covariance, variance, passed, stamp, settle_time):
        """variance: by which it is weighted. passed: s for which it counts."""
        weight, self.seen_at = 1. / variance, stamp
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

    def add(self, position, covariance, facing, facing_stddev, whence: Whence, up, bearing, passed,
            stamp, settle_time) -> None:
        """Take in a measurement from this bearing, rad; facing NaN where it is not known.

        covariance: (3, 3) m^2. passed: s since the one before.
        """
        sector = int(round(bearing / _SECTOR)) % int(round(2. * math.pi / _SECTOR))
        where, front = self._sectors.setdefault(sector, (_Mean(), _Mean()))
        passed = min(max(passed, 1e-6), MAX_PASSED)
        covariance = covariance + _SWAY
        where.add(position, covariance, trace(covariance) / 3., passed, stamp, settle_time)
        if math.isfinite(facing_stddev):
            variance = max(facing_stddev, _MIN_STDDEV) ** 2
            front.add(facing, variance, variance, passed, stamp, settle_time)
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
                seen.append((math.sqrt(front.covariance / _kept(front, stamp)
                                       + drift.variance_of(turn, variance)),
                             turned(front.value, up, share * turn) if turn else front.value))
        if seen:
            stddev, values = zip(*sorted(seen, key=lambda view: view[0]))
            weights, variance = _weights(np.array(stddev))
            facing = weights.dot(values[:len(weights)])
            length = math.sqrt(facing.dot(facing))
            if length > 0.:
                self.facing, self.facing_stddev = facing / length, variance ** .5
                self.best_stddev = min(self.best_stddev, self.facing_stddev)


def _best_of(places):
    """(covariance, mean) of [(inverse covariance, value)]."""
    covariance = np.linalg.inv(sum(inverse for inverse, _ in places))
    return covariance, covariance.dot(sum(inverse.dot(value) for inverse, value in places))


def _weights(stddev):
    """(weights of the first of these, variance of the mean), the deviations (n,) in rising order.

    The best linear estimate by errors that correlate by _SHARED; with it a much worse view would
    count less than nothing, and is left out.
    """
    for count in range(len(stddev), 0, -1):
        inverse = 1. / stddev[:count]
        common = _SHARED * inverse.sum() / (1. + (count - 1) * _SHARED)
        weights = inverse * (inverse - common) / (1. - _SHARED)
        if weights[-1] > 0.:
            break
    return weights / weights.sum(), 1. / weights.sum()


def along_ground(covariance: np.ndarray, up: np.ndarray) -> float:
    """Standard deviation of a position along the ground, m, by its covariance (3, 3); may be NaN."""
    level = trace(covariance) - up.dot(covariance).dot(up)
    return math.sqrt(max(.5 * level, 0.)) if math.isfinite(level) else math.nan


def trace(matrix: np.ndarray) -> float:
    """The sum of the diagonal of a small matrix, by fewer instructions than NumPy's."""
    return sum(matrix.diagonal().tolist())


def _kept(mean, stamp):
    return math.exp((mean.seen_at - stamp) / _MEMORY)
