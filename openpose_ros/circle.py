"""Probabilities over the full circle, on a grid of angles, for many rows at once.

What one image tells of a heading (scene) and what is known of it over time (tracking) are kept like
this. That way cues of any shape add up: a sine that cannot tell front from back, a hidden shoulder,
an ear that shows.
"""
import bisect
import math
from typing import Sequence, Tuple

import numpy as np

from openpose_ros.each import of_each

COUNT = 72      # chosen: steps of 5 degrees, about as fine as what depth tells (4 degrees)
STEP = 2. * np.pi / COUNT
ANGLES = STEP * np.arange(COUNT) - np.pi
SIN, COS = np.sin(ANGLES), np.cos(ANGLES)

# Angles around one of the grid: -pi to below pi.
_AROUND = np.arange(COUNT) - COUNT // 2
_OFF = STEP * _AROUND
_DIFFERENCE = (_OFF[:, None] - _OFF + np.pi) % (2. * np.pi) - np.pi
# The weightiest direction is that of the most probability within some 15 degrees (chosen: of peaks
# nearer together than that what lies between is wanted; 25 is worse on the men and no better else).
_SMOOTH = np.exp(-.5 * (_DIFFERENCE / np.radians(15.)) ** 2)
# What counts is within this of it, fading out (chosen: less would cut off wide peaks, more would
# let opposite ones in).
_REACH, _FADE = np.radians(45.), np.radians(30.)
_NEAR = np.clip((_REACH + _FADE - np.abs(_OFF)) / _FADE, 0., 1.)
_IS_NEAR, = _NEAR.nonzero()
# Sums what lies near up to each angle; and what is within 0, 1, ... steps of the middle.
_UP_TO = _NEAR[_IS_NEAR, None] * np.triu(np.ones((len(_IS_NEAR), len(_IS_NEAR))))
_WITHIN = (np.abs(_AROUND)[:, None] <= np.arange(COUNT // 2 + 1)).astype(float)
_TURNED = (np.arange(COUNT)[:, None] + _AROUND) % COUNT     # the places around each
_TURNED_NEAR = _TURNED[:, _IS_NEAR]
_TO_NEXT = np.arange(COUNT + 1)
_FIRST_NEAR = float(_AROUND[_IS_NEAR[0]] + .5)
# Two standard deviations hold so much, on average over these: with one number alone what is
# possible on the other side of the ray would count wholly or not at all. It would be 0.954 of a
# normal distribution; of these, with heavier tails, that leaves more than 80 % within one, and 0.92
# less than 92 within two on one truth or another (docs/scene.md). Chosen: round what lies between.
_HELD = .90, .92, .94, .96


def wrap(angle: np.ndarray) -> np.ndarray:
    """Angles, rad, brought into [-pi, pi)."""
    return (angle + np.pi) % (2. * np.pi) - np.pi


def opposite(density: np.ndarray) -> np.ndarray:
    """The same (..., COUNT) turned half around."""
    halves = density.reshape(density.shape[:-1] + (2, COUNT // 2))
    return halves[..., ::-1, :].reshape(density.shape)


def normalized(loglikelihood: np.ndarray) -> np.ndarray:
    """Probability of each angle, (..., COUNT), of unnormalised log-likelihoods."""
    p = np.exp(loglikelihood - np.maximum.reduce(loglikelihood, axis=-1, keepdims=True))
    return p / np.add.reduce(p, axis=-1, keepdims=True)


def normal(mean: np.ndarray, stddev: np.ndarray) -> np.ndarray:
    """Density, 1/rad, of normal distributions (...) at each angle, (..., COUNT).

    mean: rad, in [-pi, pi]. stddev: rad.
    """
    stddev = stddev[..., None]
    off = np.pi - np.abs(np.abs(ANGLES - mean[..., None]) - np.pi)
    return np.exp(off * off * (-.5 / (stddev * stddev))) * ((.5 / np.pi) ** .5 / stddev)


def spread_kernel(stddevs: Sequence[float], weights: Sequence[float]) -> np.ndarray:
    """(COUNT, COUNT) probability of one angle given another: a mixture of normals, rad."""
    kernel = sum(w * np.exp(-.5 * (_DIFFERENCE / s) ** 2) / s for w, s in zip(weights, stddevs))
    return kernel / kernel.sum(axis=-1, keepdims=True)


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


def rotated(density: np.ndarray, by: np.ndarray) -> np.ndarray:
    """The same densities (n, COUNT) turned by these angles (n,), rad; even between two angles."""
    steps = by / STEP
    whole = np.ceil(steps)
    share = (whole - steps)[:, None]
    lower = (np.arange(COUNT) - whole[:, None].astype(int)) % COUNT
    rows = COUNT * np.arange(len(density))[:, None]
    below, above = density.take(rows + lower), density.take(rows + (lower + 1) % COUNT)
    return below + share * (above - below)


def rotated_alike(density: np.ndarray, by: float) -> np.ndarray:
    """The same densities (..., COUNT), all turned by this angle, rad; with fewer instructions."""
    whole = math.ceil(by / STEP)
    values = density.take(_TO_NEXT - whole, axis=-1, mode='wrap')
    below, above = values[..., :-1], values[..., 1:]
    return below + (whole - by / STEP) * (above - below)


def estimate(probability: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Angle and its standard deviation, both (n,) rad, of probabilities (n, COUNT).

    The angle is the median of what lies near the weightiest direction, which is off by the least on
    average: of two sides of the ray it is on the likelier, and two opposite guesses are never
    averaged into a third. The standard deviation is a quarter of the interval round it that holds
    93 % (the mean of those of `_HELD`): where something far is possible it grows to say so.
    """
    if not len(probability):
        return np.zeros(0), np.zeros(0)
    rows = COUNT * np.arange(len(probability))[:, None]
    centre = (probability @ _SMOOTH).argmax(axis=1)
    off, nearest, beside = of_each(_median, probability.take(
        rows + _TURNED_NEAR.take(centre, axis=0)) @ _UP_TO)
    middle = (centre + nearest.astype(int)) % COUNT
    stddev, = of_each(_quarter, probability.take(
        rows + _TURNED.take(middle, axis=0)) @ _WITHIN, beside)
    return ANGLES.take(centre) + STEP * off, stddev


def _median(sums):
    """Where sums of what lies near reach half of it, in steps off the middle; rounded; the rest."""
    if not sums[-1] > 0.:
        return math.nan, 0., 0.
    off = _reached(sums, .5 * sums[-1]) + _FIRST_NEAR
    nearest = round(off)
    return off, nearest, off - nearest


def _quarter(sums, off):
    """A quarter of the interval round a grid's angle, rad, of the sums within so many steps of it.

    off: steps; how far off that angle the interval is to lie: half of that is less to either side.
    """
    if not sums[-1] > 0.:
        return math.nan,
    steps = 0.
    for held in _HELD:
        steps += _reached(sums, held * sums[-1])
    return .5 * STEP * (steps / len(_HELD) + .5 - .5 * abs(off)),


def _reached(sums, goal):
    """Where rising sums reach a goal, a place with what is between two of them being even."""
    place = bisect.bisect_left(sums, goal)
    lower = sums[place - 1] if place else 0.
    return place - (sums[place] - goal) / (sums[place] - lower)
