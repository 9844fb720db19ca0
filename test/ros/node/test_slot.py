"""The one-place slot between the thread that receives and the thread that works."""
import threading

from openpose_ros.ros.node.slot import Slot


def test_only_the_newest_is_handed_over_and_the_others_are_counted():
    slot = Slot()
    for item in ('old', 'newer', 'newest'):
        slot.put(item)
    assert slot.take() == 'newest'
    assert (slot.received, slot.dropped) == (3, 2)


def test_an_item_is_taken_once():
    slot = Slot()
    slot.put('item')
    slot.take()
    assert slot.take(timeout=0.) is None
    assert slot.dropped == 0


def test_an_item_that_is_equal_to_false_is_an_item():
    slot = Slot()
    slot.put(0)
    slot.put(0)
    assert slot.take(timeout=0.) == 0
    assert slot.dropped == 1


def test_who_waits_is_woken_by_an_item_and_by_closing():
    slot = Slot()
    taken = []
    one_taken = threading.Event()

    def work():
        taken.append(slot.take())
        one_taken.set()
        taken.append(slot.take())

    worker = threading.Thread(target=work)
    worker.start()
    slot.put('item')
    assert one_taken.wait(10.)
    slot.close()
    worker.join(10.)
    assert not worker.is_alive()
    assert taken == ['item', None]


def test_nobody_waits_after_closing_and_what_is_there_is_still_handed_over():
    slot = Slot()
    slot.put('item')
    slot.close()
    assert slot.take() == 'item'
    assert slot.take() is None


def test_every_item_is_either_taken_or_dropped():
    slot = Slot()
    taken = []

    def work():
        item = slot.take()
        while item is not None:
            taken.append(item)
            item = slot.take()

    worker = threading.Thread(target=work)
    worker.start()
    putters = [threading.Thread(target=lambda: [slot.put(1) for _ in range(2000)])
               for _ in range(3)]
    for putter in putters:
        putter.start()
    for putter in putters:
        putter.join()
    slot.close()
    worker.join(10.)
    assert slot.received == 6000
    assert len(taken) + slot.dropped == 6000
