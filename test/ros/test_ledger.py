"""The ledger of the long day sees what must not happen, and remembers little."""
import ledger
import pytest
from ledger import Ledger

SIZE = 640, 480


def played(*events):
    """A ledger after images went out (positive stamps) and skeletons came (negative ones)."""
    made = Ledger()
    made.begin_watch()
    for event in events:
        if event > 0:
            made.send(event)
        else:
            made.hear(-event, -event, SIZE)
    return made


def test_images_may_be_left_out():
    made = played(1, 2, 3, -3, 4, 5, -4, -5)
    made.end_watch(3, 1)
    assert made.faults == {}
    assert (made.sent, made.heard, made.processed) == (5, 3, 3)


@pytest.mark.parametrize('events, what', [
    ((1, 2, -2, -2), 'the same image twice'),
    ((1, 2, -2, -1), 'an older image after a newer one'),
    ((1, 3, -2), 'an image that was never sent')])
def test_order_and_stamps_are_judged(events, what):
    assert list(played(*events).faults) == [what]


@pytest.mark.parametrize('processed', [1, 3])
def test_each_image_looked_at_must_be_heard_once(processed):
    made = played(1, 2, -1, -2)
    made.end_watch(processed, 1)
    (what, (times, _)), = made.faults.items()
    assert what.startswith('not once') and times == 1


def test_only_the_newest_stamps_are_remembered(monkeypatch):
    monkeypatch.setattr(ledger, 'REMEMBERED', 3)
    assert list(played(1, 2, 3, 4, 5, -2).faults) == ['an image that was never sent']
    assert played(1, 2, 3, 4, 5, -3).faults == {}


def test_ages_are_judged_by_what_the_node_reports():
    made = Ledger()

    def hear(number, age):
        made.send(number * 10 ** 9)
        made.hear(number * 10 ** 9, int((number + age) * 1e9), SIZE)
    hear(1, 3.), hear(2, 3.)        # after the change to this size
    hear(3, .1), hear(4, .2)
    made.judge(.03, .06)            # .11 and .17 s are allowed
    hear(5, .16)
    made.judge(.01, .02)            # the report before still counts
    ages = made.ages()
    assert ages.count == 3 and ages.most_at_change == pytest.approx(3.)
    assert ages.within == pytest.approx(2 / 3.) and ages.within_typical == pytest.approx(1 / 3.)
    assert ages.most == pytest.approx(.2) and ages.most_over == pytest.approx(.03)
    assert ages.median == pytest.approx(.16, abs=2e-3)
    assert made.take_worst() == pytest.approx(3.) and made.take_worst() == 0.
