"""Which way people face, over time: an angle about the up axis whose 180 degree flips are resisted.

A single picture now and then takes a front for a back. Such a measurement still tells the axis of
the shoulders, so it is turned round and used, while `odds` counts for and against the direction
believed so far; only when they fall below zero is the direction itself turned round. Everything
else is :class:`~openpose_ros.tracking.motion.Motion` on the angle.
"""
from typing import Sequence, Tuple

import numpy as np

from openpose_ros.people import SOURCE_DEPTH, SOURCE_NONE
from openpose_ros.tracking.mirror import settle
from openpose_ros.tracking.motion import Motion, wrap
from openpose_ros.tracking.rows import Rows
from openpose_ros.tracking.smoothing import gain

GATE = 9.                   # squared Mahalanobis distance, one dimension: three sigma
PATIENCE = 3                # outliers in a row after which they are believed
LEAST_STDDEV = np.radians(1.)
UNKNOWN_STDDEV = np.radians(30.)    # of a direction measured without one
ORDINARY_STDDEV = np.radians(30.)   # a less certain measurement counts for less than one frame
SHARED = 0.25               # share of a measurement's variance that is the same in every frame
# Without depth the side to which someone is turned is hardly seen: quick turns are not believed.
AGILITY_WITHOUT_DEPTH = 0.3
ELEVATION_CUTOFF = 1.       # Hz, of the smoothing of looking up and down


class Heading(Rows):
    """Directions of things in rows, all at the same time.

    motion: the filter of the azimuth, rad about `up`, not wrapped. elevation: (n,) rad above the
    horizontal plane. odds: (n,) frames by which the direction believed is ahead of its opposite.
    shared: (n,) rad^2, the part of the last measurement's variance that smoothing cannot reduce.
    source: (n,) of the last measurement. flip_frames, strong_stddev (rad): as in the settings.
    """

    flip_frames = 3
    strong_stddev = 0.06

    COLUMNS = {'elevation': 0., 'odds': 0., 'shared': 0., 'source': SOURCE_NONE}

    def __init__(self, up: Sequence[float]) -> None:
        self.motion = Motion(1, period=2. * np.pi)
        self.axes = _axes(up)
        self.elevation = np.zeros(0)
        self.odds = np.zeros(0)
        self.shared = np.zeros(0)
        self.source = np.zeros(0, np.uint8)

    def add(self, count: int) -> None:
        """Append `count` rows of which nothing is known."""
        super().add(count)
        self.motion.add(count)

    def keep(self, rows: np.ndarray) -> None:
        """Drop all rows but these (boolean mask or indices)."""
        super().keep(rows)
        self.motion.keep(rows)

    def update(self, rows: np.ndarray, directions: np.ndarray, stddev: np.ndarray,
               source: np.ndarray, mirrors: np.ndarray, dt: float) -> None:
        """Take measurements in; `motion` has been moved on to their time.

        rows: (m,) indices. directions: (m, 3) unit vectors, all known. stddev: (m,) rad. source:
        (m,). mirrors: (m, 3) the ray in which a direction may be mirrored, NaN where it is not. dt:
        s since the last frame.
        """
        if not len(rows):
            return
        azimuth, elevation = self._angles(directions)
        stddev = np.maximum(np.where(np.isfinite(stddev), stddev, UNKNOWN_STDDEV), LEAST_STDDEV)
        self.shared[rows] = SHARED * stddev ** 2
        new = ~self.motion.known[rows]
        azimuth = self._resist_flips(rows, azimuth, stddev, new)
        azimuth, stddev = self._settle_mirrored(rows, azimuth, stddev, mirrors, new)
        self.motion.update(rows, azimuth[:, None], (stddev ** 2)[:, None, None], GATE, PATIENCE)
        weight = np.where(new, 1., gain(ELEVATION_CUTOFF, dt))
        self.elevation[rows] += weight * (elevation - self.elevation[rows])
        self.source[rows] = source
        self.motion.agility[rows] = np.where(source == SOURCE_DEPTH, 1., AGILITY_WITHOUT_DEPTH)

    def estimate(self) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit vectors (n, 3), standard deviations about `up` (n,), rad, and sources (n,).

        While it is undecided which end is the front the deviation is up to a right angle.
        """
        mean, covariance = self.motion.estimate()
        doubt = np.pi / 2. * np.maximum(1. - self.odds / min(self._most_odds, 1.), 0.)
        stddev = np.sqrt(covariance[:, 0, 0] + self.shared + doubt ** 2)
        source = np.where(self.motion.known, self.source, SOURCE_NONE).astype(np.uint8)
        return self._directions(mean[:, 0], self.elevation), stddev, source

    @property
    def _most_odds(self) -> float:
        """So many that they are used up by `flip_frames` frames, not all quite opposite."""
        return self.flip_frames - 0.75

    def _resist_flips(self, rows: np.ndarray, azimuth: np.ndarray, stddev: np.ndarray,
                      new: np.ndarray) -> np.ndarray:
        """Weigh each measurement for front or back; returns those that oppose turned round."""
        off = wrap(azimuth - self.motion.moving[0][rows, 0])
        worth = np.minimum((ORDINARY_STDDEV / stddev) ** 2, 1.)
        worth = np.where(stddev <= self.strong_stddev, self.flip_frames, worth)
        odds = np.where(new, worth, self.odds[rows] + worth * np.cos(off))
        flipped = odds < 0.
        if flipped.any():
            self.motion.shift(rows, np.pi * flipped[:, None])
        self.odds[rows] = np.minimum(np.abs(odds), self._most_odds)
        opposed = ~new & ((np.abs(off) > np.pi / 2.) != flipped)
        return azimuth + np.pi * opposed

    def _settle_mirrored(self, rows: np.ndarray, azimuth: np.ndarray, stddev: np.ndarray,
                         mirrors: np.ndarray, new: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Take the directions that may be mirrored to the side that was to be expected."""
        which = np.flatnonzero(np.isfinite(mirrors).all(axis=1) & ~new)
        if len(which):
            predicted, variance = (values[rows[which]].ravel() for values in self.motion.moving)
            azimuth[which], stddev[which] = settle(
                azimuth[which], stddev[which], self._angles(mirrors[which])[0], predicted, variance)
        return azimuth, stddev

    def _angles(self, directions: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Azimuth and elevation, rad, of unit vectors (m, 3)."""
        ahead, aside, above = (directions @ self.axes.T).T
        return np.arctan2(aside, ahead), np.arctan2(above, np.hypot(ahead, aside))

    def _directions(self, azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
        """Unit vectors (n, 3) of azimuth and elevation, rad."""
        level = np.cos(elevation)
        return np.stack([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)],
                        axis=-1) @ self.axes


def _axes(up: Sequence[float]) -> np.ndarray:
    """Rows: two horizontal unit vectors and up, a right-handed frame."""
    above = np.asarray(up, float)
    above = above / np.linalg.norm(above)
    ahead = np.eye(3)[np.argmin(np.abs(above))]
    ahead = ahead - above * (ahead @ above)
    ahead = ahead / np.linalg.norm(ahead)
    return np.stack([ahead, np.cross(above, ahead), above])
