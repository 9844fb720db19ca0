"""Arms before the body: the depth of a joint they cover is the arm's."""
import numpy as np

from openpose_ros.body import (LEFT_EAR, LEFT_ELBOW, LEFT_EYE, LEFT_HIP,
                               LEFT_SHOULDER, LEFT_WRIST, NECK, NOSE,
                               PART_COUNT, RIGHT_EAR, RIGHT_ELBOW, RIGHT_EYE,
                               RIGHT_HIP, RIGHT_SHOULDER, RIGHT_WRIST)
from openpose_ros.scene.depth import Depths
from openpose_ros.scene.view import View

_UPPER_BODY = [NOSE, NECK, RIGHT_SHOULDER, LEFT_SHOULDER, RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR]
_HIPS = [RIGHT_HIP, LEFT_HIP]
# Forearms, and upper arms from their middle on: (from, to, share of the way to begin at).
_LIMBS = ((RIGHT_ELBOW, RIGHT_WRIST, 0.), (LEFT_ELBOW, LEFT_WRIST, 0.),
          (RIGHT_SHOULDER, RIGHT_ELBOW, .5), (LEFT_SHOULDER, LEFT_ELBOW, .5))
_THICKNESS = .10    # m; half an arm's width, a joint's window, and a keypoint's error
_BEFORE = .02       # m; how far before the torso an arm is that covers
_FOREARM = .25      # m; how far a hand that is not seen may be from its elbow
_DOUBT = .10        # m; what a covered joint's depth may be off


def _reach():
    reach = np.zeros(PART_COUNT)
    reach[_UPPER_BODY] = _THICKNESS
    reach[_HIPS] = .6 * _THICKNESS    # beside which hands hang
    return reach


_REACH = _reach()


def inflate_occluded_depth(view: View, size: np.ndarray, depths: Depths) -> Depths:
    """The same depths, less certain where an arm passes before shoulders, hips or head.

    size: (n,), apparent size, 1/m.
    """
    joints = np.stack((view.right, view.up), axis=-1)
    begin = np.stack([joints[:, a] + share * (joints[:, b] - joints[:, a])
                      for a, b, share in _LIMBS], axis=1)
    end = joints[:, [b for _, b, _ in _LIMBS]]
    handless = np.isnan(end).any(axis=-1)
    end = np.where(handless[..., None], begin, end)
    reach = _REACH + np.where(handless, _FOREARM, 0.)[..., None] * (_REACH > 0.)
    depth = np.fmin(*(depths.joints[:, [limb[i] for limb in _LIMBS]] for i in (0, 1)))
    with np.errstate(invalid='ignore'):
        before = depth < depths.torso[:, None] - _BEFORE
        near = _distance(joints[:, None], begin[:, :, None], end[:, :, None]) \
            < size[:, None, None] * reach
    covered = (near & before[..., None]).any(axis=1)
    return depths._replace(stddev=np.where(covered, np.hypot(depths.stddev, _DOUBT), depths.stddev))


def _distance(points, begin, end):
    """Distance of points (..., 2) from the segments from begin to end."""
    along, to_point = end - begin, points - begin
    length2 = np.maximum((along ** 2).sum(axis=-1), 1e-12)
    share = np.clip((along * to_point).sum(axis=-1) / length2, 0., 1.)
    return np.linalg.norm(to_point - share[..., None] * along, axis=-1)
