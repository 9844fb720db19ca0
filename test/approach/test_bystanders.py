"""Who stands beside the person: where the goal is, and that it stays while they are seen badly."""
import math

import numpy as np
import pytest
from test_approach import UP, crowd, goal_of, looking

from openpose_ros.approach import Approach, Settings
from openpose_ros.approach.comfort import free_angle

FACING = np.array((0., 0., -1.))


def aside(others, before=0.):
    """Degrees aside of the front of who stands 4 m ahead and faces the camera."""
    return math.degrees(free_angle(np.array((0., 0., 4.)), FACING, np.array(others, float).reshape(-1, 3), 1.2, UP,
                                   math.radians(before)))


def test_the_goal_stays_on_its_side_while_one_is_about_as_good_as_the_other():
    places = [aside([(x, 0., 2.8)]) for x in (-.1, .1)]
    assert places[0] * places[1] < 0.
    for place in places:
        for x in (-.1, 0., .1):
            assert aside([(x, 0., 2.8)], place) * place > 0.


def test_the_goal_goes_to_the_other_side_where_it_is_much_nearer_to_the_front():
    assert abs(aside([(.9, 0., 2.8), (-.9, 0., 3.7)], 80.)) < 50.
    assert aside([], 80.) == 0.


@pytest.mark.parametrize('change', ['missed', 'walking', 'wandering'])
def test_the_goal_stays_where_who_stands_beside_it_is_seen_badly_for_a_moment(change):
    approach = Approach(Settings(id=1))
    group = crowd((1, 0., 4., 0.), (2, .1, 2.6, 180.))
    for i in range(20):
        goal = goal_of(approach, group, .1 * i, viewpoint=looking(0.))
    assert abs(goal.position[0]) > .5
    alone = crowd((1, 0., 4., 0.))
    others = {'missed': alone,      # then by another number, which seems to walk at first
              'walking': crowd((1, 0., 4., 0.), (3, .1, 2.6, 180.),
                               velocity=np.array(((0., 0., 0.), (.6, 0., 0.)))),
              'wandering': crowd((1, 0., 4., 0.), (2, -.1, 2.6, 180.))}
    for i in range(4):
        moved = goal_of(approach, others[change], 2. + .1 * i, viewpoint=looking(0.))
    assert np.linalg.norm(moved.position - goal.position) < .25
    for i in range(30):
        front = goal_of(approach, alone, 2.4 + .1 * i, viewpoint=looking(0.))
    assert abs(front.position[0]) < 1e-6


def test_who_is_cut_off_by_the_edge_of_the_image_stays_where_they_stood_beside_the_goal():
    approach = Approach(Settings(id=1))
    group = crowd((1, 0., 4., 0.), (2, .8, 2.6, 180.))
    for i in range(20):
        goal = goal_of(approach, group, .1 * i, viewpoint=looking(0.))
    cut = crowd((1, 0., 4., 0.), (2, .4, 2.6, 180.))
    for i in range(10):
        moved = goal_of(approach, cut, 2. + .1 * i, viewpoint=looking(35.))
        assert np.linalg.norm(moved.position - goal.position) < .05
