"""The shoulders and the hips as pairs, and what their heights in the image say of a heading.

Someone who leans to a side shows their pairs narrower across the image than a heading alone does.
And of a pair that is seen from above or below, the part that is further away is nearer to the
horizon: that tells to which side someone is turned who is seen from the front or from behind, where
their width across the image does not.
"""
import functools
import math
from typing import Tuple

import numpy as np

from openpose_ros import circle, proportions
from openpose_ros.body import (LEFT_HIP, LEFT_SHOULDER, NECK, RIGHT_HIP,
                               RIGHT_SHOULDER)
from openpose_ros.each import of_each
from openpose_ros.scene.view import View

# The pairs: shoulders and hips, and arrays of (pair) that go with them.
RIGHTS, LEFTS = np.array(((RIGHT_SHOULDER, RIGHT_HIP), (LEFT_SHOULDER, LEFT_HIP)))
WIDTHS, WIDTH_STDDEVS = np.transpose((proportions.SHOULDERS, proportions.HIPS))    # m
_WIDTHS = WIDTHS.tolist()
_HIPS_OVER_SHOULDERS = _WIDTHS[1] / _WIDTHS[0]

_HIDDEN_BELOW, _HIDDEN_SOFTNESS = .10, .025     # m; a pair this narrow in the image hides one
# The squared sine of a lean to a side is taken for no more (chosen: 45 degrees; who leans more is
# seldom upright, see size.heights).
_STEEPEST = .5

# The share of a difference in height that networks show, at each heading, (pair, heading): where
# they guess a hidden shoulder they set it level with the other. N: 0.6 to 0.8 of the shoulders from
# the front and from behind, 0.1 to 0.35 from the side, of hips 0.2 to 0.4 at all headings; the
# turning man's shoulders none from the front and all from the side, but of 2 cm.
_SHOWN = np.array(((.2,), (.3,))) + np.array(((.4,), (0.,))) * np.abs(circle.COS)
# How much a pair leans with the torso, and how much else, for each unit of that. N: shoulders 0.2
# to 0.65 rendered, 0.5 (mobilenet_thin) and 1.05 to 1.4 the leaning man; hips 0.4 to 1.1.
_LEANS, _LEAN_STDDEVS = np.array(((.8,), (.7,))), np.array(((.4,), (.2,)))
# How level a pair otherwise is, m (N: 0.012 from the front to 0.03 from the side; the same for all,
# for else those from the front would win by being narrow), and a keypoint's noise as a share of the
# view's: what is wrong of both of a pair does not count.
_UNEVEN, _NOISE_SHARE = .025, .6
# Where hips and shoulders disagree a keypoint of them is astray, nobody knows which: all of them stray
# more. N: hips are as wide as the shoulders have them be to .02 to .03 m, from the side to .04, at all
# distances; of who is .06 off and more 37 to 68 % of the facings lay within one deviation, of who is
# less than .02 off 71 to 86. _USUAL is for how many such differences it counts that people are usual.
_APART, _APART_ASIDE, _USUAL, _MOST_APART = .025, .03, 2., 30.
# And of who leans to a side by l: a factor 1 + 2 tan(l)^2 on their variance. N: of who leans by more
# than 30 degrees 47 (mobilenet_thin) and 63 % lay within one deviation, of who stands upright 80.
_LEANING, _LEAST_UPRIGHT = 2., .4    # the second: of cos(l)^2
_LEAST_SIZE = 1e-100    # 1/m; by which can be divided
_OUTLIER = 1.    # density, 1/m, of pairs whose heights are nothing of the kind: some 7 % of them
# N: both networks on the truths of benchmark/truths.py.


def hidden(width: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Probability that the body hides one of a pair so wide, m, at these headings, rad."""
    across = width * np.abs(np.cos(turn))
    return 1. / (1. + np.exp((across - _HIDDEN_BELOW) / _HIDDEN_SOFTNESS))


def left_of_right(values: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Left minus right of each pair, (..., 18) to (..., pairs), and the factor on its variance.

    The neck's keypoint is the middle of the shoulders, so one shoulder and it are half a pair.
    """
    right, left = values.take(RIGHTS, axis=-1), values.take(LEFTS, axis=-1)
    between, factor = left - right, np.ones(right.shape)
    one_shoulder = np.isnan(between[..., 0])
    if one_shoulder.any():
        right, left, neck = (each[one_shoulder] for each in (
            right[..., 0], left[..., 0], values[..., NECK]))
        between[one_shoulder, 0] = 2. * np.where(np.isfinite(left), left - neck, neck - right)
        factor[one_shoulder, 0] = 4.
    return between, factor


def levelled(across: np.ndarray, factor: np.ndarray, view: View, size: np.ndarray,
             heights: Tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The pairs across the image as if they were level, and the factor on their variance.

    (2, n, pairs). across, factor: `left_of_right` of the view's tangents to the right; heights: up.
    size: (n,), apparent size, 1/m. Leaning to a side leaves a cosine of a pair's width level; what
    the keypoints' noise makes of the height is left out.
    """
    return of_each(_levelled, across, factor, *heights, view.torso_axis[0], size,
                   view.noise[:, 0]).reshape(2, len(WIDTHS), -1).transpose(0, 2, 1)


def _levelled(across, factor, high, of_high, lean, size, noise):
    """The same of one person: of both pairs the tangents, then the factors; lean: its sine."""
    noise, size = 2. * noise * noise, max(size, _LEAST_SIZE)
    level, squares = [], []
    for tangent, height, share, width in zip(across, high, of_high, _WIDTHS):
        width *= size
        square = (height * height - share * noise) / (width * width)
        square = 1. - min(square, _STEEPEST) if square > 0. else 1.    # 1 where it is unknown
        level.append(tangent / math.sqrt(square))
        squares.append(square)
    astray = _astray(level[0] / size, level[1] / size, lean * lean)
    return (*level, *(astray * each / square for each, square in zip(factor, squares)))


def _astray(shoulders, hips, lean):
    """A factor on the variance of someone's pairs, m, by what they say of each other, and by a lean.

    lean: its squared sine.
    """
    leaning = 1. + _LEANING * lean / max(1. - lean, _LEAST_UPRIGHT)
    off = hips - _HIPS_OVER_SHOULDERS * shoulders
    if not math.isfinite(off):
        return leaning
    facing = min(abs(shoulders) / _WIDTHS[0], 1.)
    odd = off * off / (_APART ** 2 + _APART_ASIDE ** 2 * (1. - facing * facing))
    return leaning * (_USUAL + min(odd, _MOST_APART)) / (_USUAL + 1.)


def in_height(view: View, size: np.ndarray, heights: Tuple[np.ndarray, np.ndarray],
              tilt_stddev: float) -> np.ndarray:
    """What the pairs' differences in height say of headings, loglikelihood (n, pairs, headings).

    size: (n,), apparent size, 1/m. heights: `left_of_right` of the view's heights. tilt_stddev:
    rad; how well the vertical is known.

    Of a pair of width w that is seen at the tangent t over the horizon the left part is
    w sin(heading) further away and thus t times that lower; and it is lower by w cos(heading) times
    the sine of how far the torso leans to the image's right.
    """
    high, factor = heights
    tangent = np.array((view.ups.neck, view.ups.hips)).T[..., None]
    lean = view.torso_axis[0][:, None, None]
    size = size[:, None, None]
    off = high[..., None] + size * (tangent * _AWAY + lean * _ASIDE)
    variance = (factor * (2. * _NOISE_SHARE ** 2 * view.noise ** 2))[..., None] + size ** 2 * (
        lean ** 2 * _LEAN_VARIANCE + _uneven(tilt_stddev))
    density = np.exp(off * off / (-2. * variance)) / np.sqrt(2. * np.pi * variance)
    said = np.log(density + _OUTLIER / size)
    said[np.isnan(said)] = 0.
    return said


@functools.lru_cache(maxsize=8)
def _uneven(tilt_stddev):
    """Variance, m^2, of how level a pair is at each heading, (pair, heading)."""
    return _UNEVEN ** 2 + (tilt_stddev * _AWAY) ** 2


# What `in_height` expects at each heading, (pair, heading), m: for the tangent, and for the lean.
_AWAY = WIDTHS[:, None] * _SHOWN * circle.SIN
_ASIDE = WIDTHS[:, None] * _LEANS * circle.COS
_LEAN_VARIANCE = (_LEAN_STDDEVS * WIDTHS[:, None]) ** 2
