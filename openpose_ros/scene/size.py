"""How large people appear, which ties keypoints to headings, with depth and without.

The apparent size of a person is the tangent (see view.py) that one metre of an adult's body takes:
their size relative to an adult's over their range in metres, in 1/m.
"""
from typing import NamedTuple

import numpy as np

from openpose_ros import proportions
from openpose_ros.body import (LEFT_ANKLE, LEFT_HIP, LEFT_KNEE, LEFT_SHOULDER,
                               NECK, RIGHT_ANKLE, RIGHT_HIP, RIGHT_KNEE,
                               RIGHT_SHOULDER)
from openpose_ros.scene.view import View

HIPS, KNEES, ANKLES = [RIGHT_HIP, LEFT_HIP], [RIGHT_KNEE, LEFT_KNEE], [RIGHT_ANKLE, LEFT_ANKLE]

# Who stands: thighs are half of the legs' height (0.38 to 0.58 of 95 % who stand or walk, below
# 0.42 of 90 % who sit, over 0.7 of who kneels), and legs are 1.6 torsos (1.28 to 2.1; sitting 0.6
# to 1.45). Each a logistic: where it is even, and its softness. tools/derive_proportions.py.
_THIGH_SHARE, _THIGH_SHARE_RANGE, _THIGH_SHARE_SOFTNESS = .49, .13, .03
_LEGS_OVER_TORSO, _LEGS_OVER_TORSO_SOFTNESS = 1.35, .08
# Without ankles: thighs are 0.75 torsos (0.5 to 0.95; sitting below 0.57). Seen from above, the
# knees of who sits towards the camera are lower in the image: the softer.
_THIGHS_OVER_TORSO, _THIGHS_OVER_TORSO_SOFTNESS, _KNEES_AHEAD = .55, .06, .25
_UNKNOWN_STANDING = .5
_LEAN = .06    # relative; how far torso and head are foreshortened by bending (cos 20 degrees)


class Estimate(NamedTuple):
    """A quantity of each person and its standard deviation, both (n,); NaN where unknown."""

    value: np.ndarray
    stddev: np.ndarray


def fuse(*estimates: Estimate) -> Estimate:
    """Mean of independent estimates weighted by their inverse variances, the unknown left out."""
    value, stddev = np.array(estimates).transpose(1, 0, 2)
    weight = stddev ** -2.
    known = np.isfinite(value) & np.isfinite(weight)
    weight = np.where(known, weight, 0.)
    total = np.add.reduce(weight, axis=0)
    total = np.where(total > 0., total, np.nan)
    return Estimate(np.add.reduce(weight * np.where(known, value, 0.), axis=0) / total,
                    total ** -.5)


def choose(condition: np.ndarray, one: Estimate, other: Estimate) -> Estimate:
    """The one estimate where the condition, (n,), holds and the other where it does not."""
    return Estimate(np.where(condition, one.value, other.value),
                    np.where(condition, one.stddev, other.stddev))


def mean_of(values: np.ndarray) -> np.ndarray:
    """Mean of the finite ones of some parts' values, (n, parts) to (n,); NaN where none is."""
    known = np.isfinite(values)
    count = np.add.reduce(known, axis=1, dtype=float)
    return np.add.reduce(np.where(known, values, 0.), axis=1) / np.where(count > 0., count, np.nan)


def neck(values: np.ndarray) -> np.ndarray:
    """The neck's value, else the shoulders' mean (which is what the neck's keypoint means)."""
    shoulders = .5 * (values[:, RIGHT_SHOULDER] + values[:, LEFT_SHOULDER])
    return np.where(np.isfinite(values[:, NECK]), values[:, NECK], shoulders)


class Heights(NamedTuple):
    """How people rise, as tangents up, (n,) each, NaN where unseen; and whether they stand.

    torso: length from the hips to the neck in the image. legs: height of the hips over the ankles.
    standing: probability in [0, 1]. upright: bool, the torso (else the head over the neck) is more
    upright than not; also where neither shows.
    """

    torso: np.ndarray
    legs: np.ndarray
    standing: np.ndarray
    upright: np.ndarray


def heights(view: View) -> Heights:
    """How people rise, from their necks, hips, knees and ankles."""
    hips, knees, ankles, head, base = view.ups
    rise, aside = base - hips, view.rights.neck - view.rights.hips
    legs, torso = hips - ankles, np.hypot(rise, aside)
    head, head_aside = head - base, view.rights.head - view.rights.neck
    seen = np.isfinite(rise)
    with np.errstate(invalid='ignore', divide='ignore', over='ignore'):
        off = (np.abs((hips - knees) / legs - _THIGH_SHARE) - _THIGH_SHARE_RANGE) \
            / _THIGH_SHARE_SOFTNESS
        bent = np.where(np.isfinite(off), off,
                        (_LEGS_OVER_TORSO - legs / torso) / _LEGS_OVER_TORSO_SOFTNESS)
        bent = np.where(np.isfinite(legs), bent, (_THIGHS_OVER_TORSO - (hips - knees) / torso)
                        / (_THIGHS_OVER_TORSO_SOFTNESS + _KNEES_AHEAD * np.abs(hips)))
        lies = np.where(seen, rise < np.abs(aside), head < .5 * np.abs(head_aside))
        stands = 1. / (1. + np.exp(np.minimum(np.maximum(bent, -30.), 30.)))
        standing = np.where(~(legs <= 0.), stands, 0.)
    standing = np.where(np.isfinite(bent), standing, _UNKNOWN_STANDING)
    return Heights(torso, legs, np.where(lies, 0., standing), ~lies)


def upright_size(view: View, rise: Heights) -> Estimate:
    """Apparent size from what a turn of the body does not shorten: torso, head and legs.

    Legs count as far as someone stands. Where none of these shows, from the shoulders' width, which
    a turn does shorten: a wide guess.
    """
    noise = view.noise[:, 0]
    torso = _size_of(rise.torso, proportions.TORSO, noise, _LEAN)
    legs = _size_of(rise.legs, proportions.LEG, noise)
    legs = Estimate(legs.value, legs.stddev / np.maximum(rise.standing, 1e-3))
    head = _size_of_head(_along_the_torso(view), noise)
    size = fuse(torso, head, legs)
    if np.isfinite(size.value).all():
        return size
    width = np.abs(view.right[:, RIGHT_SHOULDER] - view.right[:, LEFT_SHOULDER])
    guess = _size_of(width, proportions.Length(.75 * proportions.SHOULDERS.mean,
                                               .25 * proportions.SHOULDERS.mean), noise)
    return choose(np.isfinite(size.value), size, guess)


_HEAD_PARTS = list(proportions.HEAD_PARTS)
# Height of each part of the head over the neck, m, and its stddev against the others': where it is
# placed, and a nod, which moves what is far forward.
_HEAD_HEIGHTS = proportions.HEAD_HEIGHT.mean + proportions.HEAD[:, 2]
_NOD = np.hypot(.012, np.sin(np.radians(15.)) * proportions.HEAD[:, 1])
_HEAD_WEIGHTS = (_HEAD_HEIGHTS / _NOD) ** 2     # of least squares


def _along_the_torso(view):
    """How far the head's parts are from the neck along the torso in the image, (n, parts)."""
    across, along = view.torso_axis
    return (along[:, None] * (view.up[:, _HEAD_PARTS] - view.ups.neck[:, None])
            + across[:, None] * (view.right[:, _HEAD_PARTS] - view.rights.neck[:, None]))


def _size_of_head(tangents, noise):
    """Apparent size from the heights of the head's parts over the neck, (n, parts)."""
    with np.errstate(invalid='ignore'):
        shown = tangents > noise[:, None]
    total = shown @ _HEAD_WEIGHTS
    total = np.where(total > 0., total, np.nan)
    size = np.where(shown, tangents, 0.) @ (_HEAD_WEIGHTS / _HEAD_HEIGHTS) / total
    spread = size ** 2 * ((proportions.HEAD_HEIGHT.stddev / proportions.HEAD_HEIGHT.mean) ** 2
                          + _LEAN ** 2 + 1. / total)
    return Estimate(size, np.sqrt(spread + 2. * (noise / proportions.HEAD_HEIGHT.mean) ** 2))


def _size_of(tangent, length, noise, bent=0.):
    """Apparent size from a tangent between two keypoints and the length it stands for."""
    with np.errstate(invalid='ignore'):
        size = np.where(tangent > noise, tangent, np.nan) / length.mean
    spread = (length.stddev / length.mean) ** 2 + bent ** 2
    return Estimate(size, np.sqrt(size ** 2 * spread + 2. * (noise / length.mean) ** 2))
