"""The launch files, parsed and run."""
import os
import signal
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

pytest.importorskip('launch', reason='launch is not installed')
pytest.importorskip('launch_ros', reason='launch_ros is not installed')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from ament_index_python.packages import get_package_share_directory   # noqa: E402
from launch import LaunchContext   # noqa: E402
from launch.launch_description_sources import (   # noqa: E402
    get_launch_description_from_python_launch_file)
from lifecycle_msgs.srv import GetState   # noqa: E402
from sensor_msgs.msg import Image   # noqa: E402

FILES = ('launch/openpose.launch.py', 'launch/demo.launch.py', 'examples/two_cameras.launch.py')
TIMEOUT = 60.   # s
RUN = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
arguments = [argument.split(':=') for argument in sys.argv[2:]]
service = LaunchService()
service.include_launch_description(LaunchDescription([IncludeLaunchDescription(
    PythonLaunchDescriptionSource(sys.argv[1]), launch_arguments=arguments)]))
sys.exit(service.run())
"""


def path_of(name):
    return os.path.join(get_package_share_directory('openpose_ros'), name)


@pytest.fixture
def launched(tmp_path):
    """Function that runs a launch file with arguments; it is ended as by Ctrl-C."""
    processes = []

    def launcher(name, *arguments):
        processes.append(subprocess.Popen(
            [sys.executable, '-c', RUN, path_of(name)] + list(arguments), cwd=str(tmp_path),
            start_new_session=True))

    yield launcher
    for process in processes:
        os.killpg(process.pid, signal.SIGINT)   # a terminal's Ctrl-C reaches all of them
        assert process.wait(TIMEOUT) == 0


def state_of(ros, node, name):
    """The label of the state of a lifecycle node, once it answers."""
    client = node.create_client(GetState, name + '/get_state')
    assert client.wait_for_service(TIMEOUT), '{} did not start'.format(name)
    future = client.call_async(GetState.Request())
    ros.spin_until_future_complete(node, future, timeout_sec=TIMEOUT)
    return future.result().current_state.label


@pytest.mark.parametrize('name', FILES)
def test_every_argument_is_described(name):
    description = get_launch_description_from_python_launch_file(path_of(name))
    for argument in description.get_launch_arguments():
        assert argument.description, argument.name


def test_the_arguments_are_those_that_were_promised():
    description = get_launch_description_from_python_launch_file(path_of(FILES[0]))
    assert {argument.name for argument in description.get_launch_arguments()} == {
        'namespace', 'image', 'depth', 'camera_info', 'model', 'params_file', 'rviz', 'autostart',
        'log_level'}
    assert description.visit(LaunchContext())


def test_the_node_starts_in_its_namespace_on_the_camera_s_topics(ros, launched):
    node = ros.create_node('launch_test')
    launched(FILES[0], 'namespace:=robot', 'image:=camera/image_raw', 'autostart:=false')
    assert state_of(ros, node, '/robot/openpose') == 'unconfigured'


def test_two_cameras_have_a_node_each(ros, launched):
    node = ros.create_node('launch_test')
    launched(FILES[2])
    for camera in ('front', 'rear'):
        assert state_of(ros, node, '/{}/openpose'.format(camera))


def test_the_demo_plays_into_the_node(ros, launched, tmp_path):
    cv2.imwrite(str(tmp_path / 'picture.png'), np.zeros((48, 64, 3), np.uint8))
    node = ros.create_node('launch_test')
    pictures = []
    node.create_subscription(Image, 'image_raw', pictures.append, 10)
    launched(FILES[1], 'source:=' + str(tmp_path), 'rviz:=false')
    end = time.monotonic() + TIMEOUT
    while not pictures and time.monotonic() < end:
        ros.spin_once(node, timeout_sec=.1)
    assert pictures
    assert state_of(ros, node, '/openpose')
