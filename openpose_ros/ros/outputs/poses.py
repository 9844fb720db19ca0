"""`~/people`: the poses of people as a PoseArray."""
import numpy as np
from geometry_msgs.msg import Pose, PoseArray

from openpose_ros.ros.conversions import messages
from openpose_ros.ros.outputs.base import Output, Seen


class Poses(Output):
    """`~/people`: the poses of all whose position is known (x forward out of the body, z up).

    Where their facing is unknown, a person's orientation is the identity.
    """

    topic = '~/people'
    message_type = PoseArray

    def __init__(self, node) -> None:
        super().__init__(node)
        self._poses = []    # those made so far: each image fills them anew

    def to_message(self, seen: Seen) -> PoseArray:
        known = np.isfinite(seen.people.position).all(axis=1)
        positions = seen.people.position[known]
        rotations = messages.orientations(seen.people.facing[known], seen.up)
        self._poses.extend(Pose() for _ in range(len(positions) - len(self._poses)))
        poses = self._poses[:len(positions)]
        for pose, position, rotation in zip(poses, positions.tolist(), rotations.tolist()):
            at, turn = pose.position, pose.orientation
            at.x, at.y, at.z = position
            turn.x, turn.y, turn.z, turn.w = rotation
        return PoseArray(header=seen.header, poses=poses)
