"""What the node publishes for each picture, one class a topic."""
import cv2
import numpy as np
from geometry_msgs.msg import PoseArray, PoseStamped
from sensor_msgs.msg import Image

from openpose_ros import drawing
from openpose_ros.approach import Approach
from openpose_ros.msg import SkeletonArray
from openpose_ros.ros import images, messages, parameters, rotations
from openpose_ros.ros.hri import Bodies
from openpose_ros.ros.markers import Markers
from openpose_ros.ros.output import Output, Seen
from openpose_ros.ros.tf import BodyFrames


class Skeletons(Output):
    """`~/skeletons`: everything that is known of everyone in the picture."""

    topic = '~/skeletons'
    message_type = SkeletonArray

    def build(self, seen: Seen) -> SkeletonArray:
        height, width = seen.image.shape[:2]
        return messages.skeleton_array(seen.people, seen.header, width, height, seen.up)


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


class Overlay(Output):
    """`~/overlay`: the picture with the skeletons drawn on it."""

    topic = '~/overlay'
    message_type = Image

    def configure(self, values) -> None:
        self._width = values['overlay.width']

    def build(self, seen: Seen) -> Image:
        picture = drawing.overlay(seen.image, seen.people_in_camera, seen.camera)
        height, width = picture.shape[:2]
        if 0 < self._width < width:
            size = self._width, max(1, int(round(height * self._width / width)))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        return images.write_image(picture, seen.image_header)


class ApproachGoal(Output):
    """`~/approach_goal`: where to stand before the chosen person, facing her; none when unsure."""

    topic = '~/approach_goal'
    message_type = PoseStamped

    def __init__(self, node) -> None:
        super().__init__(node)
        self._approach = Approach()

    def configure(self, values) -> None:
        self._approach.settings = parameters.approach_settings(values)

    def build(self, seen: Seen) -> PoseStamped:
        goal = self._approach.update(seen.people, seen.people_in_camera, seen.stamp, seen.up,
                                     seen.floor)
        if goal is None:
            return None
        return PoseStamped(header=seen.header, pose=messages.pose(
            goal.position, rotations.quaternions(goal.rotation)))


ALL = (Skeletons, Poses, Overlay, Markers, ApproachGoal, BodyFrames, Bodies)
