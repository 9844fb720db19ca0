"""What an output of the node is, and what it is given of each image."""
from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message

from openpose_ros.people import People
from openpose_ros.perception import Mounting
from openpose_ros.scene import Camera


class Seen(NamedTuple):
    """What came out of one image.

    image: (h, w, 3) BGR; it may be a smaller copy where no output `shows_image`. image_header: the
    image's own. header: the same stamp, and the frame of `people`. stamp: s; that of the header, or
    the time of arrival where the header has none. people_in_camera: the same people in the camera's
    optical frame. up: (3,) unit vector against gravity in the frame of `people`. floor: m; the
    floor's height along `up` in that frame, None where it is unknown. mounting: where the camera is in that frame. looked_at: kind and corners,
    (2, 2) px, of each part of the image that the network looked at. sent_size: (width, height) px
    of the image as it was sent; None: that of `image`.
    """

    image: np.ndarray
    image_header: Any
    header: Any
    stamp: float
    people: People
    people_in_camera: People
    camera: Optional[Camera]
    up: np.ndarray
    floor: Optional[float]
    mounting: Mounting = Mounting()
    looked_at: Sequence[Tuple[str, np.ndarray]] = ()
    sent_size: Optional[Tuple[int, int]] = None

    @property
    def size(self) -> Tuple[int, int]:
        """(width, height) px of the image as it was sent."""
        return self.image.shape[1::-1] if self.sent_size is None else self.sent_size


class Output:
    """One topic; subclasses name it and fill its message, only if somebody listens."""

    topic = ''
    message_type = None
    shows_image = False     # whether it needs the image's pixels

    def __init__(self, node) -> None:
        self._publisher = node.create_publisher(self.message_type, self.topic, QoSProfile(depth=5))

    @staticmethod
    def wanted(values: Dict[str, Any]) -> bool:
        """Whether there is this output at all, by the parameters."""
        return True

    def configure(self, values: Dict[str, Any]) -> None:
        """Use these parameter values from the next image on."""

    def forget(self) -> None:
        """Forget what is remembered of people: time has jumped back, or the camera is another."""

    def has_subscribers(self) -> bool:
        """Whether anybody listens."""
        return self._publisher.get_subscription_count() > 0

    def publish(self, seen: Seen) -> None:
        """Publish the message for one image, where there is one."""
        message = self.to_message(seen)
        if message is not None:
            self._publisher.publish(message)

    def to_message(self, seen: Seen):
        """The message, or None."""
        raise NotImplementedError

    @property
    def chosen(self) -> int:
        """Id of the one person it is about, who is to be looked at first; 0: nobody, or all."""
        return 0

    def close(self, node) -> None:
        """Publish no more."""
        node.destroy_publisher(self._publisher)


class SerializedOutput(Output):
    """One topic whose message is written as the bytes in which it travels; see cdr.py."""

    def publish(self, seen: Seen) -> None:
        self._publisher.publish(self.serialized(seen))

    def serialized(self, seen: Seen) -> bytes:
        """The message for one image."""
        raise NotImplementedError

    def to_message(self, seen: Seen):
        return deserialize_message(self.serialized(seen), self.message_type)
