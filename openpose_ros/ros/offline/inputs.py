"""The inputs of a recording, copied beside what became of them."""
from typing import Optional

from openpose_ros.recordings import Recording
from openpose_ros.ros.offline.feed import Topics
from openpose_ros.ros.offline.frames import TOPICS as TRANSFORMS
from openpose_ros.ros.offline.writing import Opened


def copy_inputs(recording: Recording, topics: Topics, opened: Opened, start: int,
                stop: Optional[int]) -> None:
    """Copy images, depth, camera_info and TF as they were recorded.

    start, stop: ns, of the recording's time; what lies before `start` of TF is copied too, for
    static transforms are said once.
    """
    for names, begin in ((tuple(filter(None, topics)), start), (TRANSFORMS, None)):
        for message in recording.messages(names, begin, stop):
            if opened.last is not None and message.time <= opened.last:
                continue
            if message.topic not in opened.numbers:
                opened.numbers[message.topic] = opened.bag.add_topic(
                    message.topic, message.type_name, recording.definition(message.type_name))
            opened.bag.write(opened.numbers[message.topic], message.data, message.time)
