"""Depth images are paired with images by stamp."""
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from builtin_interfaces.msg import Time  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from sensor_msgs.msg import CompressedImage, Image  # noqa: E402

from openpose_ros.ros.node.pairing import DepthPairing  # noqa: E402
from openpose_ros.ros.node.serialized import Serialized  # noqa: E402


def at(milliseconds):
    return Time(sec=milliseconds // 1000, nanosec=milliseconds % 1000 * 1000000)


def depth(milliseconds):
    message = Image()
    message.header.stamp = at(milliseconds)
    return Serialized(serialize_message(message), Image)


def test_the_nearest_is_taken_before_or_after():
    pairing = DepthPairing()
    for milliseconds in (900, 1010, 980, 1100):
        pairing.add(depth(milliseconds))
    pair = pairing.expect(at(1000)).nearest(.05)
    assert pair.serialized.message().header.stamp == at(1010)
    assert pair.skew == pytest.approx(.01)
    assert pairing.expect(at(990)).nearest(.05).skew == pytest.approx(-.01)


def test_nothing_is_taken_that_is_too_far():
    pairing = DepthPairing()
    ticket = pairing.expect(at(1000))
    assert pairing.empty and ticket.nearest(.05) is None
    pairing.add(depth(1060))
    assert not pairing.empty
    assert ticket.nearest(.05) is None
    assert ticket.nearest(.07) is not None


def test_what_comes_while_the_image_is_looked_at_is_compared_and_kept():
    pairing = DepthPairing()
    pairing.add(depth(960))
    ticket = pairing.expect(at(1000))
    for milliseconds in range(1000, 10000, 33):
        pairing.add(depth(milliseconds))
    assert ticket.nearest(.05).serialized.message().header.stamp == at(1000)


def test_two_images_on_their_way_each_get_their_own():
    pairing = DepthPairing()
    first, second = pairing.expect(at(1000)), pairing.expect(at(1033))
    for milliseconds in range(1005, 10000, 33):
        pairing.add(depth(milliseconds))
    assert first.nearest(.05).skew == pytest.approx(.005)
    assert second.nearest(.05).skew == pytest.approx(.005)


def test_what_comes_for_an_image_long_gone_is_not_kept_for_it():
    pairing = DepthPairing()
    ticket = pairing.expect(at(1000))
    for milliseconds in range(2000, 2100, 33):
        pairing.expect(at(milliseconds))
    pairing.add(depth(1000))
    assert ticket.nearest(.05) is None


def test_old_ones_make_place():
    pairing = DepthPairing()
    for milliseconds in range(0, 10000, 100):
        pairing.add(depth(milliseconds))
    assert pairing.expect(at(0)).nearest(.05) is None
    assert pairing.expect(at(9900)).nearest(.05).skew == 0.


def test_an_image_without_a_stamp_has_no_depth_of_its_moment():
    pairing = DepthPairing()
    pairing.add(depth(0))
    ticket = pairing.expect(at(0))
    pairing.add(depth(0))
    assert ticket.nearest(.05) is None
    pairing.add(depth(500))
    assert pairing.expect(at(500)).nearest(.05) is not None


def test_what_came_before_time_jumped_back_is_not_paired_with_what_comes_after():
    pairing = DepthPairing()
    for milliseconds in (20, 60, 3000):
        pairing.add(depth(milliseconds))
    pairing.add(depth(500))     # a simulation that began anew
    assert pairing.expect(at(20)).nearest(.05) is None and not pairing.empty
    assert pairing.expect(at(490)).nearest(.05).skew == pytest.approx(.01)


@pytest.mark.parametrize('message_type', (Image, CompressedImage))
def test_a_stamp_is_read_without_the_message(message_type):
    message = message_type()
    for sec, nanosec in ((-2, 5), (1700000000, 999999999), (0, (1 << 32) - 1)):
        message.header.stamp = Time(sec=sec, nanosec=nanosec)
        assert Serialized(serialize_message(message), message_type).stamp() == (sec, nanosec)
    big_endian = b'\0\0\0\0' + b'\0\0\0\1' + b'\0\0\0\2'
    assert Serialized(big_endian, Image).stamp() == (1, 2)
