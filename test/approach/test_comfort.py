"""The way in to a person: from the front, never through their personal space."""
import math

import numpy as np
import pytest

from openpose_ros.approach import Place, way_in
from openpose_ros.approach.comfort import (FRONT, PERSONAL_SPACE,
                                            angle_between)
from openpose_ros.approach.looking import LookRound, place_aside

GOAL = Place(1.2, 0., math.pi)      # before a person at the origin who faces +x


def drive(robot, goal=GOAL, step=.05):
    """The straight legs from place to place, (n, 2); each is given up for a better one."""
    way = [robot[:2]]
    for _ in range(1000):
        place = way_in(robot, goal)
        left = np.array(place[:2]) - way[-1]
        length = np.linalg.norm(left)
        if place == goal and length < step:
            return np.array(way)
        way.append(way[-1] + left * min(1., step / max(length, 1e-9)))
        robot = Place(way[-1][0], way[-1][1], 0.)
    raise AssertionError('it never gets there')


@pytest.mark.parametrize('bearing', range(0, 360, 15))
@pytest.mark.parametrize('distance', [1.4, 2., 4., 8.])
def test_the_way_in_keeps_out_of_the_personal_space_and_ends_in_front(bearing, distance):
    angle = math.radians(bearing)
    way = drive(Place(distance * math.cos(angle), distance * math.sin(angle), 0.))
    away = np.linalg.norm(way, axis=1)
    aside = np.abs(np.arctan2(way[:, 1], way[:, 0]))
    # What is nearer than personal space is the last piece, from the front.
    assert away.min() >= .84 * PERSONAL_SPACE       # the chord within the front
    assert (aside[away < PERSONAL_SPACE - .01] <= FRONT + .05).all()
    length = np.linalg.norm(np.diff(way, axis=0), axis=1).sum()
    assert length <= np.linalg.norm(way[0] - GOAL[:2]) + 2.6


def test_straight_from_the_front_it_is_the_goal_itself():
    assert way_in(Place(5., 1.5, 0.), GOAL) == GOAL


def test_from_aside_it_is_a_place_from_which_the_last_piece_leads_to_the_person():
    gate = way_in(Place(3., 2.5, 0.), GOAL)
    np.testing.assert_allclose(gate, (1.5, 0., math.pi), atol=1e-9)
    assert way_in(gate._replace(y=.1), GOAL) == GOAL


def test_the_side_that_is_nearer_is_taken():
    assert way_in(Place(-3., .5, 0.), GOAL).y > 0.
    assert way_in(Place(-3., -.5, 0.), GOAL).y < 0.


@pytest.mark.parametrize('yaw', [0., 1., 2.5, -2.])
def test_it_is_the_same_whichever_way_the_world_is_turned(yaw):
    c, s = math.cos(yaw), math.sin(yaw)

    def turned(place):
        return Place(c * place.x - s * place.y + 3., s * place.x + c * place.y - 2.,
                     place.yaw + yaw)
    robot = Place(-3., 1., 0.)
    there, here = way_in(turned(robot), turned(GOAL)), turned(way_in(robot, GOAL))
    np.testing.assert_allclose(there[:2], here[:2], atol=1e-9)
    assert abs(angle_between(there.yaw, here.yaw)) < 1e-9


def test_it_goes_round_on_the_side_where_nobody_stands():
    robot = Place(-3., .2, 0.)      # behind the person, a little to their right
    alone = way_in(robot, GOAL)
    beside = way_in(robot, GOAL, others=[(0., math.copysign(1.4, alone.y))])
    assert alone.y * beside.y < 0.
    both = way_in(robot, GOAL, others=[(0., 1.4), (0., -1.4)])
    assert both == alone


def test_a_look_from_aside_is_taken_where_nobody_else_stands():
    up, facing = np.array((0., 0., 1.)), np.array((-1., 0., 0.))
    person, camera = np.array((4., 0., 1.)), np.array((0., .5, 1.))
    left, right = np.array(((4., 1.8, 0.),)), np.array(((4., -1.5, 0.),))
    nobody = np.zeros((0, 3))
    assert place_aside(person, facing, camera, up, nobody)[0][1] > 1.5
    assert place_aside(person, facing, camera, up, left)[0][1] < -1.5
    assert place_aside(person, facing, camera, up, np.concatenate((left, right))) is None


def test_a_person_too_near_to_tell_their_facing_is_looked_at_from_farther_off():
    up, person = np.array((0., 0., 1.)), np.array((1., 0., 1.))
    for camera, expected in ((0., -.6), (-.5, -.6), (-.8, -.8), (-3., -1.)):
        place, towards = LookRound().place(1, person, np.array((camera, 0., 1.)), up, 0., False)
        np.testing.assert_allclose(place, (expected, 0., 1.), atol=1e-9)
        np.testing.assert_allclose(towards, (1., 0., 0.), atol=1e-9)
