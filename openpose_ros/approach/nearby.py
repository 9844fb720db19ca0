"""The people round the robot, and whether its way would lead too near to one of them.

ROS-free. Times are s of one clock; places are in the frame of the goals.
"""
import math
from typing import List, NamedTuple, Optional, Sequence, Tuple

from openpose_ros.approach import comfort
from openpose_ros.approach.comfort import KEEP_AWAY, Place

# m beyond what is never driven into: where who stands is is known to about so much, and who walks.
_MARGIN, _MARGIN_WALKING = .05, .15
# s ahead in which robot and people are thought of as going on straight: a robot of .5 m/s with .5
# m/s^2 that acts on images .3 s old stops within 1.3 s. Half of it is too late, twice of it stops
# for who turns away long before.
_AHEAD, _STEP = 2., .2
_SPEED = .5             # m/s; of the robot at the most, where its own is not known
# m/s; less is taken as standing. Chosen: at the image's edge, while the robot turns, who stands seems
# to move by .4; people walk by 1.4, slowly by .7.
_WALKING = .5
_SAME = .7              # m; who is so near to where one was is the same one
_SMOOTHING = .5         # s over which velocities are averaged
_KEPT = 5.              # s for which who is not seen any more counts, if they stood
_KEPT_WALKING = 1.      # the same of who walked
# s for which it waits after somebody was in the way (chosen: a step or two), and until it stands.
_WAIT, _STOPPED = 1., 1.5
_CLEAR = 1.3            # m from who stands in the way, of the place by which they are passed


class _Person(NamedTuple):
    x: float
    y: float
    vx: float
    vy: float
    at: float           # s; when they were there


class Nearby:
    """The people who were heard of last, with velocities."""

    def __init__(self) -> None:
        self._people = []
        self._heard_at = -math.inf
        self._waits_since = self._waits_until = -math.inf
        self._waits_at = None       # Place

    def hear(self, places: Sequence[Tuple[float, float]], at: float) -> None:
        """All people of one image, which was taken at s."""
        if at <= self._heard_at:
            return
        self._heard_at = at
        before = [person for person in self._people
                  if at - person.at <= (_KEPT_WALKING if _walks(person) else _KEPT)]
        self._people = []
        for x, y in places:
            if not math.isfinite(x + y):
                continue
            old = min(before, default=None, key=lambda person: _apart(person, x, y, at))
            vx = vy = 0.
            if old is not None and _apart(old, x, y, at) < _SAME:
                before.remove(old)
                passed = max(at - old.at, 1e-3)
                gain = 1. - math.exp(-passed / _SMOOTHING)
                vx = old.vx + gain * ((x - old.x) / passed - old.vx)
                vy = old.vy + gain * ((y - old.y) / passed - old.vy)
            self._people.append(_Person(x, y, vx, vy, at))
        self._people += before

    def must_wait(self, robot: Optional[Place], place: Place, now: float) -> bool:
        """Whether the robot has to wait, for somebody is in its way or has just been.

        robot: None where it is not known; while it waits it is where it was.
        """
        robot = robot or self._waits_at
        if robot is not None and self.is_in_way(robot, place, now):
            if now >= self._waits_until:
                self._waits_since = now
            self._waits_until, self._waits_at = now + _WAIT, robot
        return now < self._waits_until

    def has_waited(self, now: float) -> bool:
        """Whether it has waited for so long that it stands."""
        return now - self._waits_since >= _STOPPED

    def is_in_way(self, robot: Place, place: Place, now: float) -> bool:
        """Whether the straight way leads nearer than KEEP_AWAY to somebody, soon."""
        x, y = place.x - robot.x, place.y - robot.y
        length = math.hypot(x, y)
        if length < .05:
            return False
        return any(self._comes_near(person, robot, (x / length, y / length), length, now)
                   for person in self._people)

    def _comes_near(self, person, robot, way, length, now):
        person = _moved(person, now)
        first = nearest = math.hypot(person.x - robot.x, person.y - robot.y)
        time = 0.
        while time < _AHEAD - 1e-9:
            time += _STEP
            driven = min(_SPEED * time, length)
            walked = _moved(person, person.at + time)
            nearest = min(nearest, math.hypot(walked.x - robot.x - driven * way[0],
                                              walked.y - robot.y - driven * way[1]))
        return nearest < min(KEEP_AWAY + (_MARGIN_WALKING if _walks(person) else _MARGIN),
                             first - .02)

    def standing(self, person: Tuple[float, float], now: float) -> List[Tuple[float, float]]:
        """(x, y) m of those who stand, but for this person."""
        return [(other.x, other.y) for other in self._people
                if now - other.at <= _KEPT and not _walks(other)
                and math.hypot(other.x - person[0], other.y - person[1]) >= _SAME]

    def passed_by(self, robot: Place, place: Place, person: Tuple[float, float],
                  now: float) -> Optional[Place]:
        """By which place to drive where somebody else than the person stands in the way; or None.

        person: (x, y) m, of whom the robot goes to.
        """
        for x, y in self.standing(person, now):
            if comfort.passes(robot, place, (x, y)) >= min(
                    KEEP_AWAY + _MARGIN, math.hypot(x - robot.x, y - robot.y) - .02):
                continue
            heading = math.atan2(place.y - robot.y, place.x - robot.x)
            aside = math.sin(heading) * (x - robot.x) - math.cos(heading) * (y - robot.y)
            # On the side on which the way passes them.
            turn = heading + math.copysign(.5 * math.pi, aside)
            return Place(x + _CLEAR * math.cos(turn), y + _CLEAR * math.sin(turn), heading)
        return None


def _walks(person):
    return math.hypot(person.vx, person.vy) >= _WALKING


def _apart(person, x, y, at):
    """m from where somebody will be."""
    there = _moved(person, at)
    return math.hypot(there.x - x, there.y - y)


def _moved(person, now):
    """Where somebody is at s, if they go on; who stands stays."""
    if not _walks(person):
        return person._replace(at=now)
    passed = now - person.at
    return person._replace(x=person.x + passed * person.vx, y=person.y + passed * person.vy, at=now)
