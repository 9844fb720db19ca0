"""The thread that looks at images, one at a time, always the newest."""
import threading
from typing import Any, Callable

from openpose_ros.ros.node.slot import Slot


class Worker:
    """Calls `work(item)` for the newest item put in, until it is stopped."""

    def __init__(self, work: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        """failed: called with the exception that `work` raised; the worker goes on."""
        self.slot = Slot()
        self._work = work
        self._failed = failed
        self._thread = threading.Thread(target=self._run, name='perception', daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the image at hand and end."""
        self.slot.close()
        self._thread.join()

    def _run(self):
        while not self.slot.closed:
            item = self.slot.take()
            if item is None:
                continue
            try:
                self._work(item)
            except Exception as error:   # whatever one image does, the next one gets its chance
                self._failed(error)
