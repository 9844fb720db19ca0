"""The state machine between goals and navigation, told everything by hand."""
import math

import numpy as np
import pytest

from openpose_ros.approach import Errand, Place
from openpose_ros.approach.comfort import speed_share
from openpose_ros.approach.orders import (ABORTED, APPROACHING, ARRIVED,
                                          CANCELED, LOOKING, LOST, REJECTED,
                                          SUCCEEDED, WAITING, Cancel, Say,
                                          Send, Settings)

GOAL = Place(3., 0., 0.)            # the person is at (4.2, 0)


class World:
    """An errand with a clock; goals are heard ten times a second while `goal` is one."""

    def __init__(self, settings=Settings()):
        self.errand = Errand(settings)
        self.errand.find_server(True)
        self.errand.robot = Place(0., 0., 0.)
        self.now, self.goal, self.age = 100., None, .15
        self.sent, self.cancelled, self.said = [], [], []
        self.accepts = True

    def go_on(self, seconds):
        for _ in range(int(round(seconds / .1))):
            self.now += .1
            if self.goal is not None:
                self.errand.hear_goal(self.goal, self.now, self.age)
            for action in self.errand.step(self.now):
                if isinstance(action, Send):
                    self.sent.append(action)
                    if self.accepts:
                        self.errand.accept(action.number)
                elif isinstance(action, Cancel):
                    self.cancelled.append(action.number)
                else:
                    assert isinstance(action, Say)
                    self.said.append(action.text)
        return self

    def finish(self, outcome, why=''):
        self.errand.finish(self.sent[-1].number, outcome, self.now, why)

    @property
    def state(self):
        return self.errand.state


@pytest.fixture
def world():
    return World()


def approaching(world):
    world.goal = GOAL
    world.go_on(1.)
    assert world.state == APPROACHING and [send.place for send in world.sent] == [GOAL]
    return world


def arrived(world):
    approaching(world)
    world.errand.robot = GOAL
    world.finish(SUCCEEDED)
    world.go_on(.2)
    assert world.state == ARRIVED
    return world


def test_a_robot_that_coasted_on_as_it_arrived_turns_back(world):
    arrived(world)
    count = len(world.sent)
    world.errand.robot = GOAL._replace(yaw=math.radians(-9.))
    world.go_on(1.)
    assert world.state == ARRIVED and [send.place for send in world.sent[count:]] == [GOAL]
    world.errand.robot = GOAL._replace(yaw=math.radians(-2.))
    world.finish(SUCCEEDED)
    world.go_on(5.)
    assert len(world.sent) == count + 1


def test_it_waits_until_there_is_a_goal_and_sends_it_once(world):
    world.go_on(3.)
    assert world.state == WAITING and not world.sent
    approaching(world)
    world.go_on(5.)
    assert len(world.sent) == 1


def test_it_sends_anew_when_the_goal_has_moved_and_not_for_a_little(world):
    approaching(world)
    world.goal = GOAL._replace(x=3.2)
    world.go_on(1.)
    assert len(world.sent) == 1
    world.goal = GOAL._replace(x=3.4)
    world.go_on(1.)
    assert [send.place for send in world.sent] == [GOAL, world.goal]
    world.goal = world.goal._replace(yaw=.5)
    world.go_on(1.)
    assert world.sent[-1].place.yaw == .5


def test_near_the_goal_less_is_worth_a_new_plan(world):
    approaching(world)
    world.errand.robot = Place(2.4, 0., 0.)
    world.goal = GOAL._replace(y=.12)
    world.go_on(1.)
    assert world.sent[-1].place == world.goal


def test_the_outcome_of_a_goal_that_was_replaced_is_not_asked(world):
    approaching(world)
    first = world.sent[0].number
    world.goal = GOAL._replace(x=2.)
    world.go_on(1.)
    world.errand.finish(first, ABORTED, world.now)      # as Nav2 ends what a newer goal replaces
    world.go_on(.5)
    assert world.state == APPROACHING and len(world.sent) == 2 and not any(
        'given up' in text for text in world.said)


@pytest.mark.parametrize('outcome, text', [
    (ABORTED, 'given up'), (REJECTED, 'rejects'), (CANCELED, 'somebody else has cancelled')])
def test_what_fails_is_said_in_a_line_and_tried_again_after_a_growing_pause(world, outcome, text):
    approaching(world)
    pauses = []
    for _ in range(8):
        count, failed_at = len(world.sent), world.now
        world.finish(outcome)
        while len(world.sent) == count:
            world.go_on(.1)
            assert world.now < failed_at + 60.
        pauses.append(world.now - failed_at)
    assert [round(pause) for pause in pauses] == [1, 2, 4, 8, 16, 30, 30, 30]
    assert sum(text in line for line in world.said) == 8
    assert all('\n' not in line for line in world.said)


def test_after_it_worked_the_pause_is_short_again(world):
    approaching(world)
    for _ in range(4):
        world.finish(ABORTED)
        world.go_on(10.)
    world.finish(SUCCEEDED)
    world.errand.robot = GOAL
    world.goal = Place(1., 2., 0.)
    world.go_on(2.)
    world.finish(ABORTED)
    count = len(world.sent)
    world.go_on(1.2)
    assert len(world.sent) == count + 1


def test_where_no_way_leads_to_the_front_it_tries_aside_and_then_says_so(world):
    approaching(world)
    for _ in range(15):
        world.finish(ABORTED)
        world.go_on(31.)
    tried = {round(math.degrees(send.place.yaw)) for send in world.sent}
    assert tried >= {0, 30, -30, 60, -60}
    for send in world.sent:     # before the person, or on the way round to there
        away = math.hypot(send.place.x - 4.2, send.place.y)
        assert abs(away - 1.2) < 1e-6 or away > 1.5 - 1e-6
    assert any('no place before the person can be reached' in text for text in world.said)


def test_a_navigation_that_does_not_answer_is_asked_again(world):
    world.accepts = False
    world.goal = GOAL
    world.go_on(5.5)
    assert any('does not answer' in text for text in world.said)
    world.go_on(2.)
    assert len(world.sent) == 2


def test_without_navigation_it_says_so_and_sends_when_it_comes(world):
    world.errand = Errand()
    world.errand.find_server(False)
    world.goal = GOAL
    world.go_on(1.)
    assert not world.sent and any('no navigation' in text for text in world.said)
    world.errand.find_server(True)
    world.go_on(.5)
    assert len(world.sent) == 1
    world.errand.find_server(False)     # it goes while it drives
    world.go_on(.5)
    assert any('has gone' in text for text in world.said)
    world.errand.find_server(True)
    world.go_on(1.)
    assert len(world.sent) == 2


def test_it_stops_when_the_person_is_lost_and_goes_on_when_they_are_back(world):
    approaching(world)
    world.goal = None
    world.go_on(.8)
    assert not world.cancelled
    world.go_on(.5)
    assert world.cancelled == [world.sent[0].number] and world.state == LOST
    world.goal = GOAL
    world.go_on(.5)
    assert world.state == APPROACHING and len(world.sent) == 2


def test_who_is_lost_on_a_look_is_looked_for_to_either_side():
    world = World()
    for _ in range(10):
        world.errand.hear_look(Place(2., 0., 0.), world.now, .15)
        world.go_on(.1)
    assert world.state == LOOKING
    yaws = []
    for _ in range(100):
        sent = len(world.sent)
        world.go_on(.1)
        for send in world.sent[sent:]:      # it turns there at once
            assert send.place[:2] == world.errand.robot[:2]
            world.errand.robot = send.place
            yaws.append(math.degrees(send.place.yaw))
            world.finish(SUCCEEDED)
    assert np.allclose(yaws, (50., -50., 0.), atol=1e-6)
    world.go_on(5.)
    assert world.state == WAITING
    assert world.said.count('the person is lost, or not certain enough: stopping') == 1


def test_lost_for_long_is_waiting(world):
    approaching(world)
    world.goal = None
    world.go_on(13.)
    assert world.state == WAITING


def test_a_goal_older_than_a_second_is_none(world):
    approaching(world)
    world.age = 1.2
    world.go_on(1.5)
    assert world.cancelled == [world.sent[0].number] and world.state == LOST


def test_who_is_lost_behind_the_robot_is_turned_to(world):
    approaching(world)
    world.errand.robot = Place(3., -2., math.radians(180.))     # the person is at (4.2, 0)
    world.goal = None
    world.go_on(1.5)
    assert world.state == LOOKING
    assert abs(world.sent[-1].place.yaw - math.atan2(2., 1.2)) < 1e-6
    assert world.sent[-1].place[:2] == (3., -2.)
    world.errand.robot = world.sent[-1].place
    world.finish(SUCCEEDED)
    world.go_on(1.)
    assert world.state == LOST      # turned to where they were, and they are not there


def test_told_to_stop_it_stops_until_told_to_start(world):
    approaching(world)
    world.errand.stop()
    world.go_on(3.)
    assert world.cancelled == [world.sent[0].number] and world.state == WAITING
    assert len(world.sent) == 1
    world.errand.start()
    world.go_on(.5)
    assert world.state == APPROACHING and len(world.sent) == 2


def test_arrived_it_stays_and_keeps_turned_to_the_person(world):
    arrived(world)
    world.go_on(5.)
    assert len(world.sent) == 1
    # They sway: the robot turns where it stands.
    world.goal = Place(3., .068, 0.)
    world.go_on(1.)
    place = world.sent[-1].place
    assert world.state == ARRIVED and len(world.sent) == 2
    assert place[:2] == GOAL[:2] and abs(place.yaw - math.atan2(.068, 1.2)) < 1e-6


def test_arrived_it_goes_after_who_turns_away(world):
    arrived(world)
    world.goal = Place(4.2, -1.2, math.pi / 2.)
    world.go_on(1.)
    assert world.state == APPROACHING


def test_a_robot_behind_the_person_is_led_round_them(world):
    world.goal = Place(5.4, 0., math.pi)        # the person at (4.2, 0) faces away
    world.go_on(1.)
    assert world.state == APPROACHING
    assert math.hypot(world.sent[0].place.x - 4.2, world.sent[0].place.y) > 1.5
    world.finish(SUCCEEDED)                     # a place on the way round is not the person
    world.go_on(.3)
    assert world.state == APPROACHING


def test_a_place_to_look_from_is_gone_to_while_there_is_no_goal(world):
    look = Place(1., 2., -1.)
    for _ in range(10):
        world.errand.hear_look(look, world.now, .1)
        world.go_on(.1)
    assert world.state == LOOKING and [send.place for send in world.sent] == [look]
    world.goal = GOAL
    world.go_on(1.)
    assert world.state == APPROACHING and world.sent[-1].place == GOAL


def test_it_drives_slowly_at_the_end():
    shares = [speed_share(Place(x, 0., 0.), GOAL, 1.2) for x in (-5., 1., 2., 3.)]
    assert shares[0] == 1. and abs(shares[-1] - .5) < 1e-9
    assert shares == sorted(shares, reverse=True)


def test_a_look_from_aside_is_gone_to_before_the_goal_but_not_after_arriving(world):
    look = Place(4.2, 1.6, -math.pi / 2.)
    world.goal = GOAL
    for _ in range(10):
        world.errand.hear_look(look, world.now, .1)
        world.go_on(.1)
    assert world.state == LOOKING and [send.place for send in world.sent] == [look]
    world.go_on(1.)         # no look is wanted any more
    assert world.state == APPROACHING and world.sent[-1].place == GOAL
    world.errand.robot = GOAL
    world.finish(SUCCEEDED)
    for _ in range(10):
        world.errand.hear_look(look, world.now, .1)
        world.go_on(.1)
    assert world.state == ARRIVED and world.sent[-1].place == GOAL


def test_near_the_person_it_only_turns_where_the_way_would_lead_still_nearer(world):
    approaching(world)
    # They have stepped up to the robot, and turned: the goal is behind them now.
    world.errand.robot = Place(3.4, .3, 0.)
    world.goal = Place(5.4, 0., math.pi)
    world.go_on(1.)
    place = world.sent[-1].place
    away = math.hypot(place.x - 4.2, place.y)
    assert away >= math.hypot(.8, .3) - 1e-6
    world.errand.robot = Place(3.4, 0., 0.)     # from the front it may come away
    world.goal = GOAL
    world.go_on(1.)
    assert 1.2 <= 4.2 - world.sent[-1].place.x < 1.6
