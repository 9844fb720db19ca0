"""How far people look up or down, and how likely they look at the camera.

A face that nods moves against the ears: the nose is 11 cm before them, so that a pitch of 8 degrees
lowers or raises it by 1.5 cm.
"""
import math

import numpy as np

from openpose_ros import circle, proportions
from openpose_ros.each import of_each
from openpose_ros.scene.size import Estimate
from openpose_ros.scene.view import View

# Chosen: how far people look up and down when nothing is seen of it; the truths' heads have 11 to
# 14 degrees. Less draws nods to the level, more takes noise for nods; neither has been measured.
_PITCH_STDDEV = np.radians(18.)
_HEAD_HEIGHT_STDDEV = .04    # m; of the ears over the neck: its spread, and a head held forward
_PLACEMENT = .016    # m; how high on a head a network puts a keypoint
# The share of a keypoint's noise that is in the height of nose, eyes and ears. N: 1.6 to 2.1, 1.2
# to 1.5 and 1.3 to 1.6 px of the network's input.
_NOISE_SHARES = .85, .65, .65, .8, .8
_CONE = np.radians(15.)      # within this of the camera someone looks at it
# Of each part the share of a keypoint's noise, and where it is over the neck, round which the head
# nods, and before it, m.
_PLACES = list(zip(_NOISE_SHARES,
                   (proportions.HEAD_HEIGHT.mean + proportions.HEAD[:, 2]).tolist(),
                   (proportions.HEAD[:, 1] + proportions.HEAD_FORWARD.mean).tolist()))


def head_pitch(view: View, size: Estimate, heading: np.ndarray) -> Estimate:
    """Pitch of the head, rad, positive looks up, (n,); as wide as heads move where it hides.

    size: apparent size. heading: (n,) rad, of the head; NaN where unknown.

    The height of a part over the neck is h + u + f pitch, for the ears' height h, and what lies
    before the neck and over the ears, f and u; seen from above or below it also shifts by
    f cos(heading) times the tangent under which the head is seen. That is linear in h and pitch:
    least squares with what is known of both beforehand.
    """
    return Estimate(*of_each(_pitch, heading, size.value, view.noise[:, 0], view.ups.neck,
                             view.ups.head, view.head[1]))


def _pitch(heading, size, noise, neck, middle, heights):
    """(pitch, stddev) of one head; of the neck, the head's middle and its parts, tangents up."""
    if not math.isfinite(heading):
        return math.nan, math.nan
    free = math.isnan(neck)
    base, tilt = 0. if free else neck, math.cos(heading) * middle
    # Sums of the weights w of least squares, of w g, w g g, w off and w g off.
    sum_1, sum_gg = (size * (1e3 if free else _HEAD_HEIGHT_STDDEV)) ** -2., _PITCH_STDDEV ** -2.
    sum_g = sum_off = sum_g_off = 0.
    for height, (share, up, forward) in zip(heights, _PLACES):
        if math.isfinite(height):
            w = 1. / ((noise * share) ** 2 + (size * _PLACEMENT) ** 2)
            off, g = height - base - size * (up + forward * tilt), size * forward
            sum_1 += w
            sum_g += w * g
            sum_gg += w * g * g
            sum_off += w * off
            sum_g_off += w * g * off
    determinant = sum_1 * sum_gg - sum_g ** 2
    pitch = (sum_1 * sum_g_off - sum_g * sum_off) / determinant
    return min(max(pitch, -math.pi / 3.), math.pi / 3.), math.sqrt(sum_1 / determinant)


# Half the height of the cone, rad, at each heading near 0, on average over its grid step.
_FINE = circle.STEP * (np.arange(10) - 4.5) / 10.
_HALF = np.sqrt(np.maximum(_CONE ** 2 - (circle.ANGLES[:, None] + _FINE) ** 2, 0.)).mean(axis=1)
_NEAR = slice(*(np.flatnonzero(_HALF > 0.)[[0, -1]] + (0, 1)))
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
