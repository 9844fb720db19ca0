"""How large people appear, which ties keypoints to headings, with depth and without.

The apparent size of a person is the tangent (see view.py) that one metre of an adult's body takes:
their size relative to an adult's over their range in metres, in 1/m.
"""
import math
from typing import NamedTuple

import numpy as np

from openpose_ros import proportions
from openpose_ros.body import (LEFT_ANKLE, LEFT_HIP, LEFT_KNEE, LEFT_SHOULDER,
                               NECK, RIGHT_ANKLE, RIGHT_HIP, RIGHT_KNEE,
                               RIGHT_SHOULDER)
from openpose_ros.each import of_each
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
    torso, legs, standing, upright = of_each(
        _heights, *view.ups, view.rights.hips, view.rights.head, view.rights.neck)
    return Heights(torso, legs, standing, upright > 0.)


def _heights(hips, knees, ankles, head, neck, hips_right, head_right, neck_right):
    """The Heights of one person, from the tangents of their middles up and to the right."""
    rise, aside, legs = neck - hips, neck_right - hips_right, hips - ankles
    torso = math.hypot(rise, aside)
    if math.isfinite(rise):
        lies = rise < abs(aside)
    else:
        lies = head - neck < .5 * abs(head_right - neck_right)
    bent = _bent(hips - knees, legs, torso, abs(hips))
    if lies or (legs <= 0. and not math.isnan(bent)):
        standing = 0.
    elif math.isnan(bent):
        standing = _UNKNOWN_STANDING
    else:
        standing = 1. / (1. + math.exp(min(max(bent, -30.), 30.)))
    return torso, legs, standing, not lies


def _bent(thighs, legs, torso, hips):
    """How little someone's legs look like those of who stands, of a logistic; NaN: unknown."""
    if math.isfinite(thighs) and math.isfinite(legs) and legs != 0.:
        return (abs(thighs / legs - _THIGH_SHARE) - _THIGH_SHARE_RANGE) / _THIGH_SHARE_SOFTNESS
    if not torso > 0.:
        return math.nan
    if math.isfinite(legs):
        return (_LEGS_OVER_TORSO - legs / torso) / _LEGS_OVER_TORSO_SOFTNESS
    return (_THIGHS_OVER_TORSO - thighs / torso) / (
        _THIGHS_OVER_TORSO_SOFTNESS + _KNEES_AHEAD * hips)


def upright_size(view: View, rise: Heights) -> Estimate:
    """Apparent size from what a turn of the body does not shorten: torso, head and legs.

    Legs count as far as someone stands. Where none of these shows, from the shoulders' width, which
    a turn does shorten: a wide guess.
    """
    from_neck = view.head - np.array((view.rights.neck, view.ups.neck))[..., None]
    heads = np.add.reduce(view.torso_axis[..., None] * from_neck, axis=0)
    return Estimate(*of_each(
        _upright_size, rise.torso, rise.legs, rise.standing, heads, view.noise[:, 0],
        view.right[:, RIGHT_SHOULDER], view.right[:, LEFT_SHOULDER]))


def _upright_size(torso, legs, standing, head, noise, right_shoulder, left_shoulder):
    """(apparent size, stddev) of one person: the mean weighted by the inverse variances."""
    sizes = [_size_of_head(head, noise), _size_of(torso, proportions.TORSO, noise, _LEAN)]
    size, variance = _size_of(legs, proportions.LEG, noise)
    sizes.append((size, variance / max(standing, 1e-3) ** 2))
    total = weighted = 0.
    for size, variance in sizes:
        if math.isfinite(size):
            total += 1. / variance
            weighted += size / variance
    if total > 0.:
        return weighted / total, total ** -.5
    size, variance = _size_of(abs(right_shoulder - left_shoulder), _SHOULDERS_OF_WHO_TURNS, noise)
    return size, math.sqrt(variance)


def _size_of(tangent, length, noise, bent=0.):
    """Apparent size and variance from a tangent between two keypoints and what it stands for."""
    if not tangent > noise:
        return math.nan, math.nan
    size = tangent / length.mean
    spread = (length.stddev / length.mean) ** 2 + bent ** 2
    return size, size ** 2 * spread + 2. * (noise / length.mean) ** 2


_SHOULDERS_OF_WHO_TURNS = proportions.Length(.75 * proportions.SHOULDERS.mean,
                                             .25 * proportions.SHOULDERS.mean)
# Height of each part of the head over the neck, m, and its stddev against the others': where it is
# placed, and a nod, which moves what is far forward.
_HEAD_HEIGHTS = proportions.HEAD_HEIGHT.mean + proportions.HEAD[:, 2]
_NOD = np.hypot(.012, np.sin(np.radians(15.)) * proportions.HEAD[:, 1])
_HEAD = list(zip(_HEAD_HEIGHTS.tolist(), ((_HEAD_HEIGHTS / _NOD) ** 2).tolist()))
# And as some are children, whose heads are larger for their stature, and nobody knows who: a sixth, by
# 1.14 +- .09, is .06. Chosen, a judgement (rendered children are small adults).
_HEADS_OF_CHILDREN = .06
_HEAD_SPREAD = ((proportions.HEAD_HEIGHT.stddev / proportions.HEAD_HEIGHT.mean) ** 2 + _LEAN ** 2
                + _HEADS_OF_CHILDREN ** 2)


def _size_of_head(tangents, noise):
    """The same from the heights of the head's parts over the neck: least squares."""
    total = weighted = 0.
    for tangent, (height, weight) in zip(tangents, _HEAD):
        if tangent > noise:
            total += weight
            weighted += weight / height * tangent
    if not total:
        return math.nan, math.nan
    size = weighted / total
    return size, (size ** 2 * (_HEAD_SPREAD + 1. / total)
                  + 2. * (noise / proportions.HEAD_HEIGHT.mean) ** 2)
