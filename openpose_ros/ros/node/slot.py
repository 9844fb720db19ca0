"""A place for one message: a newer one takes the place of one that was not taken."""
import threading
from typing import Any, Optional


class Slot:
    """Hands the newest item from one thread to another, so that no queue can grow.

    received: items that came in. dropped: those of them that a newer one replaced before they were
    taken. closed: whether close() was called.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item = None
        self.closed = False
        self.received = 0
        self.dropped = 0

    def put(self, item: Any) -> None:
        """Leave an item (not None); never waits."""
        with self._changed:
            self.received += 1
            self.dropped += self._item is not None
            self._item = item
            self._changed.notify()

    def take(self, timeout: Optional[float] = None) -> Any:
        """The newest item, once; waits for one. None after `timeout` seconds or when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self.closed, timeout)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """From now on nobody waits: whoever does goes on with None."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
