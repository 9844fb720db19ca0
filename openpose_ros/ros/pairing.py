"""The depth picture that belongs to a colour picture."""
import collections
import threading
from typing import Any, NamedTuple, Optional

_KEPT = 8   # depth pictures; one may be sent well before the picture it belongs to


class Pair(NamedTuple):
    """A depth message and how much later than the colour picture it was taken, s."""

    message: Any
    skew: float


class DepthPairing:
    """Keeps the last few depth messages and the one nearest to a picture. Bounded, thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages = collections.deque(maxlen=_KEPT)
        self._stamp = None      # s, of the picture that is being looked at
        self._nearest = None    # Pair

    def add(self, message) -> None:
        """Take in a message; the oldest makes place."""
        with self._lock:
            self._messages.append(message)
            self._compare(message)

    def expect(self, stamp) -> None:
        """From now on the depth nearest to this stamp is looked for, as long as it may take."""
        with self._lock:
            self._stamp, self._nearest = seconds(stamp), None
            for message in self._messages:
                self._compare(message)

    def nearest(self, tolerance: float) -> Optional[Pair]:
        """The depth nearest to the expected stamp so far, if within `tolerance` s."""
        with self._lock:
            pair = self._nearest
        return pair if pair is not None and abs(pair.skew) <= tolerance else None

    @property
    def empty(self) -> bool:
        """Whether no depth has come in at all."""
        return not self._messages

    def _compare(self, message):
        if self._stamp is None:
            return
        skew = seconds(message.header.stamp) - self._stamp
        if self._nearest is None or abs(skew) < abs(self._nearest.skew):
            self._nearest = Pair(message, skew)


def seconds(stamp) -> float:
    """A builtin_interfaces/Time as seconds."""
    return stamp.sec + stamp.nanosec * 1e-9
