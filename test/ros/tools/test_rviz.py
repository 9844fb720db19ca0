"""RViz's fixed frame is one that exists, and a camera that hangs nowhere is stood upright.

RViz itself is a stand-in that writes down how it was started; the node is the installed one.
"""
import os
import signal
import subprocess

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from ament_index_python.packages import get_package_prefix  # noqa: E402
from node_process import TIMEOUT, Peer  # noqa: E402
from scipy.spatial.transform import Rotation  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.msg import SkeletonArray  # noqa: E402
from openpose_ros.ros.tools.rviz import (LEVEL, OPTICAL, Standing,  # noqa: E402
                                         standing)

EYE = 'camera_color_optical_frame'
REALSENSE = {EYE: 'camera_color_frame', 'camera_color_frame': 'camera_link'}
ROBOT = dict(REALSENSE, camera_link='base_link', base_link='odom', odom='map')
STAND_IN = '#!/bin/sh\necho "$@" > "{}/started"\nexec sleep 1000\n'


@pytest.mark.parametrize('frame, parents, height, expected', [
    ('eye', {}, None, Standing('map', 'eye', OPTICAL)),
    (EYE, {}, 1.4, Standing('map', EYE, OPTICAL)),
    (EYE, {'base_link': 'map'}, None, Standing('openpose_map', EYE, OPTICAL)),
    (EYE, REALSENSE, None, Standing('camera_link')),
    (EYE, REALSENSE, 1.2, Standing('map', 'camera_link', LEVEL)),
    (EYE, ROBOT, None, Standing('map')),
    (EYE, ROBOT, 1.2, Standing('map')),
    ('odom', ROBOT, None, Standing('map')),
    ('a', {'a': 'b', 'b': 'a'}, None, Standing('b'))])
def test_the_fixed_frame_is_the_root_of_what_there_is(frame, parents, height, expected):
    assert standing(frame, parents, height) == expected


def test_an_optical_frame_is_stood_upright():
    turn = Rotation.from_quat(OPTICAL)
    # Forward of the camera is x of the map, its down is the map's -z, its right is the map's -y.
    assert turn.apply((0., 0., 1.)).round(9).tolist() == [1., 0., 0.]
    assert turn.apply((0., 1., 0.)).round(9).tolist() == [0., 0., -1.]
    assert turn.apply((1., 0., 0.)).round(9).tolist() == [0., -1., 0.]


@pytest.fixture
def peer(ros):
    peer = Peer()
    yield peer
    peer.close()


def test_it_opens_in_that_frame_and_ends_with_it(peer, tmp_path):
    stand_in = tmp_path / 'rviz2'
    stand_in.write_text(STAND_IN.format(tmp_path))
    stand_in.chmod(0o755)
    executable = os.path.join(get_package_prefix('openpose_ros'), 'lib', 'openpose_ros', 'rviz')
    publisher = peer.node.create_publisher(SkeletonArray, '/front/openpose/skeletons', 5)
    with open(str(tmp_path / 'log'), 'w') as log:
        process = subprocess.Popen(
            [executable, '--fixed-frame', '', '--camera-height', '1.4', '--ros-args', '-r',
             '__ns:=/front'], cwd=str(tmp_path), stdout=log, stderr=log,
            env=dict(os.environ, PATH='{}:{}'.format(tmp_path, os.environ['PATH'])))
    try:
        message = SkeletonArray(header=Header(frame_id='eye'))
        peer.until((tmp_path / 'started').exists, lambda: publisher.publish(message))
        peer.until(lambda: (tmp_path / 'started').read_text())
        started = (tmp_path / 'started').read_text()
        assert '-f map' in started and 'config/openpose.rviz' in started
        assert '-r /openpose/markers:=/front/openpose/markers' in started
        said = (tmp_path / 'log').read_text()
        assert 'RViz shows the people in the frame map' in said
        assert 'nobody says' in said
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT) == 0


def test_it_publishes_the_transform(peer, tmp_path):
    tf2_msgs = pytest.importorskip('tf2_msgs.msg', reason='tf2_msgs is not installed')
    from rclpy.qos import DurabilityPolicy, QoSProfile
    stand_in = tmp_path / 'rviz2'
    stand_in.write_text(STAND_IN.format(tmp_path))
    stand_in.chmod(0o755)
    heard = []
    peer.node.create_subscription(
        tf2_msgs.TFMessage, '/tf_static', heard.append,
        QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
    executable = os.path.join(get_package_prefix('openpose_ros'), 'lib', 'openpose_ros', 'rviz')
    publisher = peer.node.create_publisher(SkeletonArray, 'openpose/skeletons', 5)
    process = subprocess.Popen(
        [executable], cwd=str(tmp_path),
        env=dict(os.environ, PATH='{}:{}'.format(tmp_path, os.environ['PATH'])))
    try:
        peer.until(lambda: heard,
                   lambda: publisher.publish(SkeletonArray(header=Header(frame_id='eye'))))
        transform, = heard[0].transforms
        assert (transform.header.frame_id, transform.child_frame_id) == ('map', 'eye')
        assert transform.transform.translation.z == 1.
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT) == 0
