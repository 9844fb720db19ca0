"""What the node publishes for each picture, one class a topic.

An output builds its message only while somebody listens to it.
"""
from typing import NamedTuple, Optional, Sequence

import numpy as np
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

from openpose_ros import drawing
from openpose_ros.msg import SkeletonArray
from openpose_ros.people import People
from openpose_ros.ros import images, messages
from openpose_ros.scene import Camera


class Seen(NamedTuple):
    """What came out of one picture.

    image: (h, w, 3) BGR. image_header: the picture's own. header: the same stamp, and the frame of
    `people`. people_in_camera: the same people in the camera's optical frame. up: unit vector
    against gravity in the frame of `people`.
    """

    image: np.ndarray
    image_header: object
    header: object
    people: People
    people_in_camera: People
    camera: Optional[Camera]
    up: Sequence[float]


class Output:
    """A topic: subclasses name it and build its message."""

    topic = ''
    message_type = None

    def __init__(self, node) -> None:
        self._publisher = node.create_publisher(self.message_type, self.topic, QoSProfile(depth=5))

    def heard(self) -> bool:
        """Whether anybody listens."""
        return self._publisher.get_subscription_count() > 0

    def publish(self, seen: Seen) -> None:
        """Publish the message for one picture."""
        self._publisher.publish(self.build(seen))

    def build(self, seen: Seen):
        raise NotImplementedError

    def close(self, node) -> None:
        node.destroy_publisher(self._publisher)


class Skeletons(Output):
    """`~/skeletons`: everything that is known of everyone in the picture."""

    topic = '~/skeletons'
    message_type = SkeletonArray

    def build(self, seen: Seen) -> SkeletonArray:
        height, width = seen.image.shape[:2]
        return messages.skeleton_array(seen.people, seen.header, width, height, seen.up)


class Overlay(Output):
    """`~/overlay`: the picture with the skeletons drawn on it."""

    topic = '~/overlay'
    message_type = Image

    def build(self, seen: Seen) -> Image:
        picture = drawing.overlay(seen.image, seen.people_in_camera, seen.camera)
        return images.write_image(picture, seen.image_header)


ALL = (Skeletons, Overlay)
