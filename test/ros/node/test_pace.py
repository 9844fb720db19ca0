"""When the next image is taken."""
import threading
import time

import pytest

from openpose_ros.ros.node.pace import FINISH, LOOK, PREPARE, Pace

TOOK = {PREPARE: .004, LOOK: .06, FINISH: .03}


class Clock:
    now = 100.

    def __call__(self):
        return self.now


class Stages:
    """A pace that knows how long each stage takes; `clock.now` is when all of them are free."""

    def __init__(self, **took):
        self.clock, self.took = Clock(), dict(TOOK, **took)
        self.pace = Pace(self.clock)
        for stage in (PREPARE, LOOK, FINISH):
            self.run(stage, 0.)

    def run(self, stage, after, ends=True):
        """Begin on an item so many s after what was before; end when it usually does."""
        self.clock.now += after
        self.pace.begin(stage)
        if ends:
            self.clock.now += self.took[stage]
            self.pace.end(stage, True)

    def due(self):
        """s from now until the next is taken."""
        return self.pace._due() - self.clock.now


def test_an_idle_node_takes_an_image_at_once():
    assert Pace(Clock())._due() <= 100. and Stages().due() < 0.


def test_it_is_taken_shortly_before_the_network_is_free():
    stages = Stages()
    stages.run(LOOK, 0., ends=False)
    assert stages.due() == pytest.approx(.06 - .004 - .0005)
    stages.clock.now += .05
    assert stages.due() == pytest.approx(.01 - .004 - .0005)
    stages.clock.now += 1.      # it takes longer than ever: an image is ready for it
    assert stages.due() < 0.


def test_what_is_prepared_and_not_yet_begun_is_before_it():
    stages = Stages()
    stages.run(PREPARE, 0.)
    assert stages.due() == pytest.approx(.06 - .004 - .0005)


def test_where_finishing_takes_longer_nothing_waits_before_it():
    stages = Stages(**{FINISH: .1})
    stages.run(LOOK, 0., ends=False)        # finished .16 from now: looked at from .1 on
    assert stages.due() == pytest.approx(.1 - .004 - .0005)
    stages.clock.now += .06
    stages.pace.end(LOOK, True)
    assert stages.due() == pytest.approx(.04 - .004 - .0005)     # before it is begun, too
    stages.run(FINISH, 0., ends=False)
    assert stages.due() == pytest.approx(.04 - .004 - .0005)
    stages.run(LOOK, .04, ends=False)       # the next; finishing the first takes .06 from here
    assert stages.due() == pytest.approx(.06 + .1 - .06 - .004 - .0005)


def test_a_stage_that_came_to_nothing_is_not_waited_for():
    stages = Stages()
    stages.pace.begin(LOOK)
    stages.clock.now += .06
    stages.pace.end(LOOK, False)
    assert stages.due() < 0.


def test_how_long_a_stage_takes_is_learnt_anew_when_it_changes():
    stages = Stages()
    stages.took[LOOK] = .2      # a clock that was lowered
    for _ in range(8):
        stages.run(LOOK, 0.)
        stages.run(FINISH, 0.)
    stages.run(LOOK, 0., ends=False)
    assert stages.due() == pytest.approx(.2 - .004 - .0005)


def test_it_is_known_how_long_a_stage_has_been_at_one_item():
    stages = Stages()
    assert stages.pace.busy() == 0.
    stages.run(LOOK, 0., ends=False)
    stages.run(FINISH, .5, ends=False)
    assert stages.pace.busy() == pytest.approx(.5)
    stages.clock.now += .25
    assert stages.pace.busy() == pytest.approx(.75)


def test_whoever_waits_goes_on_when_it_is_closed():
    stages = Stages(**{LOOK: 100.})
    stages.run(LOOK, 0., ends=False)
    waiting = threading.Thread(target=stages.pace.wait)
    waiting.start()
    time.sleep(.05)
    assert waiting.is_alive()
    stages.pace.close()
    waiting.join(10.)
    assert not waiting.is_alive()
