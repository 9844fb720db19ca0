"""People round the robot: nobody is driven at, whoever they are."""
import math

import pytest

from openpose_ros.approach import Place
from openpose_ros.approach.nearby import Nearby

ROBOT, AHEAD = Place(0., 0., 0.), Place(4., 0., 0.)
NOBODY = (math.inf, math.inf)


def watching(*places, velocity=(0., 0.), seconds=1.):
    """People who are there at 0 s, seen ten times a second up to then."""
    nearby = Nearby()
    for i in range(int(seconds * 10.) + 1):
        at = .1 * i - seconds
        nearby.hear([(x + velocity[0] * at, y + velocity[1] * at) for x, y in places], at)
    return nearby


@pytest.mark.parametrize('place, expected', [
    ((1.5, 0.), True), ((1.3, .7), True), ((1.5, -1.), False), ((3.5, 0.), False),
    ((-.5, 0.), False), ((.3, .6), True), ((0., .7), False)])
def test_who_stands_is_in_the_way_where_that_leads_near_soon(place, expected):
    assert watching(place).is_in_way(ROBOT, AHEAD, 0.) is expected


@pytest.mark.parametrize('place, velocity, expected', [
    ((3., 0.), (-1., 0.), True), ((3., 0.), (1., 0.), False), ((1.5, -1.5), (0., 1.), True),
    ((1.5, 1.2), (0., 1.), False)])
def test_who_walks_is_in_the_way_where_they_will_be(place, velocity, expected):
    assert watching(place, velocity=velocity).is_in_way(ROBOT, AHEAD, 0.) is expected


def test_the_robot_may_turn_on_the_spot_and_drive_away_from_who_is_near():
    nearby = watching((.5, 0.))
    assert not nearby.is_in_way(ROBOT, ROBOT._replace(yaw=1.), 0.)
    assert not nearby.is_in_way(ROBOT, Place(-2., 0., 0.), 0.)
    assert nearby.is_in_way(ROBOT, AHEAD, 0.)


def test_who_stands_in_the_way_is_passed_on_the_side_where_the_way_does():
    for y in (.3, -.3):
        place = watching((2., y)).passed_by(ROBOT, AHEAD, NOBODY, 0.)
        assert abs(place.x - 2.) < 1e-6 and place.y * y < 0.
        assert abs(abs(place.y - y) - 1.3) < 1e-6
    assert watching((2., 1.5)).passed_by(ROBOT, AHEAD, NOBODY, 0.) is None
    # Not the person to whom it goes, and not who walks.
    assert watching((4., 0.)).passed_by(ROBOT, Place(2.8, 0., 0.), (4., 0.), 0.) is None
    assert watching((2., 0.), velocity=(0., 1.)).passed_by(ROBOT, AHEAD, NOBODY, 0.) is None


def test_who_is_not_seen_any_more_is_forgotten():
    nearby = watching((1.5, 0.))
    nearby.hear([], .1)
    assert nearby.is_in_way(ROBOT, AHEAD, .1)
    nearby.hear([], 8.)
    assert not nearby.is_in_way(ROBOT, AHEAD, 8.)


def test_what_is_no_place_and_what_comes_late_is_left_out():
    nearby = Nearby()
    nearby.hear([(math.nan, 1.)], 0.)
    assert not nearby.is_in_way(ROBOT, AHEAD, 0.)
    nearby.hear([(1.5, 0.)], -.1)
    assert not nearby.is_in_way(ROBOT, AHEAD, 0.)
