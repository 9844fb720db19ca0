"""Which way the torso's front points, from the shoulders and hips.

Headings are relative to the ray to the person, see view.py. The left part of a pair `width`
apart lies width·cos(heading) to the image's right of the right one, and width·sin(heading)
further away. The first is well conditioned side-on, the second (which needs depth) face-on.
"""
from typing import NamedTuple, Optional

import numpy as np

from openpose_ros.body import (LEFT_HIP, LEFT_SHOULDER, NECK, RIGHT_HIP,
                               RIGHT_SHOULDER)
from openpose_ros import circle, proportions
from openpose_ros.scene.depth import Depths
from openpose_ros.scene.size import Estimate
from openpose_ros.scene.view import View

_PLACEMENT = .012          # m; where on a shoulder or hip a network puts its keypoint
_HIDDEN_PLACEMENT = .05    # m; the same when the body hides one of the pair
_OUTLIER = .005            # how often a pair is nothing of the kind
_OUTLIER_IN_DEPTH = .05    # how often its depths are not: something covers one

# How often a network takes left for right, by someone's height h in its input, px: seldom where
# they are large, .4 where they are tiny, half of that at 60 px: .4 / (1 + (h / 60)^5). Of rendered
# people: 25 % of those of 50-70 px, 11 % of 70-85, 7 % of 85-100, 2 % of 100-140, none of 300 that
# are larger. tools/derive_proportions.py.
_SWAPPED_TINY, _SWAPPED_HEIGHT, _SWAPPED_POWER = .4, 60., 5.
_SWAPPED_LEAST = .015

# The share of a pair's difference in depth that its surface shows, from the front and from behind
# (shoulders hang forward and the back is round), of shoulders and hips. The turning man shows
# .95/.72 of the shoulders, rendered people .69/.54 and .46/.40 of the hips: between them.
_SHOWN_FRONT, _SHOWN_BACK = np.array(((.80, .50), (.60, .42)))[..., None]
_SHOWN_STDDEV = .15
_SHOWN_HIDDEN, _SHOWN_HIDDEN_STDDEV = .4, .3    # the same when the body hides one of the pair
_HIDDEN_BELOW, _HIDDEN_SOFTNESS = .10, .025     # m; a pair this narrow in the image hides one


def hidden(width: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Probability that the body hides one of a pair so wide, m, at these headings, rad."""
    across = width * np.abs(np.cos(turn))
    return 1. / (1. + np.exp((across - _HIDDEN_BELOW) / _HIDDEN_SOFTNESS))


# The pairs: shoulders and hips, and arrays of (pair) or (pair, heading) that go with them.
RIGHTS, LEFTS = [RIGHT_SHOULDER, RIGHT_HIP], [LEFT_SHOULDER, LEFT_HIP]
WIDTHS, _WIDTH_STDDEVS = np.transpose((proportions.SHOULDERS, proportions.HIPS))    # m
# Where on them a depth camera looks, stddev m: a hip of one who sits is somewhere on the thigh.
_SURFACE = np.array((.01, .03))
_HIDES = hidden(WIDTHS[:, None], circle.ANGLES)    # probability that one of a pair is hidden
_ACROSS, _AWAY = WIDTHS[:, None] * circle.COS, WIDTHS[:, None] * circle.SIN
# Variance of a pair across the image at apparent size 1: of its keypoints, and of its width.
_PLACE = 2. * (_PLACEMENT + (_HIDDEN_PLACEMENT - _PLACEMENT) * _HIDES) ** 2
_SPREAD = (_WIDTH_STDDEVS[:, None] * circle.COS) ** 2
_SHOWN = _AWAY * (_SHOWN_BACK + (_SHOWN_FRONT - _SHOWN_BACK) * .5 * (1. + circle.COS))


class Torso(NamedTuple):
    """What shoulders and hips say of people's headings.

    loglikelihood: (n, headings). size, size_variance: (n, headings), the apparent size (1/m) that
    their widths imply were that the heading.
    """

    loglikelihood: np.ndarray
    size: np.ndarray
    size_variance: np.ndarray

    def size_given(self, probability: np.ndarray) -> Estimate:
        """The apparent size, these being the probabilities (n, headings) of the headings."""
        mean = (probability * self.size).sum(axis=1)
        spread = self.size_variance + (self.size - mean[:, None]) ** 2
        return Estimate(mean, np.sqrt((probability * spread).sum(axis=1)))


def swapped(height: np.ndarray) -> np.ndarray:
    """How often a network takes the left of people this high in its input, px, for their right."""
    return np.maximum(_SWAPPED_TINY / (1. + (height / _SWAPPED_HEIGHT) ** _SWAPPED_POWER),
                      _SWAPPED_LEAST)


def torso_likelihood(view: View, size: Estimate, depths: Optional[Depths],
                     mistaken: np.ndarray) -> Torso:
    """What shoulders and hips say of people's headings.

    depths: None without any. mistaken: (n,), how often left is taken for right.
    size: apparent size before the pairs' widths are considered. It is eliminated exactly: for a
    residual r = g·(size − mean) + noise of stddev s per pair, the marginal's exponent is
    −½ (Σ r²/s² − (Σ r·g/s²)² / (1/stddev² + Σ g²/s²)).
    """
    mean, precision = size.value[:, None], size.stddev[:, None] ** -2.
    tangent, stretched = _left_of_right(view.right)
    known = np.isfinite(tangent)[..., None]
    residual = np.where(known, tangent[..., None] - mean[..., None] * _ACROSS, 0.)
    square = mean[..., None] ** 2
    variance = stretched[..., None] * (2. * view.noise[..., None] ** 2 + square * _PLACE) \
        + square * _SPREAD
    weight = known / variance
    fit = (residual * _ACROSS * weight).sum(axis=1)
    posterior = precision + (_ACROSS ** 2 * weight).sum(axis=1)
    loglikelihood = -.5 * (residual ** 2 * weight + known * np.log(variance))
    if depths is not None:
        loglikelihood += _in_depth(view, depths, mean[..., None])
    loglikelihood = loglikelihood.sum(axis=1) + .5 * (fit ** 2 / posterior - np.log(posterior))
    return Torso(_robust(loglikelihood, mistaken[:, None]), mean + fit / posterior, 1. / posterior)


def _left_of_right(values):
    """Left minus right of each pair, (n, pairs), and the factor on its variance.

    The neck's keypoint is the middle of the shoulders, so one shoulder and it are half a pair.
    """
    right, left, middle = values[:, RIGHTS], values[:, LEFTS], values[:, NECK]
    between, stretched = left - right, np.ones(right.shape)
    one = np.isnan(between[:, 0])
    half = np.where(np.isfinite(left[:, 0]), left[:, 0] - middle, middle - right[:, 0])
    between[one, 0], stretched[one, 0] = 2. * half[one], 4.
    return between, stretched


def _in_depth(view, depths, size):
    """What the pairs' differences in depth say, (n, pairs, headings).

    In tangents (metres over the person's range), so that it does not depend on her distance.
    """
    away = np.where(np.isfinite(view.right), view.along * depths.joints, np.nan)
    right, left = away[:, RIGHTS], away[:, LEFTS]
    distance = .5 * (left + right)
    further = ((left - right) / distance)[..., None]
    variance = depths.stddev[:, RIGHTS] ** 2 + depths.stddev[:, LEFTS] ** 2 + 2. * _SURFACE ** 2
    noise = (variance / distance ** 2)[..., None]
    full = size * _AWAY
    both_show = _normal(further - size * _SHOWN, noise + (_SHOWN_STDDEV * full) ** 2)
    one_hides = _normal(further - _SHOWN_HIDDEN * full,
                        noise + (_SHOWN_HIDDEN_STDDEV * full) ** 2)
    density = both_show + _HIDES * (one_hides - both_show) + _OUTLIER_IN_DEPTH / size
    return np.where(np.isfinite(further), np.log(density), 0.)


def _normal(x, variance):
    return np.exp(-.5 * x * x / variance) / np.sqrt(2. * np.pi * variance)


def _robust(loglikelihood, mistaken):
    """Leave some for left and right being swapped, and for the pairs being wrong altogether."""
    likelihood = circle.COUNT * circle.normalized(loglikelihood)    # 1 on average
    both = likelihood + mistaken * (circle.opposite(likelihood) - likelihood)
    return np.log(both + _OUTLIER)
