"""The distances that people are comfortable with, and the way in that keeps to them.

Distances and sectors: E. T. Hall, "The Hidden Dimension", 1966: personal space ends at 1.2 m (4
feet); its near phase, 0.76 m (2.5 feet), is for whom one knows. That people like a robot to come
from the front, in their view, and least from behind: K. Dautenhahn et al., "How may I serve you? A
robot companion approaching a seated person in a helping context", HRI 2006.
"""
import math
from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np

PERSONAL_SPACE = 1.2            # m
FRONT = math.radians(45.)       # rad to either side of their facing: the way in

KEEP_AWAY = .8                  # m; never driven into: the far phase of personal space begins at .76

# Of others in a group the goal keeps this far, m: what is never driven into, and by what places err
# and stop. Angles aside of the front are tried in steps up to the shoulders.
_ELBOW_ROOM = KEEP_AWAY + .2
_STEP, _MAX_ASIDE = math.radians(10.), math.radians(90.)
_STAY = .1                    # m by which a place that was free may become too near before it moves
# A place on the other side counts as so much farther aside: the robot would have to go back round the
# person. Chosen: more than a step, by which two places that are alike change; twice of it stays aside
# though another is nearer to the front by 30 degrees.
_ACROSS = math.radians(15.)

# The way round leads through places this far from the person, m: a chord of 60 degrees of that
# circle stays 1.43 m away, and of 1.5 m what is kept clear. (Chosen: at 1.75 ways are longer by 0.6 %,
# the mean of 40 simulated.) It ends at a gate before the goal, m from that: who comes from aside turns
# to the person there and sees them on the last piece. (Chosen: half of it leaves no time to look,
# twice of it makes the way longer by .4 m.)
ROUND = 1.65
GATE = .3
_STRAIGHT = math.radians(30.)   # off the goal's heading: so far aside a camera ahead sees them
_ENTRY = math.radians(30.)
_CLEARANCE = PERSONAL_SPACE + .1
_LEG = math.radians(60.)


class Place(NamedTuple):
    """Where the robot stands on the ground: m, and the heading of its x axis, rad."""

    x: float
    y: float
    yaw: float


def angle_between(one: float, other: float) -> float:
    """From one heading to another, rad in [-pi, pi]."""
    return (other - one + math.pi) % (2. * math.pi) - math.pi


def cross(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The cross product of two vectors (3,), by fewer instructions than NumPy's."""
    (x, y, z), (u, v, w) = one.tolist(), other.tolist()
    return np.array((y * w - z * v, z * u - x * w, x * v - y * u))


def turned(vector: np.ndarray, up: np.ndarray, angle: float) -> np.ndarray:
    """A level vector turned about `up` by this angle, rad, anticlockwise from above."""
    return math.cos(angle) * vector + math.sin(angle) * cross(up, vector)


def turned_to(place: Place, point: Tuple[float, float]) -> Place:
    """The same place, turned to a point, (x, y) m."""
    return place._replace(yaw=math.atan2(point[1] - place.y, point[0] - place.x))


def is_free_of(others: np.ndarray, place: np.ndarray, up: np.ndarray,
               room: float = _ELBOW_ROOM) -> bool:
    """Whether nobody of others, (n, 3) m, stands within m (room) of a place; NaN stands nowhere."""
    apart = others[np.isfinite(others).all(axis=1)] - place
    apart = apart - apart.dot(up)[:, None] * up
    return not len(apart) or bool(np.linalg.norm(apart, axis=1).min() >= room)


def free_angle(position: np.ndarray, facing: np.ndarray, others: np.ndarray, distance: float,
               up: np.ndarray, before: float = 0.) -> Optional[float]:
    """How far aside of a person's front, rad, the nearest place is where nobody stands.

    position, facing: (3,) of the person. others: (n, 3) m; unknown ones (NaN) stand nowhere.
    before: what it was; kept while that place is about free. None: somebody stands everywhere.
    """
    def is_free(angle, room):
        return is_free_of(others, position + distance * turned(facing, up, angle), up, room)

    def aside(angle):
        return abs(angle) + (_ACROSS if angle * before < 0. else 0.)
    steps = np.arange(0., _MAX_ASIDE + 1e-6, _STEP)
    angles = sorted(np.concatenate((-steps, steps[1:])), key=lambda angle: (
        aside(angle), abs(angle - before)))
    # The front itself is taken back as soon as it is well free.
    for angle in angles:
        if aside(angle) >= abs(before) - 1e-6:
            break
        if is_free(angle, _ELBOW_ROOM + _STAY):
            return float(angle)
    if is_free(before, _ELBOW_ROOM - _STAY):
        return before
    for angle in angles:
        if is_free(angle, _ELBOW_ROOM):
            return float(angle)
    return None


def way_in(robot: Place, goal: Place, distance: float = PERSONAL_SPACE,
           others: Sequence[Tuple[float, float]] = ()) -> Place:
    """The next place to go to on the way to a goal before a person: round their personal space.

    robot, goal: in one frame whose z is up; the goal's x axis points at the person, `distance` m
    off. others: (x, y) m of who stands about; it leads round on the side where nobody does. The
    goal itself where the way to it is free, from the front.
    """
    person_x = goal.x + distance * math.cos(goal.yaw)
    person_y = goal.y + distance * math.sin(goal.yaw)
    front = goal.yaw + math.pi
    away = math.hypot(robot.x - person_x, robot.y - person_y)
    aside = angle_between(front, math.atan2(robot.y - person_y, robot.x - person_x))
    side, far = math.copysign(1., aside), abs(aside)
    radius = max(ROUND, distance + .3)
    # Past the personal space; from within that, only farther away.
    room = min(_CLEARANCE, away - 1e-6)

    def place(angle, away=radius):
        bearing = front + side * angle
        return person_x + away * math.cos(bearing), person_y + away * math.sin(bearing)

    def is_taken():
        return any(math.hypot(x - place(angle)[0], y - place(angle)[1]) < _ELBOW_ROOM - _STAY
                   for x, y in others for angle in np.arange(0., far, _STEP))
    if far <= FRONT and _is_straight(robot, goal):
        return goal
    gate = place(0., distance + GATE)
    if passes(robot, gate, (person_x, person_y)) >= room:
        return Place(gate[0], gate[1], goal.yaw)
    if is_taken():
        side, far = -side, 2. * math.pi - far
        if is_taken():
            side, far = -side, 2. * math.pi - far
    angle = _ENTRY
    while angle < far - _STEP and passes(robot, place(angle), (person_x, person_y)) < room:
        angle += _STEP
    x, y = place(angle)
    after_x, after_y = place(angle - _LEG) if angle > _LEG else gate
    return Place(x, y, math.atan2(after_y - y, after_x - x))


def _is_straight(robot, goal):
    """Whether the straight way leads to the person, too, or is too short to go another."""
    x, y = goal.x - robot.x, goal.y - robot.y
    return math.hypot(x, y) < GATE + .05 or (
        abs(angle_between(math.atan2(y, x), goal.yaw)) <= _STRAIGHT)


def passes(start, end, point):
    """How near the straight way from start to end passes a point, m."""
    along = np.array((end[0] - start.x, end[1] - start.y))
    to_point = np.array((point[0] - start.x, point[1] - start.y))
    share = min(max(float(to_point.dot(along) / max(along.dot(along), 1e-9)), 0.), 1.)
    return float(np.linalg.norm(to_point - share * along))


def speed_share(robot: Place, goal: Place, distance: float = PERSONAL_SPACE) -> float:
    """Share of its speed with which the robot should drive here, so that it comes slowly.

    Full from 3 m from the person on, half at the goal. (Chosen: a robot of .5 m/s is then as slow
    as people find comfortable near them; J. T. Butler and A. Agah, "Psychological effects of
    behavior patterns of a mobile personal robot", 2001: .25 to .4 m/s.)
    """
    x, y = goal.x + distance * math.cos(goal.yaw), goal.y + distance * math.sin(goal.yaw)
    away = math.hypot(robot.x - x, robot.y - y)
    return min(max(.5 + .5 * (away - distance) / (3. - min(distance, 2.)), .5), 1.)
