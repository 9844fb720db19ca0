"""The bag that is written: a new one, or one that was begun and is gone on with."""
import contextlib
import errno
import os
from typing import Dict, Iterator, NamedTuple, Optional

from rclpy.serialization import deserialize_message

from openpose_ros.msg import SkeletonArray
from openpose_ros.recordings.cut_mcap import whole_records
from openpose_ros.ros.offline.sink import NODE
from openpose_ros.ros.tools import bag

NAME = 'openpose'
_ENDING = '.resumed.mcap'
_SKELETONS = NODE + '/skeletons'


class Opened(NamedTuple):
    """A bag to write into. numbers: of the topics it has. last: ns, the stamp of the last skeletons
    it had; None: it is new. last_id: the largest id it had, 0: none."""

    bag: bag.Bag
    numbers: Dict[str, int]
    last: Optional[int]
    last_id: int


@contextlib.contextmanager
def open_bag(folder: str, resume: bool, overwrite: bool) -> Iterator[Opened]:
    """A bag in a folder, which is made; it is whole at the end, whatever ends it.

    Raises FileExistsError where there is one already, ImportError where the library mcap is
    missing, OSError.
    """
    os.makedirs(folder, exist_ok=True)
    before = [path for path in (os.path.join(folder, NAME + '.mcap'), bag.part_path(folder, NAME))
              if os.path.exists(path)]
    if before and not (resume or overwrite):
        raise FileExistsError(errno.EEXIST, 'it has a recording already: --resume goes on with it, '
                                            '--overwrite drops it', folder)
    if not resume or not before:
        opened = Opened(bag.Bag(folder, NAME), {}, None, 0)
    else:
        opened = _continued(folder, before[-1])
    try:
        yield opened
    finally:
        opened.bag.close()
        part = bag.part_path(folder, NAME)
        if opened.last is not None and os.path.exists(part):
            os.remove(part)


def _continued(folder, path):
    """A new bag with all that is whole of the one before."""
    new = bag.Bag(folder, NAME, _ENDING)
    texts, numbers, topics, last, last_id = {}, {}, {}, None, 0
    for record in whole_records(path):
        kind = type(record).__name__
        if kind == 'Schema':
            texts[record.id] = record.name, record.data.decode()
        elif kind == 'Channel' and record.id not in numbers:
            numbers[record.id] = topics[record.topic] = new.add_topic(
                record.topic, *texts[record.schema_id])
        elif kind == 'Message':
            new.write(numbers[record.channel_id], record.data, record.log_time)
            if numbers[record.channel_id] == topics.get(_SKELETONS):
                last = max(record.log_time, last or 0)
                skeletons = deserialize_message(record.data, SkeletonArray).skeletons
                last_id = max([last_id] + [skeleton.id for skeleton in skeletons])
    return Opened(new, topics, last, last_id)
