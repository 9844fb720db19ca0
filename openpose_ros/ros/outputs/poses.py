"""`~/people`: the poses of people as a PoseArray."""
import numpy as np
from geometry_msgs.msg import PoseArray

from openpose_ros.ros.conversions import messages
from openpose_ros.ros.outputs.base import Output, Seen


class Poses(Output):
    """`~/people`: the poses of all whose position is known (x forward out of the body, z up).

    Where her facing is unknown, a person's orientation is the identity.
    """

    topic = '~/people'
    message_type = PoseArray

    def build(self, seen: Seen) -> PoseArray:
        people = seen.people
        known = np.isfinite(people.position).all(axis=1)
        rotations = messages.orientations(people.facing[known], seen.up)
        return PoseArray(header=seen.header, poses=[
            messages.pose(*row) for row in zip(people.position[known], rotations)])
