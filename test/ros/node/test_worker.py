"""The threads that look and finish."""
import threading
import time

import pytest

from openpose_ros.ros.node.worker import Worker

OVERLAP = pytest.mark.parametrize('overlap', (False, True))


class Stages:
    """Two stages that note what they do; each may be held up."""

    def __init__(self, overlap):
        self.lock = threading.Lock()
        self.events, self.failures, self.waits = [], [], set()
        self.go_look, self.go_finish = threading.Event(), threading.Event()
        self.go_look.set()
        self.go_finish.set()
        self.worker = Worker(self.look, self.finish, self.failures.append, overlap,
                             lambda what, seconds: self.waits.add(what))

    def note(self, *event):
        with self.lock:
            self.events.append(event)

    def look(self, item):
        self.note('look', item)
        assert self.go_look.wait(10.)
        if item == 'bad look':
            raise ValueError(item)
        return None if item == 'nobody listens' else item

    def finish(self, item):
        self.note('finish', item)
        assert self.go_finish.wait(10.)
        if item == 'bad finish':
            raise ValueError(item)
        self.note('finished', item)

    def give(self, item):
        """Put an item and wait until it has been taken."""
        self.worker.slot.put(item)
        self.wait_for('look', item)

    def wait_for(self, *event):
        deadline = time.monotonic() + 10.
        while event not in self.events:
            assert time.monotonic() < deadline, (event, self.events)
            time.sleep(.001)


@OVERLAP
def test_each_item_goes_through_both_in_order(overlap):
    stages = Stages(overlap)
    for item in range(100):
        stages.give(item)
    stages.worker.stop()
    for what in ('look', 'finish', 'finished'):
        assert [item for event, item in stages.events if event == what] == list(range(100))
    assert stages.waits == ({'image', 'look', 'finish'} if overlap else {'image'})


def test_the_next_is_looked_at_while_one_is_finished_and_no_third_is_begun():
    stages = Stages(overlap=True)
    stages.go_finish.clear()
    stages.give(1)
    stages.wait_for('finish', 1)
    stages.give(2)      # begun, though the first is not finished
    stages.worker.slot.put(3)
    stages.worker.slot.put(4)
    time.sleep(.1)
    assert stages.events == [('look', 1), ('finish', 1), ('look', 2)]
    stages.go_finish.set()
    stages.wait_for('finished', 4)
    stages.worker.stop()
    assert ('look', 3) not in stages.events     # a newer one had come
    assert stages.worker.slot.dropped == 1


def test_without_overlap_one_thing_is_done_at_a_time():
    stages = Stages(overlap=False)
    stages.go_finish.clear()
    stages.give(1)
    stages.wait_for('finish', 1)
    stages.worker.slot.put(2)
    time.sleep(.1)
    assert stages.events == [('look', 1), ('finish', 1)]
    stages.go_finish.set()
    stages.worker.stop()


@OVERLAP
def test_one_bad_image_never_stops_the_next(overlap):
    stages = Stages(overlap)
    for item in ('bad look', 1, 'bad finish', 2, 'nobody listens', 3):
        stages.give(item)
    stages.worker.stop()
    assert [item for event, item in stages.events if event == 'finished'] == [1, 2, 3]
    assert sorted(map(str, stages.failures)) == ['bad finish', 'bad look']


@OVERLAP
def test_what_was_looked_at_is_finished_before_the_end(overlap):
    stages = Stages(overlap)
    stages.go_look.clear()
    stages.give(1)
    stopped = threading.Thread(target=stages.worker.stop)
    stopped.start()
    stages.go_look.set()
    stopped.join(10.)
    assert not stopped.is_alive()
    assert stages.events[-1] == ('finished', 1)


@OVERLAP
def test_a_worker_that_waits_ends_at_once(overlap):
    stages = Stages(overlap)
    start = time.monotonic()
    stages.worker.stop()
    assert time.monotonic() - start < 1.


@OVERLAP
def test_it_is_known_how_long_an_image_has_been_in_work(overlap):
    stages = Stages(overlap)
    assert stages.worker.busy() == 0.
    stages.go_finish.clear()
    stages.give(1)
    stages.wait_for('finish', 1)
    time.sleep(.1)
    assert .1 <= stages.worker.busy() < 5.
    stages.go_finish.set()
    stages.worker.stop()
    assert stages.worker.busy() == 0.
