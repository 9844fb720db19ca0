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
    assert (watching(place).in_way(ROBOT, AHEAD, 0.) is not None) is expected


@pytest.mark.parametrize('place, velocity, expected', [
    ((3., 0.), (-1., 0.), True), ((3., 0.), (1., 0.), False), ((1.5, -1.5), (0., 1.), True),
    ((1.5, 1.2), (0., 1.), False)])
def test_who_walks_is_in_the_way_where_they_will_be(place, velocity, expected):
    nearby = watching(place, velocity=velocity)
    assert (nearby.in_way(ROBOT, AHEAD, 0.) is not None) is expected


def test_the_robot_may_turn_on_the_spot_and_drive_away_from_who_is_near():
    nearby = watching((.5, 0.))
    assert not nearby.in_way(ROBOT, ROBOT._replace(yaw=1.), 0.)
    assert not nearby.in_way(ROBOT, Place(-2., 0., 0.), 0.)
    assert nearby.in_way(ROBOT, AHEAD, 0.)


def test_who_stands_in_the_way_is_passed_on_the_side_where_the_way_does():
    for y in (.3, -.3):
        place = watching((2., y)).passed_by(ROBOT, AHEAD, NOBODY)
        assert abs(place.x - 2.) < 1e-6 and place.y * y < 0.
        assert abs(abs(place.y - y) - 1.3) < 1e-6
    assert watching((2., 1.5)).passed_by(ROBOT, AHEAD, NOBODY) is None
    # Not the person to whom it goes, and not who walks.
    assert watching((4., 0.)).passed_by(ROBOT, Place(2.8, 0., 0.), (4., 0.)) is None
    assert watching((2., 0.), velocity=(0., 1.)).passed_by(ROBOT, AHEAD, NOBODY) is None


def test_who_is_not_seen_any_more_is_forgotten():
    nearby = watching((1.5, 0.))
    nearby.hear([], .1)
    assert nearby.in_way(ROBOT, AHEAD, .1)
    nearby.hear([], 8.)
    assert not nearby.in_way(ROBOT, AHEAD, 8.)


def test_what_is_no_place_and_what_comes_late_is_left_out():
    nearby = Nearby()
    nearby.hear([(math.nan, 1.)], 0.)
    assert not nearby.in_way(ROBOT, AHEAD, 0.)
    nearby.hear([(1.5, 0.)], -.1)
    assert not nearby.in_way(ROBOT, AHEAD, 0.)


def test_who_is_close_and_out_of_view_counts_until_the_robot_has_looked_there():
    nearby = watching((.6, .6))
    for i in range(100):
        nearby.hear([], .1 * (i + 1), ROBOT)
    assert nearby.in_way(ROBOT, Place(1., 1., 0.), 10.) is not None
    assert nearby.must_wait(ROBOT, Place(1., 1., 0.), 10.)
    assert nearby.unseen(10.) == (.6, .6)
    for i in range(8):
        nearby.hear([], 10.1 + .1 * i, ROBOT._replace(yaw=math.pi / 4.))
    assert nearby.in_way(ROBOT, Place(1., 1., 0.), 11.) is None
    # Who was farther off is forgotten sooner.
    nearby = watching((1.2, 1.2))
    for i in range(60):
        nearby.hear([], .1 * (i + 1), ROBOT)
    assert nearby.in_way(ROBOT, AHEAD, 6.) is None


def test_who_walked_out_of_view_may_have_stopped_there():
    nearby = watching((.8, .5), velocity=(0., .8))
    for i in range(20):
        nearby.hear([], .1 * (i + 1), ROBOT)
    assert not nearby.in_way(ROBOT, Place(1., .8, 0.), 2.) is None
