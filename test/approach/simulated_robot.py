"""A robot with differential drive, its odometry, and a navigation that drives it to goals.

World frame: x, y on the ground, z up, m; headings rad from x.
"""
import math
from typing import NamedTuple, Tuple

import numpy as np

from openpose_ros.approach import Place
from openpose_ros.approach.comfort import angle_between
from openpose_ros.approach.orders import ABORTED, SUCCEEDED


class Limits(NamedTuple):
    """m/s, rad/s, m/s^2, rad/s^2: an indoor robot's (a TurtleBot 4's are .46 and 1.9, .9, 7.7)."""

    speed: float = .5
    turn_rate: float = 1.
    acceleration: float = .5
    turn_acceleration: float = 2.


class Base:
    """Differential drive with wheel odometry. truth, odometry: Place.

    The odometry errs by a share of the way and of each turn that stays for a run, as that of wheels
    of not quite the known size and distance, and by white noise (S. Thrun et al., "Probabilistic
    Robotics", 2005, 5.4).
    """

    def __init__(self, start: Place, rng, limits: Limits = Limits()) -> None:
        self.truth, self.odometry = start, Place(0., 0., 0.)
        self.speed = self.turn_rate = 0.
        self.way = 0.                   # m driven
        self._limits, self._rng = limits, rng
        self._scale = 1. + rng.normal(0., (.01, .02))

    def drive(self, speed: float, turn_rate: float, dt: float) -> None:
        """Follow a command for dt s, as far as the accelerations allow."""
        limits = self._limits

        def towards(now, wanted, most, rate):
            wanted = min(max(wanted, -most), most)
            return now + min(max(wanted - now, -rate * dt), rate * dt)
        self.speed = towards(self.speed, speed, limits.speed, limits.acceleration)
        self.turn_rate = towards(self.turn_rate, turn_rate, limits.turn_rate,
                                 limits.turn_acceleration)
        step, turn = self.speed * dt, self.turn_rate * dt
        self.truth = _moved(self.truth, step, turn)
        self.way += abs(step)
        noise = self._rng.normal(0., (.02, .02)) * (abs(step), abs(turn) + .1 * abs(step))
        self.odometry = _moved(self.odometry, step * self._scale[0] + noise[0],
                               turn * self._scale[1] + noise[1])


def _moved(place, step, turn):
    yaw = place.yaw + .5 * turn
    return Place(place.x + step * math.cos(yaw), place.y + step * math.sin(yaw), place.yaw + turn)


class Law(NamedTuple):
    """The control law of J. J. Park and B. Kuipers, "A smooth control law for graceful motion of
    differential wheeled mobile robots in 2D environments", ICRA 2011, equations 14 to 16. The gains
    are chosen.
    """

    k_phi: float = 2.
    k_delta: float = 1.
    beta: float = .4
    power: float = 2.
    slowdown_radius: float = 1.5
    min_speed: float = .1

    def command(self, robot: Place, goal: Place, speed: float,
                turn_rate: float) -> Tuple[float, float]:
        """(m/s, rad/s) at `robot` towards `goal`, at most at this speed and turn rate."""
        x, y = goal.x - robot.x, goal.y - robot.y
        r = max(math.hypot(x, y), 1e-3)
        sight = math.atan2(y, x)
        phi, delta = angle_between(sight, goal.yaw), angle_between(sight, robot.yaw)
        phi, delta = -phi, -delta       # the paper's: from heading and goal to the line of sight
        # With theta = -phi, delta the paper's angles; the law is odd in both.
        reference = math.atan(-self.k_phi * -phi)
        curvature = -1. / r * (self.k_delta * (-delta - reference) + (
            1. + self.k_phi / (1. + (self.k_phi * phi) ** 2)) * math.sin(-delta))
        v = speed / (1. + self.beta * abs(curvature) ** self.power)
        v = max(min(v, speed * r / self.slowdown_radius), min(self.min_speed, speed))
        omega = min(max(curvature * v, -turn_rate), turn_rate)
        return (omega / curvature if abs(curvature) > 1e-6 else v), omega


class Navigation:
    """Takes goals and drives to them as Nav2's graceful controller does: it turns on the spot
    towards a goal that is aside, drives by the law, and turns on the spot at the goal.

    outcome: (number, SUCCEEDED or ABORTED) of a goal that has just ended. tolerances: m and rad, of
    the goal checker. blocked: function of a Place, whether it cannot be reached; such goals abort.
    """

    def __init__(self, limits: Limits = Limits(), tolerances=(.03, .03),
                 blocked=lambda place: False) -> None:
        self.outcome = None
        self.number = self.goal = None
        self._limits, self._law = limits, Law()
        self._tolerances, self._blocked = tolerances, blocked
        self._is_near = self._is_turning = False
        self.share = 1.             # of the speed that is allowed

    def go(self, number: int, place: Place) -> None:
        """Take a goal; it replaces the one before."""
        anew = self.goal is None or math.hypot(
            place.x - self.goal.x, place.y - self.goal.y) > 2. * self._tolerances[0]
        self.number, self.goal = number, place
        if anew:
            self._is_near, self._is_turning = False, True

    def cancel(self, number: int) -> None:
        """Stop."""
        if number == self.number:
            self.number = self.goal = None

    def command(self, robot: Place) -> Tuple[float, float]:
        """(m/s, rad/s) now; robot: where it takes itself to be."""
        if self.goal is None:
            return 0., 0.
        if self._blocked(self.goal):
            return self._end(ABORTED)
        x, y = self.goal.x - robot.x, self.goal.y - robot.y
        away = math.hypot(x, y)
        self._is_near = away < self._tolerances[0] * (2. if self._is_near else 1.)
        if self._is_near:
            off = angle_between(robot.yaw, self.goal.yaw)
            if abs(off) < self._tolerances[1]:
                return self._end(SUCCEEDED)
            return 0., self._turn(off)
        off = angle_between(robot.yaw, math.atan2(y, x))
        self._is_turning = abs(off) > (.1 if self._is_turning else .75)
        if self._is_turning:
            return 0., self._turn(off)
        return self._law.command(robot, self.goal, self.share * self._limits.speed,
                                 self._limits.turn_rate)

    def _turn(self, off):
        rate = math.sqrt(2. * .5 * self._limits.turn_acceleration * abs(off))
        return math.copysign(min(rate, self._limits.turn_rate), off)

    def _end(self, outcome):
        self.outcome = self.number, outcome
        self.number = self.goal = None
        return 0., 0.


def placed(place: Place, within: Place) -> Place:
    """A place of the frame that stands at `within`, in the frame of that."""
    c, s = math.cos(within.yaw), math.sin(within.yaw)
    return Place(within.x + c * place.x - s * place.y, within.y + s * place.x + c * place.y,
                 within.yaw + place.yaw)


def seen_from(place: Place, robot: Place) -> Place:
    """A place of the world in the robot's frame (x ahead, y left)."""
    c, s = math.cos(robot.yaw), math.sin(robot.yaw)
    x, y = place.x - robot.x, place.y - robot.y
    return Place(c * x + s * y, c * y - s * x, place.yaw - robot.yaw)


def rotation(yaw: float) -> np.ndarray:
    """About z, (3, 3)."""
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array(((c, -s, 0.), (s, c, 0.), (0., 0., 1.)))
