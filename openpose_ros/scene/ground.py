"""How far people are who are on the ground, the camera being so high over it.

A joint that is h metres over the ground is seen h·a over the tangent of the feet, a being the
apparent size; and the feet of who is r away are H/r under the camera's level, H being its height.
So a joint seen at the tangent t says r = H / (h·a - t). Of ankles, which are hardly over the
ground, that is nearly free of a and holds however a body is held; where they do not show, the hips
tell (or the neck), who are at one height when standing and at another when sitting.
"""
import math
from typing import List, NamedTuple, Optional

import numpy as np

from openpose_ros import proportions
from openpose_ros.each import of_each
from openpose_ros.scene.size import Estimate, Heights
from openpose_ros.scene.view import View

# The ankle's keypoint over the ground, m, and its stddev: shoes and an ankle (G lateral malleolus
# 0.07), the heel of who walks (0.14), and that networks set it 0.03 too high. N: adults who stand
# 0.12 and 0.13, who walk 0.14 and 0.15, the leaning man 0.135 and 0.165; children 0.10 to 0.14.
ANKLE_HEIGHT, _ANKLE_HEIGHT_STDDEV = .14, .03
_STRIDE = .07         # m; how far the hips of a standing person are from over their ankles
_SITTING = .30        # m; the same of one who sits (0.25 to 0.32 rendered)
_HORIZON = .05        # rad; a foot this little under the horizon says nothing of the distance
_HIGHEST = 1e4        # m; no camera that sees people's keypoints is so high
# The hips' keypoints over the ground, m of an adult, standing and sitting: legs and ankles (N: 0.90
# to 0.93), and a seat (0.40 to 0.48, the height of the hollow of the knee by G) with what of a body
# is over it (N: 0.55 to 0.57).
_STANDING_HIPS = proportions.Length(proportions.LEG.mean + ANKLE_HEIGHT, .045)
_SITTING_HIPS = proportions.Length(.56, .06)


class Stance(NamedTuple):
    """A way people may be on the ground, and how far they then are.

    share: (n,) how likely it is. range: along the ground, m, NaN where it cannot be. tie: (n,)
    covariance of the logarithms of range and apparent size.
    """

    share: np.ndarray
    range: Estimate
    tie: np.ndarray


def stances(view: View, rise: Heights, size: Estimate, camera_height: Optional[float],
            tilt_stddev: float) -> List[Stance]:
    """Ranges from where people are seen, the ground being `camera_height` m under the camera.

    By their ankles; else by their hips if they stand, and if they sit. size: apparent size.
    tilt_stddev: rad. Empty without a height, or with one that cannot be.
    """
    if camera_height is None or not 2. * ANKLE_HEIGHT < camera_height < _HIGHEST:
        return []
    ankles = _by_ankles(view, rise.standing, camera_height, tilt_stddev)
    showing = np.isfinite(ankles.range.value)
    if showing.all():
        return [ankles]
    stand, sit = (_by_hips(view, rise, size, camera_height, tilt_stddev, height)
                  for height in (_STANDING_HIPS, _SITTING_HIPS))
    return [_first(showing, ankles, stand._replace(share=rise.standing)),
            sit._replace(share=np.where(showing, 0., 1. - rise.standing))]


def _first(these, one, other):
    """The one stance of these people, (n,) bool, and the other of the rest."""
    return Stance(np.where(these, one.share, other.share), Estimate(*(
        np.where(these, a, b) for a, b in zip(one.range, other.range))),
        np.where(these, one.tie, other.tie))


def _by_ankles(view, standing, camera_height, tilt_stddev):
    height = camera_height - ANKLE_HEIGHT

    def of_one(ankles, standing, noise):
        """(distance, stddev) by the tangent of the ankles."""
        if not ankles < -_HORIZON:
            return math.nan, math.nan
        distance = height / -ankles
        tilt = math.hypot(noise, tilt_stddev * (1. + ankles ** 2)) / -ankles
        beside = standing * _STRIDE ** 2 + (1. - standing) * _SITTING ** 2
        return distance, math.sqrt(distance ** 2 * (
            tilt ** 2 + (_ANKLE_HEIGHT_STDDEV / height) ** 2) + beside)
    return Stance(np.ones(len(standing)), Estimate(*of_each(
        of_one, view.ups.ankles, standing, view.noise[:, 0])), np.zeros(len(standing)))


def _by_hips(view, rise, size, camera_height, tilt_stddev, hips):
    """Of who holds their hips so high, m of an adult; hips out of view are under the neck."""
    from_neck = proportions.Length(hips.mean + proportions.TORSO.mean,
                                   math.hypot(hips.stddev, proportions.TORSO.stddev))

    def of_one(tangent, neck, upright, noise, size, size_stddev):
        """(distance, stddev, tie) by the tangent of the hips, or of the neck."""
        height = hips
        if math.isnan(tangent):
            tangent, height = neck, from_neck
        feet = height.mean * size - tangent
        if not (upright and feet > _HORIZON):
            return math.nan, math.nan, math.nan
        of_size = height.mean * size_stddev / feet
        others = math.sqrt(noise ** 2 + (tilt_stddev * (1. + tangent ** 2)) ** 2
                           + (height.stddev * size) ** 2) / feet
        distance = camera_height / feet
        return (distance, distance * math.hypot(of_size, others),
                -of_size * size_stddev / size)
    distance, stddev, tie = of_each(of_one, view.ups.hips, view.ups.neck, rise.upright,
                                    view.noise[:, 0], *size)
    return Stance(np.ones(len(distance)), Estimate(distance, stddev), tie)
