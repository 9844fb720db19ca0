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
_KEPT = 5.              # s for which who is not seen any more counts
# s of these for which who walked is thought of as going on; then as standing where they were so many
# s after they were seen: a look there shows whether they stopped at once or went on for a second.
_GOES_ON, _STOPS = 1., .5
# Who was last seen nearer than m to the robot counts for longer, s: until it has looked where they
# were, this long and this well ahead (s, rad), and they are not there.
_CLOSE, _KEPT_CLOSE = 1.3, 30.
_LOOKED, _AHEAD_OF_IT = .5, math.radians(20.)
# s for which it waits after somebody was in the way (chosen: a step or two), and until it stands.
_WAIT, _STOPPED = 1., 1.5
_CLEAR = 1.3            # m from who stands in the way, of the place by which they are passed


class _Person(NamedTuple):
    x: float
    y: float
    vx: float
    vy: float
    at: float           # s; when they were there
    missed: float = 0.  # s for which the robot has looked there in vain


class Nearby:
    """The people who were heard of last, with velocities."""

    def __init__(self) -> None:
        self._people = []
        self._heard_at = -math.inf
        self._waits_since = self._waits_until = -math.inf
        self._waits_at = None       # Place
        self._waits_for = None      # type: Optional[_Person]

    def hear(self, places: Sequence[Tuple[float, float]], at: float,
             robot: Optional[Place] = None) -> None:
        """All people of one image, which was taken at s. robot: its place; None: not known."""
        if at <= self._heard_at:
            return
        passed, self._heard_at = at - self._heard_at, at
        before, self._people = self._people, []
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
        self._people += [_unseen(person, robot, at, passed) for person in before
                         if at - person.at <= _patience(person, robot) and (
                             person.missed < _LOOKED)]

    def must_wait(self, robot: Optional[Place], place: Place, now: float) -> bool:
        """Whether the robot has to wait, for somebody is in its way or has just been.

        robot: None where it is not known; while it waits it is where it was.
        """
        robot = robot or self._waits_at
        who = None if robot is None else self.in_way(robot, place, now)
        if who is not None:
            if now >= self._waits_until:
                self._waits_since = now
            self._waits_until, self._waits_at, self._waits_for = now + _WAIT, robot, who
        return now < self._waits_until

    def unseen(self, now: float) -> Optional[Tuple[float, float]]:
        """(x, y) m, where who is in its way was last, if they are not seen; or None."""
        who = self._waits_for
        return None if who is None or now - who.at < _GOES_ON else (who.x, who.y)

    def has_waited(self, now: float) -> bool:
        """Whether it has waited for so long that it stands."""
        return now - self._waits_since >= _STOPPED

    def in_way(self, robot: Place, place: Place, now: float) -> Optional[_Person]:
        """To whom the straight way leads nearer than KEEP_AWAY, soon; None: to nobody."""
        x, y = place.x - robot.x, place.y - robot.y
        length = math.hypot(x, y)
        if length < .05:
            return None
        return next((person for person in self._people if self._comes_near(
            person, robot, (x / length, y / length), length, now)), None)

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

    def standing(self, person: Tuple[float, float]) -> List[Tuple[float, float]]:
        """(x, y) m of those who stand, but for this person."""
        return [(other.x, other.y) for other in self._people
                if not _walks(other)
                and math.hypot(other.x - person[0], other.y - person[1]) >= _SAME]

    def passed_by(self, robot: Place, place: Place,
                  person: Tuple[float, float]) -> Optional[Place]:
        """By which place to drive where somebody else than the person stands in the way; or None.

        person: (x, y) m, of whom the robot goes to.
        """
        for x, y in self.standing(person):
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


def _patience(person, robot):
    """s for which somebody who is not seen counts."""
    is_close = robot is not None and math.hypot(
        person.x - robot.x, person.y - robot.y) < _CLOSE
    return _KEPT_CLOSE if is_close else _KEPT


def _unseen(person, robot, at, passed):
    """Somebody who is not in the image of s; passed: s since the one before."""
    if at - person.at > _GOES_ON and _walks(person):
        person = person._replace(x=person.x + _STOPS * person.vx, y=person.y + _STOPS * person.vy,
                                 vx=0., vy=0.)
    if robot is not None and abs(comfort.angle_between(robot.yaw, math.atan2(
            person.y - robot.y, person.x - robot.x))) < _AHEAD_OF_IT:
        person = person._replace(missed=person.missed + passed)
    return person


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
