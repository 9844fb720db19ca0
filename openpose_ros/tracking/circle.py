"""Probabilities over the full circle, on a grid of azimuths, for many rows at once."""
from typing import Tuple

import numpy as np

COUNT = 72
STEP = 2. * np.pi / COUNT
ANGLES = STEP * np.arange(COUNT) - np.pi

# Angles around one of the grid: -pi to below pi.
_AROUND = np.arange(COUNT) - COUNT // 2
_OFF = STEP * _AROUND
_SMOOTH = np.exp(-.5 * ((_OFF[:, None] - _OFF + np.pi) % (2. * np.pi) - np.pi) ** 2
                 / np.radians(25.) ** 2)
# What is averaged is within this of the weightiest direction, fading out.
_REACH, _FADE = np.radians(45.), np.radians(30.)
_NEAR = np.clip((_REACH + _FADE - np.abs(_OFF)) / _FADE, 0., 1.)
_MOMENTS = np.stack([_NEAR, _NEAR * _OFF, _NEAR * _OFF ** 2], axis=1)
# Sums what is within 0, 1, ... steps of the middle.
_WITHIN = (np.abs(_AROUND)[:, None] <= np.arange(COUNT // 2 + 1)).astype(float)


def wrap(angle: np.ndarray) -> np.ndarray:
    """Angles, rad, brought into [-pi, pi)."""
    return (angle + np.pi) % (2. * np.pi) - np.pi


def opposite(density: np.ndarray) -> np.ndarray:
    """The same (..., COUNT) turned half around."""
    halves = density.reshape(density.shape[:-1] + (2, COUNT // 2))
    return halves[..., ::-1, :].reshape(density.shape)


def normal(mean: np.ndarray, stddev: np.ndarray) -> np.ndarray:
    """Density, 1/rad, of normal distributions (...) at each azimuth, (..., COUNT).

    mean: rad, in [-pi, pi]. stddev: rad.
    """
    stddev = stddev[..., None]
    off = np.pi - np.abs(np.abs(ANGLES - mean[..., None]) - np.pi)
    return np.exp((off / stddev) ** 2 * -.5) * (.5 / np.pi) ** .5 / stddev


def wandered(stddev: float) -> np.ndarray:
    """Probability of each shift by 0, 1, ... steps, (COUNT,), of what wanders by `stddev`, rad."""
    share = np.zeros(COUNT)
    share[[1, -1]] = .5 * min(stddev / STEP, 1.) ** 2
    share[0] = 1. - 2. * share[1]
    return share


def turned(turn: np.ndarray, stddev: np.ndarray) -> np.ndarray:
    """The same, (..., COUNT), of what turns by `turn` (...), give or take `stddev` (...), rad.

    It is spread over half a step at least: less would not have this mean on the grid.
    """
    share = normal(wrap(turn - np.pi), np.maximum(stddev, .5 * STEP))
    return share / share.sum(axis=-1, keepdims=True)


def shifted(probability: np.ndarray, transform: np.ndarray) -> np.ndarray:
    """Probabilities (..., COUNT) after shifts, whose probabilities have this `numpy.fft.rfft`."""
    return np.fft.irfft(np.fft.rfft(probability) * transform, COUNT)


def estimate(probability: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Azimuth and its standard deviation, both (n,) rad, of probabilities (n, COUNT).

    The azimuth is the mean of what lies near the weightiest direction, so that two opposite guesses
    are never averaged into a third. The standard deviation is that of what lies near, or half the
    width to either side that holds 95.4 %, whichever is more: where something far is possible it
    grows to say so.
    """
    centre = (probability @ _SMOOTH).argmax(axis=1)
    rows = COUNT * np.arange(len(centre))[:, None]
    around = probability.take(rows + (centre[:, None] + _AROUND) % COUNT)
    total, first, second = (around @ _MOMENTS).T
    mean = first / total
    variance = np.maximum(second / total - mean ** 2, 0.)
    within = around @ _WITHIN
    steps = (within >= .954 * within[:, -1:]).argmax(axis=1)
    return ANGLES[centre] + mean, np.maximum(np.sqrt(variance), .5 * STEP * (steps - .5))
