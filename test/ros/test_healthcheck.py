"""The images' health check, against the real node."""
import os
import subprocess
import sys
import threading

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import numpy as np  # noqa: E402
from node_process import NodeProcess, Peer  # noqa: E402

SCRIPT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..', 'docker',
                                      'healthcheck.py'))
IMAGE = np.full((96, 128, 3), 90, np.uint8)


def check(folder, node_name, seconds):
    """Exit status and last line of the health check, run elsewhere than in the sources."""
    result = subprocess.run([sys.executable, SCRIPT, node_name, str(seconds)], cwd=str(folder),
                            stdout=subprocess.PIPE, timeout=60.)
    return result.returncode, result.stdout.decode().strip()


@pytest.fixture
def peer(ros, tmp_path):
    """Plays the camera of a node that runs until the test ends."""
    process = NodeProcess(tmp_path, {'network_height': 64, 'warm_up_width': 128,
                                     'warm_up_height': 96})
    peer = Peer()
    yield peer
    peer.close()
    process.kill()


def test_a_node_is_well_while_it_looks_at_images(peer, tmp_path):
    peer.until(lambda: peer.state() == 'active')
    assert check(tmp_path, '/openpose', 20.) == (1, 'nobody publishes images')

    answers = []
    asking = threading.Thread(target=lambda: answers.append(check(tmp_path, '/openpose', 20.)))
    skeletons = peer.listen('openpose/skeletons')
    peer.show_until(lambda: len(skeletons) > 3, IMAGE)
    asking.start()
    peer.show_until(lambda: answers, IMAGE)
    asking.join()
    assert answers == [(0, 'looking at images')]


def test_a_node_that_is_silent_is_not_well(ros, tmp_path):
    assert check(tmp_path, '/other/openpose', 1.) == (
        1, 'no report of /other/openpose on /diagnostics in 1 s')
