"""What is left of a recording when its process is killed, or its disk is full."""
import itertools
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
pytest.importorskip('mcap', reason='the library mcap is not here')
import hosts  # noqa: E402
from processes import end  # noqa: E402
from rclpy.qos import QoSProfile  # noqa: E402
from rclpy.serialization import (deserialize_message,  # noqa: E402
                                 serialize_message)
from rclpy.utilities import get_rmw_implementation_identifier  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.msg import Skeleton, SkeletonArray  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.tools import bag  # noqa: E402

TIMEOUT = 60.       # s
TOPIC = '/openpose/skeletons'
KILLED_AT_ONCE, ROUNDS = 5, 4
RATE = 100.         # Hz
# What a recorder may have had no time for when it is killed on a busy machine.
LAG = 1.5           # s


@pytest.fixture
def record(tmp_path):
    """Function that starts the node `record`; what runs is ended."""
    processes = []

    def start(*arguments, before=()):
        processes.append(subprocess.Popen(
            list(before) + [sys.executable, '-m', 'openpose_ros.ros.tools.record'] + list(arguments),
            cwd=str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return processes[-1]

    yield start
    end(processes)


def run(process):
    """Wait for a process to end: (exit code, output, errors)."""
    output, error = process.communicate(timeout=TIMEOUT)
    return process.returncode, output.decode(), error.decode()


class Stream:
    """The node `openpose` as a recorder sees it; keeps what it has sent."""

    def __init__(self, ros, namespace='/'):
        self.node = ros.create_node('openpose', namespace=namespace)
        self._skeletons = self.node.create_publisher(SkeletonArray, '~/skeletons',
                                                     QoSProfile(depth=1000))
        self._overlays = self.node.create_publisher(Image, '~/overlay', QoSProfile(depth=30))
        self._image = np.random.RandomState(1).randint(0, 256, (120, 160, 3)).astype(np.uint8)
        self.sent, self.times = [], []      # messages; s

    def wait_for(self, recorders):
        """Wait until so many listen."""
        end = time.monotonic() + TIMEOUT
        while (self._skeletons.get_subscription_count() < recorders or
               self._overlays.get_subscription_count() < recorders):
            assert time.monotonic() < end, 'the recorders do not listen'
            time.sleep(.05)
        if 'cyclone' in get_rmw_implementation_identifier():
            time.sleep(1.)  # its readers know of a writer later than the writer of them

    def send(self):
        """Send a message, its number in it, and after every tenth an overlay."""
        number = len(self.sent)
        message = SkeletonArray(image_width=number, skeletons=[Skeleton(id=number)])
        self.sent.append(message)
        self.times.append(time.monotonic())
        self._skeletons.publish(message)
        if number % 10 == 0:
            self._overlays.publish(images.write_image(self._image, Header()))     # 20 KB as JPEG

    def flow(self, until):
        """Send at RATE until `until()`."""
        for number in itertools.count():
            if until():
                return
            self.send()
            time.sleep(1. / RATE)


def recorded(path):
    """The skeletons of an MCAP file, up to where it breaks off."""
    channels, found = {}, []
    for each in bag.whole_records(str(path)):
        if type(each).__name__ == 'Channel':
            channels[each.id] = each.topic
        elif type(each).__name__ == 'Message' and channels[each.channel_id].endswith(TOPIC):
            found.append(deserialize_message(each.data, SkeletonArray))
    return found


def size(messages):
    """Bytes of messages in a bag."""
    return sum(len(serialize_message(message)) for message in messages)


def test_20_recorders_killed_at_any_moment(ros, record, tmp_path):
    rosbags = pytest.importorskip('rosbags.highlevel')
    moments = random.Random(7)
    kept, missing = [], []
    for number in range(ROUNDS):
        # A namespace each: those killed before still count as subscribers for a while.
        namespace = '/round{}'.format(number)
        stream = Stream(ros, namespace)
        recorders = [record('--output', '{}_{}'.format(number, each),
                            '--ros-args', '-r', '__ns:=' + namespace)
                     for each in range(KILLED_AT_ONCE)]
        stream.wait_for(KILLED_AT_ONCE)
        begin = time.monotonic()
        for each, after in enumerate(sorted(moments.uniform(0., 4.) for _ in recorders)):
            stream.flow(lambda: time.monotonic() >= begin + after)
            recorders[each].kill()
            killed = time.monotonic()
            recorders[each].wait(TIMEOUT)
            folder = tmp_path / '{}_{}'.format(number, each)
            found = recorded(folder / 'skeletons.part.mcap')
            kept.append(len(found))
            missing.append(check(found, stream, killed))
            make_whole(folder, found, rosbags)
    print('messages kept: {}; bytes missing: {}'.format(kept, missing))
    assert len(missing) == 20 and sum(count > 0 for count in kept) >= 10


def check(found, stream, killed):
    """Bytes of what was sent that a recorder has not kept, which was killed then."""
    assert found == stream.sent[:len(found)]
    had_time = sum(sent < killed - LAG for sent in stream.times)
    assert size(stream.sent[len(found):had_time]) <= bag.CHUNK_SIZE + size(stream.sent[:1])
    return size(stream.sent[len(found):])


def make_whole(folder, before, rosbags):
    """Recover a recording; rosbags reads in it what was there before."""
    bag.recover(str(folder), 'skeletons')
    assert {'metadata.yaml', 'skeletons.mcap'} <= set(os.listdir(str(folder)))
    assert not (folder / 'skeletons.part.mcap').exists()
    with rosbags.AnyReader([folder]) as reader:
        connections = [each for each in reader.connections if each.topic.endswith(TOPIC)]
        assert [deserialize_message(bytes(data), SkeletonArray)
                for _, _, data in reader.messages(connections)] == before


def test_a_recording_cut_anywhere_is_whole_up_to_there(tmp_path):
    whole = bag.Bag(str(tmp_path), 'whole')
    topic = whole.add_topic(TOPIC, 'openpose_ros/msg/SkeletonArray')
    sent = [bytes(np.random.RandomState(number).bytes(20000)) for number in range(40)]
    for number, data in enumerate(sent):
        whole.write(topic, data, number)
    data = (tmp_path / 'whole.part.mcap').read_bytes()
    whole.close()
    counts = []
    for cut in sorted(random.Random(3).sample(range(len(data)), 100)) + [len(data)]:
        for tail in (b'', bytes(64), os.urandom(64)):
            (tmp_path / 'cut.mcap').write_bytes(data[:cut] + tail)
            found = [each.data for each in bag.whole_records(str(tmp_path / 'cut.mcap'))
                     if type(each).__name__ == 'Message']
            assert found == sent[:len(found)]
            written = sum(len(each) + 31 for each in found)
            assert cut - written <= bag.CHUNK_SIZE + 25000   # a chunk with its last message, heads
        counts.append(len(found))
    assert counts == sorted(counts) and counts[0] == 0 and counts[-1] >= 33


def test_the_command_recovers_a_killed_recording(ros, record, tmp_path):
    stream = Stream(ros)
    recorder = record('--output', 'recording')
    stream.wait_for(1)
    end = time.monotonic() + 3.
    stream.flow(lambda: time.monotonic() > end)
    recorder.kill()
    recorder.wait(TIMEOUT)
    folder = tmp_path / 'recording'
    before = recorded(folder / 'skeletons.part.mcap')
    assert run(record('--output', 'recording')) == (
        2, '', 'error: cannot write into recording: it has a recording that was broken off: '
               '--recover makes it whole, --overwrite drops it\n')
    code, output, _ = run(record('--output', 'recording', '--recover'))
    assert code == 0 and 'messages recovered' in output
    assert recorded(folder / 'skeletons.mcap') == before
    assert not (folder / 'skeletons.part.mcap').exists()
    assert run(record('--output', 'recording', '--recover'))[0] == 2
    # The recording that is there stays, unless it is to go.
    code, _, error = run(record('--output', 'recording'))
    assert code == 2 and 'it has a recording: name another --output' in error
    assert recorded(folder / 'skeletons.mcap') == before


def test_a_second_recorder_does_not_get_the_folder(ros, record, tmp_path):
    stream = Stream(ros)
    first = record('--output', 'recording')
    stream.wait_for(1)
    for option in ([], ['--overwrite'], ['--recover']):
        assert run(record('--output', 'recording', *option)) == (
            2, '', 'error: cannot write into recording: another recorder writes into it\n')
    for _ in range(20):
        stream.send()
    time.sleep(1.)
    first.send_signal(signal.SIGINT)
    assert run(first)[0] == 0
    assert recorded(tmp_path / 'recording' / 'skeletons.mcap') == stream.sent


@pytest.mark.skipif(bool(hosts.why_not()), reason=hosts.why_not())   # a small disk is mounted
def test_a_full_disk_ends_it_with_one_line(ros, record, tmp_path):
    (tmp_path / 'disk').mkdir()
    recorder = record('--output', 'disk/recording', before=[
        'unshare', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=300k tmpfs disk && "$@"; '
        'code=$?; cp disk/recording/skeletons.part.mcap kept.mcap; exit $code', 'sh'])
    stream = Stream(ros)
    stream.wait_for(1)
    stream.flow(lambda: recorder.poll() is not None or len(stream.sent) > 20000)
    code, output, error = run(recorder)
    lines = [line for line in error.splitlines() if not line.startswith('[INFO]')]
    assert (code, output, lines) == (
        2, '', ['error: cannot write into disk/recording: No space left on device'])
    found = recorded(tmp_path / 'kept.mcap')
    assert found and found == stream.sent[:len(found)]
