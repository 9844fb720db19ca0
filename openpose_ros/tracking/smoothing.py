"""Jitter of single joints: a One-Euro filter that moves along with the body.

Source: Casiez, Roussel and Vogel, "1 Euro filter: a simple speed-based low-pass filter for noisy
input in interactive systems", CHI 2012. Applied to a joint's place relative to the body's own
filtered motion, so a body that moves evenly is followed without any delay.
"""
from typing import Union

import numpy as np

from openpose_ros.body import PART_COUNT
from openpose_ros.tracking.arrays import Rows

SPEED_CUTOFF = 1.       # Hz, of the low-pass on the speed (the paper's dcutoff and its default)
MEMORY = 0.5            # s without being seen after which a joint starts afresh


class JointFilter(Rows):
    """The parts of bodies in rows.

    offsets: (n, 18, dims) px or m, of the parts from their body's place, as last seen. speeds: the
    same shape, units/s. age: (n, 18) s since each part was seen; inf for never.
    min_cutoff (Hz), cutoff_slope (Hz per m/s): as in the settings.
    """

    min_cutoff = 1.5
    cutoff_slope = 3.5

    COLUMNS = {'offsets': 0., 'speeds': 0., 'age': np.inf}

    def __init__(self, dims: int) -> None:
        self.offsets = np.zeros((0, PART_COUNT, dims))
        self.speeds = np.zeros((0, PART_COUNT, dims))
        self.age = np.zeros((0, PART_COUNT))

    def predict(self, dt: float) -> None:
        """Go on by `dt` seconds: the parts stay where they are on their bodies."""
        self.age = self.age + dt

    def rescale(self, rows: Union[np.ndarray, slice], factor: float) -> None:
        """Give these rows in another unit: x becomes factor x."""
        self.offsets[rows] *= factor
        self.speeds[rows] *= factor

    def update(self, rows: Union[np.ndarray, slice], measured: np.ndarray,
               scale: Union[float, np.ndarray], dt: float) -> None:
        """Take in where the parts were seen on their bodies.

        rows: (m,) indices, or a slice. measured: (m, 18, dims) offsets, NaN where not seen. scale:
        units per metre, of all or (m,). dt: s since the last image.
        """
        seen = np.logical_and.reduce(np.isfinite(measured), axis=2)
        age = self.age[rows]
        fresh = seen & (age > MEMORY)
        change = np.where(seen[..., None], measured - self.offsets[rows], 0.)
        newest = gain(SPEED_CUTOFF, dt)
        speeds = self.speeds[rows] * (1. - newest) + change * (newest / max(dt, 1e-6))
        metres = np.sqrt(np.add.reduce(speeds * speeds, axis=2)) / np.reshape(scale, (-1, 1))
        share = np.maximum(gain(metres * self.cutoff_slope + self.min_cutoff, dt), fresh)
        self.offsets[rows] += share[..., None] * change
        self.speeds[rows] = speeds * ~fresh[..., None]
        self.age[rows] = np.where(seen, 0., age)


def gain(cutoff: Union[float, np.ndarray], dt: float) -> Union[float, np.ndarray]:
    """Weight of the newest sample in a first-order low-pass of this cutoff (Hz) after `dt` s."""
    turns = cutoff * (2. * np.pi * dt)
    return turns / (1. + turns)
