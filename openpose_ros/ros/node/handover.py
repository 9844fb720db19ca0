"""The place between two stages: whoever brings something waits until the other goes on with it."""
import threading
from typing import Any


class Handover:
    """Hands one item at a time from one thread to another; nothing queues, nothing is lost."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item = None
        self._is_awaited = False    # whether somebody waits in `take`
        self._closed = False

    def put(self, item: Any) -> None:
        """Leave an item (not None); returns once whoever takes it has nothing else to do.

        They find it there when they are done with what is before it. Neither waits for the other to
        wake up: that takes as long as another thread keeps the interpreter.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._item is None)
            self._item = item
            if self._is_awaited:
                self._changed.notify_all()
            else:
                self._changed.wait_for(lambda: self._item is None)

    def take(self) -> Any:
        """The item that is brought; waits for one. None when closed."""
        with self._changed:
            self._is_awaited = True
            self._changed.wait_for(lambda: self._item is not None or self._closed)
            item, self._item, self._is_awaited = self._item, None, False
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """From now on nothing is brought any more: whoever waits for it goes on with None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
