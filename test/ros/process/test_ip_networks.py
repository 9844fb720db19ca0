"""The node says when a network has come up that it takes no part in."""
import os
import sys

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import hosts  # noqa: E402
from host_processes import start_node, wait_until  # noqa: E402

from openpose_ros.ros.process import ip_networks  # noqa: E402

needs_hosts = pytest.mark.skipif(bool(hosts.why_not()), reason=hosts.why_not())

UP = 'from openpose_ros.ros.process import ip_networks; print(sorted(ip_networks.up()))'


def printed(host, folder):
    """What ip_networks.up() is on a host."""
    log = os.path.join(str(folder), 'up.log')
    assert host.start([sys.executable, '-c', UP], log).wait(30.) == 0
    with open(log, encoding='utf-8') as file:
        return file.read().strip()


@needs_hosts
def test_a_network_that_comes_up_late_is_in_the_log(tmp_path):
    with hosts.Network() as network:
        robot = network.host()
        assert printed(robot, tmp_path) == "[('eth0', '10.77.0.1')]"
        network.cut(robot)
        assert printed(robot, tmp_path) == '[]'
        start_node(robot, str(tmp_path), {'network_height': '64'})
        network.join(robot)
        log = tmp_path / 'openpose.log'
        wait_until(lambda: 'eth0 (10.77.0.1) came up after the start' in log.read_text())
        robot.call('ip', 'address', 'flush', 'dev', 'eth0')
        robot.call('ip', 'address', 'add', '10.77.0.50/24', 'dev', 'eth0')
        wait_until(lambda: 'eth0 (10.77.0.50) came up after the start' in log.read_text())
        assert log.read_text().count('came up after the start') == 2


def test_it_is_said_on_every_middleware(ros, capfd):
    """The network that this machine has, to a process that began before it."""
    if not ip_networks.up():
        pytest.skip('this machine has no network')
    node = ros.create_node('early')
    watch = ip_networks.Watch(node, frozenset())
    assert len(list(node.timers)) == 1
    capfd.readouterr()
    watch._look()
    said = capfd.readouterr().err
    for name, address in ip_networks.up():
        assert '{} ({}) came up after the start'.format(name, address) in said
    watch._look()
    assert 'came up' not in capfd.readouterr().err
    node.destroy_node()
