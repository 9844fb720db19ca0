"""Tests over real DDS talk among themselves only."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))   # lets the tests import node_process.py


def pytest_configure():
    # A domain of this test run's own, of those that Linux has ports for (0 to 101).
    os.environ['ROS_DOMAIN_ID'] = str(1 + os.getpid() % 100)


@pytest.fixture
def ros():
    """rclpy, started for one test, with the transport that carries images."""
    yield from _started()


@pytest.fixture(scope='module')
def ros_for_all():
    """The same for all tests of a file."""
    yield from _started()


def _started():
    rclpy = pytest.importorskip('rclpy', reason='ROS 2 is not here')
    pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
    from rclpy.signals import SignalHandlerOptions

    from openpose_ros.ros.process import transport
    transport.carry_images()
    # With rclpy's own handlers a SIGTERM (of a time limit, say) does not end the run: it shuts down
    # what the test at hand uses, which fails for that, and the run goes on.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    yield rclpy
    rclpy.try_shutdown()
