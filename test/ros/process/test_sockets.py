"""The room of this process's sockets is known, and what the kernel dropped is said."""
import os
import socket
import time

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from rclpy.utilities import get_rmw_implementation_identifier  # noqa: E402

from openpose_ros.ros.process import sockets, transport  # noqa: E402

CYCLONE = 'rmw_cyclonedds_cpp'


@pytest.fixture
def narrow():
    """A socket with the least room that the kernel gives."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.bind(('127.0.0.1', 0))
        yield made


def flood(receiver):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(50):
            sender.sendto(bytes(1000), receiver.getsockname())


def test_what_is_dropped_is_counted_for_the_socket_that_lost_it(narrow):
    inode = os.fstat(narrow.fileno()).st_ino
    assert sockets.udp_sockets()[inode] == 4096
    assert sockets.dropped()[inode] == 0
    flood(narrow)
    assert 0 < sockets.dropped()[inode] < 50


def test_a_socket_of_tcp_is_none_of_them():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as made:
        assert os.fstat(made.fileno()).st_ino not in sockets.udp_sockets()


def test_the_node_s_log_says_what_got_lost_and_what_to_type(ros, narrow, capfd):
    node = ros.create_node('watched')
    watch = sockets.Watch(node)
    capfd.readouterr()
    watch._look()
    assert 'get lost' not in capfd.readouterr().err
    flood(narrow)
    watch._look()
    said = capfd.readouterr().err
    assert 'images get lost: the kernel dropped' in said
    flood(narrow)
    watch._look()       # once a minute is enough
    assert 'get lost' not in capfd.readouterr().err
    node.destroy_node()


@pytest.mark.parametrize('allowed, room, middleware, expected', [
    ('212992', 212992, CYCLONE, 'sudo sysctl -w net.core.rmem_max=4194304'),
    ('212992', 212992, 'rmw_fastrtps_cpp', 'sudo sysctl -w net.core.rmem_max=4194304'),
    ('4194304', 1048576, CYCLONE, "export CYCLONEDDS_URI='<CycloneDDS>"),
    ('4194304', 212992, 'rmw_fastrtps_cpp', 'in the transport that you chose'),
    ('4194304', 4194304, CYCLONE, 'image_transport')])
def test_the_advice_fits_what_is_too_small(tmp_path, monkeypatch, allowed, room, middleware,
                                           expected):
    (tmp_path / 'rmem_max').write_text(allowed + '\n')
    monkeypatch.setattr(sockets, '_ALLOWED', str(tmp_path / 'rmem_max'))
    assert expected in sockets.advice(room, middleware)


@pytest.mark.parametrize('size, warned', [(212992, True), (transport.RECEIVED, False)])
def test_on_cyclone_too_little_room_is_said_at_the_start(monkeypatch, capfd, size, warned):
    if CYCLONE not in get_rmw_implementation_identifier():
        pytest.skip('the middleware is not CycloneDDS')
    import rclpy
    monkeypatch.setenv('CYCLONEDDS_URI', transport.SOCKETS.format(size))
    rclpy.init()
    node = rclpy.create_node('watched')
    capfd.readouterr()
    sockets.Watch(node)
    time.sleep(.2)
    assert ('images of other processes may get lost' in capfd.readouterr().err) == warned
    node.destroy_node()
    rclpy.shutdown()
