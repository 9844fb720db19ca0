"""Depth images are paired with images by stamp."""
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from builtin_interfaces.msg import Time  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402

from openpose_ros.ros.node.pairing import DepthPairing  # noqa: E402


def at(milliseconds):
    return Time(sec=milliseconds // 1000, nanosec=milliseconds % 1000 * 1000000)


def depth(milliseconds):
    message = Image()
    message.header.stamp = at(milliseconds)
    return message


def test_the_nearest_is_taken_before_or_after():
    pairing = DepthPairing()
    for milliseconds in (900, 1010, 980, 1100):
        pairing.add(depth(milliseconds))
    pairing.expect(at(1000))
    pair = pairing.nearest(.05)
    assert pair.message.header.stamp == at(1010)
    assert pair.skew == pytest.approx(.01)
    pairing.expect(at(990))
    assert pairing.nearest(.05).skew == pytest.approx(-.01)


def test_nothing_is_taken_that_is_too_far():
    pairing = DepthPairing()
    pairing.expect(at(1000))
    assert pairing.empty and pairing.nearest(.05) is None
    pairing.add(depth(1060))
    assert not pairing.empty
    assert pairing.nearest(.05) is None
    assert pairing.nearest(.07) is not None


def test_what_comes_while_the_image_is_looked_at_is_compared_and_kept():
    pairing = DepthPairing()
    pairing.add(depth(960))
    pairing.expect(at(1000))
    for milliseconds in range(1000, 10000, 33):
        pairing.add(depth(milliseconds))
    assert pairing.nearest(.05).message.header.stamp == at(1000)


def test_old_ones_make_place():
    pairing = DepthPairing()
    for milliseconds in range(0, 10000, 100):
        pairing.add(depth(milliseconds))
    pairing.expect(at(0))
    assert pairing.nearest(.05) is None
    pairing.expect(at(9900))
    assert pairing.nearest(.05).skew == 0.


def test_an_image_without_a_stamp_has_no_depth_of_its_moment():
    pairing = DepthPairing()
    pairing.add(depth(0))
    pairing.expect(at(0))
    pairing.add(depth(0))
    assert pairing.nearest(.05) is None
    pairing.add(depth(500))
    pairing.expect(at(500))
    assert pairing.nearest(.05) is not None


def test_what_came_before_time_jumped_back_is_not_paired_with_what_comes_after():
    pairing = DepthPairing()
    for milliseconds in (20, 60, 3000):
        pairing.add(depth(milliseconds))
    pairing.add(depth(500))     # a simulation that began anew
    pairing.expect(at(20))
    assert pairing.nearest(.05) is None and not pairing.empty
    pairing.expect(at(490))
    assert pairing.nearest(.05).skew == pytest.approx(.01)
