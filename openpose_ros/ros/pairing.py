"""The depth picture that belongs to a colour picture."""
import collections
import threading
from typing import Any, NamedTuple, Optional

_KEPT = 8   # depth pictures; a camera sends a few while one colour picture is looked at


class Pair(NamedTuple):
    """A depth message and how much later than the colour picture it was taken, s."""

    message: Any
    skew: float


class DepthPairing:
    """The last few depth messages, by stamp. Bounded, thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages = collections.deque(maxlen=_KEPT)

    def add(self, message) -> None:
        """Keep a message; the oldest makes place."""
        with self._lock:
            self._messages.append(message)

    def nearest(self, stamp, tolerance: float) -> Optional[Pair]:
        """The depth nearest in stamp, if within `tolerance` s."""
        with self._lock:
            pairs = [Pair(message, seconds(message.header.stamp) - seconds(stamp))
                     for message in self._messages]
        best = min(pairs, key=lambda pair: abs(pair.skew), default=None)
        return best if best is not None and abs(best.skew) <= tolerance else None

    @property
    def empty(self) -> bool:
        """Whether no depth has come in at all."""
        return not self._messages


def seconds(stamp) -> float:
    """A builtin_interfaces/Time as seconds."""
    return stamp.sec + stamp.nanosec * 1e-9
