"""How far people look up or down, and how likely they look at the camera.

A face that nods moves against the ears: the nose is 11 cm before them, so that a pitch of 8 degrees
lowers or raises it by 1.5 cm.
"""
import numpy as np

from openpose_ros import circle, proportions
from openpose_ros.scene.gaze import NOISE_SHARES, place_across
from openpose_ros.scene.size import Estimate
from openpose_ros.scene.view import View

# Chosen: how far people look up and down when nothing is seen of it; the truths' heads have 11 to
# 14 degrees. Less draws nods to the level, more takes noise for nods; neither has been measured.
_PITCH_STDDEV = np.radians(18.)
_HEAD_HEIGHT_STDDEV = .04    # m; of the ears over the neck: its spread, and a head held forward
_CONE = np.radians(15.)      # within this of the camera someone looks at it
_PARTS = list(proportions.HEAD_PARTS)
# Of the neck, round which it nods.
_FORWARD = proportions.HEAD[:, 1] + proportions.HEAD_FORWARD.mean
_UP = proportions.HEAD[:, 2]


def head_pitch(view: View, size: Estimate, heading: np.ndarray) -> Estimate:
    """Pitch of the head, rad, positive looks up, (n,); as wide as heads move where it hides.

    size: apparent size. heading: (n,) rad, of the head; NaN where unknown.

    The height of a part over the neck is h + u + f pitch, for the ears' height h, and what lies
    before the neck and over the ears, f and u; seen from above or below it also shifts by
    f cos(heading) times the tangent under which the head is seen. That is linear in h and pitch:
    least squares with what is known of both beforehand.
    """
    known = np.isfinite(heading)
    scale = size.value[:, None]
    base, heights = view.ups.neck[:, None], view.up[:, _PARTS]
    free = np.isnan(base)
    tilt = np.where(known, np.cos(heading) * view.ups.head, 0.)[:, None]
    off = heights - np.where(free, 0., base) - scale * (
        proportions.HEAD_HEIGHT.mean + _UP + _FORWARD * tilt)
    seen = np.isfinite(off) & known[:, None]
    w = seen / (np.where(seen, (view.noise * NOISE_SHARES) ** 2, 1.)
                + scale ** 2 * place_across(np.where(known, heading, 0.)))
    off, g = np.where(seen, off, 0.), scale * _FORWARD
    sum_1 = w.sum(axis=1) + (scale * np.where(free, 1e3, _HEAD_HEIGHT_STDDEV))[:, 0] ** -2.
    sum_g, sum_gg = (w * g).sum(axis=1), (w * g * g).sum(axis=1) + _PITCH_STDDEV ** -2.
    determinant = sum_1 * sum_gg - sum_g ** 2
    pitch = (sum_1 * (w * g * off).sum(axis=1) - sum_g * (w * off).sum(axis=1)) / determinant
    pitch = np.minimum(np.maximum(pitch, -np.pi / 3.), np.pi / 3.)
    stddev = np.sqrt(sum_1 / determinant)
    return Estimate(np.where(known, pitch, np.nan), np.where(known, stddev, np.nan))


# Half the height of the cone, rad, at each heading near 0, on average over its grid step.
_FINE = circle.STEP * (np.arange(10) - 4.5) / 10.
_HALF = np.sqrt(np.maximum(_CONE ** 2 - (circle.ANGLES[:, None] + _FINE) ** 2, 0.)).mean(axis=1)
_NEAR = np.flatnonzero(_HALF > 0.)
_EDGES = np.array((_HALF[_NEAR], -_HALF[_NEAR]))[:, None]


def attention(probability: np.ndarray, pitch: Estimate, view: View) -> np.ndarray:
    """Probability that people look at the camera, their gaze within 15 degrees of it, (n,).

    probability: (n, headings) of the head's heading, 0 towards the camera.
    """
    off = (-np.arctan(view.ups.head) - pitch.value)[:, None]    # of the camera over the gaze
    upper, lower = _below((off + _EDGES) / pitch.stddev[:, None])
    return np.add.reduce(probability[:, _NEAR] * (upper - lower), axis=1)


def _below(x):
    """The normal distribution function, as the logistic one that is within 0.01 of it."""
    return 1. / (1. + np.exp(-1.702 * np.minimum(np.maximum(x, -20.), 20.)))
