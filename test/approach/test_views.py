"""What views from several sides say together."""
import math

import numpy as np
import pytest

from openpose_ros.approach.drift import Way, Whence
from openpose_ros.approach.fronts import claimed
from openpose_ros.approach.views import Views

UP = np.array((0., 0., 1.))


def seen(views, facing, bearing, stddev, stamp, position=(0., 0., 0.), way=None):
    """Seen for a second from 2 m off; facing, bearing: degrees. way: of the camera, until there."""
    facing, bearing = math.radians(facing), math.radians(bearing)
    camera = 2. * np.array((math.cos(bearing), math.sin(bearing), 0.))
    whence = Whence(camera) if way is None else way.now
    for i in range(10):
        views.add(np.array(position), .03 ** 2 * np.eye(3),
                  claimed(facing, math.radians(stddev)), math.radians(stddev),
                  whence, UP, bearing, .1, stamp + .1 * i, 8.)


def driven_round(way, bearings, share=0.):
    """Go on round a person in the middle, 2 m off, looking at them; degrees from bearing to bearing.

    Returns where they then seem to stand and, degrees, by how much they seem to be turned, where the
    odometry counts turns by a share too large.
    """
    position, turned = np.zeros(3), 0.
    for before, bearing in zip((None,) + tuple(bearings), bearings):
        at = math.radians(bearing)
        camera = 2. * np.array((math.cos(at), math.sin(at), 0.))
        axes = np.stack(((-camera[1], camera[0], 0.), (0., 0., -2.), -camera), axis=1) / 2.
        way.go_on(axes, camera, UP)
        if before is not None:      # by both halves of a step
            angle = share * math.radians(bearing - before)
            position = position + angle * np.cross(UP, position - .5 * (camera + last))
            turned += math.degrees(angle)
        last = camera
    return position, turned


def turn(views):
    return math.degrees(math.atan2(views.facing[1], views.facing[0]))


def test_a_better_view_counts_for_more():
    views = Views()
    seen(views, 0., 0., 6., 0.)
    seen(views, 10., 60., 9., 1.)
    assert 0. < turn(views) < 4.


@pytest.mark.parametrize('bearing', [60, 180])
def test_a_view_from_far_round_is_of_another_place_by_the_odometry(bearing):
    views, way = Views(), Way()
    driven_round(way, (bearing,))
    seen(views, 10., bearing, 7., 0., (0., 0., 0.), way)
    driven_round(way, range(bearing, -1, -10))
    seen(views, 0., 0., 7., 1., way=way)
    # Alike but for what has been turned since, by which the first may be off.
    assert 5. - bearing / 60. < turn(views) < 5. - bearing / 600.
    assert math.radians(3.5) < views.facing_stddev < math.radians(5.)
    assert views.level_stddev(UP) < .037


@pytest.mark.parametrize('share', [.05, -.05])
def test_who_seems_to_have_moved_tells_how_far_the_odometry_turns_them(share):
    views, way = Views(), Way()
    driven_round(way, (90,))
    seen(views, 0., 90., 5., 0., way=way)
    position, turned = driven_round(way, range(90, -91, -5), share)
    seen(views, turned, -90., 20., 1., position, way)
    assert abs(turned) == pytest.approx(9.) and np.linalg.norm(position) > .1
    # By the second view alone, and by the first alone: turned, and 0.
    assert turn(views) / turned > .6
    assert np.linalg.norm(views.position - position) < .04


def test_a_robot_that_stands_has_no_share():
    views = Views()
    seen(views, 0., 0., 5., 0.)
    seen(views, 0., 60., 5., 1., (.1, 0., 0.))
    assert turn(views) == pytest.approx(0.)
    assert views.position[0] == pytest.approx(.06, abs=.01)
