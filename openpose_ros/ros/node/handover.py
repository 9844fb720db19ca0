"""The place between two stages: whoever brings something waits until it has been taken."""
import threading
from typing import Any


class Handover:
    """Hands one item at a time from one thread to another; nothing queues, nothing is lost."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item = None
        self._closed = False

    def put(self, item: Any) -> None:
        """Hand over an item (not None); returns once it has been taken."""
        with self._changed:
            self._item = item
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._item is None)

    def take(self) -> Any:
        """The item that is brought; waits for one. None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._closed)
            item, self._item = self._item, None
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """From now on nothing is brought any more: whoever waits for it goes on with None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
