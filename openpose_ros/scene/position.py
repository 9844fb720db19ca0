"""Where people and their joints are, in the camera's optical frame.

Everything is reckoned in the axes of view.py, in which a person's place is the range along the
ground and two tangents; only at the end is it turned into the optical frame.
"""
from typing import NamedTuple, Optional

import numpy as np

from openpose_ros.body import LEFT_HIP, PART_COUNT, RIGHT_HIP
from openpose_ros import proportions
from openpose_ros.scene.depth import TORSO_PARTS, Depths
from openpose_ros.scene.pairs import LEFTS, RIGHTS, WIDTHS, hidden
from openpose_ros.scene.size import Estimate, mean_of
from openpose_ros.scene.view import View

_LEAN = .03           # m; how far the hips are from where the torso as a whole is
_PLACEMENT = np.array((.025, 0., .03))   # m; where a hip's keypoint lies: right, away, up
_DROP = np.array((.06, 0., .06))         # m; the same of hips that are reckoned from the neck
# How far before the middle a part lies of who is turned to the side, (18,) m, and its pair's width.
_AHEAD, _WIDTH = np.zeros(PART_COUNT), np.full(PART_COUNT, np.inf)
_AHEAD[LEFTS], _AHEAD[RIGHTS] = .5 * WIDTHS, -.5 * WIDTHS
_WIDTH[LEFTS] = _WIDTH[RIGHTS] = WIDTHS


class Place(NamedTuple):
    """Positions of people: (n, 3) m, covariance (n, 3, 3) m^2, points (n, 18, 3) m."""

    position: np.ndarray
    covariance: np.ndarray
    points: np.ndarray


def surface_range(view: View, depths: Depths) -> Estimate:
    """Range along the ground of the torso's surface, m, from its depth."""
    distance = depths.torso * mean_of(view.along[:, TORSO_PARTS])
    return Estimate(distance, np.hypot(depths.torso_stddev, _LEAN))


def half_thickness(turn: np.ndarray, radii=proportions.TORSO_RADII) -> np.ndarray:
    """How far the torso's axis lies behind the surface the camera sees, m, (n,).

    radii: from the front, from behind, from the side. The torso is half an ellipse from the front
    and half one from behind, seen along the ray; `turn` is its heading against the ray, rad, NaN
    where unknown, which gives the middle of the radii.
    """
    front, back, side = radii
    known = np.where(np.isfinite(turn), turn, np.pi / 4.)
    ahead = np.cos(known)
    return np.hypot(side * np.sin(known), np.where(ahead > 0., front, back) * ahead)


def place(view: View, distance: Estimate, size: np.ndarray, turn: np.ndarray,
          depths: Depths) -> Place:
    """Positions of people at these ranges.

    distance: range of the torso's axis, m. size: (n,), apparent size, 1/m. turn: (n,), heading of
    the torso against the ray, rad, NaN where unknown. depths: of the joints, None without any; the
    joints of a person who has none are reckoned from the proportions of a body.
    """
    right, high, spread = _hips(view, size, turn)
    q = np.stack((right, np.ones_like(right), high), axis=-1)
    r, stddev = distance.value[:, None], distance.stddev[:, None, None]
    covariance = stddev ** 2 * q[:, :, None] * q[:, None, :]
    covariance[:, (0, 1, 2), (0, 1, 2)] += (r * spread) ** 2
    position = ((r * q)[:, None] @ view.axes)[:, 0]
    covariance = view.axes.transpose(0, 2, 1) @ covariance @ view.axes
    return Place(position, covariance, _points(view, distance.value, size, turn, depths))


def _hips(view, size, turn):
    """Tangents of the hips' midpoint, (n,) each, and their stddev in the view's axes, (n, 3).

    It lies under that of their keypoints (proportions.HIPS_DROP). Of one hip its midpoint is half a
    pair away; where none is seen it is a torso under the neck.
    """
    half = .5 * proportions.HIPS.mean * size * np.nan_to_num(np.cos(turn))
    one_alone = np.isnan(view.right[:, LEFT_HIP]) * 1. - np.isnan(view.right[:, RIGHT_HIP])
    seen = np.isfinite(view.rights.hips)
    right = np.where(seen, view.rights.hips + one_alone * half, view.rights.neck)
    high = np.where(seen, view.ups.hips, view.ups.neck - proportions.TORSO.mean * size)
    spread = np.where(seen[:, None], _PLACEMENT, _DROP) * size[:, None]
    return right, high - proportions.HIPS_DROP * size, np.hypot(spread, view.noise)


def _points(view, distance, size, turn, depths):
    """Points of the seen joints, (n, 18, 3): by depth where the person has any, else on the body.

    By depth a joint lies half its limb behind the surface along its ray. Without, all joints are
    taken to be as far away as the person is, but for the shoulders and hips, which the turn sets
    apart. The same is done for a shoulder or hip which the body hides.
    """
    ahead = np.where(np.isnan(turn), 0., size * distance * np.sin(turn))[:, None] * _AHEAD
    depth = (distance[:, None] + ahead) / view.along
    if depths is None:
        return view.rays * depth[..., None]
    hides = (hidden(_WIDTH, turn[:, None]) > .5) & (ahead > 0.)
    behind = proportions.PART_RADII / np.sqrt((view.rays ** 2).sum(axis=-1))
    measured = np.isfinite(depths.torso)[:, None] & ~(hides & np.isfinite(depths.joints))
    return view.rays * np.where(measured, depths.joints + behind, depth)[..., None]
