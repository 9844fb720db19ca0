"""The program `bag`: every image of a recording, through the node's own chain."""
import os
import signal
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
pytest.importorskip('rosbags', reason='rosbags is not installed')
import data  # noqa: E402
from made_recordings import DEPTH, IMAGE, INFO, START, Made  # noqa: E402

from openpose_ros.recordings import Recording, read_skeletons  # noqa: E402
from openpose_ros.ros.conversions.tf2 import FrameError  # noqa: E402
from openpose_ros.ros.offline import program  # noqa: E402
from openpose_ros.ros.offline.feed import choose_topics, heard  # noqa: E402
from openpose_ros.ros.offline.frames import RecordedFrames  # noqa: E402

PERIOD = 100000000     # ns
TWO = ('/**:\n  ros__parameters:\n    network_height: 192\n    tracking.min_hits: 1\n'
       '    tracking.max_age: 0.3\n')


@pytest.fixture(scope='module')
def images():
    folder = data.path('rgbd_two_people')
    return [tuple(cv2.imread(os.path.join(folder, kind, '{:05d}.png'.format(number)), flags)
                  for kind, flags in (('color', cv2.IMREAD_COLOR),
                                      ('depth', cv2.IMREAD_UNCHANGED)))
            for number in sorted(int(name[:-4]) for name in
                                 os.listdir(os.path.join(folder, 'color')))[:6]]


@pytest.fixture
def parameters(tmp_path):
    path = tmp_path / 'parameters.yaml'
    path.write_text(TWO)
    return str(path)


def make(path, kind, images, jpeg=False):
    """A recording of these images at 10 Hz, their depth 10 ms later, and a calibration."""
    with Made(path, kind) as made:
        for number, (colour, depth) in enumerate(images):
            now = START + number * PERIOD
            made.info(640, 480, now)
            (made.jpeg if jpeg else made.image)(colour, now)
            made.image(depth, now + 10000000, DEPTH)
    return made.path


def run(*arguments):
    return program.main([str(argument) for argument in arguments])


def seen_in(folder):
    with Recording(str(folder)) as recording:
        return list(read_skeletons(recording))


@pytest.mark.parametrize('kind, jpeg', [('mcap', False), ('sqlite3', True), ('ros1', False)])
def test_every_image_gives_skeletons_of_its_stamp(tmp_path, images, parameters, kind, jpeg):
    path = make(tmp_path / 'in', kind, images, jpeg)
    assert run(path, tmp_path / 'out', '--params-file', parameters, '-r', 'depth:=' + DEPTH) == 0
    seen = seen_in(tmp_path / 'out')
    assert [one.stamp for one in seen] == [START + number * PERIOD for number in range(len(images))]
    assert [one.recorded for one in seen] == [one.stamp for one in seen]
    assert all(one.people.count == 2 and (one.people.position_source == 1).all() for one in seen)


def test_twice_the_same_bytes(tmp_path, images, parameters):
    path = make(tmp_path / 'in', 'mcap', images[:3])
    for name in ('one', 'other'):
        assert run(path, tmp_path / name, '--params-file', parameters) == 0
    assert (tmp_path / 'one' / 'openpose.mcap').read_bytes() == \
        (tmp_path / 'other' / 'openpose.mcap').read_bytes()


def test_the_same_as_the_node_publishes_when_it_is_fed_slowly(tmp_path, images, parameters, ros):
    from faulty_camera import node_and_camera
    from openpose_ros.recordings.people import people_of
    path = make(tmp_path / 'in', 'mcap', images)
    assert run(path, tmp_path / 'out', '--params-file', parameters) == 0
    from sensor_msgs.msg import CameraInfo
    from rclpy.serialization import deserialize_message
    with Recording(path) as recording:
        info = deserialize_message(next(recording.messages([INFO])).data, CameraInfo)
    with node_and_camera(str(tmp_path)) as camera:
        camera.send_info(info)
        camera.wait(.5)
        published = [people_of(camera.look(camera.message(
            colour, (START + number * PERIOD) * 1e-9, 'camera'))).keypoints
            for number, (colour, _) in enumerate(images)]
    recorded = [one.people.keypoints for one in seen_in(tmp_path / 'out')]
    for one, other in zip(published, recorded):
        order = np.argsort(one[:, 1, 0]), np.argsort(other[:, 1, 0])
        np.testing.assert_allclose(one[order[0]], other[order[1]], atol=.51, rtol=0.)


def test_part_of_it_its_inputs_and_the_overlay(tmp_path, images, parameters):
    path = make(tmp_path / 'in', 'mcap', images)
    assert run(path, tmp_path / 'out', '--params-file', parameters, '--start', .05, '--duration',
               .4, '--every', 2, '--with-inputs', '--overlay') == 0
    with Recording(str(tmp_path / 'out')) as recording:
        assert [message.time for message in recording.messages(['/openpose/skeletons'])] == \
            [START + PERIOD, START + 3 * PERIOD]
        assert recording.counts[IMAGE] == 4
        assert recording.topics['/openpose/overlay/compressed'] == 'sensor_msgs/msg/CompressedImage'


def test_it_goes_on_where_it_was_interrupted(tmp_path, images, parameters):
    path = make(tmp_path / 'in', 'mcap', images)
    assert run(path, tmp_path / 'out', '--params-file', parameters, '--duration', .25) == 0
    assert run(path, tmp_path / 'out', '--params-file', parameters) == 2     # it is there already
    assert run(path, tmp_path / 'out', '--params-file', parameters, '--resume') == 0
    seen = seen_in(tmp_path / 'out')
    assert [one.stamp for one in seen] == [START + number * PERIOD for number in range(len(images))]
    assert not set(seen[0].people.ids) & set(seen[-1].people.ids)


def test_ctrl_c_leaves_a_whole_bag(tmp_path, images, parameters):
    many = images * 80     # so many that it is not through before the signal, however busy the machine
    path = make(tmp_path / 'in', 'mcap', many)
    process = subprocess.Popen(
        [sys.executable, '-m', 'openpose_ros.ros.offline.program', path, str(tmp_path / 'out'),
         '--params-file', parameters], cwd=str(tmp_path), stderr=subprocess.PIPE)
    part, end = tmp_path / 'out' / 'openpose.part.mcap', time.monotonic() + 60.
    while not (part.exists() and part.stat().st_size > 30000):
        assert time.monotonic() < end and process.poll() is None
        time.sleep(.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(30.) == 130
    assert b'--resume goes on' in process.stderr.read()
    assert 0 < len(seen_in(tmp_path / 'out')) < len(many)


@pytest.mark.filterwarnings('ignore::pytest.PytestUnraisableExceptionWarning')
def test_an_interrupt_that_python_drops_ends_it_with_the_next_image(tmp_path, images, parameters):
    class Dropping:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGINT)     # what this raises here is only printed

    def is_interrupted():
        asked.append(signals.came())
        if len(asked) == 8:
            Dropping()
        return signals.came()

    path, out, asked = make(tmp_path / 'in', 'mcap', images), str(tmp_path / 'out'), []
    before = [(each, signal.getsignal(each)) for each in (signal.SIGINT, signal.SIGTERM)]
    signals = program.Signals()
    try:
        with pytest.raises(KeyboardInterrupt):
            program.process(path, out, program.parse([path, out, '--params-file', parameters]),
                            is_interrupted)
    finally:
        for each, handler in before:
            signal.signal(each, handler)
    assert asked == [False] * 8 and 0 < len(seen_in(tmp_path / 'out')) < len(images)


def test_several_recordings_in_several_processes(tmp_path, images, parameters):
    paths = [make(tmp_path / name, 'mcap', images[:2]) for name in ('one', 'other')]
    assert run(*(paths + [tmp_path / 'out', '--params-file', parameters, '--jobs', 2])) == 0
    assert [len(seen_in(tmp_path / 'out' / name)) for name in ('one', 'other')] == [2, 2]


def test_damaged_images_are_left_out_and_said(tmp_path, images, parameters, capsys):
    with Made(tmp_path / 'in', 'mcap') as made:
        for number, (colour, _) in enumerate(images[:3]):
            made.image(colour, START + number * PERIOD)
        made.image(cv2.resize(images[0][0], (320, 200)), START + 3 * PERIOD)   # of another size
        image = made.message('sensor_msgs/msg/Image', header=made.header(START + 4 * PERIOD),
                             height=480, width=640, encoding='bgr8', is_bigendian=0, step=1920,
                             data=np.zeros(100, np.uint8))
        made.write(IMAGE, image, START + 4 * PERIOD)
        made.image(images[0][0], START + 5 * PERIOD)
    assert run(made.path, tmp_path / 'out', '--params-file', parameters) == 0
    assert 'left out 1: ' in capsys.readouterr().out
    seen = seen_in(tmp_path / 'out')
    assert [(one.stamp - START) // PERIOD for one in seen] == [0, 1, 2, 3, 5]
    assert all(np.isnan(one.people.position).all() for one in seen)     # no calibration


@pytest.mark.parametrize('arguments, why', [
    (['-r', 'image:=/nothing'], 'has no topic /nothing: its topics are'),
    (['-r', 'image:=' + INFO], 'is of type sensor_msgs/msg/CameraInfo, not'),
    (['-r', 'picture:=' + IMAGE], 'there is no topic picture to remap'),
    (['--params-file', 'nothing.yaml'], 'nothing.yaml is no file of parameters'),
    (['--params-file', 'WRONG'], 'there is no parameter network_heigth; did you mean '
                                 'network_height?')])
def test_what_cannot_be_done_is_a_line(tmp_path, images, capsys, arguments, why):
    path = make(tmp_path / 'in', 'mcap', images[:1])
    wrong = tmp_path / 'wrong.yaml'
    wrong.write_text(TWO.replace('height', 'heigth'))
    assert run(path, tmp_path / 'out', *[str(wrong) if word == 'WRONG' else word
                                         for word in arguments]) == 2
    error = capsys.readouterr().err.strip().split('\n')[-1]
    assert why in error
    assert not (tmp_path / 'out' / 'openpose.mcap').exists()


def test_depth_and_calibration_come_before_their_image(tmp_path):
    tiny = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint16)
    path = make(tmp_path / 'in', 'mcap', [tiny] * 3)
    with Recording(path) as recording:
        topics = choose_topics(recording, [('depth', DEPTH)])
        order = [(one.role, (one.stamp - START) // 10000000)
                 for one in heard(recording, topics, .05)]
    assert order[1:] == [('camera_info', 0), ('depth', 1), ('image', 0), ('camera_info', 10),
                         ('depth', 11), ('image', 10), ('camera_info', 20), ('depth', 21),
                         ('image', 20)]


def test_transforms_are_taken_between_those_recorded(tmp_path):
    quarter = np.sin(np.pi / 4.)
    with Made(tmp_path / 'in', 'mcap') as made:
        made.transform('base', 'camera', (0., 0., 1.), (0., 0., 0., 1.), START, '/tf_static')
        made.transform('odom', 'base', (0., 0., 0.), (0., 0., 0., 1.), START)
        made.transform('odom', 'base', (2., 0., 0.), (0., 0., quarter, quarter), START + PERIOD)
        made.transform('odom', 'base', (4., 0., 0.), (0., 0., 0., 1.), START + 50 * PERIOD)
        stamps = [made.message('builtin_interfaces/msg/Time', sec=time // 10 ** 9,
                               nanosec=time % 10 ** 9)
                  for time in (START + PERIOD // 2, START + 9 * PERIOD, START - PERIOD)]
    with Recording(made.path) as recording:
        frames = RecordedFrames(recording)
    pose = frames.pose('odom', 'camera', stamps[0])
    np.testing.assert_allclose(pose.translation, (1., 0., 1.), atol=1e-9)
    np.testing.assert_allclose(pose.rotation[:2, 0], (np.cos(np.pi / 4.),) * 2, atol=1e-9)
    back = frames.pose('camera', 'odom', stamps[0])
    np.testing.assert_allclose(back.rotation.dot(pose.translation) + back.translation, 0.,
                               atol=1e-9)
    for stamp in stamps[1:]:
        with pytest.raises(FrameError, match='no transform'):
            frames.pose('odom', 'camera', stamp)
    with pytest.raises(FrameError, match='hangs from'):
        frames.pose('odom', 'elsewhere', stamps[0])
