"""Where a robot has to go to stand before a person and face her.

The goal is the point `distance` in front of her, the robot's x axis towards her. The default
distance is Hall's close social distance (E. T. Hall, "The Hidden Dimension", 1966: 1.2 m and more),
where the personal space that REP-155 speaks of ends.
"""
import math
from typing import NamedTuple, Optional

import numpy as np

from openpose_ros.people import People

NEAREST, CENTRED = 'nearest', 'centred'
CHOICES = NEAREST, CENTRED

# How much nearer (m), or nearer to the camera's axis (rad), someone else must be to be chosen.
_MARGIN = {NEAREST: .3, CENTRED: math.radians(5.)}

# A standing person is averaged over. Someone who walks is not, and who has stepped aside or turned
# by more than this for _PATIENCE s is averaged over anew.
_WALKING_SPEED = .3                 # m/s
_STEP, _TURN = .25, math.radians(20.)
_PATIENCE = .5                      # s
_LONGEST_GAP = 2.                   # s between images; after a longer one nothing is remembered


class Settings(NamedTuple):
    """Whom to approach, and how.

    person: 'nearest' or 'centred' (nearest to the camera's optical axis). id: of the person to
    approach, whoever else is there; 0: by `person`.
    distance: m in front of her. max_facing_stddev: rad; no goal while her facing is less certain.
    switch_time: s that someone else must have been the better choice. settle_time: s over which a
    person who stands still is averaged.
    """

    person: str = NEAREST
    id: int = 0
    distance: float = 1.2
    max_facing_stddev: float = math.radians(20.)
    switch_time: float = 1.
    settle_time: float = 5.


class Goal(NamedTuple):
    """Where to go: m, and the axes of the robot there (columns: forward, left, up).

    person: id of whom it faces.
    """

    person: int
    position: np.ndarray
    rotation: np.ndarray


class Approach:
    """The goal from image to image; remembers whom it chose and where she stood."""

    def __init__(self, settings: Settings = Settings()) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget whom it chose."""
        self._stamp = None
        self._chosen = 0            # id
        self._better_since = None   # s; since when someone else has been the better choice
        self._stand = None

    def update(self, people: People, people_in_camera: People, stamp: float, up: np.ndarray,
               floor: Optional[float] = None) -> Optional[Goal]:
        """The goal in the frame of `people`, None where there is none.

        people_in_camera: the same people in the camera's optical frame. stamp: s, of the image.
        up: unit vector against gravity in the frame of `people`. floor: m; its height along `up` in
        that frame; None: the goal is as high as the person's hips.

        Only people with an id, thus tracked ones, are approached.
        """
        if self._stamp is not None and not 0. <= stamp - self._stamp <= _LONGEST_GAP:
            self.reset()
        self._stamp = stamp
        row = self._choose(people_in_camera)
        if row is None or not people.facing_stddev[row] <= self.settings.max_facing_stddev:
            return None
        if not abs(np.linalg.norm(people.facing[row]) - 1.) < 1e-3:
            return None
        if self._stand is None or self._stand.person != self._chosen:
            self._stand = _Stand(self._chosen)
        position, facing = self._stand.update(people, row, stamp, self.settings.settle_time)
        position = position + self.settings.distance * facing
        if floor is not None:
            position = position + (floor - position.dot(up)) * up
        rotation = np.stack((-facing, np.cross(up, -facing), up), axis=1)
        return Goal(int(self._chosen), position, rotation)

    def _choose(self, people):
        """Row of whom to approach: the one of before, until someone else is clearly better."""
        known = np.flatnonzero((people.ids > 0) & np.isfinite(people.position).all(axis=1))
        ids = people.ids[known].tolist()
        if self.settings.id:
            self._chosen = self.settings.id
        elif not ids:
            return None
        else:
            self._chosen = self._keep_or_switch(ids, self._costs(people.position[known]))
        return known[ids.index(self._chosen)] if self._chosen in ids else None

    def _costs(self, positions):
        """What makes each the worse choice: m from the camera, or rad off its axis."""
        if self.settings.person == NEAREST:
            return np.linalg.norm(positions, axis=1)
        return np.abs(np.arctan2(positions[:, 0], positions[:, 2]))

    def _keep_or_switch(self, ids, costs):
        best = int(np.argmin(costs))
        if self._chosen not in ids:
            self._better_since = None
            return ids[best]
        margin = costs[ids.index(self._chosen)] - costs[best]
        if margin <= _MARGIN[self.settings.person]:
            self._better_since = None
            return self._chosen
        if self._better_since is None:
            self._better_since = self._stamp
        if self._stamp - self._better_since < self.settings.switch_time:
            return self._chosen
        self._better_since = None
        return ids[best]


class _Stand:
    """Where a person stands and which way she faces, averaged while she does not move."""

    def __init__(self, person):
        self.person = person
        self._since = None          # s; when the average began
        self._apart_since = None    # s; since when the measurements contradict the average

    def update(self, people, row, stamp, settle_time):
        """(position, facing), (3,) each, after what was measured of this row."""
        position, facing = people.position[row], people.facing[row]
        if self._since is None or self._has_moved(people, row, stamp):
            self._since = self._stamp = stamp
            self._position, self._facing = position, facing
        elif self._apart_since is None:
            passed = stamp - self._stamp
            gain = passed / max(min(stamp - self._since, settle_time), passed, 1e-6)
            self._position = self._position + gain * (position - self._position)
            turned = self._facing + gain * (facing - self._facing)
            self._facing = turned / np.linalg.norm(turned)
        self._stamp = stamp
        return self._position, self._facing

    def _has_moved(self, people, row, stamp):
        apart = (np.linalg.norm(people.position[row] - self._position) > _STEP
                 or self._facing.dot(people.facing[row]) < math.cos(_TURN))
        if not apart:
            self._apart_since = None
        elif self._apart_since is None:
            self._apart_since = stamp
        walking = np.linalg.norm(people.velocity[row]) > _WALKING_SPEED
        moved = walking or apart and stamp - self._apart_since >= _PATIENCE
        if moved:
            self._apart_since = None
        return moved
