"""The people as frames of TF; needs the package tf2_ros, which may be missing."""
import numpy as np
from geometry_msgs.msg import TransformStamped

from openpose_ros.ros.conversions import messages
from openpose_ros.ros.conversions.tf2 import need_tf2
from openpose_ros.ros.outputs.base import Output, Seen


class BodyFrames(Output):
    """body_<id> and head_<id> of everyone with an id, in the frame of the skeletons.

    As REP-155 has them: x forward, y to the person's left, z up. body_<id> is at the hips'
    midpoint, head_<id> amid the parts of the head that are known. A frame is broadcast for the
    images in which both its position and its direction are known.
    """

    def __init__(self, node) -> None:
        """Raises FrameError where tf2_ros is not installed."""
        self._broadcaster = need_tf2('broadcast_tf').TransformBroadcaster(node)
        self._publisher = self._broadcaster.pub_tf
        self._own_listeners = 0

    @staticmethod
    def wanted(values) -> bool:
        return values['broadcast_tf']

    def configure(self, values) -> None:
        self._prefix = values['id_prefix']
        # The node itself listens to /tf for the target frame.
        self._own_listeners = int(bool(values['target_frame']))

    def has_subscribers(self) -> bool:
        return self._publisher.get_subscription_count() > self._own_listeners

    def publish(self, seen: Seen) -> None:
        transforms = self.to_messages(seen)
        if transforms:
            self._broadcaster.sendTransform(transforms)

    def to_messages(self, seen: Seen) -> list:
        """The TransformStamped of every body and head."""
        people = seen.people
        found = []
        for frame, positions, forwards in (
                ('body_', people.position, people.facing),
                ('head_', messages.head_positions(people.points), people.gaze)):
            known = np.isfinite(positions).all(axis=1) & np.isfinite(forwards).all(axis=1)
            rotations = messages.orientations(forwards, seen.up)
            for row in np.flatnonzero(known & (people.ids > 0)):
                name = '{}{}{}'.format(frame, self._prefix, people.ids[row])
                found.append(_transform(seen.header, name, positions[row], rotations[row]))
        return found


def _transform(header, child, position, rotation):
    message = TransformStamped(header=header, child_frame_id=child)
    messages.set_xyz(message.transform.translation, position)
    messages.set_xyzw(message.transform.rotation, rotation)
    return message
