"""The robot arrives: a few approaches in the closed loop (benchmark/approach.py runs many)."""
import math

import numpy as np
import pytest
from actors import Actor
from closed_loop import Loop
from eyes import SyntheticEyes
from simulated_robot import Base, Law, Navigation

from openpose_ros.approach import Place
from openpose_ros.approach.comfort import angle_between
from openpose_ros.approach.orders import APPROACHING, LOST, Send


def loop_of(*actors, seed=1, has_depth=True, **options):
    rng = np.random.RandomState(seed)
    return Loop(Place(0., 0., 0.), actors, SyntheticEyes(actors, rng, has_depth), rng, **options)


@pytest.mark.parametrize('goal', [Place(2., 0., 0.), Place(3., 1., .5), Place(2., -1., -1.),
                                  Place(1.5, 1., math.pi / 2.)])
def test_the_control_law_drives_smoothly_to_a_pose(goal):
    base = Base(Place(0., 0., 0.), np.random.RandomState(1))
    base._scale = 1., 1.
    law, rates = Law(), []
    for _ in range(800):
        if math.hypot(base.odometry.x - goal.x, base.odometry.y - goal.y) < .02:
            break
        base.drive(*law.command(base.odometry, goal, .5, 1.), dt=.05)
        rates.append(base.turn_rate)
    assert math.hypot(base.odometry.x - goal.x, base.odometry.y - goal.y) < .05
    assert abs(angle_between(base.odometry.yaw, goal.yaw)) < .1
    assert base.way < 1.25 * math.hypot(goal.x, goal.y)
    assert np.abs(np.diff(rates)).max() <= .1 + 1e-9


@pytest.mark.parametrize('seed, x, y, facing', [
    (1, 3.5, .5, 200.), (2, 3., 0., 120.), (3, 2.5, -.6, 270.), (4, 3., 0., 10.)])
def test_with_depth_it_arrives_before_a_person_who_stands(seed, x, y, facing):
    run = loop_of(Actor(Place(x, y, math.radians(facing))), seed=seed).run()
    assert run.is_good and run.arrived_at < 50. and not run.from_behind
    assert run.nearest > 1. and run.jumps == 0


def test_without_depth_it_arrives_after_a_look_from_aside():
    actor = Actor(Place(3.5, .5, math.radians(200.)))
    run = loop_of(actor, has_depth=False).run()
    assert run.arrived_at is not None and run.error < .4 and run.nearest > .8
    looked = loop_of(actor, has_depth=False, looks=True).run()
    assert looked.error < .2 and looked.turn_error < math.radians(10.) and looked.nearest > .8


def test_it_comes_to_where_the_person_has_turned_to():
    run = loop_of(Actor(Place(4., 0., math.pi), turns=math.pi / 2., turns_at=4.)).run()
    assert run.arrived_at is not None and run.error < .25 and run.nearest > .8


def test_who_vanishes_for_two_seconds_is_the_same_person_though_another_is_there():
    run = loop_of(Actor(Place(4., .8, math.pi), vanishes=(3., 5.)),
                  Actor(Place(4.4, -.9, math.pi))).run()
    assert run.arrived_at is not None and run.error < .15


@pytest.mark.parametrize('has_depth', [True, False])
def test_it_drives_at_nobody_who_walks_towards_it(has_depth):
    loop = loop_of(Actor(Place(6., .3, math.pi), walks=.8, between=(2., 7.)), has_depth=has_depth)
    stopped = False
    while loop.time < 9.:
        loop.step()
        at = loop.actors[0].at(loop.time)
        away = math.hypot(at.x - loop.base.truth.x, at.y - loop.base.truth.y)
        stopped = stopped or away < 1.5 and loop.base.speed < .02
    assert loop.driven_nearest > .8 and stopped


def test_it_drives_at_nobody_who_crosses_its_way_and_goes_on_to_the_person():
    loop = loop_of(Actor(Place(5., 0., math.pi)),
                   Actor(Place(2.5, -4., math.pi / 2.), walks=1., between=(1., 9.)))
    run = loop.run()
    assert run.is_good and run.driven_nearest > .8


def test_it_stops_while_the_person_is_away():
    loop = loop_of(Actor(Place(5., 0., math.pi), vanishes=(4., 8.)), looks=False)
    states = []
    while loop.time < 7.5:
        loop.step()
        states.append(loop.errand.state)
    # It may then turn back by what it has coasted on.
    assert loop.base.speed == 0. and LOST in states and states[-1] != APPROACHING


def test_where_the_front_is_walled_off_it_stands_aside_of_it():
    actor = Actor(Place(3., 0., math.pi))

    def blocked(place):
        return place.x > 1.4 and abs(place.y) < .4
    loop = loop_of(actor, navigation=Navigation(blocked=blocked))
    run = loop.run(patience=40.)
    away = math.hypot(run.place.x - 3., run.place.y)
    assert run.arrived_at is not None and abs(away - 1.2) < .15
    assert not blocked(run.place)
    assert len([1 for _, action in run.log if isinstance(action, Send)]) < 12
