"""Where the chosen person stands and which way they face, averaged while they do not move."""
import math

import numpy as np

from openpose_ros.approach import fronts
from openpose_ros.approach.drift import Whence
from openpose_ros.approach.looking import is_aside
from openpose_ros.approach.views import MAX_PASSED, Views, along_ground, trace
from openpose_ros.body import (LEFT_ANKLE, LEFT_HIP, LEFT_KNEE, NECK,
                               RIGHT_ANKLE, RIGHT_HIP, RIGHT_KNEE)
from openpose_ros.people import SOURCE_DEPTH
from openpose_ros.proportions import STATURE, TORSO

# A standing person is averaged over. Someone who walks is not, and who has stepped aside or turned
# by more than this for _PATIENCE s is averaged over anew.
WALKING_SPEED = .3                  # m/s
_STEP, _TURN = .25, math.radians(20.)
_PATIENCE = .5                      # s

_SURE = 2.5                         # stddevs that a measurement must be off to count as a move
_UNKNOWN = .05                      # m
_NOWHERE = Whence(np.zeros(3))      # of all views, where it is not known from where they are

# What tells who sits: the knees' height over the hips', and the hips' over the torso's length, of who
# stands and who sits. The hips' are .53 H above the floor, and .29 H on a chair, the knees' .285 H, of
# the body's length H (R. Drillis and R. Contini, "Body segment parameters", 1966). Children's legs
# are short for their torso; without depth knees before the body seem lower. So both count, each from
# 0 (stands) to 1 (sits); chosen: their sum is .5 for a child who stands, 1 and more for who sits.
_KNEES, _HIPS = (.285 / .53, .285 / .29), (.53 * STATURE / TORSO.mean, .29 * STATURE / TORSO.mean)
_SITS = .8
# m over the floor; a foot that is seen there stands on it. Knees (and ankles) of whom the image's
# lower edge cuts off at the shins are set too high, as those of who sits: what is seen then counts
# for less, and for nothing after _WHOLE s with a foot on the floor. Chosen: an ankle is at .07 (.039
# H), and networks set it .05 to .15 higher; half of it misses feet, twice of it has children's knees.
_ON_FLOOR, _CUT_OFF, _WHOLE = .25, .1, 1.
_THIGH = .245 / .288                # thigh over torso, of the same table
_SITTING_TIME = 2.                  # s over which it is averaged
_LEGS = [RIGHT_KNEE, LEFT_KNEE, RIGHT_ANKLE, LEFT_ANKLE]


class Stand:
    """One person's place; person: their id. seen_at: s, when they were last measured.
    faceless: s for which they have been seen since, and their facing was not known. seen, aside: s
    for which they were seen, and from aside, since they moved. is_aside, by_depth: whether they were
    seen from aside last, and their facing was measured by depth.
    """

    def __init__(self, person: int) -> None:
        self.person = person
        self.is_walking = self.by_depth = self.is_aside = False
        self.seen_at = None
        self.faceless = self.seen = self.aside = 0.
        self._views = Views()
        self._apart_since = None    # s; since when the measurements contradict the average
        self._sits = 0.             # probability
        self._torso = 0.            # m
        # Since they moved: s for which that was judged, at most _SITTING_TIME, and with a foot on the
        # floor; whether a knee was seen.
        self._judged = self._whole = 0.
        self._by_knees = False

    @property
    def position(self) -> np.ndarray:
        """(3,) m."""
        return self._views.position

    @property
    def facing(self) -> np.ndarray:
        """(3,), unit vector; None before it was measured."""
        return self._views.facing

    @property
    def facing_stddev(self) -> float:
        """rad; NaN before it was measured."""
        return self._views.facing_stddev

    @property
    def best_stddev(self) -> float:
        """rad, of the facing when it was known best since they moved; inf before."""
        return self._views.best_stddev

    @property
    def knees(self) -> float:
        """How far the knees reach in front of the hips, m: 0 of one who stands."""
        return _THIGH * self._torso if self._sits > .5 else 0.

    def update(self, people, row, stamp, settings, up, floor, whence=None) -> None:
        """Take in what was measured of this row.

        whence: drift.Whence, in a frame that does not move with the camera; None: there is none.
        """
        camera = None if whence is None else whence.camera
        position, facing = people.position[row], people.facing[row]
        stddev = people.facing_stddev[row]
        if not abs(math.sqrt(facing.dot(facing)) - 1.) < 1e-3:
            stddev = math.nan
        if self.position is None or self._has_moved(people, row, stddev, stamp, up):
            self._views, self.seen, self.aside = Views(), 0., 0.
            self._judged, self._whole, self._by_knees = 0., 0., False
        passed = 0. if self.seen_at is None else stamp - self.seen_at
        counted = min(max(passed, 0.), MAX_PASSED)
        self.seen += counted
        self.by_depth = bool(people.facing_source[row] == SOURCE_DEPTH)
        self.faceless = 0. if math.isfinite(stddev) else self.faceless + counted
        if self._apart_since is None:
            covariance = people.position_covariance[row]
            if not math.isfinite(np.add.reduce(covariance, axis=None)):
                covariance = _UNKNOWN ** 2 * np.eye(3)
            towards = fronts.azimuth((_NOWHERE.camera if camera is None else camera) - position, up)
            told = _told(people.headings[row], towards, facing, stddev, up)
            self._views.add(position, covariance, told, stddev, whence or _NOWHERE, up,
                            0. if camera is None else towards, passed, stamp, settings.settle_time)
            self.is_aside = camera is not None and math.isfinite(stddev) and is_aside(
                self.position, self.facing, camera, up)
            self.aside += counted * self.is_aside
        self._watch_posture(people.points[row], stamp, up, floor)
        self.seen_at = stamp

    def may_be_at(self, people, row, up, shift: float = 0.) -> bool:
        """Whether what was measured of this row may be of who stands here, or m (shift) beside."""
        apart = people.position[row] - self.position
        apart = apart - apart.dot(up) * up
        off = math.sqrt(apart.dot(apart)) - shift
        return off <= _STEP or bool(off <= _SURE * math.hypot(
            level_stddev(people, row, up), self._views.level_stddev(up)))

    def _has_moved(self, people, row, stddev, stamp, up):
        apart = not self.may_be_at(people, row, up)
        if self.facing is not None and math.isfinite(stddev):
            limit = min(max(_TURN, _SURE * math.hypot(stddev, self.facing_stddev)), .5 * math.pi)
            apart = apart or self.facing.dot(people.facing[row]) < math.cos(limit)
        if not apart:
            self._apart_since = None
        elif self._apart_since is None:
            self._apart_since = stamp
        self.is_walking = walks(people, row)
        moved = self.is_walking or apart and stamp - self._apart_since >= _PATIENCE
        if moved:
            self._apart_since = None
        return moved

    def _watch_posture(self, points, stamp, up, floor):
        """Whether they sit, by how high the knees and the hips are; floor None: unknown."""
        if floor is None:
            return
        hips = .5 * (points[RIGHT_HIP] + points[LEFT_HIP])
        low, spine = float(hips.dot(up) - floor), points[NECK] - hips
        torso = math.sqrt(spine.dot(spine))
        if not (0. < low < math.inf and 0. < torso < math.inf):     # NaN: unknown
            return
        passed = min(max(stamp - self.seen_at, 1e-3), MAX_PASSED) if self._torso else 1e-3
        self._torso += min(1., passed / _SITTING_TIME if self._torso else 1.) * (torso - self._torso)
        heights = (points.take(_LEGS, axis=0).dot(up) - floor).tolist()
        knees = [height for height in heights[:2] if math.isfinite(height)]
        if knees:
            self._by_knees = True
            knee = sum(knees) / len(knees)
            sits = _between(knee / low, *_KNEES) + _between(low / torso, *_HIPS) > _SITS
            if any(height < _ON_FLOOR for height in heights[2:]):
                self._whole += passed
                self._judge(sits, passed)
            elif self._whole < _WHOLE:
                self._judge(sits, _CUT_OFF * passed)
        elif not self._by_knees:
            self._judge(_between(low / torso, *_HIPS) > .5, _CUT_OFF * passed)

    def _judge(self, sits, passed):
        self._judged = min(self._judged + passed, _SITTING_TIME)
        self._sits += passed / self._judged * (float(sits) - self._sits)


def _told(headings, towards, facing, stddev, up):
    """What is told of a facing, as fronts has it; None where it is not known."""
    if math.isnan(stddev):
        return None
    if math.isfinite(headings[0, 0]):
        return fronts.seen(headings, towards)
    return fronts.claimed(fronts.azimuth(facing, up), stddev)


def _between(value, stands, sits):
    """0 where it is as of who stands, 1 as of who sits."""
    return (value - stands) / (sits - stands)


def level_stddev(people, row: int, up: np.ndarray) -> float:
    """m, of a position along the ground; that of a fair depth camera where it is not known."""
    stddev = along_ground(people.position_covariance[row], up)
    return stddev if math.isfinite(stddev) else _UNKNOWN


def walks(people, row: int) -> bool:
    """Whether someone walks, and the velocity is known well enough to tell."""
    velocity = people.velocity[row]
    speed = math.sqrt(velocity.dot(velocity))
    if not speed > WALKING_SPEED:
        return False
    variance = trace(people.velocity_covariance[row])
    return not speed < 2. * math.sqrt(max(variance, 0.))
