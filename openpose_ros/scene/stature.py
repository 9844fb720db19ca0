"""Size, range and stature together: people are adults or children, and stand on the ground or not.

A person's size relative to an adult's, s, their range r and their apparent size a = s / r are tied
by log s = log r + log a. Of a the proportions tell, of r the ground or depth, of s what people
there are (proportions.ADULTS, CHILDREN). All are normal distributions in the logarithm, for each
group of people and once more for a ground that is not theirs (someone on a table, feet that are
hidden), so that the answer is a mixture with as many parts. What is said is the mean of its
likeliest part, and as standard deviation what the fourth power off that implies, which of a normal
distribution is its own, and of a mixture grows with what is possible far off: a child.
"""
from typing import NamedTuple, Sequence

import numpy as np

from openpose_ros import proportions
from openpose_ros.scene.ground import Stance
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


# What `_alone` needs: the likeliest group's size, and of the variance of the range's logarithm the
# polynomial in that of the size that the sixth power off implies (which asks more of a part far off
# than the fourth: 95 % of children are to be within two deviations of the adult they may be).
_LIKELIEST = np.exp(_MEAN[_SHARE.argmax()])
_OFF, _PART = (_MEAN - _MEAN[_SHARE.argmax()]) ** 2, _SHARE / _SHARE.sum()
_SIXTH = [1.] + [float(_PART.dot(each)) for each in (
    3. * (_VARIANCE + _OFF), 3. * _VARIANCE ** 2 + 6. * _VARIANCE * _OFF + _OFF ** 2,
    _VARIANCE ** 3 + 3. * _VARIANCE ** 2 * _OFF + _VARIANCE * _OFF ** 2 + _OFF ** 3 / 15.)]


class Sized(NamedTuple):
    """Apparent size (1/m), range along the ground (m) and stature (m) of people.

    stature: NaN where nothing but the proportions tells of it. misfit: (n,) probability that the
    ground is not theirs.
    """

    size: Estimate
    range: Estimate
    stature: Estimate
    misfit: np.ndarray


def by_depth(size: Estimate, distance: Estimate) -> Sized:
    """What apparent size and a range that holds in any case, each unknown or not, say together."""
    everybody = np.ones(len(size.value))
    return _infer(size, [Stance(everybody, distance, 0. * everybody)], 0.)


def on_the_ground(size: Estimate, stances: Sequence[Stance]) -> Sized:
    """What apparent size and the ways people may be on the ground say together."""
    return _infer(size, stances, _WRONG_GROUND)


def _infer(size, stances, elsewhere):
    """The mixture of the groups, of the stances and of who is `elsewhere`, a share."""
    a, a_variance = _logarithm(size)
    if not stances:
        return _alone(a, a_variance)
    parts = [_with_range(a, a_variance, stance) for stance in stances]
    known = np.zeros(len(a), bool)
    for stance in stances:
        known |= (stance.share > 0.) & np.isfinite(stance.range.value)
    share = elsewhere * _ANYWHERE * _SHARE * (2. * np.pi) ** .5
    free = _without_range(a, a_variance)
    parts.append((np.where(known[:, None], share, _SHARE),) + free)
    share, means, variances = (np.concatenate(each, axis=-1) for each in zip(*parts))
    share = share / share.sum(axis=1, keepdims=True)
    misfit = np.where(known, share[:, -len(_SHARE):].sum(axis=1), 0.)
    best = share.argmax(axis=1)
    values, stddevs = _estimate(means, variances, share, best)
    (_, r, a), told = zip(values, stddevs), known & (a_variance < _UNKNOWN) & (misfit < .5)
    stature = np.where(told, proportions.STATURE * np.array((values[0], stddevs[0])), np.nan)
    return Sized(Estimate(*a), Estimate(*r), Estimate(*stature), misfit)


def _alone(a, a_variance):
    """The same where nothing tells of the range: that of the likeliest group."""
    r_variance = np.cbrt(np.polyval(_SIXTH, a_variance))
    size = np.exp(np.minimum(np.maximum(a, -20.), 20.))
    values = np.where(r_variance < 1., (size, _LIKELIEST / size), np.nan)
    stddevs = values * np.sqrt((a_variance, r_variance))
    nothing = np.full(len(a), np.nan)
    return Sized(Estimate(values[0], stddevs[0]), Estimate(values[1], stddevs[1]),
                 Estimate(nothing, nothing), np.zeros(len(a)))


def _with_range(a, a_variance, stance):
    """Weights (n, groups), means and variances (3, n, groups) of s, r and a, in this stance.

    With the covariance of log r and log a, Kalman's equations for log s = log r + log a.
    """
    (r, r_variance), tie = _logarithm(stance.range), stance.tie
    tie = np.where(r_variance < _UNKNOWN, tie, 0.)
    off = (a + r)[:, None] - _MEAN
    total = _VARIANCE + np.maximum(a_variance + r_variance + 2. * tie, 0.)[:, None]
    share = np.where(r_variance < _UNKNOWN, stance.share, 0.)[:, None] * _SHARE \
        * np.exp(-.5 * off ** 2 / total) / np.sqrt(total)
    pull = np.stack((_VARIANCE + 0. * total, (-r_variance - tie)[:, None] + 0. * total,
                     (-a_variance - tie)[:, None] + 0. * total))
    before = np.stack((_MEAN + 0. * total, r[:, None] + 0. * total, a[:, None] + 0. * total))
    variances = np.stack((_VARIANCE + 0. * total, r_variance[:, None] + 0. * total,
                          a_variance[:, None] + 0. * total))
    return share, before + pull / total * off, np.maximum(variances - pull ** 2 / total, 0.)


def _without_range(a, a_variance):
    """Means and variances (3, n, groups) of s, r and a, from the apparent size alone."""
    a, a_variance = a[:, None] + 0. * _MEAN, a_variance[:, None] + 0. * _MEAN
    mean, variance = _MEAN + 0. * a, _VARIANCE + 0. * a
    return (np.stack((mean, mean - a, a)),
            np.stack((variance, variance + a_variance, a_variance)))


def _logarithm(estimate):
    """Mean and variance of the logarithm, (n,) each; 0 and very wide where unknown."""
    with np.errstate(invalid='ignore'):
        known = (estimate.value > 0.) & np.isfinite(estimate.stddev)
    value = np.where(known, estimate.value, 1.)
    return np.log(value), np.where(known, (estimate.stddev / value) ** 2, _UNKNOWN)


def _estimate(means, variances, share, best):
    """Values and stddevs (3, n) of mixtures in the logarithm; NaN where nothing is known."""
    middle = means[:, np.arange(len(best)), best]
    off = (means - middle[..., None]) ** 2
    fourth = (share * (3. * variances ** 2 + 6. * variances * off + off ** 2)).sum(axis=2)
    spread = (fourth / 3.) ** .25
    value = np.where(spread < 1., np.exp(np.minimum(np.maximum(middle, -20.), 20.)), np.nan)
    return value, value * spread
