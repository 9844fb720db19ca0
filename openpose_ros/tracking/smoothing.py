"""Jitter of single joints: a One-Euro filter that moves along with the body.

Source: Casiez, Roussel and Vogel, "1 Euro filter: a simple speed-based low-pass filter for noisy
input in interactive systems", CHI 2012. Applied to a joint's place relative to the body's own
filtered motion, so a body that moves evenly is followed without any delay.
"""
from typing import Union

import numpy as np

from openpose_ros.body import PART_COUNT
from openpose_ros.tracking.rows import Rows

SPEED_CUTOFF = 1.       # Hz, of the low-pass on the speed (the paper's dcutoff)
MEMORY = 0.5            # s without being seen after which a joint starts afresh


class Joints(Rows):
    """The parts of bodies in rows.

    places: (n, 18, dims) px or m, carried along with the body while not seen. speeds: the same
    shape, units/s, relative to the body. age: (n, 18) s since each part was seen; inf for never.
    min_cutoff (Hz), cutoff_slope (Hz per m/s): as in the settings.
    """

    min_cutoff = 1.5
    cutoff_slope = 3.5

    COLUMNS = {'places': 0., 'speeds': 0., 'age': np.inf}

    def __init__(self, dims: int) -> None:
        self.places = np.zeros((0, PART_COUNT, dims))
        self.speeds = np.zeros((0, PART_COUNT, dims))
        self.age = np.zeros((0, PART_COUNT))

    @property
    def remembered(self) -> np.ndarray:
        """Which parts were seen not long ago, (n, 18) bool."""
        return self.age <= MEMORY

    def move(self, shift: np.ndarray, dt: float = 0.) -> None:
        """Carry the parts along as far as their bodies have moved, (n, dims), within `dt` s."""
        self.places = self.places + shift[:, None]
        self.age = self.age + dt

    def rescale(self, factor: float, offset: float) -> None:
        """Give everything in another unit: x becomes factor x + offset."""
        self.places = factor * self.places + offset
        self.speeds = factor * self.speeds

    def update(self, rows: np.ndarray, measured: np.ndarray, scale: Union[float, np.ndarray],
               dt: float) -> None:
        """Take in where the parts were seen.

        rows: (m,) indices. measured: (m, 18, dims), NaN where not seen. scale: units per metre, of
        all or (m,). dt: s since the last frame.
        """
        seen = np.isfinite(measured).all(axis=2)
        fresh = (seen & ~self.remembered[rows])[..., None]
        off = np.where(seen[..., None], measured - self.places[rows], 0.)
        old = self.speeds[rows]
        newest = gain(SPEED_CUTOFF, dt)
        speeds = (1. - newest) * old + newest / max(dt, 1e-6) * off
        metres = np.sqrt(np.einsum('njd,njd->nj', speeds, speeds)) / np.reshape(scale, (-1, 1))
        share = gain(self.min_cutoff + self.cutoff_slope * metres, dt)[..., None]
        self.places[rows] += np.where(fresh, 1., share) * off
        self.speeds[rows] = np.where(fresh, 0., speeds)
        self.age[rows] = np.where(seen, 0., self.age[rows])


def gain(cutoff: Union[float, np.ndarray], dt: float) -> Union[float, np.ndarray]:
    """Weight of the newest sample in a first-order low-pass of this cutoff (Hz) after `dt` s."""
    turns = 2. * np.pi * cutoff * dt
    return turns / (1. + turns)
