"""Which way the torso's front points, from the shoulders and hips.

Headings are relative to the ray to the person, see view.py. The left part of a pair `width`
apart lies width·cos(heading) to the image's right of the right one, and width·sin(heading)
further away. The first is well conditioned side-on, the second face-on: it needs depth, or shows
in the image where a pair is seen from above or below (pairs.py).
"""
import math
from typing import NamedTuple, Optional, Tuple

import numpy as np

from openpose_ros import circle
from openpose_ros.body import LEFT_KNEE, RIGHT_KNEE
from openpose_ros.each import of_each
from openpose_ros.scene.depth import TORSO_PARTS, Depths
from openpose_ros.scene.pairs import (LEFTS, RIGHTS, WIDTH_STDDEVS, WIDTHS,
                                      hidden, in_height, levelled)
from openpose_ros.scene.size import Estimate
from openpose_ros.scene.view import View

_PLACEMENT = .018          # m; where on a shoulder or hip a network puts its keypoint
_HIDDEN_PLACEMENT = .06    # m; the same when the body hides one of the pair
_OUTLIER = .005            # how often a pair is nothing of the kind
_OUTLIER_IN_DEPTH = .05    # how often its depths are not: something covers one

# How often a network takes left for right, by someone's height h in its input, px: seldom where
# they are large, .4 where they are tiny, half of that at 60 px: .4 / (1 + (h / 60)^5). Of rendered
# people: 25 % of those of 50-70 px, 11 % of 70-85, 7 % of 85-100, 2 % of 100-140, none of 300 that
# are larger. tools/derive_proportions.py.
_SWAPPED_TINY, _SWAPPED_HEIGHT, _SWAPPED_POWER = .4, 60., 5.
_SWAPPED_MIN = .015    # of the torso of anyone
# And how much more often of whom it is not sure, by the mean score of the torso's parts that it
# found: .04 / (1 + exp((score - .45) / .03)). N: more than 60 degrees off are, without this, 1.8 % of
# the answers below .45 and 0.4 % of those above; 7 and 2.4 % of people that nothing was tuned on. What
# halving and doubling it does: docs/constants.md.
_UNSURE, _UNSURE_SCORE, _UNSURE_SOFTNESS = .04, .45, .03
# How often a network is not sure which way someone looks, and then sets hips anywhere, 1/m; how far
# else they are from what the shoulders' width has them be, m: torsos twist by 10 degrees.
# Chosen: of mobilenet_thin's leaning man who is taken the wrong way round .02 leaves 8.8 % of 80 %
# answered, .01 8.6 of 81, .05 8.9 of 79, 0 9.6 of 83; rendered people lose 1 % of the answers.
_CONFUSED, _ANY_WIDTH, _TWIST = .015, 2., .04
# And how much more often where shoulders score so much less than the neck. N: of those that score more
# than .25 less 5 of 13 are taken the wrong way round, and 2 of 7 of people that nothing was tuned on;
# 3 of 18 between .2 and .25, 1.8 % else.
_SPLIT, _SPLIT_SCORE, _SPLIT_SOFTNESS = .3, .22, .02
# The left knee is .26 m to the right of the right one of who faces the camera, less by the cosine of
# the heading; a step moves them from the side. N: .24 or more, .04 to .1, and .08 to .2 from the
# side, by greatest likelihood. Now and then legs are crossed, a density of 1/m. Of whom a network
# takes the wrong way round they are anywhere in between (0.1 +- 0.13, turned; 20 people, 11 images of
# them of one man).
_KNEES, _KNEES_STDDEV, _STEP, _ODD_KNEES = .26, .08, .15, .05
_KNEES_BETWEEN, _BETWEEN_STDDEV = .08, .15

# The share of a pair's difference in depth that its surface shows, from the front and from behind
# (shoulders hang forward and the back is round), of shoulders and hips. The turning man shows
# .95/.72 of the shoulders, rendered people .69/.54 and .46/.40 of the hips: between them.
_SHOWN_FRONT, _SHOWN_BACK = np.array(((.80, .50), (.60, .42)))[..., None]
_SHOWN_STDDEV = .15
_SHOWN_HIDDEN, _SHOWN_HIDDEN_STDDEV = .4, .3    # the same when the body hides one of the pair
# Where on them a depth camera looks, stddev m: a hip of one who sits is somewhere on the thigh.
_SURFACE = np.array((.01, .03))
# As networks see it a pair's width is not just a cosine of the heading: shoulders are 0.30 m wide
# from the front, and as if they were 0.34 at 45 and 0.37 at 70 degrees (all truths, both networks;
# hips 0.20, 0.22 and 0.28): cos(heading) - bulge * cos(3 heading). The fit is .06 and .08; half of
# it serves all truths (with none the turning man is .3 to .5 degrees worse, with all of it rendered
# people without depth are .2 to .4).
_BULGE = np.array((.03, .04))[:, None]


class _Pairs(NamedTuple):
    """What is expected of the pairs at each heading, (pair, heading) each.

    across: m the left part lies to the image's right of the right one. away: m it is further away.
    hides: probability that the body hides one of the pair. shown: m of `away` that the surface
    shows when both are seen. place_variance: m^2, of `across`, from where keypoints are placed.
    width_variance: m^2, of `across`, from people's widths.
    """

    across: np.ndarray
    away: np.ndarray
    hides: np.ndarray
    shown: np.ndarray
    place_variance: np.ndarray
    width_variance: np.ndarray


def _expected_pairs():
    """The pairs as of someone of the mean proportions, at the headings of `circle.ANGLES`."""
    widths = WIDTHS[:, None]
    away = widths * circle.SIN
    hides = hidden(widths, circle.ANGLES)
    placement = _PLACEMENT + (_HIDDEN_PLACEMENT - _PLACEMENT) * hides
    frontal = .5 * (1. + circle.COS)    # 1 from the front, 0 from behind
    return _Pairs(across=widths * (circle.COS - _BULGE * np.cos(3. * circle.ANGLES)),
                  away=away, hides=hides,
                  shown=away * (_SHOWN_BACK + (_SHOWN_FRONT - _SHOWN_BACK) * frontal),
                  place_variance=2. * placement ** 2,    # of two keypoints
                  width_variance=(WIDTH_STDDEVS[:, None] * circle.COS) ** 2)


# Made once: they depend on nothing that is seen.
_PAIRS = _expected_pairs()
_ACROSS_SQUARE = _PAIRS.across ** 2


class Torso(NamedTuple):
    """What shoulders and hips say of people's headings.

    likelihood: (n, headings), of no particular sum. size, size_variance: (n, headings), the
    apparent size (1/m) that their widths imply were that the heading.
    """

    likelihood: np.ndarray
    size: np.ndarray
    size_variance: np.ndarray

    def size_given(self, probability: np.ndarray) -> Estimate:
        """The apparent size, these being the probabilities (n, headings) of the headings."""
        mean = np.add.reduce(probability * self.size, axis=1)
        spread = self.size_variance + (self.size - mean[:, None]) ** 2
        return Estimate(mean, np.sqrt(np.add.reduce(probability * spread, axis=1)))


def doubts(across: np.ndarray, view: View, size: Estimate, height: np.ndarray) -> np.ndarray:
    """How often a network takes the left of people for their right, and their front for their back.

    (2, n). across: (n, pairs), left minus right of each pair to the right. height: (n,), of people
    in the network's input, px.
    """
    return of_each(_doubts, view.scores.take(TORSO_PARTS, axis=1), across,
                   view.right[:, RIGHT_KNEE], view.right[:, LEFT_KNEE], view.noise[:, 0],
                   size.value, height)


def _doubts(scores, across, right_knee, left_knee, noise, size, height):
    """The same of one person; scores: of the torso's parts."""
    return (_swapped(height, scores),
            _confused(across[0] / size, across[1] / size, (left_knee - right_knee) / size,
                      noise / size, _sides_in_doubt(scores)))


def _swapped(height, scores):
    seen = [score for score in scores if score > 0.]
    score = sum(seen) / len(seen) if seen else 0.
    unsure = _UNSURE * _falling((score - _UNSURE_SCORE) / _UNSURE_SOFTNESS)
    small = _SWAPPED_TINY / (1. + (height / _SWAPPED_HEIGHT) ** _SWAPPED_POWER)
    return max(small, _SWAPPED_MIN) + unsure


def _sides_in_doubt(scores):
    """How often front is taken for back, by the scores of a torso's parts: neck, shoulders, hips.

    A network that cannot tell left from right shares a part's score between the two. The neck has
    no side, and keeps its own.
    """
    neck, right, left = scores[:3]
    shoulders = .5 * (right + left) if right > 0. and left > 0. else max(right, left)
    if not (neck > 0. and shoulders > 0.):
        return _CONFUSED
    return _CONFUSED + _SPLIT * _falling((_SPLIT_SCORE + shoulders - neck) / _SPLIT_SOFTNESS)


def _falling(x):
    """From 1 to 0, half of it at 0: a logistic."""
    return 1. / (1. + math.exp(min(x, 30.)))     # exp of a thousand overflows


def _confused(shoulders, hips, knees, noise, prior):
    """Probability that a network took someone's front for their back.

    shoulders, hips, knees: m, left minus right to the right. noise: m. prior: the same before them.
    A network that cannot tell seldom errs alike for all parts: it puts hips in between, so that they
    are too narrow for the shoulders, and knees in between or as they are.
    """
    off = hips - WIDTHS[1] / WIDTHS[0] * shoulders
    if not math.isfinite(off):
        return 0.
    fits = _density(off, _TWIST ** 2 + 3. * noise ** 2)
    either = prior * _ANY_WIDTH
    if math.isfinite(knees):
        facing = min(max(shoulders / WIDTHS[0], -1.), 1.)     # cosine of the heading, as it seems
        variance = _KNEES_STDDEV ** 2 + _STEP ** 2 * (1. - facing ** 2) + noise ** 2
        fits *= (1. - _ODD_KNEES) * _density(knees - _KNEES * facing, variance) + _ODD_KNEES
        either *= _density(knees - _KNEES_BETWEEN * facing, _BETWEEN_STDDEV ** 2 + noise ** 2)
    return .5 * either / (fits + either)


def _density(off, variance):
    return math.exp(-.5 * off * off / variance) / math.sqrt(2. * math.pi * variance)


def torso_likelihood(pairs: Tuple[np.ndarray, np.ndarray], view: View, size: Estimate,
                     depths: Optional[Depths], mistaken: np.ndarray,
                     tilt_stddev: float = 0.) -> Torso:
    """What shoulders and hips say of people's headings.

    pairs: `left_of_right` of the view's tangents right and up, (2, n, pairs) each. depths: None
    without any. mistaken: (n,), how often left is taken for right. tilt_stddev: rad; how well the
    vertical is known. size: apparent size before the pairs' widths are considered, s ~ N(m, σ²).

    A pair that lies g = width·cos(heading) across is seen at the tangent t = s·g + noise, of
    variance v at s = m, so its residual r = t − m·g is (s − m)·g + noise. With the precision
    Λ = 1/σ² + Σ g²/v and the information h = Σ r·g/v, sums over the pairs, s is m + h/Λ with
    variance 1/Λ at this heading, and integrated over s the loglikelihood is, but for what is the
    same for all headings, −½ Σ (r²/v + log v) + ½ (h²/Λ − log Λ). The linear Gaussian model:
    Bishop, "Pattern Recognition and Machine Learning", 2.3.3.
    """
    mean, prior_precision = size.value[:, None], size.stddev[:, None] ** -2.
    (across, high), (factor, of_high) = pairs
    heights = high, of_high
    residual, variance, known = _across_the_image(across, factor, view, mean[..., None], heights)
    inverse = known / variance     # 0 for a pair that is not seen: it says nothing
    weighted = residual * inverse
    information = np.add.reduce(weighted * _PAIRS.across, axis=1)
    precision = prior_precision + np.add.reduce(_ACROSS_SQUARE * inverse, axis=1)
    of_pairs = -.5 * (residual * weighted + known * np.log(variance))
    of_pairs += in_height(view, size.value, heights, tilt_stddev)
    if depths is not None:
        of_pairs += _in_depth(view, depths, mean[..., None])
    of_size = .5 * (information ** 2 / precision - np.log(precision))
    return Torso(_robust(np.add.reduce(of_pairs, axis=1) + of_size, mistaken[:, None]),
                 mean + information / precision, 1. / precision)


def _across_the_image(across, factor, view, size, heights):
    """The pairs' residuals across the image, tangents, and variances, (n, pairs, headings).

    Third, whether a pair is seen, (n, pairs, 1); where it is not, its residual is 0.
    """
    tangent, factor = levelled(across, factor, view, size[:, 0, 0], heights)[..., None]
    known = np.isfinite(tangent)
    residual = np.where(known, tangent - size * _PAIRS.across, 0.)
    square = size ** 2
    of_keypoints = 2. * view.noise[..., None] ** 2 + square * _PAIRS.place_variance
    return residual, factor * of_keypoints + square * _PAIRS.width_variance, known


def _in_depth(view, depths, size):
    """What the pairs' differences in depth say, (n, pairs, headings).

    In tangents (metres over the person's range), so that it does not depend on their distance. A
    mixture: both of a pair are seen, or the body hides one, or one is covered and its depth another
    thing's.
    """
    away = np.where(np.isfinite(view.right), view.along * depths.joints, np.nan)
    right, left = away[:, RIGHTS], away[:, LEFTS]
    distance = .5 * (left + right)
    further = ((left - right) / distance)[..., None]
    variance = depths.stddev[:, RIGHTS] ** 2 + depths.stddev[:, LEFTS] ** 2 + 2. * _SURFACE ** 2
    noise = (variance / distance ** 2)[..., None]
    full = size * _PAIRS.away
    both_show = _normal(further - size * _PAIRS.shown, noise + (_SHOWN_STDDEV * full) ** 2)
    one_hides = _normal(further - _SHOWN_HIDDEN * full,
                        noise + (_SHOWN_HIDDEN_STDDEV * full) ** 2)
    density = both_show + _PAIRS.hides * (one_hides - both_show) + _OUTLIER_IN_DEPTH / size
    return np.where(np.isfinite(further), np.log(density), 0.)


def _normal(x, variance):
    return np.exp(-.5 * x * x / variance) / np.sqrt(2. * np.pi * variance)


def _robust(loglikelihood, mistaken):
    """The likelihood with some left for swapped sides, and for pairs that are wrong altogether."""
    likelihood = circle.COUNT * circle.normalized(loglikelihood)    # 1 on average
    both = likelihood + mistaken * (circle.opposite(likelihood) - likelihood)
    return both + _OUTLIER
