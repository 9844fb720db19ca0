"""A place for one message: a newer one takes the place of one that was not taken."""
import threading
from typing import Any, Optional


class NewestSlot:
    """Hands the newest item from one thread to another, so that no queue can grow.

    put_count: items that came in. dropped_count: those of them that a newer one replaced, or that
    were cleared, before they were taken.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item = None
        self._closed = False
        self.put_count = 0
        self.dropped_count = 0

    def put(self, item: Any) -> None:
        """Leave an item (not None); never waits."""
        with self._changed:
            self.put_count += 1
            self.dropped_count += self._item is not None
            self._item = item
            self._changed.notify()

    def take(self, timeout: Optional[float] = None) -> Any:
        """The newest item, once; waits for one. None after `timeout` seconds or when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._closed, timeout)
            item, self._item = self._item, None
            return item

    def clear(self) -> None:
        """Drop the item that was not taken."""
        with self._changed:
            self.dropped_count += self._item is not None
            self._item = None

    def close(self) -> None:
        """From now on nobody waits: whoever does goes on with None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
