"""The thread that looks at pictures, one at a time, always the newest."""
import threading
from typing import Callable

from openpose_ros.ros.slot import Slot


class Worker:
    """Calls `work(item)` for the newest item put in, until it is stopped."""

    def __init__(self, work: Callable, failed: Callable) -> None:
        """failed: called with the exception that `work` raised; the worker goes on."""
        self.slot = Slot()
        self._work = work
        self._failed = failed
        self._thread = threading.Thread(target=self._run, name='perception', daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Finish the picture at hand and end, within `timeout` s; whether it did."""
        self.slot.close()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self):
        while not self.slot.closed:
            item = self.slot.take()
            if item is None:
                continue
            try:
                self._work(item)
            except Exception as error:   # whatever one picture does, the next one gets its chance
                self._failed(error)
