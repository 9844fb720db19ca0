"""The threads that prepare, look and finish."""
import threading
import time

import pytest

from openpose_ros.ros.node.worker import Worker

OVERLAP = pytest.mark.parametrize('overlap', (False, True))


class Stages:
    """Three stages that note what they do; two of them may be held up."""

    def __init__(self, overlap):
        self.lock = threading.Lock()
        self.events, self.failures, self.waits = [], [], set()
        self.go_look, self.go_finish = threading.Event(), threading.Event()
        self.go_look.set()
        self.go_finish.set()
        self.worker = Worker(self.prepare, self.look, self.finish, self.failures.append, overlap,
                             lambda what, seconds: self.waits.add(what))

    def note(self, *event):
        with self.lock:
            self.events.append(event)

    def prepare(self, item):
        self.note('prepare', item)
        if item == 'bad image':
            raise ValueError(item)
        return None if item == 'nobody listens' else item

    def look(self, item):
        self.note('look', item)
        assert self.go_look.wait(10.)
        if item == 'bad look':
            raise ValueError(item)
        return item

    def finish(self, item):
        self.note('finish', item)
        assert self.go_finish.wait(10.)
        if item == 'bad finish':
            raise ValueError(item)
        self.note('finished', item)

    def give(self, item):
        """Put an item and wait until it has been taken."""
        self.worker.slot.put(item)
        self.wait_for('prepare', item)

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
    for what in ('prepare', 'look', 'finish', 'finished'):
        assert [item for event, item in stages.events if event == what] == list(range(100))
    assert stages.waits == (
        {'turn', 'image', 'network', 'prepared', 'finish', 'look'} if overlap else {'image'})


def test_the_next_are_looked_at_and_prepared_while_one_is_finished_and_no_fourth_is_begun():
    stages = Stages(overlap=True)
    stages.go_finish.clear()
    stages.give(1)
    stages.wait_for('finish', 1)
    stages.give(2)      # begun, though the first is not finished
    stages.wait_for('look', 2)
    stages.give(3)
    stages.worker.slot.put(4)
    stages.worker.slot.put(5)
    time.sleep(.1)
    assert stages.events == [('prepare', 1), ('look', 1), ('finish', 1), ('prepare', 2),
                             ('look', 2), ('prepare', 3)]
    stages.go_finish.set()
    stages.wait_for('finished', 5)
    stages.worker.stop()
    assert ('prepare', 4) not in stages.events      # a newer one had come
    assert stages.worker.slot.dropped == 1
    assert [item for event, item in stages.events if event == 'finished'] == [1, 2, 3, 5]


def test_an_image_is_taken_so_that_it_is_ready_when_the_network_is_free():
    """A network of 50 ms and images at 500 Hz: each is a few ms old when it comes into it."""
    took, age = .05, []
    lock, ended = threading.Lock(), threading.Event()

    def look(item):
        with lock:
            age.append(time.monotonic() - item)
        time.sleep(took)
        return item
    worker = Worker(lambda item: item, look, lambda item: None, pytest.fail, True)

    def give():
        while not ended.wait(.002):
            worker.slot.put(time.monotonic())
    camera = threading.Thread(target=give)
    start = time.monotonic()
    camera.start()
    time.sleep(1.5)
    ended.set()
    camera.join()
    worker.stop()
    passed = time.monotonic() - start
    assert len(age) > .8 * passed / took    # the network hardly waits
    assert sorted(age)[len(age) // 2] < .3 * took


def test_without_overlap_one_thing_is_done_at_a_time():
    stages = Stages(overlap=False)
    stages.go_finish.clear()
    stages.give(1)
    stages.wait_for('finish', 1)
    stages.worker.slot.put(2)
    time.sleep(.1)
    assert stages.events == [('prepare', 1), ('look', 1), ('finish', 1)]
    stages.go_finish.set()
    stages.worker.stop()


@OVERLAP
def test_one_bad_image_never_stops_the_next(overlap):
    stages = Stages(overlap)
    for item in ('bad look', 1, 'bad finish', 2, 'nobody listens', 'bad image', 3):
        stages.give(item)
    stages.worker.stop()
    assert [item for event, item in stages.events if event == 'finished'] == [1, 2, 3]
    assert sorted(map(str, stages.failures)) == ['bad finish', 'bad image', 'bad look']


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
