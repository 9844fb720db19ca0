"""How large people appear, and what that says of how far away they are.

The apparent size of a person is the tangent (see view.py) that one metre of an adult's body takes:
her size relative to an adult's over her range in metres, in 1/m. It is what ties keypoints to
headings, with depth and without.
"""
from typing import NamedTuple

import numpy as np

from openpose_ros.body import (LEFT_HIP, LEFT_SHOULDER, NECK, RIGHT_HIP,
                               RIGHT_SHOULDER)
from openpose_ros import proportions
from openpose_ros.scene.view import View

HIPS = [RIGHT_HIP, LEFT_HIP]


class Estimate(NamedTuple):
    """A quantity of each person and its standard deviation, both (n,); NaN where unknown."""

    value: np.ndarray
    stddev: np.ndarray


def fuse(*estimates: Estimate) -> Estimate:
    """Mean of independent estimates weighted by their inverse variances, the unknown left out."""
    value = np.stack([e.value for e in estimates])
    weight = np.stack([e.stddev for e in estimates]) ** -2.
    known = np.isfinite(value) & np.isfinite(weight)
    weight = np.where(known, weight, 0.)
    total = weight.sum(axis=0)
    total = np.where(total > 0., total, np.nan)
    return Estimate((weight * np.where(known, value, 0.)).sum(axis=0) / total, total ** -.5)


def choose(condition: np.ndarray, one: Estimate, other: Estimate) -> Estimate:
    """The one estimate where the condition, (n,), holds and the other where it does not."""
    return Estimate(np.where(condition, one.value, other.value),
                    np.where(condition, one.stddev, other.stddev))


def mean_of(values: np.ndarray) -> np.ndarray:
    """Mean of the finite ones of some parts' values, (n, parts) to (n,); NaN where none is."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    return np.where(known, values, 0.).sum(axis=1) / np.where(count > 0, count, np.nan)


def neck(values: np.ndarray) -> np.ndarray:
    """The neck's value, else the shoulders' mean (which is what the neck's keypoint means)."""
    shoulders = .5 * (values[:, RIGHT_SHOULDER] + values[:, LEFT_SHOULDER])
    return np.where(np.isfinite(values[:, NECK]), values[:, NECK], shoulders)


def upright_size(view: View) -> Estimate:
    """Apparent size from what a turn of the body does not shorten: the torso's and head's heights.

    Where neither shows, from the shoulders' width, which a turn does shorten: a wide guess.
    """
    base = neck(view.up)
    hips = mean_of(view.up[:, HIPS])
    torso = _size_of(base - hips, proportions.TORSO, view.noise)
    head = _size_of_head(view.up[:, _HEAD_PARTS] - base[:, None], view.noise)
    width = np.abs(view.right[:, RIGHT_SHOULDER] - view.right[:, LEFT_SHOULDER])
    guess = _size_of(width, proportions.Length(.75 * proportions.SHOULDERS.mean,
                                               .25 * proportions.SHOULDERS.mean), view.noise)
    size = fuse(torso, head)
    return choose(np.isfinite(size.value), size, guess)


_HEAD_PARTS = list(proportions.HEAD_PARTS)
# Height of each part of the head over the neck, m, and its stddev against the others': where it is
# placed, and a nod, which moves what is far forward.
_HEAD_HEIGHTS = proportions.HEAD_HEIGHT.mean + proportions.HEAD[:, 2]
_NOD = np.hypot(.012, np.sin(np.radians(15.)) * proportions.HEAD[:, 1])


def _size_of_head(tangents, noise):
    """Apparent size from the heights of the head's parts over the neck, (n, parts)."""
    with np.errstate(invalid='ignore'):
        weight = np.where(tangents > noise, _NOD ** -2., 0.)
    total = (weight * _HEAD_HEIGHTS ** 2).sum(axis=1)
    total = np.where(total > 0., total, np.nan)
    size = (weight * _HEAD_HEIGHTS * np.where(weight > 0., tangents, 0.)).sum(axis=1) / total
    spread = size * np.hypot(proportions.HEAD_HEIGHT.stddev / proportions.HEAD_HEIGHT.mean,
                             total ** -.5)
    return Estimate(size, np.hypot(spread, np.sqrt(2.) * noise / proportions.HEAD_HEIGHT.mean))


def _size_of(tangent, length, noise):
    """Apparent size from a tangent between two keypoints and the length it stands for."""
    with np.errstate(invalid='ignore'):
        size = np.where(tangent > noise, tangent, np.nan) / length.mean
    return Estimate(size, np.hypot(size * length.stddev, np.sqrt(2.) * noise) / length.mean)


def size_at(distance: Estimate) -> Estimate:
    """Apparent size of people whose range, m, is known."""
    size = 1. / distance.value
    return Estimate(size, size * np.hypot(distance.stddev * size, proportions.BODY_SIZE_STDDEV))


def range_of(size: Estimate) -> Estimate:
    """Range, m, of people of this apparent size, were they adults."""
    distance = 1. / size.value
    return Estimate(distance, distance * np.hypot(size.stddev * distance,
                                                  proportions.BODY_SIZE_STDDEV))
