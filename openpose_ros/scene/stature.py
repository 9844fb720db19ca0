"""Size, range and stature together: people are adults or children, and stand on the ground or not.

A person's size relative to an adult's, s, their range r and their apparent size a = s / r are tied
by log s = log r + log a. Of a the proportions tell, of r the ground or depth, of s what people
there are (proportions.ADULTS, CHILDREN). All are normal distributions in the logarithm, for each
group of people and once more for a ground that is not theirs (someone on a table, feet that are
hidden), so that the answer is a mixture with as many parts. What is said is the mean over adults and
children where the likelier of grounds has them, and as standard deviation of stature and range what
the fourth power off that implies, which of a normal distribution is its own, and of a mixture grows
with what is possible far off: a child.
"""
import math
from typing import NamedTuple, Sequence

import numpy as np

from openpose_ros import proportions
from openpose_ros.each import of_each
from openpose_ros.scene.ground import Stance
from openpose_ros.scene.size import Estimate

_GROUPS = (proportions.ADULTS, proportions.CHILDREN)
_SHARE = np.array([group.share for group in _GROUPS])
_MEAN = np.log([group.mean for group in _GROUPS])
_VARIANCE = np.array([group.stddev / group.mean for group in _GROUPS]) ** 2
_EACH_GROUP = list(zip(_SHARE.tolist(), _MEAN.tolist(), _VARIANCE.tolist()))
# Chosen, a judgement: how often the ground is not what someone's feet seem to touch. What halving
# or doubling it does has not been measured.
_WRONG_GROUND = .03
_ANYWHERE = 1. / 3.    # density of the range then: it lies within a factor of 20
_UNKNOWN = 1e4         # variance of a logarithm of which nothing is known


# What `_alone` needs: the likeliest group's size and variance, and of each group how far from it
# (a logarithm), with its variance.
_LIKELIEST = math.exp(_MEAN[_SHARE.argmax()])
_LIKELIEST_VARIANCE = float(_VARIANCE[_SHARE.argmax()])
_OFF = [(abs(mean - math.log(_LIKELIEST)), variance) for _, mean, variance in _EACH_GROUP]
_ONE_SIDE = 1.645      # standard deviations under which 95 % of a normal distribution lie


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
    if not stances:
        found = of_each(_alone, *size)
    else:
        ways = [np.array((each.share,) + each.range + (each.tie,)).T for each in stances]
        found = of_each(lambda value, stddev, *ways: _mixed(value, stddev, ways, elsewhere),
                        *size, *ways)
    return Sized(Estimate(*found[:2]), Estimate(*found[2:4]), Estimate(*found[4:6]), found[6])


def _alone(value, stddev):
    """The fields of one person's Sized where nothing tells of the range: of the likeliest group.

    Two of the range's deviations hold 95 % of each group, so of children, too, who are nearer.
    """
    a, variance = _logarithm(value, stddev)
    off = max(off + _ONE_SIDE * math.sqrt(spread + variance) for off, spread in _OFF)
    share = max(math.sqrt(_LIKELIEST_VARIANCE + variance), .5 - .5 * math.exp(-off))
    if not share < 1.:
        return (math.nan,) * 6 + (0.,)
    size = _exp(a)
    r = _LIKELIEST / size
    return size, size * math.sqrt(variance), r, r * share, math.nan, math.nan, 0.


def _mixed(value, stddev, ways, elsewhere):
    """The fields of one person's Sized, of their apparent size and Stances: the mixture's.

    ways: (share, range, its stddev, tie) of each stance.
    """
    a, variance = _logarithm(value, stddev)
    parts, known = [], False
    for share, r, r_stddev, tie in ways:
        if share > 0. and math.isfinite(r):
            known = True
        r, r_variance = _logarithm(r, r_stddev)
        if share > 0. and r_variance < _UNKNOWN:
            parts += [_with_range(a, variance, r, r_variance, tie, share, group)
                      for group in _EACH_GROUP]
    if not known or elsewhere:
        free = elsewhere * _ANYWHERE * (2. * math.pi) ** .5 if known else 1.
        parts += [(free * share, (mean, mean - a, a), (spread, spread + variance, variance))
                  for share, mean, spread in _EACH_GROUP]
    total = _weight(parts)
    if not total > 0.:
        return (math.nan,) * 7
    misfit = sum(part[0] for part in parts[-2:]) / total if known and elsewhere else 0.
    (s, s_stddev), r, a = _estimate(parts, total)
    told = known and variance < _UNKNOWN and misfit < .5
    scale = proportions.STATURE if told else math.nan
    stature = scale * s, scale * s_stddev
    return a + r + stature + (misfit,)


def _with_range(a, a_variance, r, r_variance, tie, share, group):
    """Weight, means (3,) and variances (3,) of s, r and a, in this stance and group.

    With the covariance of log r and log a, Kalman's equations for log s = log r + log a.
    """
    of_group, mean, variance = group
    off, total = a + r - mean, variance + max(a_variance + r_variance + 2. * tie, 0.)
    before, variances = (mean, r, a), (variance, r_variance, a_variance)
    pull = variance, -r_variance - tie, -a_variance - tie
    return (share * of_group * math.exp(-.5 * off ** 2 / total) / math.sqrt(total),
            [x + each / total * off for x, each in zip(before, pull)],
            [max(x - each ** 2 / total, 0.) for x, each in zip(variances, pull)])


def _logarithm(value, stddev):
    """Mean and variance of the logarithm; 0 and very wide where unknown."""
    if value > 0. and math.isfinite(stddev):
        share = stddev / value
        return math.log(value), share * share
    return 0., _UNKNOWN


def _estimate(parts, total):
    """(value, stddev) of s, r and a, of a mixture in the logarithm; NaN where nothing is known."""
    found, count = [], len(_EACH_GROUP)
    way = max((parts[i:i + count] for i in range(0, len(parts), count)), key=_weight)
    weight = _weight(way)
    for i in range(3):
        middle = sum(share * means[i] for share, means, _ in way) / weight
        second = fourth = 0.
        for share, means, variances in parts:
            off, variance = (means[i] - middle) ** 2, variances[i]
            second += share * (variance + off)
            fourth += share * (3. * variance ** 2 + 6. * variance * off + off ** 2)
        # The apparent size goes on as a normal distribution, which has a mixture's variance.
        spread = (second / total) ** .5 if i == 2 else (fourth / (3. * total)) ** .25
        value = _exp(middle) if spread < 1. else math.nan
        found.append((value, value * spread))
    return found


def _weight(parts):
    return sum(part[0] for part in parts)


def _exp(x):
    return math.exp(min(max(x, -20.), 20.))
