"""Images as they come over the wire are read as rclpy reads them."""
import random

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from builtin_interfaces.msg import Time  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from sensor_msgs.msg import CameraInfo, CompressedImage, Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.ros.conversions.images import ImageError  # noqa: E402
from openpose_ros.ros.node.serialized import Serialized  # noqa: E402


def header(rng):
    return Header(stamp=Time(sec=rng.randint(-2 ** 31, 2 ** 31 - 1), nanosec=rng.randint(0, 2 ** 32 - 1)),
                  frame_id='äx/' * rng.randint(0, 5) + 'e' * rng.randint(0, 5))


def image(rng):
    return Image(header=header(rng), height=rng.randint(0, 2 ** 32 - 1), width=rng.randint(0, 9),
                 encoding='bgr8_'[:rng.randint(0, 5)], is_bigendian=rng.randint(0, 1),
                 step=rng.randint(0, 2 ** 32 - 1), data=rng.randbytes(rng.randint(0, 50)))


def compressed(rng):
    return CompressedImage(header=header(rng), format='jpeg; x'[:rng.randint(0, 7)],
                           data=rng.randbytes(rng.randint(0, 50)))


@pytest.mark.parametrize('make', (image, compressed))
def test_every_field_is_as_rclpy_reads_it(make):
    rng = random.Random(1)
    for _ in range(300):
        message = make(rng)
        read = Serialized(serialize_message(message), type(message)).message()
        for field in message.get_fields_and_field_types():
            there, here = getattr(message, field), getattr(read, field)
            assert bytes(there) == bytes(here) if field == 'data' \
                else there == here, field


def test_another_message_is_left_to_rclpy():
    info = CameraInfo(width=7)
    assert Serialized(serialize_message(info), CameraInfo).message() == info


@pytest.mark.parametrize('message_type', (Image, CompressedImage))
def test_what_is_cut_short_is_no_image(message_type):
    whole = bytes(serialize_message(image(random.Random(2)) if message_type is Image
                                    else compressed(random.Random(2))))
    for length in range(len(whole) - 4):    # the end may be padding
        with pytest.raises(ImageError, match='bytes that are no'):
            Serialized(whole[:length], message_type).message()
    assert Serialized(whole[:3], message_type).stamp() == (0, 0)


def test_a_length_that_is_too_large_is_no_image():
    data = bytearray(serialize_message(image(random.Random(3))))
    data[12:16] = b'\xff\xff\xff\x7f'
    with pytest.raises(ImageError, match='it ends after'):
        Serialized(bytes(data), Image).message()
