"""The depth image that belongs to a colour image."""
import collections
import threading
from typing import Any, NamedTuple, Optional

from openpose_ros.ros.node.stamps import TOLERANCE, seconds

_KEPT = 8   # depth images; one may be sent well before the image it belongs to


class Pair(NamedTuple):
    """A depth message and how much later than the colour image it was taken, s."""

    message: Any
    skew: float


class DepthPairing:
    """Keeps the last few depth messages and the one nearest to an image. Bounded, thread-safe.

    empty: whether no depth has come in at all.
    """

    def __init__(self) -> None:
        self.empty = True
        self._lock = threading.Lock()
        self._messages = collections.deque(maxlen=_KEPT)
        self._stamp = None      # s, of the image that is being looked at
        self._nearest = None    # Pair

    def add(self, message) -> None:
        """Take in a message; the oldest makes place, and all of before where time jumps back."""
        stamp = seconds(message.header.stamp)
        with self._lock:
            self.empty = False
            if self._messages and stamp < seconds(self._messages[-1].header.stamp) - TOLERANCE:
                self._messages.clear()
            self._messages.append(message)
            self._compare(message)

    def expect(self, stamp) -> None:
        """From now on the depth nearest to this stamp is looked for, as long as it may take.

        There is none for a stamp that is all zero, thus not set.
        """
        with self._lock:
            self._stamp, self._nearest = seconds(stamp) or None, None
            for message in self._messages:
                self._compare(message)

    def nearest(self, tolerance: float) -> Optional[Pair]:
        """The depth nearest to the expected stamp so far, if within `tolerance` s."""
        with self._lock:
            pair = self._nearest
        return pair if pair is not None and abs(pair.skew) <= tolerance else None

    def _compare(self, message):
        if self._stamp is None:
            return
        skew = seconds(message.header.stamp) - self._stamp
        if self._nearest is None or abs(skew) < abs(self._nearest.skew):
            self._nearest = Pair(message, skew)
