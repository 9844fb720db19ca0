"""The threads that work on images, the newest each time: they prepare, look and finish."""
import sys
import threading
import time
from typing import Any, Callable

from openpose_ros.ros.node.handover import Handover
from openpose_ros.ros.node.pace import FINISH, LOOK, PREPARE, TAKE, Pace
from openpose_ros.ros.node.slot import Slot

# s for which a thread keeps the interpreter while another wants it. Python's own 5 ms let the look
# wait so long after each thing it does without the interpreter, the network first of all: with five
# people and a network of 15 ms fewer images a second. Chosen; a fifth of it gave no more.
_SWITCH_INTERVAL = 5e-4


class Worker:
    """Calls `prepare(item)` for the newest item put in, then `look` and `finish` with what came.

    Each item that is taken goes through all stages, and in order. With `overlap` each stage has a
    thread of its own: one item is prepared while the one before is looked at and the one before
    that is finished. An item is taken so that it will be prepared just as looking is free: what is
    prepared is not replaced by something newer, which could not be ready in time, and what was
    looked at waits for the one before. No fourth item is ever on its way.
    """

    def __init__(self, prepare: Callable[[Any], Any], look: Callable[[Any], Any],
                 finish: Callable[[Any], None], failed: Callable[[Exception], None],
                 overlap: bool = False,
                 waited: Callable[[str, float], None] = lambda what, seconds: None,
                 take: Callable[[], Any] = lambda: None) -> None:
        """prepare, look: may return None: there is nothing to go on with.

        failed: called with the exception that a stage raised; the worker goes on. waited: called
        with what a stage waited for and how long, s. take: gives an item that waits elsewhere;
        None: none does, and the next one is put in.
        """
        self.slot = Slot()
        self._pace = Pace()
        self._stages = {PREPARE: prepare, LOOK: look, FINISH: finish}
        self._failed, self._waited, self._take = failed, waited, take
        self._overlap = overlap
        self._prepared, self._looked = Handover(), Handover()
        self._threads = [
            threading.Thread(target=self._run, args=(step,), name=name, daemon=True)
            for name, step in (((PREPARE, self._do_prepare), (LOOK, self._do_look),
                                (FINISH, self._do_finish)) if overlap
                               else (('worker', self._do_all),))]
        if overlap:
            self._switch_interval = sys.getswitchinterval()
            sys.setswitchinterval(_SWITCH_INTERVAL)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is at hand, and end."""
        self.slot.close()
        self._pace.close()
        for thread, ending in zip(self._threads, (self._prepared, self._looked, None)):
            thread.join()
            if ending is not None:
                ending.close()
        if self._overlap:
            sys.setswitchinterval(self._switch_interval)

    def busy(self) -> float:
        """s for which a stage has been at one item, the longest of all; 0 where none is."""
        return self._pace.busy()

    # An image is large: nothing of one may be kept by a thread that waits for the next.

    @staticmethod
    def _run(step):
        while step():
            pass

    def _do_all(self):
        item = self._wait('image', self._newest)
        for stage in (PREPARE, LOOK, FINISH):
            item = None if item is None else self._try(stage, item)
        return not self.slot.closed

    def _do_prepare(self):
        self._wait('turn', self._pace.wait)
        item = self._wait('image', self._newest)
        item = None if item is None else self._try(PREPARE, item)
        if item is not None:
            self._wait('network', lambda: self._prepared.put(item))
        return not self.slot.closed

    def _newest(self):
        start = time.perf_counter()
        item = self._take()
        if item is not None:
            self._pace.took(TAKE, time.perf_counter() - start)
            self.slot.put(item)
            item = None
        return self.slot.take()

    def _do_look(self):
        item = self._wait('prepared', self._prepared.take)
        if item is None:
            return False
        item = self._try(LOOK, item)
        if item is not None:
            self._wait('finish', lambda: self._looked.put(item))
        return True

    def _do_finish(self):
        item = self._wait('look', self._looked.take)
        if item is not None:
            self._try(FINISH, item)
        return item is not None

    def _try(self, stage, item):
        self._pace.begin(stage)
        result = None
        try:
            result = self._stages[stage](item)
        except Exception as error:   # whatever one image does, the next one gets its chance
            self._failed(error)
        finally:
            self._pace.end(stage, result is not None)
        return result

    def _wait(self, what, until):
        start = time.perf_counter()
        result = until()
        self._waited(what, time.perf_counter() - start)
        return result
