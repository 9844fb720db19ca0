"""Size, range and stature together: people are adults or children, and stand on the ground or not.

A person's size relative to an adult's, s, their range r and their apparent size a = s / r are tied
by log s = log r + log a. Of a the proportions tell, of r the ground or depth, of s what people
there are (proportions.ADULTS, CHILDREN). All are normal distributions in the logarithm, for each
group of people and once more for a ground that is not theirs (someone on a table, feet that are
hidden), so that the answer is a mixture with as many parts. What is said is the mean of its
likeliest part, and as variance the mean square off that: where a child is possible it grows to say
so.
"""
from typing import NamedTuple

import numpy as np

from openpose_ros import proportions
from openpose_ros.scene.size import Estimate

_GROUPS = (proportions.ADULTS, proportions.CHILDREN)
_SHARE = np.array([group.share for group in _GROUPS])
_MEAN = np.log([group.mean for group in _GROUPS])
_VARIANCE = np.array([group.stddev / group.mean for group in _GROUPS]) ** 2
# Chosen, a judgement: how often the ground is not what someone's feet seem to touch. What halving
# or doubling it does has not been measured.
_WRONG_GROUND = .03
_ANYWHERE = 1. / 3.    # density of the range then: it lies within a factor of 20
_UNKNOWN = 1e4         # variance of a logarithm of which nothing is known


class Sized(NamedTuple):
    """Apparent size (1/m), range along the ground (m) and stature (m) of people.

    stature: NaN where nothing but the proportions tells of it. misfit: (n,) probability that the
    ground is not theirs.
    """

    size: Estimate
    range: Estimate
    stature: Estimate
    misfit: np.ndarray


def infer(size: Estimate, distance: Estimate, certain: bool = False) -> Sized:
    """What apparent size and range, each unknown or not, say of each other and of the stature.

    distance: range, m, by depth or the ground. certain: whether it holds in any case (depth).
    """
    (a, a_variance), (r, r_variance) = _logarithm(size), _logarithm(distance)
    known = r_variance < _UNKNOWN
    off = (a + r)[:, None] - _MEAN
    total = _VARIANCE + (a_variance + r_variance)[:, None]
    share = _SHARE * np.exp(-.5 * off ** 2 / total) / np.sqrt(total)
    means = [_MEAN + _VARIANCE / total * off, r[:, None] - r_variance[:, None] / total * off,
             a[:, None] - a_variance[:, None] / total * off]
    variances = [each * (1. - each / total) for each in (
        _VARIANCE + 0. * total, r_variance[:, None], a_variance[:, None])]
    misfit = np.zeros(len(a))
    if not certain and known.any():
        share = np.concatenate((share, _wrong_ground(known)), axis=1)
        free = _without_range(a, a_variance)
        means = [np.concatenate(pair, axis=1) for pair in zip(means, free[0])]
        variances = [np.concatenate(pair, axis=1) for pair in zip(variances, free[1])]
        share /= share.sum(axis=1, keepdims=True)
        misfit = share[:, len(_GROUPS):].sum(axis=1)
    share = share / share.sum(axis=1, keepdims=True)
    best = share.argmax(axis=1)
    s, r, a = (_estimate(mean, variance, share, best) for mean, variance in zip(means, variances))
    told = known & (a_variance < _UNKNOWN) & (misfit < .5)
    return Sized(a, r, Estimate(np.where(told, proportions.STATURE * s.value, np.nan),
                                np.where(told, proportions.STATURE * s.stddev, np.nan)), misfit)


def _wrong_ground(known):
    """Weights of the groups where the ground is not theirs, (n, groups)."""
    return known[:, None] * _WRONG_GROUND * _ANYWHERE * _SHARE * np.sqrt(2. * np.pi)


def _without_range(a, a_variance):
    """Means and variances of s, r and a, (n, groups) each, from the apparent size alone."""
    mean = _MEAN + 0. * a[:, None]
    variance = _VARIANCE + 0. * a[:, None]
    return ((mean, mean - a[:, None], a[:, None] + 0. * mean),
            (variance, variance + a_variance[:, None], a_variance[:, None] + 0. * mean))


def _logarithm(estimate):
    """Mean and variance of the logarithm, (n,) each; 0 and very wide where unknown."""
    with np.errstate(invalid='ignore'):
        known = (estimate.value > 0.) & np.isfinite(estimate.stddev)
    value = np.where(known, estimate.value, 1.)
    return np.log(value), np.where(known, (estimate.stddev / value) ** 2, _UNKNOWN)


def _estimate(mean, variance, share, best):
    """Value and stddev of a mixture in the logarithm; NaN where nothing is known."""
    middle = mean[np.arange(len(best)), best]
    spread = np.sqrt((share * (variance + (mean - middle[:, None]) ** 2)).sum(axis=1))
    value = np.where(spread < 1., np.exp(np.clip(middle, -20., 20.)), np.nan)
    return Estimate(value, value * spread)
