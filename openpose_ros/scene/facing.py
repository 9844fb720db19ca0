"""Which way the torso's front points, from the shoulders and hips.

Headings are relative to the ray to the person, see heading.py. The left part of a pair `width`
apart lies width·cos(heading) to the picture's right of the right one, and width·sin(heading)
further away. The first is well conditioned side-on, the second (which needs depth) face-on.
"""
from typing import NamedTuple

import numpy as np

from openpose_ros.body import LEFT_HIP, LEFT_SHOULDER, NECK, RIGHT_HIP, RIGHT_SHOULDER
from openpose_ros.scene import heading, proportions
from openpose_ros.scene.depth import Depths
from openpose_ros.scene.size import Estimate
from openpose_ros.scene.view import View

_PLACEMENT = .012          # m; where on a shoulder or hip a network puts its keypoint
_HIDDEN_PLACEMENT = .035   # m; the same when the body hides one of the pair,
_HIDDEN_BACKWARD = .03     # which a network then puts this far too near to the back
_SWAPPED = .005            # how often a network takes left for right
_OUTLIER = .005            # how often a pair is nothing of the kind
_OUTLIER_IN_DEPTH = .05    # how often its depths are not: something covers one

# The share of a pair's difference in depth that its surface shows, from the front and from behind
# (shoulders hang forward and the back is round), and its standard deviation.
_SHOWN_FRONT, _SHOWN_BACK, _SHOWN_STDDEV = .95, .72, .10
_SHOWN_HIDDEN, _SHOWN_HIDDEN_STDDEV = .4, .3    # the same when the body hides one of the pair
_HIDDEN_BELOW, _HIDDEN_SOFTNESS = .10, .025     # m; a pair this narrow in the picture hides one


def hidden(width: float, turn: np.ndarray) -> np.ndarray:
    """Probability that the body hides one of a pair this wide, m, at these headings, rad."""
    apart = width * np.abs(np.cos(turn))
    return 1. / (1. + np.exp((apart - _HIDDEN_BELOW) / _HIDDEN_SOFTNESS))


class _Pair(NamedTuple):
    """Two parts of the torso, their distance, and where on them a depth camera looks, stddev m."""

    right: int
    left: int
    width: proportions.Length
    surface: float    # a hip of one who sits is somewhere on the thigh
    hidden: np.ndarray    # probability at each heading that one of them is hidden


def _pair(right, left, width, surface):
    return _Pair(right, left, width, surface, hidden(width.mean, heading.ANGLES))


_PAIRS = (_pair(RIGHT_SHOULDER, LEFT_SHOULDER, proportions.SHOULDERS, .01),
          _pair(RIGHT_HIP, LEFT_HIP, proportions.HIPS, .03))


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


def torso_likelihood(view: View, size: Estimate, depths: Depths) -> Torso:
    """What shoulders and hips say of people's headings.

    size: apparent size before the pairs' widths are considered. It is eliminated exactly: for a
    residual r = g·(size − mean) + noise of stddev s per pair, the marginal's exponent is
    −½ (Σ r²/s² − (Σ r·g/s²)² / (1/stddev² + Σ g²/s²)).
    """
    mean, precision = size.value[:, None], size.stddev[:, None] ** -2.
    fit, slope, loglikelihood = 0., 0., 0.
    for pair in _PAIRS:
        tangent, stretched = _apart(view.right, pair)
        known = np.isfinite(tangent)[:, None]
        placement = _PLACEMENT + (_HIDDEN_PLACEMENT - _PLACEMENT) * pair.hidden
        variance = 2. * stretched[:, None] ** 2 * (view.noise ** 2 + (mean * placement) ** 2) \
            + (mean * pair.width.stddev * heading.COS) ** 2
        slant = pair.width.mean * heading.COS - _HIDDEN_BACKWARD * pair.hidden
        residual = np.where(known, tangent[:, None] - mean * slant, 0.)
        weight = known / variance
        fit = fit + residual * slant * weight
        slope = slope + slant ** 2 * weight
        loglikelihood = loglikelihood - .5 * (residual ** 2 * weight + known * np.log(variance))
        loglikelihood = loglikelihood + _in_depth(view, depths, pair, mean)
    posterior = precision + slope
    loglikelihood = loglikelihood + .5 * (fit ** 2 / posterior - np.log(posterior))
    return Torso(_robust(loglikelihood), mean + fit / posterior, 1. / posterior)


def _apart(values, pair):
    """Left minus right of a pair, and the factor on its noise: 2 where the neck stands in for one.

    The neck's keypoint is the middle of the shoulders, so one shoulder and it are half a pair.
    """
    right, left, middle = values[:, pair.right], values[:, pair.left], values[:, NECK]
    apart = left - right
    if pair.right != RIGHT_SHOULDER:
        return apart, np.ones(len(values))
    half = np.where(np.isfinite(left), left - middle, middle - right)
    both = np.isfinite(apart)
    return np.where(both, apart, 2. * half), np.where(both, 1., 2.)


def _in_depth(view, depths, pair, size):
    """What a pair's difference in depth says: of both where both show, little where one hides.

    In tangents (metres over the person's range), so that it does not depend on her distance.
    """
    right, left = (np.where(np.isfinite(view.right[:, part]), view.along[:, part]
                            * depths.joints[:, part], np.nan) for part in pair[:2])
    distance = .5 * (left + right)
    apart = (left - right) / distance
    known = np.isfinite(apart)[:, None]
    variance = (depths.stddev[:, pair[:2]] ** 2 + pair.surface ** 2).sum(axis=1)
    noise = (variance / distance ** 2)[:, None]
    full = size * pair.width.mean * heading.SIN
    front = .5 * (1. + heading.COS)
    shown = _SHOWN_BACK + (_SHOWN_FRONT - _SHOWN_BACK) * front
    both_show = _normal(apart[:, None] - shown * full, noise + (_SHOWN_STDDEV * full) ** 2)
    one_hides = _normal(apart[:, None] - _SHOWN_HIDDEN * full,
                        noise + (_SHOWN_HIDDEN_STDDEV * full) ** 2)
    density = both_show + pair.hidden * (one_hides - both_show) + _OUTLIER_IN_DEPTH / size
    return np.where(known, np.log(density), 0.)


def _normal(x, variance):
    return np.exp(-.5 * x * x / variance) / np.sqrt(2. * np.pi * variance)


def _robust(loglikelihood):
    """Leave a little for left and right being swapped, and for the pairs being wrong altogether."""
    likelihood = heading.COUNT * heading.normalized(loglikelihood)    # 1 on average
    opposite = np.roll(likelihood, heading.COUNT // 2, axis=-1)
    return np.log((1. - _SWAPPED) * likelihood + _SWAPPED * opposite + _OUTLIER)
