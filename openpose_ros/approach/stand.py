"""Where the chosen person stands and which way they face, averaged while they do not move."""
import math

import numpy as np

from openpose_ros.body import LEFT_HIP, NECK, RIGHT_HIP

# A standing person is averaged over. Someone who walks is not, and who has stepped aside or turned
# by more than this for _PATIENCE s is averaged over anew.
WALKING_SPEED = .3                  # m/s
_STEP, _TURN = .25, math.radians(20.)
_PATIENCE = .5                      # s

_SURE = 2.5                         # stddevs that a measurement must be off to count as a move
_MAX_PASSED = .2                    # s for which one measurement counts, however long none came
_MIN_SHIFT = .02                    # m; people sway by this much
_UNKNOWN = .05                      # m
_MIN_STDDEV = math.radians(3.)      # no facing counts as more certain: people are not that square

# Height of the hips over that of the neck, above the floor, of who sits and who stands. The joints'
# heights in body lengths H are .53 H and .82 H of one who stands (R. Drillis and R. Contini, "Body
# segment parameters", 1966); on a chair the hips come to .29 H, the neck to .58 H.
_SITS_BELOW = .5 * (.53 / .82 + .29 / .58)
_THIGH = .245 / .288                # thigh over torso, of the same table
_SITTING_TIME = 2.                  # s over which it is averaged


class Stand:
    """One person's place; person: their id. seen_at: s, when they were last measured."""

    def __init__(self, person: int) -> None:
        self.person = person
        self.position = self.facing = None
        self.is_walking = False
        self.seen_at = None
        self._weights = 0., 0.      # that the means of position (s/m^2) and facing (s/rad^2) have
        self._apart_since = None    # s; since when the measurements contradict the average
        self._sits = 0.             # probability
        self._torso = 0.            # m

    @property
    def knees(self) -> float:
        """How far the knees reach in front of the hips, m: 0 of one who stands."""
        return _THIGH * self._torso if self._sits > .5 else 0.

    def update(self, people, row, stamp, settle_time, up, floor) -> None:
        """Take in what was measured of this row."""
        position, facing = people.position[row], people.facing[row]
        # Weights of the mean: the inverse variances, for as long as each was measured.
        weights = 1. / max(level_stddev(people, row, up), _MIN_SHIFT) ** 2, 1. / max(
            people.facing_stddev[row], _MIN_STDDEV) ** 2
        if self.position is None or self._has_moved(people, row, stamp, up):
            self._weights = 0., 0.
            self.position, self.facing = position, facing
        elif self._apart_since is None:
            passed = min(max(stamp - self.seen_at, 1e-6), _MAX_PASSED)
            kept = 1. - min(passed / max(settle_time, 1e-6), 1.)
            self._weights = tuple(kept * old + passed * new
                                  for old, new in zip(self._weights, weights))
            shares = [passed * new / total for new, total in zip(weights, self._weights)]
            self.position = self.position + shares[0] * (position - self.position)
            turned = self.facing + shares[1] * (facing - self.facing)
            self.facing = turned / np.linalg.norm(turned)
        self._watch_posture(people.points[row], stamp, up, floor)
        self.seen_at = stamp

    def may_be_at(self, people, row, up, shift: float = 0.) -> bool:
        """Whether what was measured of this row may be of who stands here, or m (shift) beside."""
        apart = people.position[row] - self.position
        room = max(_STEP, _SURE * level_stddev(people, row, up)) + shift
        return bool(np.linalg.norm(apart - apart.dot(up) * up) <= room)

    def _has_moved(self, people, row, stamp, up):
        apart = (not self.may_be_at(people, row, up)
                 or self.facing.dot(people.facing[row]) < math.cos(
                     min(max(_TURN, _SURE * people.facing_stddev[row]), .5 * math.pi)))
        if not apart:
            self._apart_since = None
        elif self._apart_since is None:
            self._apart_since = stamp
        self.is_walking = _walks(people, row)
        moved = self.is_walking or apart and stamp - self._apart_since >= _PATIENCE
        if moved:
            self._apart_since = None
        return moved

    def _watch_posture(self, points, stamp, up, floor):
        """Whether they sit, by how high the hips are for the neck's height; floor None: unknown."""
        hips, neck = .5 * (points[RIGHT_HIP] + points[LEFT_HIP]), points[NECK]
        if floor is None or not np.isfinite(hips + neck).all():
            return
        low, high = hips.dot(up) - floor, neck.dot(up) - floor
        if not 0. < low < high:
            return
        gain = min(1., max(stamp - self.seen_at, 0.) / _SITTING_TIME) if self._torso else 1.
        self._sits += gain * (float(low / high < _SITS_BELOW) - self._sits)
        self._torso += gain * (np.linalg.norm(neck - hips) - self._torso)


def level_stddev(people, row: int, up: np.ndarray) -> float:
    """m, of a position along the ground; that of a fair depth camera where it is not known."""
    covariance = people.position_covariance[row]
    level = np.trace(covariance) - up.dot(covariance).dot(up)
    return math.sqrt(max(.5 * level, 0.)) if math.isfinite(level) else _UNKNOWN


def _walks(people, row):
    """Whether someone walks, and the velocity is known well enough to tell."""
    speed = np.linalg.norm(people.velocity[row])
    variance = np.trace(people.velocity_covariance[row])
    return bool(speed > WALKING_SPEED and not speed < 2. * math.sqrt(max(variance, 0.)))
