"""People of any values at any times, followed."""
import numpy as np
from draw import Draw
from fuzz_messages import make

from openpose_ros.tracking import Settings, Tracker


def target(data: bytes) -> None:
    draw = Draw(data)
    tracker = Tracker(Settings(min_hits=draw.integer(1, 3)))
    stamp, given = 0., set()
    with np.errstate(all='ignore'):
        for _ in range(draw.integer(1, 8)):
            stamp = draw.number() if draw.integer(0, 7) == 0 else stamp + draw.integer(0, 20) * .05
            people = make(draw)
            size = draw.choice((None, (640, 480), (1, 1)))
            camera = draw.array(3) if draw.integer(0, 7) == 0 else (0., 0., 0.)
            followed = tracker.update(people, stamp, size, camera)
            assert followed.count == len(tracker.time_since_update) <= 40
            ids = followed.ids.tolist()
            assert len(set(ids)) == len(ids) and 0 not in ids
            given.update(ids)
        # Whatever came, a person who then stands there is found again.
        tracker.update(make(Draw(b'')), 1e6)
    assert len(given) <= 40


def seeds():
    for start in range(0, 200, 20):
        yield bytes((2, 6)) + bytes(range(start, start + 56)) * 8
