"""The depth image that belongs to a colour image."""
import collections
import threading
from typing import NamedTuple, Optional

from openpose_ros.ros.node.serialized import Serialized
from openpose_ros.ros.node.stamps import TOLERANCE, seconds

_KEPT = 8   # depth images; one may be sent well before the image it belongs to
_OPEN = 4   # tickets for which depth is looked for; three images at most are on their way


class Pair(NamedTuple):
    """A depth message and how much later than the colour image it was taken, s."""

    serialized: Serialized
    skew: float


class Ticket:
    """Of one colour image; it gets the depth nearest to it, even of what is yet to come."""

    def __init__(self, stamp: Optional[float]) -> None:
        """stamp: s, of the image; None gets no depth."""
        self._stamp = stamp
        self._nearest = None    # type: Optional[Pair]

    def compare(self, serialized: Serialized) -> None:
        """Keep this depth message if it is nearer than what there was."""
        if self._stamp is None:
            return
        skew = seconds(serialized.stamp()) - self._stamp
        if self._nearest is None or abs(skew) < abs(self._nearest.skew):
            self._nearest = Pair(serialized, skew)

    def nearest(self, tolerance: float) -> Optional[Pair]:
        """The depth nearest to the image so far, if within `tolerance` s."""
        pair = self._nearest
        return pair if pair is not None and abs(pair.skew) <= tolerance else None


class DepthPairing:
    """Keeps the last few depth messages and gives them to tickets. Bounded, thread-safe.

    empty: whether no depth has come in at all.
    """

    def __init__(self) -> None:
        self.empty = True
        self._lock = threading.Lock()
        self._messages = collections.deque(maxlen=_KEPT)
        self._tickets = collections.deque(maxlen=_OPEN)

    def add(self, serialized: Serialized) -> None:
        """Take in a message; the oldest makes place, and all of before where time jumps back."""
        stamp = seconds(serialized.stamp())
        with self._lock:
            self.empty = False
            if self._messages and stamp < seconds(self._messages[-1].stamp()) - TOLERANCE:
                self._messages.clear()
            self._messages.append(serialized)
            for ticket in self._tickets:
                ticket.compare(serialized)

    def expect(self, stamp) -> Ticket:
        """The ticket of an image of this stamp: depth is looked for until three more have come.

        There is none for a stamp that is all zero, thus not set.
        """
        ticket = Ticket(seconds(stamp) or None)
        with self._lock:
            for serialized in self._messages:
                ticket.compare(serialized)
            self._tickets.append(ticket)
        return ticket
