"""The threads that work on images, always on the newest: one stage looks, the other finishes."""
import sys
import threading
import time
from typing import Any, Callable, Optional

from openpose_ros.ros.node.handover import Handover
from openpose_ros.ros.node.slot import Slot

# s for which a thread keeps the interpreter while another wants it. Python's own 5 ms let the look
# wait so long after each thing it does without the interpreter, the network first of all: with five
# people and a network of 15 ms fewer images a second. Chosen; a fifth of it gave no more.
_SWITCH_INTERVAL = 5e-4


class Worker:
    """Calls `look(item)` for the newest item put in, then `finish` with what came of it.

    Each item goes through both stages, and in order. With `overlap` the next one is looked at while
    one is finished, each on a thread of its own. Looking takes an item only when it can begin, and
    what it found waits for the one before: no third item is ever on its way.
    """

    def __init__(self, look: Callable[[Any], Any], finish: Callable[[Any], None],
                 failed: Callable[[Exception], None], overlap: bool = False,
                 waited: Callable[[str, float], None] = lambda what, seconds: None) -> None:
        """look: may return None: there is nothing to finish.

        failed: called with the exception that a stage raised; the worker goes on. waited: called
        with what a stage waited for and how long, s.
        """
        self.slot = Slot()
        self._look, self._finish, self._failed, self._waited = look, finish, failed, waited
        self._handover = Handover() if overlap else None    # type: Optional[Handover]
        self._since = {}    # {stage: monotonic time since when it has been at an item}
        self._threads = [threading.Thread(target=self._run_looks, name='look', daemon=True)]
        if overlap:
            self._threads.append(
                threading.Thread(target=self._run_finishes, name='finish', daemon=True))
            self._switch_interval = sys.getswitchinterval()
            sys.setswitchinterval(_SWITCH_INTERVAL)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is at hand, and end."""
        self.slot.close()
        self._threads[0].join()
        if self._handover is not None:
            self._handover.close()
            self._threads[1].join()
            sys.setswitchinterval(self._switch_interval)

    def busy(self) -> float:
        """s for which a stage has been at one item, the longer of both; 0 where none is."""
        since = list(self._since.values())
        return time.monotonic() - min(since) if since else 0.

    # An image is large: nothing of one may be kept by a thread that waits for the next.

    def _run_looks(self):
        while not self.slot.closed:
            self._do_look()

    def _do_look(self):
        item = self._wait('image', self.slot.take)
        found = None if item is None else self._try(self._look, item)
        if found is None:
            return
        if self._handover is None:
            self._try(self._finish, found)
        else:
            self._wait('finish', lambda: self._handover.put(found))

    def _run_finishes(self):
        while self._do_finish():
            pass

    def _do_finish(self):
        found = self._wait('look', self._handover.take)
        if found is None:
            return False
        self._try(self._finish, found)
        return True

    def _try(self, stage, item):
        self._since[stage] = time.monotonic()
        try:
            return stage(item)
        except Exception as error:   # whatever one image does, the next one gets its chance
            self._failed(error)
            return None
        finally:
            del self._since[stage]

    def _wait(self, what, until):
        start = time.perf_counter()
        result = until()
        self._waited(what, time.perf_counter() - start)
        return result
