"""Which way the head's front points, from the nose, eyes and ears, and what that says of the torso.

Headings are relative to the ray to the person, see view.py.
"""
import numpy as np

from openpose_ros import circle, proportions
from openpose_ros.body import LEFT_EAR, LEFT_EYE, NOSE, RIGHT_EAR, RIGHT_EYE
from openpose_ros.scene.size import Estimate
from openpose_ros.scene.view import View

_PARTS = list(proportions.HEAD_PARTS)
# A keypoint's noise as a share of the view's: networks set nose and eyes to 1.0 to 1.4 px of their
# input and ears to 1.6 to 2.0, where other parts have 2.2.
NOISE_SHARES = np.array((.55, .55, .55, .8, .8))
_PLACEMENT = .012        # m; where on a head a network puts a keypoint
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


def couple_torso_and_head(loglikelihood: np.ndarray) -> np.ndarray:
    """What the head's heading says of the torso's, or the other way round, (..., headings)."""
    return np.log(circle.normalized(loglikelihood) @ _TURN)


def head_likelihood(view: View, size: Estimate, mistaken: np.ndarray) -> np.ndarray:
    """What nose, eyes and ears say of the head's heading: loglikelihood (n, headings).

    mistaken: (n,), how often a network takes left for right in people this small, and as often sees
    a head that is none.

    Two kinds of cue: where the parts lie across the image, against each other and the neck; and
    which parts are seen at all. Their depths say next to nothing: a surface shows 1 to 3 cm of the
    11 cm between nose and ears, and hair and holes blur that; without them gaze is better.
    """
    placed = _robust(_across(view, size), _OUTLIER)
    return _robust(placed + _VISIBILITY * _visible(view, size), mistaken[:, None])


def _robust(loglikelihood, outlier):
    """The same where this share of what it rests on says nothing."""
    return np.log(circle.COUNT * circle.normalized(loglikelihood) + outlier)


def _across(view, size):
    """What the parts' places across the image say, (n, headings), against the neck."""
    across, base = view.right[:, _PARTS], view.rights.neck
    free = np.isnan(base)    # without a neck the head may be anywhere
    noise = view.noise ** 2 * NOISE_SHARES ** 2
    roughly = (proportions.HEAD_FORWARD.stddev * size.value) ** 2 + view.noise[:, 0] ** 2
    return _fit(across - np.where(free, view.rights.head, base)[:, None], noise,
                np.where(free, size.value ** 2, roughly), size, _EXPECTED_ACROSS, _PLACE_ACROSS)


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
    w = known / variance
    x = np.where(known, measured[..., None], 0.) - mean * expected
    wx, wg = w * x, w * expected
    sum_x, sum_g = wx.sum(axis=1), wg.sum(axis=1)
    total = 1. / offset[:, None] + w.sum(axis=1)
    xx = (wx * x).sum(axis=1) - sum_x ** 2 / total
    xg = (wg * x).sum(axis=1) - sum_x * sum_g / total
    gg = precision + (wg * expected).sum(axis=1) - sum_g ** 2 / total
    return -.5 * (xx - xg ** 2 / gg + np.log(variance).sum(axis=1) + np.log(total * gg))


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


def place_across(heading: np.ndarray) -> np.ndarray:
    """Variance, m^2, of where each part is set in the image, (n, parts), at these headings, rad."""
    nearest = np.round((heading + np.pi) / circle.STEP).astype(int) % circle.COUNT
    return _PLACE_ACROSS[:, nearest].T


_LOG_SEEN, _LOG_UNSEEN = np.log(_SEEN), np.log(1. - _SEEN)


def _visible(view, size):
    """What the parts that are seen and those that are not say; nothing of a head cut off."""
    seen = np.isfinite(view.right[:, _PARTS])
    whole = seen.any(axis=1) & _within(view, size)
    return whole[:, None] * (seen @ _LOG_SEEN + ~seen @ _LOG_UNSEEN + _ears(view))


def _ears(view):
    """From both ears' scores: a network is less sure of the one that is further round the head."""
    right, left = view.scores[:, RIGHT_EAR], view.scores[:, LEFT_EAR]
    both = (right > 0.) & (left > 0.)
    if not both.any():
        return np.zeros((len(both), 1))
    ratio = np.log(np.where(both, right, 1.) / np.where(both, left, 1.))[:, None]
    off = ratio - _EAR_RATIO * circle.SIN
    return both[:, None] * (-.5 / _EAR_RATIO_STDDEV ** 2) * off * off


def _within(view, size):
    """Whether the head lies wholly within the image."""
    margin = _NEAR_EDGE * size.value[:, None] * abs(view.camera.fx)
    head = view.keypoints[:, _PARTS]
    low, high = np.fmin.reduce(head, axis=1), np.fmax.reduce(head, axis=1)
    last = (view.camera.width - 1., view.camera.height - 1.)
    with np.errstate(invalid='ignore'):     # of who shows no part of it
        return ~((low < margin) | (high > last - margin)).any(axis=1)
