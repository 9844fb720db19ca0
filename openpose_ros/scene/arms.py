"""Arms before the body: the depth of a joint they cover is the arm's."""
import numpy as np

from openpose_ros.body import (LEFT_EAR, LEFT_ELBOW, LEFT_EYE, LEFT_HIP, LEFT_SHOULDER, LEFT_WRIST,
                               NECK, NOSE, PART_COUNT, RIGHT_EAR, RIGHT_ELBOW, RIGHT_EYE, RIGHT_HIP,
                               RIGHT_SHOULDER, RIGHT_WRIST)
from openpose_ros.scene.depth import Depths
from openpose_ros.scene.view import View

_UPPER_BODY = [NOSE, NECK, RIGHT_SHOULDER, LEFT_SHOULDER, RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR]
_HIPS = [RIGHT_HIP, LEFT_HIP]
# Forearms, and upper arms from their middle on: (from, to, share of the way to begin at).
_LIMBS = ((RIGHT_ELBOW, RIGHT_WRIST, 0.), (LEFT_ELBOW, LEFT_WRIST, 0.),
          (RIGHT_SHOULDER, RIGHT_ELBOW, .5), (LEFT_SHOULDER, LEFT_ELBOW, .5))
_THICKNESS = .10    # m; half an arm's width, a joint's window, and a keypoint's error
_DOUBT = .10        # m; what a covered joint's depth may be off


def _reach():
    reach = np.zeros(PART_COUNT)
    reach[_UPPER_BODY] = _THICKNESS
    reach[_HIPS] = .6 * _THICKNESS    # beside which hands hang
    return reach


_REACH = _reach()


def doubt_covered(view: View, size: np.ndarray, depths: Depths) -> Depths:
    """The same depths, less certain where an arm passes before shoulders, hips or head.

    size: (n,), apparent size, 1/m.
    """
    joints = np.stack((view.right, view.up), axis=-1)
    begin = np.stack([joints[:, a] + share * (joints[:, b] - joints[:, a])
                      for a, b, share in _LIMBS], axis=1)[:, :, None]
    end = joints[:, [b for _, b, _ in _LIMBS]][:, :, None]
    along, to_joint = end - begin, joints[:, None] - begin
    with np.errstate(invalid='ignore', divide='ignore'):
        share = np.clip((along * to_joint).sum(-1) / (along ** 2).sum(-1), 0., 1.)
        distance = np.linalg.norm(to_joint - share[..., None] * along, axis=-1)
        covered = (distance < (size[:, None] * _REACH)[:, None]).any(axis=1)
    return depths._replace(stddev=np.where(covered, np.hypot(depths.stddev, _DOUBT), depths.stddev))
