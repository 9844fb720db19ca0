"""The node's subscriptions: images, depth and calibration, and what of them does not come."""
import time
from typing import Callable, List, Optional, Tuple

from rclpy.clock import Clock, ClockType
from rclpy.qos import (DurabilityPolicy, HistoryPolicy, QoSProfile,
                       ReliabilityPolicy)
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from openpose_ros.ros.conversions.images import ImageError
from openpose_ros.ros.node.newest import Gate, Newest
from openpose_ros.ros.node.serialized import STAMP_END, Serialized

PERIOD = 1.         # s from one look at what does not come to the next
PATIENCE = 3.       # s of images without a camera_info before that is said
_TYPES = {'sensor_msgs/msg/Image': Image, 'sensor_msgs/msg/CompressedImage': CompressedImage}


class Inputs:
    """Subscribes, and from then on sees to it that what is there can be taken.

    Of the executor's thread, but for `take_image` and `take_camera_info`.

    received_at: monotonic time of the newest image that was taken; None before the first. problems:
    what does not come, or not as it should, in a line each.
    """

    def __init__(self, node, value_of, on_image: Callable[[Serialized], bool],
                 on_depth: Callable[[Serialized], None],
                 on_camera_info: Callable[[CameraInfo], None], warn: Callable[[str], None]) -> None:
        """value_of: the parameters. warn: called with a line when something is wrong.

        on_image: called with the next image where `take_image` found none; returns whether it was
        of use, else it is called with the one after that.
        """
        self.received_at = None     # type: Optional[float]
        self.problems = []          # type: List[str]
        self._node, self._value_of, self._warn = node, value_of, warn
        self._on_image, self._on_camera_info = on_image, on_camera_info
        self._first_image_at = None
        self._has_info = False
        self._alone = False     # whether only image/compressed was there when last looked
        self._image = node.resolve_topic_name('image')
        self._info_topic = camera_info_topic(node)
        self._hears_kept = False
        self._info_before = None    # all of the last one but its stamp
        gate = Gate(node)
        gate.open()     # for the first; `take_camera_info` takes the others
        self._infos = Newest(node, CameraInfo, self._info_topic, self._newest(), gate,
                             self._receive_info)
        self._subscriptions = self._subscribe_to_depth(on_depth)
        self._gate = Gate(node)
        self._missed = 0
        self._taken, self._images = None, None
        self._take(self._choice())
        # Simulated time may stand still.
        self._timer = node.create_timer(PERIOD, self.watch,
                                        clock=Clock(clock_type=ClockType.STEADY_TIME))

    def close(self) -> None:
        """Take nothing any more."""
        self._node.destroy_timer(self._timer)
        self._infos.close()
        self._images.close()
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def keep(self, subscriptions: list) -> None:
        """Close these, too, when the others are closed."""
        self._subscriptions += subscriptions

    def publishers(self) -> int:
        """Who publishes on the topic of the images, whatever the type."""
        return self._node.count_publishers(self._taken[1])

    @property
    def is_waiting(self) -> bool:
        """Whether an image is waited for, so that it is known when none comes."""
        return self._gate.is_open

    @property
    def missed(self) -> int:
        """Images that were sent but not taken, as far as that is known; see Newest."""
        return self._missed + self._images.missed

    def take_image(self) -> Optional[Serialized]:
        """The newest image since the last one; None: then `on_image` is called with the next.

        From the thread that works on images.
        """
        images, message_type = self._images, self._taken[0]
        data = images.take()
        if data is None:
            return self.wait_for_image()
        self._note_image()
        return Serialized(data, message_type)

    def wait_for_image(self) -> None:
        """Have `on_image` called with the newest image, or the next."""
        self._gate.open()

    def take_camera_info(self) -> None:
        """Give on the newest camera_info, if one has come. From the thread that needs it."""
        data = self._infos.take() if self._has_info else None
        if data is not None:
            self._receive_info(data)

    def watch(self) -> None:
        """Take images as they are sent, and note what does not come."""
        message_type, topic = self._taken
        if message_type not in self._types_on(topic):
            choice = self._choice()
            if choice != self._taken:
                self._take(choice)
                self._node.get_logger().info('images are taken from {} as {}'.format(
                    choice[1], choice[0].__name__))
        self._subscribe_to_kept_info()
        self.problems = list(self._what_is_wrong())
        for problem in self.problems:
            self._warn(problem)

    def _what_is_wrong(self):
        message_type, topic = self._taken
        types = self._type_names_on(topic)
        if types and message_type not in self._types_on(topic):
            yield '{} is of type {}, not {}: {}'.format(
                topic, ', '.join(sorted(types)), message_type.__name__,
                'set image_transport to auto' if types & set(_TYPES) else 'remap image')
        if (self._first_image_at is not None and not self._has_info
                and time.monotonic() - self._first_image_at > PATIENCE
                and not self._node.get_parameter('horizontal_fov').value):
            yield ('no camera_info comes on {}: people stay in the image plane (remap camera_info, '
                   'or set horizontal_fov)'.format(self._info_topic))

    # What is subscribed to.

    def _choice(self) -> Tuple[type, str]:
        """Type and topic of the images, by image_transport and by what is there."""
        transport, compressed = self._value_of['image_transport'], self._image + '/compressed'
        if transport == 'raw':
            return Image, self._image
        if transport == 'compressed':
            return CompressedImage, compressed
        types = self._types_on(self._image)
        if types:
            return (Image if Image in types else CompressedImage), self._image
        # Whoever sends both may be about to be found on the other.
        was_alone, self._alone = self._alone, CompressedImage in self._types_on(compressed)
        return (CompressedImage, compressed) if was_alone and self._alone else (Image, self._image)

    def _type_names_on(self, topic):
        return {info.topic_type for info in self._node.get_publishers_info_by_topic(topic)}

    def _types_on(self, topic):
        return {_TYPES[name] for name in self._type_names_on(topic) if name in _TYPES}

    def _take(self, choice):
        # Not two at a time: a middleware may refuse two types on one topic.
        if self._images is not None:
            self._images.close()
            self._missed += self._images.missed
        message_type, topic = self._taken = choice
        self._images = Newest(
            self._node, message_type, topic, self._newest(), self._gate,
            lambda data: self._receive(Serialized(data, message_type)))

    def _receive(self, serialized):
        self._note_image()
        return self._on_image(serialized)

    def _note_image(self):
        self.received_at = time.monotonic()
        if self._first_image_at is None:
            self._first_image_at = self.received_at

    def _receive_info(self, data):
        """Give on a camera_info that says something else than the one before."""
        if data[STAMP_END:] != self._info_before:
            try:
                self._on_camera_info(Serialized(data, CameraInfo).message())
            except ImageError as error:
                self._warn(str(error))
                return self._has_info
            self._info_before = data[STAMP_END:]
        self._has_info = True
        return True

    def _subscribe_serialized(self, message_type, topic, callback):
        """Read by whoever needs them: not each may be."""
        return self._node.create_subscription(
            message_type, topic, lambda data: callback(Serialized(data, message_type)),
            self._newest(), raw=True)

    def _subscribe_to_depth(self, on_depth):
        transport, topic = self._value_of['depth_transport'], self._node.resolve_topic_name('depth')
        if transport == 'raw':
            return [self._subscribe_serialized(Image, topic, on_depth)]
        if transport == 'compressedDepth':
            topic += '/compressedDepth'
            return [self._subscribe_serialized(CompressedImage, topic, on_depth)]
        return []

    def _subscribe_to_kept_info(self):
        """Hear a camera_info that was sent once, before, where somebody keeps one.

        Only then: a camera that keeps none would warn of a subscription that it cannot serve.
        """
        if self._has_info or self._hears_kept or not any(
                info.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
                for info in self._node.get_publishers_info_by_topic(self._info_topic)):
            return
        self._hears_kept = True
        self._subscriptions.append(self._node.create_subscription(
            CameraInfo, self._info_topic, self._receive_info, QoSProfile(
                depth=1, history=HistoryPolicy.KEEP_LAST, reliability=ReliabilityPolicy.RELIABLE,
                durability=DurabilityPolicy.TRANSIENT_LOCAL), raw=True))

    def _newest(self):
        """The quality of service of images, depth and camera_info."""
        reliable = self._value_of['image_reliability'] == 'reliable'
        return QoSProfile(
            depth=1, history=HistoryPolicy.KEEP_LAST, durability=DurabilityPolicy.VOLATILE,
            reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT)


def camera_info_topic(node) -> str:
    """The topic `camera_info`; where it is not remapped, the one beside that of the images.

    By the rule of image_transport: /camera/image_raw and /camera/camera_info.
    """
    topic = node.resolve_topic_name('camera_info')
    namespace = node.get_namespace().rstrip('/')
    if topic != namespace + '/camera_info':
        return topic
    image = node.resolve_topic_name('image')
    if image.endswith('/compressed'):   # the transport's, below the topic of the images
        image = image.rsplit('/', 1)[0]
    return image.rsplit('/', 1)[0] + '/camera_info'
