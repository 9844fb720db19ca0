"""When to take the next image, so that it is ready just as the network becomes free for it."""
import collections
import threading
import time
from typing import Callable

PREPARE, LOOK, FINISH = STAGES = 'prepare', 'look', 'finish'
TAKE = 'take'       # what comes before preparing
_WINDOW = 15        # images by which it is judged how long a stage takes; a clock may change
# s by which an image is to be ready before the network is. Chosen: with twice as much every image is
# older by that and the rate hardly higher; without it the network waits for images more often
# (benchmark/overlap.py --networks 30).
_MARGIN = .5e-3
# Where in the order of the times that taking and preparing took the one lies that they are given.
# Chosen: with the median the network waits more often (benchmark/overlap.py), with .9 no less often
# than with this, while all images wait longer.
_MOSTLY = .75


class Pace:
    """Knows what each stage is at and how long it takes. Thread-safe.

    An image that is taken early waits before the network, or after it, and is old when it is
    published; one that is taken late keeps the network waiting.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """now: s; a clock that never jumps."""
        self._now = now
        self._changed = threading.Condition()
        self._since = {}    # {stage: when it began what it is at}
        self._waiting = dict.fromkeys(STAGES, 0)    # items that wait for a stage, or begin there
        self._took = {stage: collections.deque(maxlen=_WINDOW) for stage in (TAKE,) + STAGES}
        self._closed = False

    def begin(self, stage: str) -> None:
        """This stage begins on an item."""
        with self._changed:
            self._since[stage] = self._now()
            self._waiting[stage] = 0

    def end(self, stage: str, handed_on: bool) -> None:
        """It has ended. handed_on: whether something came of it, for the stage after it."""
        with self._changed:
            self._took[stage].append(self._now() - self._since.pop(stage))
            if handed_on and stage != FINISH:
                self._waiting[STAGES[STAGES.index(stage) + 1]] = 1
            self._changed.notify()

    def took(self, stage: str, seconds: float) -> None:
        """It took so long."""
        with self._changed:
            self._took[stage].append(seconds)

    def busy(self) -> float:
        """s for which a stage has been at one item, the longest of all; 0 where none is."""
        with self._changed:
            return self._now() - min(self._since.values()) if self._since else 0.

    def wait(self) -> None:
        """Return when the next image is to be taken, or when closed."""
        with self._changed:
            while not self._closed:
                left = self._due() - self._now()
                if left <= 0.:
                    return
                self._changed.wait(left)

    def close(self) -> None:
        """From now on nobody waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _due(self) -> float:
        """When to take it: as late as neither the network nor the last stage will wait for it."""
        now, look, finish = self._now(), self._usual(LOOK), self._usual(FINISH)
        free = now                                      # when the network is
        finished = max(self._since.get(FINISH, -finish) + finish, now)
        if self._waiting[FINISH]:
            free, finished = finished, finished + finish
        if LOOK in self._since or self._waiting[LOOK]:
            free = max(self._since.get(LOOK, free) + look, finished, now)
            finished = free + finish
        return max(free, finished - look) - (
            self._usual(TAKE, _MOSTLY) + self._usual(PREPARE, _MOSTLY) + _MARGIN)

    def _usual(self, stage, share=.5):
        """s in which this share of the last items was done."""
        took = sorted(self._took[stage])
        return took[int(share * len(took))] if took else 0.
