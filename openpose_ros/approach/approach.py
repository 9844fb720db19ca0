"""The goal from image to image: where to stand before the person who was chosen."""
import math
from typing import NamedTuple, Optional

import numpy as np

from openpose_ros.approach import choice, comfort
from openpose_ros.approach.choice import Choice
from openpose_ros.approach.drift import Way
from openpose_ros.approach.looking import (AT_LEAST, ENOUGH, WORTH_AFTER, WORTH_NEARER,
                                           LookRound, place_aside)
from openpose_ros.approach.settings import Settings
from openpose_ros.approach.stand import Stand, level_stddev, walks
from openpose_ros.people import People
from openpose_ros.scene import Camera

# Where somebody is remembered is out of the camera's view when the hips are outside of the image
# by this share of its width, or nearer than m: at its edge people are seen or not by chance.
_EDGE, _TOO_NEAR = .05, .5
# m; half of a body's width. Who is cut off by the image's edge seems to stand .3 m beside where they
# stand, and to face anywhere.
_HALF = .3
_DRIFT = .05    # m each second that who stands may shift while nobody looks

# A goal that there is stays while the facing is less certain by this factor, and for s in which
# nothing is seen of it: from near and straight in front it comes and goes.
_GO_ON, _HOLD = 1.5, 2.

# A facing that is known to this, rad, tells from where to look: aside of it is aside, still.
_ROUGHLY = math.radians(45.)


class Goal(NamedTuple):
    """Where to go: m, and the axes of the robot there (columns: forward, left, up).

    person: id of whom it faces. stddev: m, of the position along the ground, and rad, of their
    facing, at present; NaN while they are remembered only.
    """

    person: int
    position: np.ndarray
    rotation: np.ndarray
    stddev: tuple = (math.nan, math.nan)


class Viewpoint(NamedTuple):
    """A camera, and where it is in the frame of the people: p' = rotation p + translation (m)."""

    camera: Camera
    rotation: np.ndarray
    translation: np.ndarray

    def sees(self, point: np.ndarray) -> bool:
        """Whether a point, (3,) m in the frame of the people, is well within its image."""
        x, _, z = self.rotation.T.dot(point - self.translation)
        return self._has(x, z, _EDGE)

    def shows(self, point: np.ndarray) -> bool:
        """Whether who stands there is within its image from one side to the other."""
        x, _, z = self.rotation.T.dot(point - self.translation)
        return self._has(x - _HALF, z, 0.) and self._has(x + _HALF, z, 0.)

    def _has(self, x, z, edge):
        column = self.camera.fx * x / max(z, _TOO_NEAR) + self.camera.cx
        return z >= _TOO_NEAR and bool(edge < column / self.camera.width < 1. - edge)


class Approach:
    """The goal from image to image; remembers whom it chose and where they stood.

    look: after an update, from where to look at the chosen person (a Goal), for it is not known
    well enough which way they face; None where it is, or there is no such person or no viewpoint.
    There may be a goal, too: for who does not go and look.

    It does not judge stamps: whoever finds that time has jumped back, or that images have failed
    to come for long, calls :meth:`reset`.
    """

    def __init__(self, settings: Settings = Settings()) -> None:
        self._settings = settings
        self.reset()

    @property
    def chosen(self) -> int:
        """Id of the person who is chosen; 0: nobody is."""
        return int(self._choice.id)

    @property
    def settings(self) -> Settings:
        """What it goes by; may be set at any time."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings
        self._choice.settings = settings

    def reset(self) -> None:
        """Forget whom it chose."""
        self._choice = Choice(self._settings)
        self._stand = None
        self._has_goal = False
        self._aside = 0.            # rad; how far aside of their front the goal was last
        self._round, self._way = LookRound(), Way()
        self._vague = None          # (id, position, s) of who was seen, but not which way they face
        self.look = None

    def update(self, people: People, people_in_camera: People, stamp: float, up: np.ndarray,
               floor: Optional[float] = None,
               viewpoint: Optional[Viewpoint] = None) -> Optional[Goal]:
        """The goal in the frame of `people`, None where there is none.

        people_in_camera: the same people in the camera's optical frame. stamp: s, of the image.
        up: unit vector against gravity in the frame of `people`. floor: m; its height along `up` in
        that frame; None: the goal is as high as the person's hips. viewpoint: the camera in the
        frame of `people`, where that does not move with the robot; who leaves the image because the
        robot turns is then remembered where they stood. None: they are lost.

        Only people with an id, thus tracked ones, are approached.
        """
        self.look = None
        if viewpoint is not None:
            self._way.go_on(viewpoint.rotation, viewpoint.translation, up)
        remembered = self._remembers(stamp, viewpoint)
        settings = self._settings
        row = self._choice.row(people, choice.costs(people_in_camera, settings.person), stamp,
                               settings.lost_time, remembered, viewpoint)
        if row is None and not remembered:
            self._look_on(stamp, up, floor, viewpoint)
            return None
        if row is not None:
            self._observe(people, row, stamp, up, floor, viewpoint)
            if self._stand is None:
                self._vague = int(people.ids[row]), people.position[row], stamp
                if not walks(people, row):
                    self._look_round(people.position[row], up, floor, viewpoint, (
                        level_stddev(people, row, up), float(people.facing_stddev[row])), stamp)
                return None
            self._vague = None
        self._look_aside(up, floor, viewpoint)
        return self._goal(people, row, up, floor)

    def _observe(self, people, row, stamp, up, floor, viewpoint):
        """Take in what was measured of the chosen person."""
        is_cut = viewpoint is not None and not viewpoint.shows(people.position[row])
        self._follow(people, row, stamp, up, is_cut)
        if self._stand is not None and is_cut and not self._stand.is_walking:
            return
        if self._stand is None and not is_cut and self._is_certain(people, row):
            self._stand, self._aside = Stand(int(people.ids[row])), 0.
            self._has_goal = False
        if self._stand is not None:
            self._stand.update(people, row, stamp, self._settings, up, floor,
                               None if viewpoint is None else self._way.now)
            if self._stand.faceless > _HOLD or not (
                    self._stand.facing_stddev <= max(_ROUGHLY, self._limit())):
                self._stand = None

    def _is_certain(self, people, row):
        """Whether the facing of this row is certain enough to begin with."""
        return (people.facing_stddev[row] <= max(_ROUGHLY, self._settings.max_facing_stddev)
                and abs(np.linalg.norm(people.facing[row]) - 1.) < 1e-3)

    def _limit(self):
        """rad; how certain the facing must be for a goal."""
        return self._settings.max_facing_stddev * (_GO_ON if self._has_goal else 1.)

    def _look_round(self, position, up, floor, viewpoint, stddev, seen_at=None):
        """Where it is not known at all which way they face."""
        if viewpoint is None:
            return
        person = self._vague[0]
        found = self._round.place(person, position, viewpoint.translation, up, seen_at,
                                  self._settings.drive_round)
        if found is not None:
            self.look = _goal_at(person, found[0], found[1], up, floor, stddev)

    def _look_on(self, stamp, up, floor, viewpoint):
        """The same on the way round, from which the camera does not see them."""
        if self._vague is None or viewpoint is None:
            return
        _, position, seen_at = self._vague
        if stamp - seen_at <= self._settings.memory and not viewpoint.sees(position):
            self._look_round(position, up, floor, viewpoint, (math.nan, math.nan))

    def _look_aside(self, up, floor, viewpoint):
        """Where the facing is known, but not well."""
        stand = self._stand
        if (viewpoint is None or stand.is_walking or stand.aside >= ENOUGH or self._is_known()
                or not self._is_look_due(viewpoint)):
            return
        found = place_aside(stand.position, stand.facing, viewpoint.translation, up,
                            self._choice.bystanders.standing)
        if found is not None:
            self.look = _goal_at(stand.person, found[0], found[1], up, floor,
                                 (math.nan, stand.facing_stddev))

    def _is_known(self):
        """Whether the facing is known well enough; without depth one glance from aside may mislead."""
        stand = self._stand
        return (stand.facing_stddev <= self._limit()
                and stand.best_stddev <= self._settings.look_stddev
                and (stand.by_depth or not stand.is_aside or stand.aside >= AT_LEAST))

    def _is_look_due(self, viewpoint):
        """Whether it is time to tell; where there is a goal the way to it leads nearer, too."""
        stand = self._stand
        return not stand.by_depth or stand.seen >= WORTH_AFTER and (
            not self._has_goal or np.linalg.norm(
                stand.position - viewpoint.translation) < WORTH_NEARER)

    def _follow(self, people, row, stamp, up, is_cut):
        """Go on averaging the person of this row, who may have come back under another id."""
        person = int(people.ids[row])
        if self._stand is not None and self._stand.person != person:
            shift = _DRIFT * (stamp - self._stand.seen_at) + _HALF * is_cut
            if not self._stand.may_be_at(people, row, up, shift):
                self._stand = None
        if self._stand is not None:
            self._stand.person = person

    def _remembers(self, stamp, viewpoint):
        """Whether the chosen person stood still and the camera looks elsewhere since.

        Not any more when it has looked there, and back, for long enough without seeing them.
        """
        stand = self._stand
        return (stand is not None and viewpoint is not None and not stand.is_walking
                and self._choice.missed <= self._settings.lost_time
                and stamp - stand.seen_at <= self._settings.memory
                and not viewpoint.sees(stand.position))

    def _goal(self, people, row, up, floor):
        """The goal before the person who stands.

        None while it is not certain which way they face, and where nothing before them is free.
        """
        stand = self._stand
        self._has_goal = bool(stand.facing_stddev <= self._limit())
        if not self._has_goal:
            return None
        distance = self._settings.distance + stand.knees
        others = self._choice.bystanders.standing
        aside = comfort.free_angle(stand.position, stand.facing, others, distance, up, self._aside)
        if aside is None:
            return None
        self._aside = aside
        front = comfort.turned(stand.facing, up, aside)
        stddev = math.nan, math.nan
        if row is not None:
            stddev = level_stddev(people, row, up), stand.facing_stddev
        return _goal_at(stand.person, stand.position + distance * front, -front, up, floor, stddev)


def _goal_at(person, position, forward, up, floor, stddev):
    if floor is not None:
        position = position + (floor - position.dot(up)) * up
    return Goal(person, position, np.stack((forward, comfort.cross(up, forward), up), axis=1), stddev)
