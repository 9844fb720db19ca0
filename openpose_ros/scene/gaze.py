"""Which way the head's front points, from the nose, eyes and ears, and what that says of the torso.

Headings are relative to the ray to the person, see view.py.
"""
import math

import numpy as np

from openpose_ros import circle, proportions
from openpose_ros.body import LEFT_EAR, LEFT_EYE, NOSE, RIGHT_EAR, RIGHT_EYE
from openpose_ros.each import of_each
from openpose_ros.scene.size import Estimate
from openpose_ros.scene.view import View

_PARTS = list(proportions.HEAD_PARTS)
# A keypoint's noise as a share of the view's: networks set nose and eyes to 1.0 to 1.4 px of their
# input and ears to 1.6 to 2.0, where other parts have 2.2.
_NOISE_SHARES_SQUARE = np.array((.55, .55, .55, .8, .8)) ** 2
# Of who is so small in the network's input, px, the parts of a head run together: they are set up
# to twice as far off, and which of them are reported tells less. N: nose and eyes are 1.4 to 2.7 px
# off at 120 to 170 px, 2.0 to 2.5 at 105, 2.1 to 2.9 at 80 (mobilenet_thin; the other two thirds).
_BLURRED, _BLURRED_POWER = 100., 4
# And they are set as if the head were turned less, off the front or the back: of its turn shows
# 1 / (1 + (47 / h)^2). N: 0.6 of nose and eyes at 55 px, 0.75 at 80, 0.82 at 105, 0.93 at 145, all
# from 200 on (both networks, also of bodies that nothing was tuned on).
_TURNED_LESS = 47.
# Heads of which nothing shows where they point: .3 / (1 + (h / 75)^3). N: more than 45 degrees off
# are 20 to 25 % of 60 to 90 px, 5 to 11 % of 90 to 120, 5 % of 120 to 170, 1 % that are larger.
_MISREAD_TINY, _MISREAD_HEIGHT, _MISREAD_POWER = .3, 75., 3
# m; where on a head a network puts a keypoint (N: nose and eyes of who is over 400 px are 0.005 to
# 0.008 off, with what noise is in that).
_PLACEMENT = .008
_HIDDEN_PLACEMENT = .02  # m; the same for a part that the head itself hides
_HAIR = .057             # m; how far aside the hair ends that networks take for the far ear
_OUTLIER = .02           # how often the head's parts are none
_VISIBILITY = .5         # weight of which parts are seen: their absences are not independent
_NEAR_EDGE = .12         # m; a head this near to the image's edge may be cut off
_EAR_RATIO, _EAR_RATIO_STDDEV = 1.1, .5    # log of the ears' scores when one points at the camera

# How the torso and the head turn against each other: mostly little, now and then far.
# Chosen: rendered people are best with more (20 and 60 degrees), the two men, who look straight
# ahead, with less (15 and 50).
_TURN = circle.spread_kernel((np.radians(18.), np.radians(55.)), (.65, .35))


def couple_torso_and_head(likelihood: np.ndarray) -> np.ndarray:
    """What the head's heading says of the torso's, or the other way round, (..., headings)."""
    return likelihood @ _TURN


def head_likelihood(view: View, size: Estimate, height: np.ndarray) -> np.ndarray:
    """What nose, eyes and ears say of the head's heading: likelihood (n, headings).

    height: (n,), of the person in the network's input, px.

    Two kinds of cue: where the parts lie across the image, against each other and the neck; and
    which parts are seen at all. Their depths say next to nothing: a surface shows 1 to 3 cm of the
    11 cm between nose and ears, and hair and holes blur that; without them gaze is better.
    """
    blur, visibility, misread, shows = of_each(_of_small, height)
    placed = _across(view, size, blur[:, None])
    placed = np.exp(placed - np.maximum.reduce(placed, axis=1, keepdims=True))
    placed += _OUTLIER / circle.COUNT * np.add.reduce(placed, axis=1, keepdims=True)
    visible = visibility[:, None] * _visible(view, size)
    both = placed * np.exp(visible - np.maximum.reduce(visible, axis=1, keepdims=True))
    if min(shows.tolist()) < _SHOWS_ALL:
        both = both.take(_seen_as(shows))
    return circle.COUNT / np.add.reduce(both, axis=1, keepdims=True) * both + misread[:, None]


def _of_small(height):
    """The factor on the parts' variance, the weight of their being seen, and two shares.

    How often heads are misread, and how much of a turn shows.
    """
    blur = 1. + (_BLURRED / height) ** _BLURRED_POWER
    return (blur, _VISIBILITY / blur,
            _MISREAD_TINY / (1. + (height / _MISREAD_HEIGHT) ** _MISREAD_POWER),
            1. / (1. + (_TURNED_LESS / height) ** 2))


def _seen_as(shows):
    """Where in (n, headings), flat, stands the heading as which each is seen; shows: (n,)."""
    level = np.minimum(shows * len(_SHOWN_AS), len(_SHOWN_AS) - 1.).astype(int)
    return _SHOWN_AS.take(level, axis=0) + circle.COUNT * np.arange(len(shows))[:, None]


def _shown_as(shows):
    """The heading as which each is seen, indices (..., headings); shows: (...) shares of a turn."""
    seen = np.arctan2(shows[..., None] * circle.SIN, circle.COS)
    return np.rint((seen + np.pi) / circle.STEP).astype(int) % circle.COUNT


_SHOWN_AS = _shown_as((np.arange(50) + .5) / 50.)
_SHOWS_ALL = .92    # what is less seen than that is half a step of the headings' grid off


def _across(view, size, blur):
    """What the parts' places across the image say, (n, headings), against the neck."""
    middle, variance = of_each(_beside, view.rights.neck, view.rights.head, size.value,
                               view.noise[:, 0])
    return _fit(view.head[0] - middle[:, None], view.noise ** 2 * blur * _NOISE_SHARES_SQUARE,
                variance, size, _EXPECTED_ACROSS, _PLACE_ACROSS)


def _beside(neck, head, size, noise):
    """What a head is over, to the right, and the variance of where on it; anywhere of no neck."""
    if math.isnan(neck):
        return head, size ** 2
    return neck, (proportions.HEAD_FORWARD.stddev * size) ** 2 + noise ** 2


def _fit(measured, noise, offset, size, expected, place):
    """How well measured tangents (n, parts) fit a head at each heading: (n, headings).

    The head is `expected` (parts, headings), in metres, times the apparent size, plus an offset
    that the parts share, plus noise. noise: (n, parts) variances of the tangents; place: (parts,
    headings) m^2, the same of where a part is set. offset: (n,) variance of the offset, mean 0.

    Offset and size are uncertain and eliminated exactly, the offset first, as in
    facing.torso_likelihood: with w = 1/variance, x the residual at the mean size and g its
    derivative by the size, a sum <ab> of w a b becomes <ab> - <a><b> / (1/offset + <1>); and then
    the exponent is -1/2 (<xx> - <xg>^2 / (1/size.stddev^2 + <gg>)).
    """
    mean, precision = size.value[:, None, None], size.stddev[:, None] ** -2.
    known = np.isfinite(measured)[..., None]
    variance = np.where(known, noise[..., None] + mean ** 2 * place, 1.)
    x = np.where(known, measured[..., None], 0.) - mean * expected
    terms = np.empty((6,) + variance.shape)     # summed over the parts in one call
    w, wx, wg, wxx, wxg, wgg = terms
    np.divide(known, variance, out=w)
    np.multiply(w, x, out=wx)
    np.multiply(w, expected, out=wg)
    np.multiply(wx, x, out=wxx)
    np.multiply(wg, x, out=wxg)
    np.multiply(wg, expected, out=wgg)
    total, sum_x, sum_g, xx, xg, gg = np.add.reduce(terms, axis=2)
    total += 1. / offset[:, None]
    xx -= sum_x ** 2 / total
    xg -= sum_x * sum_g / total
    gg += precision - sum_g ** 2 / total
    return -.5 * (xx - xg ** 2 / gg + np.log(np.multiply.reduce(variance, axis=1) * total * gg))


def _outward(left, part):
    """Cosine between a part's own outward direction and the direction to the camera."""
    if part == NOSE:
        return circle.COS
    aside = np.radians(30.) if part in (RIGHT_EYE, LEFT_EYE) else np.pi / 2.
    return np.cos(circle.ANGLES + np.sign(left) * aside)


def _seen_given_heading():
    """Probability that a network reports each part of the head at each heading, (parts, headings).

    A part is reported until it has turned away too far: the nose up to 128 degrees, an eye up to
    97 from its own direction; an ear up to 105 and, from behind, where a network guesses it at the
    edge of the hair, up to 133 (both networks, rendered people and the turning man).
    """
    until = np.array([-.62, -.13, -.13, 0., 0.])[:, None] + np.zeros(circle.COUNT)
    until[3:] = -.5 + .25 * circle.COS
    return .03 + .94 / (1. + np.exp((until - _OUTWARD) / .085))


_OUTWARD = np.array([_outward(left, part) for part, (left, _, _) in zip(_PARTS, proportions.HEAD)])
# Whether a part is where it is expected, as long as it is reported; but from behind networks call
# the edges of the hair ears.
_VISIBLE = 1. / (1. + np.exp((np.array([-.7, -.3, -.3, -.2, -.2])[:, None] - _OUTWARD) / .1))
_VISIBLE[3:] /= 1. + np.exp((-.5 - circle.COS) / .1)
_SEEN = _seen_given_heading()
# Where each part is expected at apparent size 1, m, and the variance of where it is set, (parts,
# headings), across the image.
_SIDE, _FORWARD = proportions.HEAD[:, :1], proportions.HEAD[:, 1:2]
_EXPECTED_ACROSS = _SIDE * circle.COS + (_FORWARD + proportions.HEAD_FORWARD.mean) * circle.SIN
# Nose and eyes that have turned away are put where the face ends, the far ear where the hair does.
_TO_THE_SIDE = np.sign(np.round(circle.SIN, 9))
_EXPECTED_ACROSS[:3] = np.where(circle.COS < 0., _TO_THE_SIDE * np.abs(
    _EXPECTED_ACROSS[:3]).max(axis=1, keepdims=True), _EXPECTED_ACROSS[:3])
_FAR_EAR = (circle.COS < 0.) & (_OUTWARD[3:] < -1e-9)
_EXPECTED_ACROSS[3:] = np.where(_FAR_EAR, -_HAIR * _TO_THE_SIDE, _EXPECTED_ACROSS[3:])
_PLACE_ACROSS = (_HIDDEN_PLACEMENT + (_PLACEMENT - _HIDDEN_PLACEMENT) * _VISIBLE) ** 2

# What each part says by being seen, and all by not being seen.
_SAYS, _LOG_UNSEEN = np.log(_SEEN / (1. - _SEEN)), np.log(1. - _SEEN).sum(axis=0)


def _visible(view, size):
    """What the parts that are seen and those that are not say; nothing of a head cut off."""
    seen = np.isfinite(view.head[0])
    whole = np.logical_or.reduce(seen, axis=1) & _within(view, size)
    return whole[:, None] * (seen.astype(float) @ _SAYS + _LOG_UNSEEN + _ears(view))


def _ears(view):
    """From both ears' scores: a network is less sure of the one that is further round the head."""
    both, ratio = of_each(_compare, view.scores[:, RIGHT_EAR], view.scores[:, LEFT_EAR])
    off = ratio[:, None] - _EAR_RATIO * circle.SIN
    return (-.5 / _EAR_RATIO_STDDEV ** 2 * both)[:, None] * off * off


def _compare(right, left):
    """Whether both have a score, and the logarithm of its ratio."""
    return (1., math.log(right / left)) if right > 0. and left > 0. else (0., 0.)


def _within(view, size):
    """Whether the head lies wholly within the image."""
    margin = (_NEAR_EDGE * abs(view.camera.fx) * size.value)[:, None, None]
    head = view.keypoints.take(proportions.HEAD_PARTS, axis=1)
    last = np.array((view.camera.width - 1., view.camera.height - 1.))
    with np.errstate(invalid='ignore'):     # of who shows no part of it
        return ~np.logical_or.reduce((head < margin) | (head > last - margin), axis=(1, 2))
