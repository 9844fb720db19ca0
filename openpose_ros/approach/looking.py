"""Where to look from at a person whose facing is not known: round them, at a distance."""
import math
from typing import Optional, Tuple

import numpy as np

from openpose_ros.approach.comfort import turned

# From farther than personal space, in steps that show another side of the shoulders. Half the step
# shows little new, twice of it loses sight of them on the way.
DISTANCE = 2.                   # m
_STEP = math.radians(60.)
_REACHED = .4                   # m


class LookRound:
    """One place after the other round a person, anticlockwise, until somebody knows enough."""

    def __init__(self) -> None:
        self._person = self._place = None

    def place(self, person: int, position: np.ndarray, camera: np.ndarray,
              up: np.ndarray) -> Optional[Tuple[np.ndarray, np.ndarray]]:
        """(position, the direction to look in), (3,) each; None on top of the person.

        person: their id. position, camera: (3,) m, of the person and the camera.
        """
        away = camera - position
        away = away - away.dot(up) * up
        length = np.linalg.norm(away)
        if length < 1e-3:
            return None
        if self._place is None or person != self._person or self._is_there(camera, up):
            self._person = person
            self._place = position + DISTANCE * turned(away / length, up, _STEP)
        towards = position - self._place
        towards = towards - towards.dot(up) * up
        return self._place, towards / np.linalg.norm(towards)

    def _is_there(self, camera, up):
        left = camera - self._place
        return np.linalg.norm(left - left.dot(up) * up) < _REACHED
