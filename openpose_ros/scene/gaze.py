"""Which way the head's front points, from the nose, eyes and ears, and what that says of the torso.

Headings are relative to the ray to the person, see view.py.
"""
import numpy as np

from openpose_ros.body import LEFT_EAR, LEFT_EYE, NOSE, RIGHT_EAR, RIGHT_EYE
from openpose_ros import circle, proportions
from openpose_ros.scene.depth import Depths
from openpose_ros.scene.size import Estimate, mean_of, neck
from openpose_ros.scene.view import View

_PARTS = list(proportions.HEAD_PARTS)
_PLACEMENT = .012        # m; where on a head a network puts a keypoint
_SURFACE = .02           # m; hair, and the edge of the head, in depth
_HIDDEN_PLACEMENT = .04  # m; both for a part that the head itself hides
_OUTLIER = .02           # how often the head's parts are none
_OUTLIER_IN_DEPTH = .1   # how often hair, holes or a hand make their depths nonsense
_VISIBILITY = .7         # weight of which parts are seen: their absences are not independent
_NEAR_EDGE = .12         # m; a head this near to the image's edge may be cut off
_EAR_RATIO, _EAR_RATIO_STDDEV = 1.1, .5    # log of the ears' scores when one points at the camera

# How the torso and the head turn against each other: mostly little, now and then far.
_TURN = circle.spread_kernel((np.radians(18.), np.radians(50.)), (.8, .2))


def couple_torso_and_head(loglikelihood: np.ndarray) -> np.ndarray:
    """What the head's heading says of the torso's, or the other way round, (n, headings)."""
    return np.log(circle.normalized(loglikelihood) @ _TURN)


def head_likelihood(view: View, size: Estimate, depths: Depths) -> np.ndarray:
    """What nose, eyes and ears say of the head's heading: loglikelihood (n, headings).

    Three kinds of cue: where the parts lie across the image, against each other and the neck;
    the same in depth; and which parts are seen at all.
    """
    across, in_depth = _placed(view, size, depths)
    placed = _robust(across + _robust(in_depth, _OUTLIER_IN_DEPTH), _OUTLIER)
    return placed + _VISIBILITY * _visible(view, size)


def _robust(loglikelihood, outlier):
    """The same where this share of what it rests on says nothing."""
    return np.log(circle.COUNT * circle.normalized(loglikelihood) + outlier)


def _placed(view, size, depths):
    """What the parts' places say: across the image and in depth, (2, n, headings).

    Both are tangents with an offset that the parts share: across the image where the head is over
    the neck, which is known roughly; in depth where the head is, which is free. An uncertain offset
    and size are eliminated as in facing.torso_likelihood, the offset first: with precisions w, a
    sum of weighted products loses (sum w a)(sum w b) / (1/variance of the offset + sum w).
    """
    tangents, noise, offset = _measured(view, size, depths)
    known = np.isfinite(tangents)[..., None]
    mean = size.value[:, None, None]
    variance = np.where(known, noise[..., None] + mean ** 2 * _PLACE[:, None], 1.)
    w = known / variance
    x = np.where(known, tangents[..., None], 0.) - mean * _EXPECTED[:, None]
    wx, wg = w * x, w * _EXPECTED[:, None]
    sum_x, sum_g = wx.sum(axis=2), wg.sum(axis=2)
    total = 1. / offset[..., None] + w.sum(axis=2)
    square = (wx * x).sum(axis=2) - sum_x * sum_x / total
    fit = (wg * x).sum(axis=2) - sum_x * sum_g / total
    slope = (wg * _EXPECTED[:, None]).sum(axis=2) - sum_g * sum_g / total
    posterior = size.stddev[:, None] ** -2. + slope
    determinant = np.log(variance).sum(axis=2) + np.log(total * posterior)
    return -.5 * (square - fit ** 2 / posterior + determinant)


def _measured(view, size, depths):
    """Tangents across and in depth (2, n, parts), their variances, the offset's variance (2, n)."""
    across = view.right[:, _PARTS]
    base = neck(view.right)
    free = np.isnan(base)    # without a neck the place is free
    away = np.where(np.isfinite(across), (view.along * depths.joints)[:, _PARTS], np.nan)
    distance = mean_of(away)[:, None]
    tangents = np.stack((across - np.where(free, mean_of(across), base)[:, None],
                         (away - distance) / distance))
    noise = np.stack((np.full(across.shape, view.noise ** 2),
                      (depths.stddev[:, _PARTS] / distance) ** 2))
    roughly = (proportions.HEAD_FORWARD.stddev * size.value) ** 2 + view.noise ** 2
    anywhere = size.value ** 2
    return tangents, noise, np.stack((np.where(free, anywhere, roughly), anywhere))


def _outward(left, part):
    """Cosine between a part's own outward direction and the direction to the camera."""
    if part == NOSE:
        return circle.COS
    aside = np.radians(30.) if part in (RIGHT_EYE, LEFT_EYE) else np.pi / 2.
    return np.cos(circle.ANGLES + np.sign(left) * aside)


def _seen_given_heading():
    """Probability that a network reports each part of the head at each heading, (parts, headings).

    A part is reported until it has turned away too far: the nose up to 120 degrees, an eye up to
    95 from its own direction; an ear, which stands out, up to 110 and, from behind, where a network
    guesses it at the edge of the hair, up to 150.
    """
    until = np.array([-.5, -.1, -.1, 0., 0.])[:, None] + np.zeros(circle.COUNT)
    until[3:] = -.6 + .3 * circle.COS
    return .05 + .9 / (1. + np.exp((until - _OUTWARD) / .12))


_OUTWARD = np.array([_outward(left, part) for part, (left, _, _) in zip(_PARTS, proportions.HEAD)])
# Whether a part is where a network says. Networks see somewhat round the corner; but from behind
# they call the edges of the hair ears.
_VISIBLE = 1. / (1. + np.exp((-.2 - _OUTWARD) / .1))
_VISIBLE[3:] /= 1. + np.exp((-.5 - circle.COS) / .1)
_SEEN = _seen_given_heading()
# Of each part's tangents across and in depth at apparent size 1, (2, parts, headings): where it is
# expected, and the variance of where it is placed.
_SIDE, _FORWARD = proportions.HEAD[:, :1], proportions.HEAD[:, 1:2]
_EXPECTED = np.stack((
    _SIDE * circle.COS + (_FORWARD + proportions.HEAD_FORWARD.mean) * circle.SIN,
    _SIDE * circle.SIN - _FORWARD * circle.COS))
_PLACE = np.stack([(_HIDDEN_PLACEMENT + (placement - _HIDDEN_PLACEMENT) * _VISIBLE) ** 2
                   for placement in (_PLACEMENT, _SURFACE)])
_LOG_SEEN, _LOG_UNSEEN = np.log(_SEEN), np.log(1. - _SEEN)


def _visible(view, size):
    """What the parts that are seen and those that are not say; nothing of a head cut off."""
    seen = np.isfinite(view.right[:, _PARTS])
    whole = seen.any(axis=1) & _within(view, size)
    return whole[:, None] * (seen @ _LOG_SEEN + ~seen @ _LOG_UNSEEN + _ears(view))


def _ears(view):
    """From both ears' scores: a network is less sure of the one that is further round the head."""
    with np.errstate(divide='ignore', invalid='ignore'):
        ratio = np.log(view.scores[:, RIGHT_EAR] / view.scores[:, LEFT_EAR])[:, None]
    ratio = np.where(np.isfinite(ratio), ratio, np.nan)
    return np.nan_to_num(-.5 * ((ratio - _EAR_RATIO * circle.SIN) / _EAR_RATIO_STDDEV) ** 2)


def _within(view, size):
    """Whether the head lies wholly within the image."""
    margin = _NEAR_EDGE * size.value[:, None] * abs(view.camera.fx)
    head = view.keypoints[:, _PARTS]
    last = np.array((view.camera.width, view.camera.height)) - 1.
    with np.errstate(invalid='ignore'):
        cut = (head < margin[..., None]) | (head > last - margin[..., None])
    return ~cut.any(axis=(1, 2))
