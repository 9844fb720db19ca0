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
_FROM, _TO, _SHARE = (np.array(each) for each in zip(*_LIMBS))
_THICKNESS = .10    # m; half an arm's width, a joint's window, and a keypoint's error
_BEFORE = .02       # m; how far before the torso an arm is that covers
_DOUBT = .10        # m; what a covered joint's depth may be off, at least


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
    with np.errstate(invalid='ignore'):     # of what is unseen
        depth = np.fmin(depths.joints.take(_FROM, axis=1), depths.joints.take(_TO, axis=1))
        before = depth < depths.torso[:, None] - _BEFORE
        if not before.any():
            return depths
        near = _are_near(np.array((view.right, view.up)), size)
    covered = np.logical_or.reduce(near & before[..., None], axis=1)
    # The arm's depth is not theirs: it may be wrong by as much as it lies before the torso.
    before = np.fmax(depths.torso[:, None] - depths.joints, 0.)
    doubt = np.sqrt(depths.stddev ** 2 + _DOUBT ** 2 + before ** 2)
    return depths._replace(stddev=np.where(covered, doubt, depths.stddev))


def _are_near(joints, size):
    """Whether joints, tangents (2, n, 18), are beside each limb in the image, (n, limbs, 18).

    Beside a limb whose end is not seen none is. (To doubt what is within a forearm of an elbow
    instead made the turning man's facing better and that of rendered people worse.)
    """
    begin, end = joints.take(_FROM, axis=2), joints.take(_TO, axis=2)
    begin = begin + _SHARE * (end - begin)
    along, to_point = (end - begin)[..., None], joints[:, :, None] - begin[..., None]
    length2 = np.maximum(np.add.reduce(along * along, axis=0), 1e-12)
    share = np.add.reduce(along * to_point, axis=0) / length2
    off = to_point - np.minimum(np.maximum(share, 0.), 1.) * along
    return np.add.reduce(off * off, axis=0) < (size[:, None, None] * _REACH) ** 2
