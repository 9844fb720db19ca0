"""Whom to approach: the choice of a person, and the same person again after they vanished."""
import math
from typing import Optional

import numpy as np

from openpose_ros.approach.bystanders import Bystanders
from openpose_ros.approach.settings import NEAREST, Settings
from openpose_ros.approach.stand import walks
from openpose_ros.people import People

# How much nearer (m), or nearer to the camera's axis (rad), someone else must be to be chosen.
_MARGIN = {True: .3, False: math.radians(5.)}

# Someone new is who has vanished if they are within what a person may have walked meanwhile: from
# where they were or would be by their velocity, this far (m) and this much farther each second (of
# half of what people walk, 1.4 m/s), at most a room's width. Chosen: half of it loses a person who
# steps aside behind somebody, twice of it takes people who stand beside each other for one another.
_REACH, _REACH_RATE, _MAX_REACH = .5, .7, 2.

# m, rad; a camera that has moved by this much is under way, and so is the robot. Chosen: more than
# odometry wavers by, less than a robot drives in a second.
_UNDER_WAY = .05, math.radians(5.)

_ATTENTION_TIME = 1.    # s over which attention is averaged: a glance is no attention


class Choice:
    """Chooses from image to image, with hysteresis."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.id = 0                 # of who is chosen
        self._better_since = None   # s; since when someone else has been the better choice
        self._seen_at = None        # s; when the chosen person was last seen
        self._stamp = None          # s, of the last image
        self.missed = 0.            # s for which the camera has looked at their place in vain
        self._position = None       # (3,) m, where; and their velocity, m/s
        self._velocity = np.zeros(3)
        self.bystanders = Bystanders()
        self._camera = None         # approach.Viewpoint, where it stood last
        self._attention = {}        # by id: (average, s of the last)

    def row(self, people: People, costs_of: np.ndarray, stamp: float, patience: float,
            looks_away: bool = False, viewpoint=None) -> Optional[int]:
        """Row of whom to approach; None where the chosen person is not seen.

        people: in a frame in which who stands does not move. costs_of: (n,), what makes each the
        worse choice: m from the camera, or rad off its axis. patience: s for which someone who has
        vanished is waited for, while the camera looks where they were. looks_away: whether it does
        not, now. viewpoint: approach.Viewpoint; while it moves the robot is under way to who is
        chosen, and nobody else is chosen because they are nearer.
        """
        passed = 0. if self._stamp is None or looks_away else max(stamp - self._stamp, 0.)
        self._stamp, self.missed = stamp, self.missed + passed
        if self._is_under_way(viewpoint):
            self._better_since = None
        known = (people.ids > 0) & np.isfinite(people.position).all(axis=1)
        everybody, = known.nonzero()
        if self.settings.id:
            known &= people.ids == self.settings.id
        rows, = known.nonzero()
        ids = people.ids[rows].tolist()
        chosen = self._again(people, rows, ids, patience, viewpoint)
        if chosen is None:
            eligible = self._attentive(people, rows, stamp)
            chosen = self._keep_or_switch(people, rows, ids, costs_of[rows], eligible, stamp,
                                          patience)
        self.bystanders.update(people, everybody, chosen, stamp, self.settings.memory, viewpoint,
                               newcomers=chosen in ids)
        if chosen not in ids:
            return None
        row = int(rows[ids.index(chosen)])
        self._remember(people, row, stamp, viewpoint)
        return row

    def _is_under_way(self, viewpoint):
        """Whether the camera has moved since it was asked last, or as good as."""
        if viewpoint is None:
            return False
        before = self._camera
        if before is not None:
            way = viewpoint.translation - before.translation
            cosine = .5 * (np.vdot(before.rotation, viewpoint.rotation) - 1.)
            if math.sqrt(way.dot(way)) <= _UNDER_WAY[0] and cosine >= math.cos(_UNDER_WAY[1]):
                return False
        self._camera = viewpoint
        return before is not None

    def _again(self, people, rows, ids, patience, viewpoint):
        """The new id of who was chosen and had vanished; None where there is no such person."""
        if self._seen_at is None or self.id in ids or self.settings.id:
            return None
        strangers = [row for row, number in zip(rows, ids) if number not in self.bystanders]
        if self.missed > patience or self._position is None or not strangers:
            return None
        # Who walked is looked for on the line from where they were to where they would be.
        position = people.position[strangers]
        way = self.missed * self._velocity
        share = np.clip((position - self._position).dot(way) / max(way.dot(way), 1e-9), 0., 1.)
        apart = np.linalg.norm(position - self._position - share[:, None] * way, axis=1)
        for i, place in enumerate(position):
            if self.bystanders.is_one(place, ids, apart[i]):
                apart[i] = np.inf
        nearest = int(np.argmin(apart))
        if apart[nearest] > min(_REACH + _REACH_RATE * self.missed, _MAX_REACH):
            return None
        # Who is cut off by the image's edge may be anywhere: soon more of them is seen.
        if not (viewpoint is None or viewpoint.shows(position[nearest])):
            return None
        self.id = int(people.ids[strangers[nearest]])
        return self.id

    def _attentive(self, people, rows, stamp):
        """Whether each of the rows pays the attention that is asked for, (len(rows),) bool."""
        if not self.settings.attention:
            return np.ones(len(rows), bool)
        averages = {}
        for number, now in zip(people.ids[rows].tolist(), people.attention[rows].tolist()):
            now = now if math.isfinite(now) else 0.
            average, before = self._attention.get(number, (0., stamp - .1))
            gain = 1. - math.exp(-max(stamp - before, 0.) / _ATTENTION_TIME)
            averages[number] = average + gain * (now - average), stamp
        self._attention = averages
        return np.array([averages[number][0] >= self.settings.attention
                         for number in people.ids[rows].tolist()], bool)

    def _keep_or_switch(self, people, rows, ids, costs, eligible, stamp, patience):
        if not self.id or self._seen_at is None or (
                self.id not in ids and self.missed > patience):
            self._better_since = None
            best = int(np.argmin(np.where(eligible, costs, np.inf))) if eligible.any() else None
            self.id, self._seen_at = (0, None) if best is None else (ids[best], stamp)
            self._position = None
            return self.id
        if ids == [self.id]:
            self._better_since = None
            return self.id
        # Who walks by is no better choice than who stands.
        eligible = eligible & ~np.array([walks(people, row) for row in rows], bool)
        if self.id not in ids or not eligible.any():
            return self.id
        best = int(np.argmin(np.where(eligible, costs, np.inf)))
        if costs[ids.index(self.id)] - costs[best] <= _MARGIN[self.settings.person == NEAREST]:
            self._better_since = None
        elif self._better_since is None:
            self._better_since = stamp
        if self._better_since is None or stamp - self._better_since < self.settings.switch_time:
            return self.id
        self._better_since = self._position = None
        self.id = ids[best]
        return self.id

    def _remember(self, people, row, stamp, viewpoint):
        self._seen_at, self.missed = stamp, 0.
        # Where who is cut off by the image's edge seems to be wanders, by a metre in height, too.
        if self._position is not None and not walks(people, row) and viewpoint is not None and (
                not viewpoint.shows(people.position[row])):
            return
        self._position = people.position[row]
        velocity = people.velocity[row]
        self._velocity = velocity if np.isfinite(velocity).all() else np.zeros(3)


def costs(people: People, person: str) -> np.ndarray:
    """What makes each of the people, in the camera's optical frame, the worse choice, (n,)."""
    if person == NEAREST:
        return np.sqrt(np.add.reduce(people.position ** 2, axis=1))
    return np.abs(np.arctan2(people.position[:, 0], people.position[:, 2]))
