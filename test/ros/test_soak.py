"""The short form of `make soak`: half a minute of a long day, with all that happens in one.

Neither the slope of the memory nor the age of images is judged: those need minutes, and a machine
that has nothing else to do.
"""
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import data  # noqa: E402
from long_day import LongDay  # noqa: E402

SEED = 1
SECONDS = .3    # of each phase, beside what its event takes


@pytest.fixture
def day(ros, tmp_path):
    data.path('rgbd_two_people')
    day = LongDay(tmp_path, SEED)
    yield day
    day.close()


def test_after_a_day_it_is_as_it_was_and_every_image_was_published_once(day):
    day.begin()
    before = day.held()
    day.every_event(SECONDS)
    after = day.held()
    day.finish()
    assert day.end == 0
    assert day.wrong_lines() == []
    assert day.faults() == []
    assert day.ledger.heard == day.ledger.processed > 50
    for state, held in before.items():
        assert after[state].threads == held.threads, state
        assert after[state].descriptors == held.descriptors, state
