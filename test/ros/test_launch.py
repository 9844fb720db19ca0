"""The launch files are run where launch and launch_ros are installed (they are not on PyPI)."""
import glob
import os
import signal
import subprocess
import sys

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
pytest.importorskip('launch', reason='launch is not installed')
pytest.importorskip('launch_ros', reason='launch_ros is not installed')
from ament_index_python.packages import \
    get_package_share_directory  # noqa: E402
from node_process import TIMEOUT, Peer  # noqa: E402

from launch.launch_description_sources import \
    PythonLaunchDescriptionSource  # noqa: E402

SHARE = get_package_share_directory('openpose_ros')
FILES = {os.path.basename(path): path for path in glob.glob(
    os.path.join(SHARE, '*', '*.launch.py'))}
RUN = '''
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
service = LaunchService()
service.include_launch_description(LaunchDescription([IncludeLaunchDescription(
    PythonLaunchDescriptionSource(sys.argv[1]),
    launch_arguments=[argument.split(':=') for argument in sys.argv[2:]])]))
sys.exit(service.run())
'''


@pytest.fixture
def launched(tmp_path):
    """Function that launches a file with arguments name:=value; what runs is ended."""
    processes = []

    def launch(name, *arguments):
        processes.append(subprocess.Popen(
            [sys.executable, '-c', RUN, FILES[name]] + list(arguments), cwd=str(tmp_path)))
        return processes[-1]
    yield launch
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(TIMEOUT)


@pytest.fixture
def peer(ros):
    peer = Peer()
    yield peer
    peer.close()


def test_every_launch_file_is_installed_and_can_be_read():
    assert set(FILES) == {'openpose.launch.py', 'approach.launch.py', 'demo.launch.py',
                          'two_cameras.launch.py'}
    for path in FILES.values():
        source = PythonLaunchDescriptionSource(path)
        for argument in source.try_get_launch_description_without_context().get_launch_arguments():
            assert argument.description


def test_one_node_is_launched_with_what_it_was_given(peer, launched, tmp_path):
    parameters = tmp_path / 'mine.yaml'
    parameters.write_text('/**:\n  ros__parameters:\n    network_height: 96\n'
                          '    approach.distance: 0.9\n')
    process = launched('openpose.launch.py', 'image:=/eye/image_raw', 'log_level:=warn',
                       'params_file:={}'.format(parameters), 'model:=mobilenet_v2_small')
    # Without a publisher it does not know yet which type to subscribe to.
    peer.until(lambda: peer.state() == 'active')
    assert peer.get('network_height', 'approach.distance', 'model') == [
        96, .9, 'mobilenet_v2_small']
    process.send_signal(signal.SIGINT)
    assert process.wait(TIMEOUT) == 0


def test_it_waits_for_its_manager_if_asked_to(peer, launched):
    launched('openpose.launch.py', 'autostart:=false')
    assert peer.state() == 'unconfigured'


def test_two_cameras_have_a_node_each(peer, launched):
    launched('two_cameras.launch.py')
    peer.until(lambda: all(peer.node.count_publishers('/{}/openpose/skeletons'.format(camera)) == 1
                           for camera in ('front', 'rear')))
