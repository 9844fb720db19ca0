"""Where people and their joints are, in the camera's optical frame.

Everything is reckoned in the axes of view.py, in which a person's place is the range along the
ground and two tangents; only at the end is it turned into the optical frame.
"""
import math
from typing import NamedTuple

import numpy as np

from openpose_ros.body import LEFT_HIP, PART_COUNT, RIGHT_HIP
from openpose_ros import proportions
from openpose_ros.each import of_each
from openpose_ros.scene.depth import TORSO_PARTS, Depths
from openpose_ros.scene.pairs import LEFTS, RIGHTS, WIDTHS, hidden
from openpose_ros.scene.size import Estimate, mean_of
from openpose_ros.scene.view import View

_LEAN = .03           # m; how far the hips are from where the torso as a whole is
_PLACEMENT = (.025, 0., .03)    # m; where a hip's keypoint lies: right, away, up
# m; the same of hips that are reckoned from the neck: a torso leans to all sides alike.
_DROP = (.06, .06, .06)
_UNKNOWN_THICKNESS = .03        # m; of a torso whose heading is not known: the spread of the radii
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

    def of_one(turn):
        heading = turn if math.isfinite(turn) else math.pi / 4.
        ahead = math.cos(heading)
        return math.hypot(side * math.sin(heading), (front if ahead > 0. else back) * ahead),
    return of_each(of_one, turn)[0]


def axis_range(surface: Estimate, turn: np.ndarray, radii, relative: np.ndarray) -> Estimate:
    """Range of the torso's axis, m, of that of its surface; see `half_thickness`.

    relative: (n,), size of people relative to the adult of the proportions.
    """
    return Estimate(surface.value + half_thickness(turn, radii) * relative,
                    np.hypot(surface.stddev, _UNKNOWN_THICKNESS * np.isnan(turn)))


def place(view: View, distance: Estimate, size: np.ndarray, turn: np.ndarray,
          depths: Depths) -> Place:
    """Positions of people at these ranges.

    distance: range of the torso's axis, m. size: (n,), apparent size, 1/m. turn: (n,), heading of
    the torso against the ray, rad, NaN where unknown. depths: of the joints, None without any; the
    joints of a person who has none are reckoned from the proportions of a body.
    """
    right, high, beside, away, below, ahead = of_each(
        _hips, view.rights.hips, view.ups.hips, view.rights.neck, view.ups.neck,
        view.right[:, RIGHT_HIP], view.right[:, LEFT_HIP], size, turn, distance.value)
    # Where one metre away is, in the optical frame; the covariance is that of the range along it,
    # and of where the hips lie in the view's axes.
    axes, r = view.axes, distance.value[:, None]
    where = (np.array((right, np.ones_like(right), high)).T[:, None] @ axes)[:, 0]
    of_range = distance.stddev[:, None] * where
    spread = r * size[:, None] * np.array((beside, away, below)).T
    variance = spread ** 2 + (r * view.noise) ** 2
    covariance = of_range[:, :, None] * of_range[:, None] + (
        axes.transpose(0, 2, 1) * variance[:, None]) @ axes
    return Place(r * where, covariance, _points(view, distance.value, ahead, turn, depths))


def _hips(right, high, neck_right, neck_up, right_hip, left_hip, size, turn, distance):
    """Of one person: tangents of the hips' midpoint to the right and up, and their stddevs.

    It lies under that of their keypoints (proportions.HIPS_DROP). Of one hip its midpoint is half a
    pair away; where none is seen it is a torso under the neck. The stddevs are of a size of 1.
    Last, how far ahead of the middle the left of who is turned to the side is for each metre.
    """
    drop = proportions.HIPS_DROP * size
    ahead = 0. if math.isnan(turn) else size * distance * math.sin(turn)
    if math.isnan(right):
        return (neck_right, neck_up - proportions.TORSO.mean * size - drop) + _DROP + (ahead,)
    half = 0. if math.isnan(turn) else .5 * proportions.HIPS.mean * size * math.cos(turn)
    right += half * (math.isnan(left_hip) - math.isnan(right_hip))
    return (right, high - drop) + _PLACEMENT + (ahead,)


def _points(view, distance, ahead, turn, depths):
    """Points of the seen joints, (n, 18, 3): by depth where the person has any, else on the body.

    By depth a joint lies half its limb behind the surface along its ray. Without, all joints are
    taken to be as far away as the person is, but for the shoulders and hips, which the turn sets
    apart. The same is done for a shoulder or hip which the body hides.
    """
    ahead = ahead[:, None] * _AHEAD
    depth = (distance[:, None] + ahead) / view.along
    if depths is None:
        return view.rays * depth[..., None]
    hides = (hidden(_WIDTH, turn[:, None]) > .5) & (ahead > 0.)
    behind = proportions.PART_RADII / np.sqrt(np.add.reduce(view.rays ** 2, axis=-1))
    measured = np.isfinite(depths.torso)[:, None] & ~(hides & np.isfinite(depths.joints))
    return view.rays * np.where(measured, depths.joints + behind, depth)[..., None]
