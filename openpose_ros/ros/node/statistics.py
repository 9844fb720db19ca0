"""What the node counts and times, for its diagnostics."""
import collections
import threading
from typing import Dict, List, NamedTuple, Sequence, Tuple

_WINDOW = 100   # images whose times are remembered


class Snapshot(NamedTuple):
    """Counts since the node was activated, and the times of the last images.

    counts: {what: how often}. seconds: {what: (median, 95th percentile) s}. people: in the last
    image. error: the last one, or empty. described: {what: how it is}.
    """

    counts: Dict[str, int]
    seconds: Dict[str, Tuple[float, float]]
    people: int
    error: str
    described: Dict[str, str] = {}


class Statistics:
    """Counts and times, written by the worker's threads and read by the diagnostics."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = collections.Counter()
        self._seconds = {}
        self._people = 0
        self._error = ''
        self._described = {}

    def count(self, what: str) -> None:
        """One more of these, for instance 'processed', 'failed', 'paired'."""
        with self._lock:
            self._counts[what] += 1

    def looked(self, kinds: Sequence[str], pixels: float) -> None:
        """One image went through the network: kinds of the looks, px of its input together."""
        with self._lock:
            self._counts['looked'] += 1
            self._counts['network_pixels'] += int(pixels)
            self._counts.update('looks_' + kind for kind in kinds)

    def failed(self, error: str) -> None:
        """One image that could not be used, and why."""
        with self._lock:
            self._counts['failed'] += 1
            self._error = error

    def output_failed(self, topic: str, error: Exception) -> None:
        """One message of an output that could not be published, and why."""
        with self._lock:
            self._counts['outputs_failed'] += 1
            self._error = '{}: {!r}'.format(topic, error)

    def processed(self, people: int, seconds: Dict[str, float]) -> None:
        """One image with this many people, and the time each step took."""
        with self._lock:
            self._counts['processed'] += 1
            self._people = people
            for what, taken in seconds.items():
                self._time(what, taken)

    def describe(self, what: str, how: str) -> None:
        """How something is now."""
        with self._lock:
            self._described[what] = how

    def timed(self, what: str, seconds: float) -> None:
        """Something that took so long, beside what `processed` is told."""
        with self._lock:
            self._time(what, seconds)

    def paired(self, skew: float) -> None:
        """One image had depth, taken `skew` s later than it."""
        with self._lock:
            self._counts['depth_paired'] += 1
            self._time('depth_skew', abs(skew))

    def _time(self, what, seconds):
        self._seconds.setdefault(what, collections.deque(maxlen=_WINDOW)).append(seconds)

    def snapshot(self) -> Snapshot:
        """All of it as it is now."""
        with self._lock:
            times = {what: list(taken) for what, taken in self._seconds.items()}
            counts, people, error = dict(self._counts), self._people, self._error
            described = dict(self._described)
        return Snapshot(counts, {what: _median_and_high(taken) for what, taken in times.items()},
                        people, error, described)


def _median_and_high(values: List[float]) -> Tuple[float, float]:
    """Median and 95th percentile of a few values (np.percentile takes twenty times as long)."""
    values = sorted(values)
    return values[len(values) // 2], values[min(int(.95 * len(values)), len(values) - 1)]
