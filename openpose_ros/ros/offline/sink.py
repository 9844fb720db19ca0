"""Stands where the node stands for its outputs: what they publish goes into a bag."""
from typing import Dict, Optional

from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage, Image

from openpose_ros.recordings.reading import types_of_ros2
from openpose_ros.ros.conversions import images
from openpose_ros.ros.tools.bag import Bag

NODE = '/openpose'


class BagNode:
    """Makes publishers that write into a bag.

    time: ns, under which they write. muted: whether what they are given is dropped. error: why the
    bag cannot be written any more, or None.
    """

    def __init__(self, bag: Bag, numbers: Dict[str, int]) -> None:
        """numbers: of the topics that the bag has already, by name."""
        self.time = 0
        self.muted = False
        self.error = None       # type: Optional[OSError]
        self._bag = bag
        self._numbers = numbers
        self._types = types_of_ros2()

    def create_publisher(self, message_type, topic: str, qos) -> 'BagPublisher':
        """As of rclpy's Node; qos is not needed."""
        name = NODE + topic[1:] if topic.startswith('~') else topic
        return BagPublisher(self, message_type, name)

    def destroy_publisher(self, publisher) -> None:
        """As of rclpy's Node: what was published stays in the bag."""

    def write(self, topic: str, message_type, message) -> None:
        """Write a message of a topic, serialized or not; the topic is added with its first one."""
        if self.muted:
            return
        if topic not in self._numbers:
            self._numbers[topic] = self._bag.add_topic(topic, type_name(message_type))
        data = message if isinstance(message, bytes) else self._serialized(
            message, type_name(message_type))
        try:
            self._bag.write(self._numbers[topic], data, self.time)
        except OSError as error:
            self.error = error
            raise

    def _serialized(self, message, name):
        data = serialize_message(message)
        # What lies between the fields is whatever was in memory; now it is zero, each time.
        if name in self._types.fielddefs:
            data = bytes(self._types.serialize_cdr(self._types.deserialize_cdr(data, name), name))
        return data


class BagPublisher:
    """As rclpy's, for messages that go into a bag; images go as JPEG."""

    def __init__(self, node: BagNode, message_type, topic: str) -> None:
        self._node, self._type, self._topic = node, message_type, topic

    def get_subscription_count(self) -> int:
        """The bag listens to everything."""
        return 1

    def publish(self, message) -> None:
        """Write a message, or several."""
        for one in message if isinstance(message, (list, tuple)) else [message]:
            if self._type is Image:
                pixels = images.read_image(one)
                self._node.write(self._topic + '/compressed', CompressedImage,
                                 images.write_compressed(pixels, one.header))
            else:
                self._node.write(self._topic, self._type, one)


def type_name(message_type) -> str:
    """package/msg/Name of a message's class."""
    return '{}/msg/{}'.format(message_type.__module__.split('.')[0], message_type.__name__)
