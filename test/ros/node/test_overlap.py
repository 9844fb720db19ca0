"""Images through both stages at once, while the parameters change: each once, in order, and whole."""
import os
import threading
import time

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import standin_gpu  # noqa: E402
from made_maps import STANDING, draw  # noqa: E402
from rclpy.clock import Clock  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.perception import Perception  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.node import parameters  # noqa: E402
from openpose_ros.ros.node.pipeline import Pipeline  # noqa: E402
from openpose_ros.ros.node.serialized import Serialized  # noqa: E402
from openpose_ros.ros.node.statistics import Statistics  # noqa: E402
from openpose_ros.ros.node.worker import Worker  # noqa: E402

IMAGES = int(os.environ.get('OPENPOSE_IMAGES', 300))    # 10,000 take two minutes
HEIGHTS = (32, 40, 48, 56)


class Published:
    """An output that notes the stamp of each image and the values it went by."""

    topic, chosen, shows_image = '~/noted', 0, False

    def __init__(self):
        self.stamps, self.heights, self.values = [], [], None

    def has_subscribers(self):
        return True

    def configure(self, values):
        self.values = values

    def forget(self):
        pass

    def publish(self, seen):
        self.stamps.append(seen.stamp)
        self.heights.append((self.values['network_height'], self.values['overlay.width']))


class NotedHeights:
    """The stand-in's network, which notes how high each input was."""

    def __init__(self, network):
        self._network, self.model, self.heights = network, network.model, []
        self.resized = network.resized

    def infer(self, image, height, width=None):
        self.heights.append(height)
        return self._network.infer(image, height, width)


def serialized(number):
    header = Header(frame_id='eye')
    header.stamp.sec, header.stamp.nanosec = 100 + number // 50, number % 50 * 20000000
    return Serialized(serialize_message(images.write_image(np.full((48, 64, 3), number % 200, np.uint8),
                                                           header)), Image)


@pytest.mark.parametrize('overlap', (True, False))
def test_nothing_is_lost_repeated_reordered_or_half_changed(overlap):
    maps = np.concatenate(draw([STANDING + (20., 12.)], (46, 54)), axis=2).astype(np.float32)
    network = NotedHeights(standin_gpu.network(maps, .0005))
    output, statistics, failures, reported = Published(), Statistics(), [], []
    values = {parameter.name: parameter.default for parameter in parameters.PARAMETERS}
    values['contrast'] = 'off'
    pipeline = Pipeline(Perception(network), [output], statistics, None, Clock(), reported.append)

    def configure(number):
        height = HEIGHTS[number % len(HEIGHTS)]
        pipeline.configure(dict(values, network_height=height, **{'overlay.width': height}))
    configure(0)
    worker = Worker(pipeline.prepare, pipeline.look, pipeline.finish, failures.append, overlap)
    ended = threading.Event()

    def change():
        number = 0
        while not ended.wait(.0007):
            number += 1
            configure(number)
    changer = threading.Thread(target=change)
    changer.start()
    begun = 0
    try:
        for number in range(IMAGES):
            worker.slot.put(serialized(number))
            deadline = time.monotonic() + 20.
            while worker.slot.dropped + len(network.heights) <= begun:   # until it has been begun
                assert time.monotonic() < deadline and not failures, failures
                time.sleep(.0002)
            begun = worker.slot.dropped + len(network.heights)
    finally:
        worker.stop()
        ended.set()
        changer.join()
    assert not failures and worker.slot.dropped == 0
    assert len(output.stamps) == IMAGES == statistics.snapshot().counts['processed']
    assert output.stamps == sorted(set(output.stamps))
    # Each image was looked at and published by the same values.
    assert output.heights == [(height, height) for height in network.heights]
    assert len(set(network.heights)) == len(HEIGHTS)
    assert statistics.snapshot().people == 1
