"""What views from several sides say together."""
import math

import numpy as np
import pytest

from openpose_ros.approach.views import Views

UP = np.array((0., 0., 1.))


def seen(views, facing, bearing, stddev, stamp, beside=0.):
    """Seen for a second from 2 m off; facing, bearing: degrees; beside: m to their left."""
    facing, bearing = math.radians(facing), math.radians(bearing)
    camera = 2. * np.array((math.cos(bearing), math.sin(bearing), 0.))
    for i in range(10):
        views.add(np.array((0., beside, 0.)), .03 ** 2 * np.eye(3),
                  np.array((math.cos(facing), math.sin(facing), 0.)), math.radians(stddev),
                  camera, bearing, .1, stamp + .1 * i, 8.)


def turn(views):
    return math.degrees(math.atan2(views.facing[1], views.facing[0]))


def test_a_better_view_counts_for_more():
    views = Views()
    seen(views, 0., 0., 6., 0.)
    seen(views, 10., 60., 9., 1.)
    assert 0. < turn(views) < 4.


@pytest.mark.parametrize('bearing', [60., 180.])
def test_a_view_from_far_round_is_of_another_place_by_the_odometry(bearing):
    views = Views()
    seen(views, 10., bearing, 7., 0., beside=.15)
    seen(views, 0., 0., 7., 1.)
    # Alike but for what has been driven since, by which the first may be off by 2 and 5 degrees.
    assert turn(views) < 5. - bearing / 180.
    assert views.position[1] < .075 - bearing / 4500.
    assert math.radians(6.) < views.facing_stddev < math.radians(7.)
    assert views.level_stddev(UP) < .037
