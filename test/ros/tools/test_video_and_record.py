"""The nodes `video` and `record` as processes, over real DDS."""
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
from processes import end  # noqa: E402
from rclpy.qos import qos_profile_sensor_data  # noqa: E402
from sensor_msgs.msg import CameraInfo, CompressedImage, Image  # noqa: E402

from openpose_ros.msg import Skeleton, SkeletonArray  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.tools import mp4  # noqa: E402
from openpose_ros.ros.tools.bag import Bag, definition  # noqa: E402
from openpose_ros.ros.tools.record import (EvenlySpread,  # noqa: E402
                                           OverlayVideo)

TIMEOUT = 30.   # s


@pytest.fixture
def start(tmp_path):
    """Function that starts a module of openpose_ros.ros as a process; what runs is ended."""
    processes = []

    def starter(module, *arguments):
        # Elsewhere than in the sources, so that the installed package is the one that runs.
        processes.append(subprocess.Popen(
            [sys.executable, '-m', 'openpose_ros.ros.tools.' + module] + list(arguments),
            cwd=str(tmp_path), stderr=subprocess.PIPE))
        return processes[-1]

    yield starter
    end(processes)


def spin_until(ros, node, reached):
    """Let a node work until `reached()`; fails after a while."""
    end = time.monotonic() + TIMEOUT
    while not reached():
        assert time.monotonic() < end, 'nothing came'
        ros.spin_once(node, timeout_sec=.1)


def folder_of_images(path, count, shape):
    """Images whose first pixel is their number; the rest is noise."""
    path.mkdir()
    pixels = np.random.RandomState(1).randint(0, 256, shape + (3,)).astype(np.uint8)
    for number in range(count):
        pixels[0, 0] = number
        cv2.imwrite(str(path / '{:03}.bmp'.format(number)), pixels)
    return str(path)


# ---- video

def test_every_one_of_60_images_of_1280x720_arrives(ros, start, tmp_path):
    node = ros.create_node('camera_test')
    numbers = []
    node.create_subscription(Image, 'image_raw',
                             lambda message: numbers.append(message.data[0]),
                             qos_profile_sensor_data)
    video = start('video', folder_of_images(tmp_path / 'images', 60, (720, 1280)),
                  '--rate', '20', '--wait', '1')
    spin_until(ros, node, lambda: video.poll() is not None)
    assert numbers == list(range(60))
    assert video.returncode == 0


def test_image_depth_and_calibration_have_the_same_stamp(ros, start, tmp_path):
    image_paths = folder_of_images(tmp_path / 'images', 3, (48, 64))
    (tmp_path / 'depth').mkdir()
    for number in range(3):
        cv2.imwrite(str(tmp_path / 'depth' / '{}.png'.format(number)),
                    np.full((48, 64), 1000 + number, np.uint16))
    node = ros.create_node('camera_test')
    came = {'image_raw': [], 'depth/image_raw': [], 'camera_info': []}
    for topic, kind in (('image_raw', Image), ('depth/image_raw', Image),
                        ('camera_info', CameraInfo)):
        node.create_subscription(kind, topic, came[topic].append, 10)
    start('video', image_paths, '--depth-folder', str(tmp_path / 'depth'), '--hfov', '90', '--loop',
          '--frame-id', 'eye', '--rate', '20')
    spin_until(ros, node, lambda: all(len(messages) >= 8 for messages in came.values()))
    stamps = [{(message.header.stamp.sec, message.header.stamp.nanosec) for message in messages}
              for messages in came.values()]
    assert len(stamps[0] & stamps[1] & stamps[2]) >= 7
    assert {message.header.frame_id for messages in came.values() for message in messages} == \
        {'eye'}
    pair = {message.header.stamp.nanosec: message for message in came['image_raw']}
    for depth in came['depth/image_raw']:
        if depth.header.stamp.nanosec in pair:
            number = pair[depth.header.stamp.nanosec].data[0]
            assert (images.read_depth(depth) == 1000 + number).all()
    info = came['camera_info'][0]
    assert (info.width, info.height) == (64, 48)
    np.testing.assert_allclose(info.k, [32., 0., 31.5, 0., 32., 23.5, 0., 0., 1.])
    np.testing.assert_allclose(info.p, [32., 0., 31.5, 0., 0., 32., 23.5, 0., 0., 0., 1., 0.])
    np.testing.assert_allclose(info.r, np.eye(3).ravel())


def test_who_asks_for_compressed_images_gets_jpeg(ros, start, tmp_path):
    (tmp_path / 'images').mkdir()
    for number in range(3):
        cv2.imwrite(str(tmp_path / 'images' / '{}.png'.format(number)),
                    np.full((48, 64, 3), 40 * number, np.uint8))
    node = ros.create_node('camera_test')
    image_paths, infos = [], []
    node.create_subscription(CompressedImage, 'image_raw/compressed', image_paths.append, 10)
    node.create_subscription(CameraInfo, 'camera_info', infos.append, 10)
    video = start('video', 'images', '--wait', '1')
    spin_until(ros, node, lambda: video.poll() is not None)
    assert [int(round(images.read_image(message).mean())) for message in image_paths] == [0, 40, 80]
    assert all(bytes(message.data[:2]) == b'\xff\xd8' and 'jpeg' in message.format
               for message in image_paths)
    assert [message.header.stamp for message in image_paths][-1] == infos[-1].header.stamp


def test_an_uncalibrated_camera_says_so_with_zeros(ros, start, tmp_path):
    node = ros.create_node('camera_test')
    infos = []
    node.create_subscription(CameraInfo, 'camera_info', infos.append, 10)
    start('video', folder_of_images(tmp_path / 'images', 1, (48, 64)), '--loop')
    spin_until(ros, node, lambda: infos)
    assert not np.any(infos[0].k) and not np.any(infos[0].p) and len(infos[0].d) == 0
    assert (infos[0].width, infos[0].height) == (64, 48)


def test_images_that_are_too_high_are_halved_with_their_calibration(ros, start, tmp_path):
    node = ros.create_node('camera_test')
    came, infos = [], []
    node.create_subscription(Image, 'image_raw', came.append, 10)
    node.create_subscription(CameraInfo, 'camera_info', infos.append, 10)
    start('video', folder_of_images(tmp_path / 'images', 1, (48, 64)), '--loop', '--hfov', '90',
          '--max-height', '40')
    spin_until(ros, node, lambda: came and infos)
    assert (came[0].width, came[0].height) == (infos[0].width, infos[0].height) == (32, 24)
    np.testing.assert_allclose(infos[0].k, [16., 0., 15.5, 0., 16., 11.5, 0., 0., 1.])


@pytest.mark.parametrize('arguments', [
    ['nothing.mp4'], ['.'], ['images', '--hfov', '200'],
    ['images', '--camera-info', 'nothing.yaml'], ['images', '--rate', '0'],
    ['images', '--max-height', '0']])
def test_what_cannot_be_played_ends_with_one_line_and_2(start, tmp_path, arguments):
    folder_of_images(tmp_path / 'images', 1, (48, 64))
    video = start('video', *arguments)
    error = video.communicate(timeout=TIMEOUT)[1].decode()
    assert video.returncode == 2
    assert 'error: ' in error.splitlines()[-1] and 'Traceback' not in error


# ---- record

def publish_a_second(ros, count=30):
    """Publish skeletons and overlays of the node `openpose`, stamped 1/30 s apart."""
    node = ros.create_node('openpose')
    skeletons = node.create_publisher(SkeletonArray, '~/skeletons', 1000)
    overlays = node.create_publisher(Image, '~/overlay', 30)
    spin_until(ros, node, lambda: overlays.get_subscription_count() and
               skeletons.get_subscription_count())
    pixels = np.random.RandomState(1).randint(0, 256, (120, 160, 3)).astype(np.uint8)
    for number in range(count):
        array = SkeletonArray(image_width=64, image_height=48, skeletons=[Skeleton(id=number)])
        array.header.stamp.sec = 1000
        array.header.stamp.nanosec = number * 33333333
        skeletons.publish(array)
        pixels[0, 0] = number
        overlays.publish(images.write_image(pixels, array.header))
        time.sleep(.02)
    time.sleep(.5)


@pytest.mark.parametrize('end', [signal.SIGINT, signal.SIGTERM])
def test_a_recording_is_a_rosbag2_a_video_and_images(ros, start, tmp_path, end):
    rosbags = pytest.importorskip('rosbags.highlevel')
    record = start('record', '--output', 'recording')
    publish_a_second(ros)
    record.send_signal(end)
    assert record.wait(TIMEOUT) == 0
    folder = tmp_path / 'recording'
    assert sorted(os.listdir(str(folder))) == [
        'metadata.yaml', 'overlay.mp4', 'overlay_1.png', 'overlay_2.png', 'overlay_3.png',
        'skeletons.mcap']
    with rosbags.AnyReader([folder]) as reader:
        assert set(reader.topics) >= {'/openpose/skeletons', '/openpose/overlay/compressed'}
        connections = reader.topics['/openpose/skeletons'].connections
        arrays = [reader.deserialize(data, connection.msgtype)
                  for connection, _, data in reader.messages(connections)]
    assert [array.skeletons[0].id for array in arrays] == list(range(30))
    assert len(arrays[0].skeletons[0].keypoints) == 18
    capture = cv2.VideoCapture(str(folder / 'overlay.mp4'))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == pytest.approx(30, abs=1)
    greys = [cv2.imread(str(folder / 'overlay_{}.png'.format(n)))[0, 0, 0] for n in (1, 2, 3)]
    np.testing.assert_allclose(greys, [5, 15, 25], atol=3)


def test_foxgloves_reader_finds_the_definitions_in_the_file(tmp_path):
    decoder = pytest.importorskip('mcap_ros2.reader')
    from rclpy.serialization import serialize_message
    bag = Bag(str(tmp_path), 'skeletons')
    topic = bag.add_topic('/openpose/skeletons', 'openpose_ros/msg/SkeletonArray')
    bag.write(topic, serialize_message(SkeletonArray(skeletons=[Skeleton(id=7)])), 10 ** 18)
    bag.close()
    found = list(decoder.read_ros2_messages(str(tmp_path / 'skeletons.mcap')))
    assert [message.ros_msg.skeletons[0].id for message in found] == [7]


def test_a_definition_has_that_of_every_part_once():
    text = definition('openpose_ros/msg/SkeletonArray')
    names = [line.split()[1] for line in text.splitlines() if line.startswith('MSG: ')]
    assert sorted(names) == sorted(set(names))
    assert set(names) == {
        'builtin_interfaces/Time', 'geometry_msgs/Point', 'geometry_msgs/Pose',
        'geometry_msgs/PoseWithCovariance', 'geometry_msgs/Quaternion', 'geometry_msgs/Vector3',
        'openpose_ros/Keypoint', 'openpose_ros/Skeleton', 'sensor_msgs/RegionOfInterest',
        'std_msgs/Header'}


def test_a_slow_overlay_keeps_the_pace_of_its_stamps(tmp_path):
    video = OverlayVideo(str(tmp_path / 'overlay'), 30.)
    grey = np.full((48, 64, 3), 10, np.uint8)
    for number, stamp in enumerate((5., 5.5, 6., 5.9, 1000., 1001.25)):     # a jump back, a gap
        video.add(number * grey, stamp)
    video.add(60 * np.ones((24, 32, 3), np.uint8), 1001.5)  # the camera's resolution changed
    video.close()
    capture = cv2.VideoCapture(str(tmp_path / 'overlay.mp4'))
    times, greys = [], []
    while True:
        read, image = capture.read()
        if not read:
            break
        times.append(1e-3 * capture.get(cv2.CAP_PROP_POS_MSEC))
        greys.append(image.mean())
    np.testing.assert_allclose(times, [0., .5, 1., 3., 4.25, 4.5], atol=.002)
    np.testing.assert_allclose(greys, [0., 10., 30., 40., 50., 60.], atol=4.)
    assert os.listdir(str(tmp_path)) == ['overlay.mp4']


def test_a_file_of_another_form_gets_no_other_times(tmp_path):
    video = OverlayVideo(str(tmp_path / 'overlay'), 30.)
    for number in range(3):
        video.add(np.zeros((48, 64, 3), np.uint8), float(number))
    video.close()
    path = tmp_path / 'overlay.mp4'
    whole = path.read_bytes()
    with pytest.raises(ValueError, match='number of images'):
        mp4.set_durations(str(path), [1., 1.])
    for data in (b'', b'no video', whole[:-20], whole.replace(b'moov', b'free'),
                 whole.replace(b'mdhd', b'free')):
        path.write_bytes(data)
        with pytest.raises(ValueError):
            mp4.set_durations(str(path), [1., 1., 1.])
        assert path.read_bytes() == data


@pytest.mark.parametrize('length, expected', [
    (0, []), (1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (9, [1, 4, 7])])
def test_few_are_evenly_spread(length, expected):
    spread = EvenlySpread(3)
    for item in range(length):
        spread.add(item)
    assert spread.chosen() == expected


def test_three_of_many_are_about_a_third_apart():
    spread = EvenlySpread(3)
    for item in range(1000):
        spread.add(item)
    np.testing.assert_allclose(spread.chosen(), [167, 500, 833], atol=100)
    assert len(spread._kept) <= 12
