"""Which images are taken, by their stamps."""
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from builtin_interfaces.msg import Time  # noqa: E402

from openpose_ros.ros.node.stamps import (StampError, Stamps,  # noqa: E402
                                          checked, seconds)

START = 1.7e9   # s; as of today
OUT, ON = 'left out', 'taken'


def taken(*times):
    """What becomes of each of these images: OUT, ON or the jump of time in s."""
    stamps, found = Stamps(), []
    for time in times:
        try:
            stamps.take(START + time)
            found.append(ON if stamps.jump is None else round(stamps.jump, 3))
        except StampError:
            found.append(OUT)
    return found


@pytest.mark.parametrize('times, found', [
    ((0., .1, .2, 9.), [ON, ON, ON, ON]),                           # forwards, however far
    ((0., 0., 0., .1), [ON, OUT, OUT, ON]),                         # repeated
    ((0., .2, .1, .3), [ON, ON, OUT, ON]),                          # one out of order
    ((0., .2, .19, .4, .39, .6), [ON, ON, OUT, ON, OUT, ON]),       # two cameras on one topic
    ((5., 5.1, 0., .1), [ON, ON, -5.1, ON]),                        # a bag that loops
    ((0., .3, .6, 0., .3, .6), [ON, ON, ON, OUT, -.3, ON]),         # a bag shorter than a second
    ((0., .2, .4, .2, .4), [ON, ON, ON, OUT, 0.]),                  # the same, its start missed
    ((0., .8, .1, .2, .3), [ON, ON, OUT, -.6, ON]),                 # one stamp too far ahead
    ((0., 99., .1, .2), [ON, ON, -98.9, ON]),                       # the same, farther
    ((9., 9., 8.5, 8.5, 8.5), [ON, OUT, OUT, OUT, OUT])])           # set back, and stuck there
def test_each_image_must_be_newer_unless_time_has_jumped(times, found):
    assert taken(*times) == found


def test_a_stamp_that_is_all_zero_is_not_set():
    assert checked(Time()) is None
    assert checked(Time(nanosec=1)) == 1e-9
    assert checked(Time(sec=1700000000, nanosec=500000000)) == 1700000000.5


@pytest.mark.parametrize('stamp', [
    Time(sec=-1), Time(sec=-5, nanosec=5), Time(sec=5, nanosec=1000000000),
    Time(nanosec=(1 << 32) - 1)])
def test_what_ros_cannot_reckon_with_is_no_time(stamp):
    with pytest.raises(StampError, match='is no time'):
        checked(stamp)


def test_seconds_keep_the_nanoseconds():
    assert seconds(Time(sec=2, nanosec=500000000)) == 2.5
