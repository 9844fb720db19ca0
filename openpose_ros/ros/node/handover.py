"""The place between two stages: whoever brings something waits until the other is ready for it."""
import threading
from typing import Any


class Handover:
    """Hands one item at a time from one thread to another; nothing queues, nothing is lost."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_ready = False      # whether somebody waits in `take`, with nothing brought yet
        self._item = None
        self._closed = False

    def put(self, item: Any) -> None:
        """Hand over an item (not None); returns once whoever takes it has nothing else to do.

        It does not wait for them to wake up: that takes as long as another thread keeps the
        interpreter.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_ready)
            self._item, self._is_ready = item, False
            self._changed.notify_all()

    def take(self) -> Any:
        """The item that is brought; waits for one. None when closed."""
        with self._changed:
            self._is_ready = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._item is not None or self._closed)
            item, self._item, self._is_ready = self._item, None, False
            return item

    def close(self) -> None:
        """From now on nothing is brought any more: whoever waits for it goes on with None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
