"""The node's keeper: brings it from state to state, and compares its counts with what was heard."""
import time
from typing import Any, Callable, Dict, List, Tuple

import resources

_COUNTS = ('processed', 'dropped', 'failed', 'without subscribers')
_LATE = 5.  # s that the last skeletons may take


class Keeper:
    """transport: of images, as the node is configured. counts: {what: how many} when it had last
    settled. inactive, unconfigured: (s of the monotonic clock, MB of memory of its own) whenever it had
    been deactivated, and cleaned up.
    """

    def __init__(self, process, peer, audience, ledger, tick: Callable[[], None]) -> None:
        """tick: called some times a second while something is waited for."""
        self.transport = 'raw'
        self.counts = {}        # type: Dict[str, int]
        self.inactive = []      # type: List[Tuple[float, float]]
        self.unconfigured = []  # type: List[Tuple[float, float]]
        self._process, self._peer, self._tick = process, peer, tick
        self._audience, self._ledger = audience, ledger
        self._active = False
        self._watches = 0

    def set(self, changes: Dict[str, Any]) -> None:
        """Set parameters, {name: value}."""
        changes = {name.replace('.', '__'): value for name, value in changes.items()}
        for reason in self._peer.set(**changes):
            if reason:
                self._ledger.fault('a parameter was refused', reason)

    def configure(self, values: Dict[str, Any]) -> None:
        """Configure with these parameters."""
        self.set(values)
        self.transport, = self._peer.get('image_transport')
        self.expect(self._peer.change_state('configure'), 'not configured')
        self.meet()

    def activate(self) -> None:
        """Activate: the node counts from 0."""
        self._ledger.begin_watch()
        self._watches += 1
        self.expect(self._peer.change_state('activate'), 'not activated')
        self._active = True

    def deactivate(self) -> None:
        """Deactivate, if it is active, and compare what it has looked at with what was heard."""
        if not self._active:
            return
        self.expect(self._peer.change_state('deactivate'), 'not deactivated')
        self._active = False
        values = self.until_status(lambda values: values['state'] == 'inactive')
        self.inactive.append(self._memory())
        processed, end = int(values['images processed']), time.monotonic() + _LATE
        self.until(lambda: self._ledger.heard_in_watch >= processed or time.monotonic() > end)
        self._ledger.end_watch(processed, self._watches)

    def clean_up(self) -> None:
        """Clean up."""
        self.expect(self._peer.change_state('cleanup'), 'not cleaned up')
        self.until(lambda: not self._audience.met())
        self.unconfigured.append(self._memory())

    def meet(self) -> None:
        """Wait until the listener knows the node's publisher: it would not hear it before."""
        self.until(self._audience.met)

    def settle(self) -> None:
        """Wait until the node has nothing more to do, by two reports of the same counts."""
        before = [None]

        def settled(values):
            counts = {name: int(values['images ' + name]) for name in ('in',) + _COUNTS}
            same, before[0] = counts == before[0], counts
            looking = values['state'] in ('active', 'paused')
            return same and (not looking or counts['in'] == sum(counts[name] for name in _COUNTS))
        self.until_status(settled)
        self.counts = before[0]

    def until_status(self, reached: Callable[[Dict[str, str]], bool]) -> Dict[str, str]:
        """Wait for a new report of the node for which `reached(values)`; the values."""
        seen = [self._audience.status[0]]

        def new():
            number, values = self._audience.status
            if number == seen[0]:
                return None
            seen[0] = number
            return values if reached(values) else None
        return self.until(new)

    def wait(self, seconds: float, stopped: Callable[[], bool] = lambda: False) -> None:
        """Wait for so long, or until `stopped()`."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end or stopped())

    def until(self, reached: Callable[[], Any]) -> Any:
        """Wait until `reached()`; what it was. AssertionError if the node ends or it takes long."""
        return self._peer.until(reached, self._meanwhile)

    def expect(self, ok: bool, otherwise: str) -> None:
        """Note a fault unless it is `ok`."""
        if not ok:
            self._ledger.fault(otherwise, 'watch {}'.format(self._watches))

    def _memory(self):
        return time.monotonic(), resources.memory(self._process.pid)[0]

    def _meanwhile(self):
        assert self._process.runs(), 'the node has ended'
        self._tick()
