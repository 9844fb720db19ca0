"""`~/people`: the poses of people as a PoseArray."""
import numpy as np
from geometry_msgs.msg import Pose, PoseArray

from openpose_ros.ros.conversions import cdr, messages
from openpose_ros.ros.outputs.base import Seen, SerializedOutput

_POSES = cdr.Records(Pose, position=['position'], orientation=['orientation'])


class Poses(SerializedOutput):
    """`~/people`: the poses of all whose position is known (x forward out of the body, z up).

    Where their facing is unknown, a person's orientation is the identity.
    """

    topic = '~/people'
    message_type = PoseArray

    def serialized(self, seen: Seen) -> bytes:
        known = np.isfinite(seen.people.position).all(axis=1)
        positions = seen.people.position[known]
        writer = cdr.Writer()
        writer.header(seen.header)
        _POSES.write(writer, len(positions), position=positions,
                     orientation=messages.orientations(seen.people.facing[known], seen.up))
        return bytes(writer)
