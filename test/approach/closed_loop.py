"""A robot on its way to a person, in a closed loop: what it sees decides where it goes.

The camera's images come ten times a second and are acted on 150 ms later. What goes round the loop
is the product's own: Perception, tracking in the odometry's frame, Approach and Errand.
"""
import math
from typing import List, NamedTuple, Optional

import numpy as np
from eyes import CAMERA
from simulated_robot import Base, Navigation, placed, seen_from

from openpose_ros.approach import Approach, Errand, Place, Settings, Viewpoint
from openpose_ros.approach.comfort import angle_between, speed_share
from openpose_ros.approach.orders import ARRIVED, Cancel, Send

CONTROL, IMAGES = .05, .1       # s between commands, and between images
LATENCY = .15                   # s from an image to what it brings about
SEEING = 1.5                    # s that the robot takes to see who walks in, and to stop
STAY = 3.                       # s that the robot stays at the person until it is judged


class Run(NamedTuple):
    """How an approach went.

    arrived_at: s, None: not at all. place: where the robot stands at the end; ideal: where it
    should, before the person as they are then. nearest: m, how near it ever was to the (first)
    person; driven_nearest: to anybody, while its own driving brought it nearer: to who has stood or
    been in view for SEEING. way: m driven. jumps: goals sent that lay more than .5 m
    from the one before. persons: ids approached, in order. path: (n, 3) places of the robot. log:
    (s, action) of the errand.
    """

    arrived_at: Optional[float]
    place: Place
    ideal: Place
    nearest: float
    driven_nearest: float
    from_behind: bool
    way: float
    jumps: int
    persons: List[int]
    path: np.ndarray
    log: list

    @property
    def error(self) -> float:
        """m from the ideal place."""
        return math.hypot(self.place.x - self.ideal.x, self.place.y - self.ideal.y)

    @property
    def turn_error(self) -> float:
        """rad off the ideal heading."""
        return abs(angle_between(self.place.yaw, self.ideal.yaw))

    @property
    def is_good(self) -> bool:
        """Whether it arrived within 15 cm and 8 degrees."""
        return (self.arrived_at is not None and self.error <= .15
                and self.turn_error <= math.radians(8.))


def ideal_place(actor, time: float, distance: float = 1.2) -> Place:
    """Where a robot should stand before an actor."""
    at = actor.at(time)
    distance += actor.knees
    return Place(at.x + distance * math.cos(at.yaw), at.y + distance * math.sin(at.yaw),
                 at.yaw + math.pi)


class Loop:
    """One approach, step by step. errand, base, navigation, goal: as of now, for who draws it."""

    def __init__(self, start: Place, actors, eyes, rng, settings: Settings = Settings(),
                 navigation: Optional[Navigation] = None, errand: Optional[Errand] = None,
                 looks: bool = True) -> None:
        """looks: whether it goes and looks from aside, as the node does with that parameter."""
        self.start, self.actors, self.eyes = start, actors, eyes
        self.base = Base(start, rng)
        self.navigation = navigation or Navigation()
        self.approach = Approach(settings)
        self.errand = errand or Errand()
        self.errand.find_server(True)
        self.time, self._looks = 0., looks
        self.goal = None                # what Approach said last
        self.people = self.perceived = None
        self._under_way = []            # (s when it arrives, s of its image, goal, look, people)
        self._next_image = 0.
        self._rng = rng
        self.path, self.log, self.persons, self.sent = [], [], [], []
        self.nearest, self.from_behind, self.arrived_at = math.inf, False, None
        self.driven_nearest = math.inf
        self._since = [math.inf for _ in self.actors]

    def step(self) -> None:
        """Go on by CONTROL s."""
        if self.time >= self._next_image - 1e-9:
            self._see()
            self._next_image += IMAGES
        while self._under_way and self._under_way[0][0] <= self.time + 1e-9:
            _, stamp, goal, look, people = self._under_way.pop(0)
            self.errand.hear_people(people, self.time, self.time - stamp)
            if look is not None and self._looks:
                self.errand.hear_look(_place_of(look), self.time, self.time - stamp)
            if goal is not None:
                self.errand.hear_goal(_place_of(goal), self.time, self.time - stamp)
                if goal.person not in self.persons[-1:]:
                    self.persons.append(goal.person)
        self._decide()
        self.base.drive(*self.navigation.command(self.base.odometry), CONTROL)
        self.time += CONTROL
        self._judge()

    def _see(self):
        seen = self.eyes.look(self.time, self.base.truth, self.base.odometry)
        self.people, self.perceived = seen.people, seen
        viewpoint = Viewpoint(CAMERA, seen.mounting.rotation, seen.mounting.translation)
        self.goal = self.approach.update(seen.people, seen.people_in_camera, self.time, seen.up,
                                         seen.floor, viewpoint)
        self._under_way.append((self.time + LATENCY, self.time, self.goal, self.approach.look,
                                seen.people.position[:, :2].tolist()))

    def _decide(self):
        errand, navigation = self.errand, self.navigation
        if navigation.outcome is not None:
            errand.finish(navigation.outcome[0], navigation.outcome[1], self.time)
            navigation.outcome = None
        errand.robot = self.base.odometry
        for action in errand.step(self.time):
            self.log.append((self.time, action))
            if isinstance(action, Send):
                navigation.go(action.number, action.place)
                errand.accept(action.number)
                if self.goal is not None:
                    self.sent.append(_place_of(self.goal))
            elif isinstance(action, Cancel):
                navigation.cancel(action.number)
        if self.sent:
            navigation.share = speed_share(self.base.odometry, self.sent[-1], 1.2)
        if errand.state != ARRIVED:
            self.arrived_at = None
        elif self.arrived_at is None:
            self.arrived_at = self.time

    def place_of_goal(self) -> Optional[Place]:
        """The goal as a place, in the frame of the odometry."""
        return None if self.goal is None else _place_of(self.goal)

    def _judge(self):
        truth = self.base.truth
        self.path.append((truth.x, truth.y, truth.yaw))
        for actor, since in zip(self.actors, self._in_view()):
            at = actor.at(self.time)
            away = math.hypot(truth.x - at.x, truth.y - at.y)
            ahead = math.atan2(at.y - truth.y, at.x - truth.x)
            nearing = self.base.speed * math.cos(angle_between(truth.yaw, ahead))
            if nearing > .02 and (
                    actor.at(self.time - SEEING) == at or self.time - since > SEEING):
                self.driven_nearest = min(self.driven_nearest, away)
        at = self.actors[0].at(self.time)
        away = math.hypot(truth.x - at.x, truth.y - at.y)
        self.nearest = min(self.nearest, away)
        aside = abs(angle_between(at.yaw, math.atan2(truth.y - at.y, truth.x - at.x)))
        if away < 1.1 and aside > math.radians(55.) and self.base.speed > .02:
            self.from_behind = True

    def _in_view(self):
        """s; since when the camera has each of the actors in view, inf: it has not."""
        for i, actor in enumerate(self.actors):
            place = seen_from(actor.at(self.time), self.base.truth)
            is_in_view = actor.is_visible(self.time) and place.x * CAMERA.width > (
                2. * CAMERA.fx * abs(place.y))
            self._since[i] = min(self._since[i], self.time) if is_in_view else math.inf
        return self._since

    def run(self, patience: float = 60.) -> Run:
        """Go on until the robot has stood before the person for a while, or for `patience` s."""
        while self.time < patience and not (
                self.arrived_at is not None and self.time - self.arrived_at > STAY
                and self.time > self._all_done()):
            self.step()
        jumps = sum(math.hypot(b.x - a.x, b.y - a.y) > .5
                    for a, b in zip(self.sent, self.sent[1:]))
        return Run(self.arrived_at, self.base.truth, ideal_place(self.actors[0], self.time),
                   self.nearest, self.driven_nearest, self.from_behind, self.base.way, jumps, self.persons,
                   np.array(self.path), self.log)

    def _all_done(self):
        """s; when the first actor has done what they do."""
        actor = self.actors[0]
        ends = [actor.turns_at + 1. + STAY, actor.vanishes[1] + STAY,
                actor.between[1] + STAY if actor.walks else 0.]
        return max([end for end in ends if math.isfinite(end)], default=0.)


def _place_of(goal):
    forward = goal.rotation[:, 0]
    return Place(goal.position[0], goal.position[1], math.atan2(forward[1], forward[0]))


def in_world(place: Place, loop: Loop) -> Place:
    """A place of the odometry's frame where it is in the world, by the robot's true place now."""
    base = loop.base
    c, s = math.cos(base.odometry.yaw), math.sin(base.odometry.yaw)
    x, y = place.x - base.odometry.x, place.y - base.odometry.y
    return placed(Place(c * x + s * y, c * y - s * x, place.yaw - base.odometry.yaw), base.truth)
