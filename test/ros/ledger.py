"""What was sent to the node and heard from it, judged as it comes, so that little is remembered."""
import collections
import threading
from typing import NamedTuple, Optional

import numpy as np

REMEMBERED = 20000      # stamps of images whose skeletons may still come
SLACK = .05             # s; for the way from the camera to the node and from there to the listener
LONGEST = 10.           # s; ages are counted up to here
CHANGED = 2             # skeletons after a change for which the network may have to be planned anew


class Ages(NamedTuple):
    """How old images were when their skeletons came, s.

    count: how many. median, high, most: of the ages; high is the 99th percentile. bound: the median
    of what was allowed. within: share of those that kept to it. high_over, most_over: by how much
    they exceeded it, the 99th percentile (negative: it did not) and the most. within_typical: share
    that kept even to what would be allowed if every image took the median time. most_at_change:
    of those after a change of size or an activation, which are not among the others.
    """

    count: int
    median: float
    high: float
    most: float
    bound: float
    within: float
    high_over: float
    most_over: float
    within_typical: float
    most_at_change: float


class Ledger:
    """Called by the camera for each image and by the listener for each message.

    sent, heard: how many there were. processed: by the node's own count. faults: what must not
    happen, {what: [how often, an example]}.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = collections.OrderedDict()   # stamps, ns
        self._newest = self._before = 0     # stamp of the last skeletons; heard up to this watch
        self._size, self._fresh = None, 0
        self._unjudged = []                 # ages since the last call of judge
        self._limits = 0., 0.
        self._typical = 0
        self._ages, self._over, self._bounds = _Histogram(), _Histogram(), _Histogram()
        self._most_at_change = 0.
        self._worst = 0.
        self.sent = self.heard = self.processed = 0
        self.faults = {}

    def send(self, stamp: int) -> None:
        """An image that can be used goes out with this stamp, ns."""
        with self._lock:
            self.sent += 1
            self._waiting[stamp] = None
            if len(self._waiting) > REMEMBERED:
                self._waiting.popitem(last=False)

    def hear(self, stamp: int, arrived: int, size) -> None:
        """Skeletons of an image with this stamp came, both ns. size: of the image."""
        with self._lock:
            self.heard += 1
            if stamp == self._newest:
                self._fault('the same image twice', stamp)
            elif stamp < self._newest:
                self._fault('an older image after a newer one', stamp)
            elif stamp not in self._waiting:
                self._fault('an image that was never sent', stamp)
            self._newest = max(stamp, self._newest)
            while self._waiting and next(iter(self._waiting)) <= self._newest:
                self._waiting.popitem(last=False)
            if size != self._size:
                self._size, self._fresh = size, CHANGED
            self._take_age(1e-9 * (arrived - stamp))

    def fault(self, what: str, example) -> None:
        """Something happened that must not."""
        with self._lock:
            self._fault(what, example)

    # The watch: from an activation of the node to the next.

    def begin_watch(self) -> None:
        """From here on the node counts from 0."""
        with self._lock:
            self._before = self.heard
            self._size = None

    @property
    def heard_in_watch(self) -> int:
        """Skeletons since the watch began."""
        return self.heard - self._before

    def end_watch(self, processed: int, number: int) -> None:
        """The node says that it has looked at so many images since watch `number` began."""
        self.processed += processed
        if processed != self.heard_in_watch:
            self.fault('not once for each image that was looked at',
                       'watch {}, {} images, {} heard'.format(
                           number, processed, self.heard_in_watch))

    # Ages.

    def judge(self, median: float, high: float) -> None:
        """Judge the ages since the last call.

        median, high: seconds that the node reports for looking at one image; high is the 95th
        percentile. An image may have to wait while the one before is looked at, so twice as long
        is allowed, and SLACK; of this report and the one before the larger counts, as the images
        judged lie between them.
        """
        with self._lock:
            ages, self._unjudged = self._unjudged, []
            limits = 2. * median + SLACK, 2. * high + SLACK
            typical, allowed = np.maximum(limits, self._limits)
            self._limits = limits
            for age in ages:
                self._ages.add(age)
                self._over.add(age - allowed)
                self._bounds.add(allowed)
                self._typical += age <= typical

    def take_worst(self) -> float:
        """The largest age since the last call, those after a change included; s, 0 without any."""
        with self._lock:
            worst, self._worst = self._worst, 0.
            return worst

    def ages(self) -> Optional[Ages]:
        """What is known of the ages that were judged; None without any."""
        with self._lock:
            ages, over = self._ages, self._over
            if not ages.count:
                return None
            return Ages(ages.count, ages.percentile(50.), ages.percentile(99.), ages.most,
                        self._bounds.percentile(50.), over.share_up_to_zero(), over.percentile(99.),
                        over.most, self._typical / ages.count, self._most_at_change)

    def _take_age(self, age):
        self._worst = max(self._worst, age)
        if self._fresh:
            self._fresh -= 1
            self._most_at_change = max(self._most_at_change, age)
        elif len(self._unjudged) < REMEMBERED:
            self._unjudged.append(age)

    def _fault(self, what, example):
        self.faults.setdefault(what, [0, str(example)])[0] += 1


class _Histogram:
    """Counts of seconds from -LONGEST to LONGEST, to the millisecond."""

    def __init__(self):
        self._counts = np.zeros(int(2e3 * LONGEST) + 1, int)
        self.count, self.most = 0, -np.inf

    def add(self, value):
        self._counts[int(round(1e3 * (np.clip(value, -LONGEST, LONGEST) + LONGEST)))] += 1
        self.count += 1
        self.most = max(self.most, value)

    def percentile(self, percent):
        at = np.searchsorted(self._counts.cumsum(), percent / 100. * self.count)
        return at * 1e-3 - LONGEST

    def share_up_to_zero(self):
        return self._counts[:int(1e3 * LONGEST) + 1].sum() / self.count
