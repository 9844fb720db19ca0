"""The images' health check, against a node that reports as `openpose` does."""
import os
import subprocess
import sys
import threading

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus  # noqa: E402

SCRIPT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..', 'docker',
                                      'healthcheck.py'))


def check(node_name, seconds):
    """Exit status and output of the health check."""
    result = subprocess.run([sys.executable, SCRIPT, node_name, str(seconds)],
                            stdout=subprocess.PIPE, timeout=60.)
    return result.returncode, result.stdout.decode().strip()


@pytest.fixture
def report(ros):
    """Publishes this status as /openpose's, several times a second, until the test ends."""
    node = ros.create_node('reporter')
    publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 5)
    ended = threading.Event()
    threads = []

    def publish(level, message):
        status = DiagnosticStatus(level=level, name='/openpose: perception', message=message)
        while not ended.wait(.2):
            publisher.publish(DiagnosticArray(status=[status]))

    def start(level, message):
        threads.append(threading.Thread(target=publish, args=(level, message)))
        threads[0].start()

    yield start
    ended.set()
    for thread in threads:
        thread.join()
    node.destroy_node()


def test_a_node_that_looks_at_images_is_well(report):
    report(DiagnosticStatus.OK, 'looking at images')
    assert check('/openpose', 20.) == (0, 'looking at images')


def test_a_node_without_images_is_not(report):
    report(DiagnosticStatus.ERROR, 'nobody publishes images')
    assert check('/openpose', 20.) == (1, 'nobody publishes images')


def test_nor_is_one_that_is_silent(report):
    report(DiagnosticStatus.OK, 'looking at images')
    assert check('/other/openpose', 1.) == (
        1, 'no report of /other/openpose on /diagnostics in 1 s')
