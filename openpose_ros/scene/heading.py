"""Probabilities over the full circle of headings.

A heading says which way a person's front points along the ground, seen from the camera along the
ray to her: 0 faces the camera, pi/2 faces the image's right, pi faces away, -pi/2 the left.
Everything known of it is a log-likelihood over a fixed grid of headings. That way cues of any
shape add up: a sine that cannot tell front from back, a hidden shoulder, an ear that shows.
"""
from typing import Tuple

import numpy as np

COUNT = 90
ANGLES = np.arange(COUNT) * (2. * np.pi / COUNT) - np.pi
SIN = np.sin(ANGLES)
COS = np.cos(ANGLES)


def _apart(a, b):
    """Angle between two headings in [-pi, pi], in [0, pi]."""
    return np.pi - np.abs(np.abs(a - b) - np.pi)


_DIFFERENCE = _apart(ANGLES[:, None], ANGLES)
_SMOOTH = np.exp(-.5 * (_DIFFERENCE / np.radians(25.)) ** 2)
# What is averaged is within this of the most probable direction, fading out.
_REACH, _FADE = np.radians(45.), np.radians(30.)


def normalized(loglikelihood: np.ndarray) -> np.ndarray:
    """Probability of each heading, (n, COUNT), of unnormalised log-likelihoods."""
    p = np.exp(loglikelihood - loglikelihood.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def spread_kernel(stddevs: Tuple[float, ...], weights: Tuple[float, ...]) -> np.ndarray:
    """(COUNT, COUNT) probability of one heading given another: a mixture of normals, rad."""
    kernel = sum(w * np.exp(-.5 * (_DIFFERENCE / s) ** 2) / s for w, s in zip(weights, stddevs))
    return kernel / kernel.sum(axis=-1, keepdims=True)


def estimate(probability: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Heading and its standard deviation, both (n,) rad, of probabilities (n, COUNT).

    The heading is the circular mean of what lies near the weightiest direction, so that
    two opposite guesses are never averaged into a third. The standard deviation is half the width
    of the interval round it that holds 68.3 %, or a quarter of that which holds 95.4 %, whichever
    is more: for a normal distribution both are its standard deviation; where the opposite heading
    is possible it grows to say so.
    """
    heading = ANGLES[(probability @ _SMOOTH).argmax(axis=-1)]
    for _ in range(3):    # from the second time on round a centre that is no grid angle
        away = _apart(ANGLES, heading[:, None])
        near = np.clip((_REACH + _FADE - away) / _FADE, 0., 1.) * probability
        heading = np.arctan2(near @ SIN, near @ COS)
    away = _apart(ANGLES, heading[:, None])
    order = np.argsort(away, axis=-1)
    rows = np.arange(len(away))[:, None]
    away, each = away[rows, order], probability[rows, order]
    held = np.cumsum(each, axis=-1) - .5 * each    # a grid angle stands for what lies round it
    stddev = np.maximum(_quantile(held, away, .683), .5 * _quantile(held, away, .954))
    return heading, stddev


def _quantile(held, away, share):
    """Angle within which this share is held, between grid angles linearly, (n,)."""
    rows = np.arange(len(held))
    after = (held >= share).argmax(axis=-1)
    before = np.maximum(after - 1, 0)
    p0, p1, a0, a1 = held[rows, before], held[rows, after], away[rows, before], away[rows, after]
    return a0 + np.clip((share - p0) / np.maximum(p1 - p0, 1e-12), 0., 1.) * (a1 - a0)
