"""Where to look from at a person whose facing is not known well: round them, at a distance."""
import math
from typing import Optional, Tuple

import numpy as np

from openpose_ros.approach.comfort import cross, is_free_of, turned

# From farther than personal space, in steps that show another side of the shoulders. Half the step
# shows little new, twice of it loses sight of them on the way.
DISTANCE = 2.                   # m
_STEP = math.radians(60.)
_REACHED, _GLANCE = .4, 1.5     # m, s

# From aside one sees best which way somebody faces, so that is where to look where it is known
# roughly: of synthetic people without depth it is 5 degrees off (median) at 60 degrees, 3 at 90, 9
# from the front. (At 90 nothing depends on how wide they are.) Once they have been seen for s from
# there, more looking adds little: thrice the time for which a network errs alike.
ASIDE, _ABOUT = math.radians(90.), math.radians(25.)
_ASIDE_DISTANCE = 1.6           # m; beyond personal space
# Without depth, who is seen from there is looked at for AT_LEAST s: a network errs much alike for 2 s.
# Chosen: without it facings of 200 simulated people are 4.0 degrees off instead of 3.7 (root mean
# square; the camera's height known), with 5 s 3.65 of 100 of them, and each takes 2 s more.
_NEAR, ENOUGH, AT_LEAST = 2.2, 6., 3.       # m, s, s
# With depth it is seen after s, and nearer than m, whether a look is worth its way: by then most
# people are known well enough.
WORTH_NEARER, WORTH_AFTER = 3., 1.


class LookRound:
    """First nearer, or back where it is too near to see them whole; then place after place round a
    person, anticlockwise, until enough is known.
    """

    def __init__(self) -> None:
        self._person = self._place = self._looked_since = None
        self._position = None       # (3,) m, of the person, by which the place was chosen

    def place(self, person: int, position: np.ndarray, camera: np.ndarray, up: np.ndarray,
              stamp: Optional[float] = None, drive_round: bool = True
              ) -> Optional[Tuple[np.ndarray, np.ndarray]]:
        """(position, the direction to look in), (3,) each; None on top of the person.

        person: their id. position, camera: (3,) m, of the person and the camera. stamp: s, of an
        image in which they are seen; None: they are not. drive_round: else only nearer.
        """
        away = _level(camera - position, up)
        length = np.linalg.norm(away)
        if length < 1e-3:
            return None
        if self._place is None or person != self._person or np.linalg.norm(
                position - self._position) > _REACHED or (
                    drive_round and self._has_looked(camera, up, stamp)):
            self._person, self._looked_since, self._position = person, None, position
            turn = _STEP if drive_round and length < DISTANCE + _REACHED else 0.
            self._place = position + turned(away / length, up, turn) * (
                DISTANCE if turn else min(DISTANCE, max(length, _ASIDE_DISTANCE)))
        towards = _level(position - self._place, up)
        return self._place, towards / np.linalg.norm(towards)

    def _has_looked(self, camera, up, stamp):
        """Whether they have been seen from there for long enough."""
        if stamp is None or np.linalg.norm(_level(camera - self._place, up)) >= _REACHED:
            return False
        if self._looked_since is None:
            self._looked_since = stamp
        return stamp - self._looked_since >= _GLANCE


def place_aside(position: np.ndarray, facing: np.ndarray, camera: np.ndarray, up: np.ndarray,
                others: np.ndarray) -> Optional[Tuple[np.ndarray, np.ndarray]]:
    """(position, the direction to look in), (3,) each: aside of a person, where it is nearer.

    others: (n, 3) m; on the other side where one of them stands there, None where on both.
    """
    side = math.copysign(1., (camera - position).dot(cross(up, facing)))
    for angle in (side * ASIDE, -side * ASIDE):
        away = turned(facing, up, angle)
        if is_free_of(others, position + _ASIDE_DISTANCE * away, up):
            return position + _ASIDE_DISTANCE * away, -away
    return None


def is_aside(position: np.ndarray, facing: np.ndarray, camera: np.ndarray,
             up: np.ndarray) -> bool:
    """Whether a camera sees a person from about there."""
    away = _level(camera - position, up)
    length = np.linalg.norm(away)
    angle = math.acos(min(max(away.dot(facing) / max(length, 1e-9), -1.), 1.))
    return bool(length < _NEAR and abs(angle - ASIDE) < _ABOUT)


def _level(vector, up):
    return vector - vector.dot(up) * up
