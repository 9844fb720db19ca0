"""Those beside the chosen person: who they are, and where they stand while the camera looks away."""
import math
from typing import NamedTuple

import numpy as np

from openpose_ros.approach.stand import walks
from openpose_ros.people import People

# m; who appears so near the place where somebody stood is them. Chosen: people stand .6 m apart and
# more, and places drift by some .1 m on the way round; half of it takes them for new.
_SAME = .5
# Who stands is averaged over for s, for which a network's error on them stays about the same, until
# they are m beside: who has left.
_SETTLE, _STEP = 2., .25
# s for which who is missed at their place counts as standing there (a new track takes some images),
# and is known again: as long as the chosen one.
_GONE, _MISSED = 1., 5.


class _Bystander(NamedTuple):
    position: np.ndarray
    walks: bool
    seen_at: float
    missed: float = 0.      # s for which the camera has looked at their place in vain


class Bystanders:
    """Keeps them by id."""

    def __init__(self) -> None:
        self._known = {}
        self._stamp = None

    def __contains__(self, number: int) -> bool:
        return number in self._known

    @property
    def standing(self) -> np.ndarray:
        """(n, 3) m: where those are who do not walk, as far as is known."""
        return np.array([other.position for other in self._known.values()
                         if not other.walks and other.missed < _GONE]).reshape(-1, 3)

    def is_one(self, position: np.ndarray, ids, apart: float) -> bool:
        """Whether who has just appeared there, with none of these ids, is one of them.

        apart: m between that place and the one where somebody else is looked for.
        """
        return bool(self._nearest(position, ids)[0] < min(_SAME, apart))

    def update(self, people: People, rows, chosen: int, stamp: float, memory: float,
               viewpoint=None, newcomers: bool = True) -> None:
        """Take in the people of these rows. memory: s for which who is not in view is remembered.

        viewpoint: approach.Viewpoint; None: all that is remembered might be seen. newcomers:
        whether somebody new is a bystander; not while the chosen person is looked for.
        """
        passed = 0. if self._stamp is None else max(stamp - self._stamp, 0.)
        self._stamp = stamp
        ids = [int(people.ids[row]) for row in rows]
        of_chosen = [people.position[row] for row, number in zip(rows, ids) if number == chosen]

        def is_chosen(place):   # seen twice, as for a moment at the image's edge
            return any(_apart(place, own) < _SAME for own in of_chosen)

        self._known = {number: other for number, other in self._known.items()
                       if not is_chosen(other.position)}
        for row, number in zip(rows, ids):
            if number == chosen:
                self._known.pop(number, None)
                continue
            position = people.position[row]
            if is_chosen(position):
                continue
            before = self._at(position, ids) if number not in self._known else number
            # Who is cut off by the image's edge may be anywhere, and may be the chosen one.
            is_whole = viewpoint is None or viewpoint.shows(position)
            if before is None and not (newcomers and is_whole):
                continue
            self._known[number] = _seen(self._known.pop(before, None), _Bystander(
                position, walks(people, row), stamp), is_whole)
        for number, other in list(self._known.items()):
            if number in ids:
                continue
            sees = viewpoint is None or viewpoint.sees(other.position)
            missed = other.missed + passed if sees else 0.
            self._known[number] = other._replace(missed=missed)
            if missed > _MISSED or stamp - other.seen_at > memory:
                del self._known[number]

    def _at(self, position, ids):
        """The id of who stood there and is not seen under it any more; None: nobody did."""
        distance, number = self._nearest(position, ids)
        return number if distance < _SAME else None

    def _nearest(self, position, ids):
        """(m off, id) of who with none of these ids stood nearest; (inf, None): there is nobody."""
        return min(((_apart(position, other.position), number)
                    for number, other in self._known.items() if number not in ids),
                   default=(math.inf, None))


def _seen(before, now, is_whole):
    """Who was there before, or None, as they are now: who stands is averaged over while seen whole.

    Who is new, or cut off, seems to walk for a moment: who stood stands until they have left.
    """
    if before is None or before.walks or _apart(before.position, now.position) >= (
            _STEP if is_whole else _SAME):
        return now
    share = min(max(now.seen_at - before.seen_at, 0.) / _SETTLE, 1.) if is_whole else 0.
    return before._replace(position=before.position + share * (now.position - before.position),
                           seen_at=now.seen_at, missed=0.)


def _apart(one, other):
    off = one - other
    return math.sqrt(off.dot(off))
