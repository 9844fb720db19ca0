"""The node's states and its end, as a process over real DDS."""
import importlib.util
import signal

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import resources  # noqa: E402
from node_process import NODE, NodeProcess, Peer  # noqa: E402

GREY = np.full((96, 128, 3), 128, np.uint8)
# Small images and a small network: what is tested here is not what the node sees.
SMALL = {'network_height': 96, 'warm_up_width': 128, 'warm_up_height': 96}
# Forty passes of a large network: what takes half a minute stands for a slow disk, or a slow GPU.
SLOW = {'network_height': 736, 'scales': '[{}]'.format(', '.join(['1.0'] * 40))}
END = 2.    # s from the signal to the end


@pytest.fixture
def start(tmp_path):
    """Function that starts a node with these parameters; what runs at the end is killed."""
    started = []

    def starter(**parameters):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(NodeProcess(folder, parameters))
        return started[-1]
    yield starter
    for process in started:
        process.kill()


@pytest.fixture
def peer(ros):
    peer = Peer()
    yield peer
    peer.close()


def test_the_transitions_do_what_they_say(peer, start):
    process = start(autostart='false', **SMALL)
    skeletons = peer.listen(NODE + '/skeletons')
    assert peer.state() == 'unconfigured'
    assert peer.node.count_subscribers('image') == 0
    assert peer.change_state('configure') and peer.state() == 'inactive'
    assert peer.node.count_subscribers('image') == 0
    for _ in range(2):
        assert peer.change_state('activate') and peer.state() == 'active'
        before = len(skeletons)
        peer.show_until(lambda: len(skeletons) > before, GREY)
        assert peer.change_state('deactivate') and peer.state() == 'inactive'
        peer.until(lambda: peer.node.count_subscribers('image') == 0)
    assert peer.change_state('cleanup') and peer.state() == 'unconfigured'
    peer.until(lambda: peer.node.count_publishers(NODE + '/skeletons') == 0)
    # What could not be changed before, can be now.
    assert peer.set(network_height=64) == ['']
    assert peer.change_state('configure') and peer.change_state('activate')
    before = len(skeletons)
    peer.show_until(lambda: len(skeletons) > before, GREY)
    assert peer.change_state('shutdown')
    assert process.wait(END + 1.) == 0
    assert 'Traceback' not in process.output()


def test_what_cannot_be_configured_says_why_and_can_be_put_right(peer, start):
    process = start(autostart='false', model='/no/such/graph.pb', **SMALL)
    assert not peer.change_state('configure')
    assert peer.state() == 'unconfigured'
    process.wait_for_output('/no/such/graph.pb')
    assert peer.set(model='mobilenet_thin', model_max_bytes=10 ** 6) == ['', '']
    assert not peer.change_state('configure')
    process.wait_for_output('more than the 1,000,000 that are read')
    assert peer.set(model_max_bytes=10 ** 8, network_max_pixels=128 * 96 - 1) == ['', '']
    assert not peer.change_state('configure')
    process.wait_for_output('as 128x96, more than 12,287 pixels')
    assert peer.set(network_max_pixels=128 * 96) == ['']
    assert peer.change_state('configure')
    assert peer.state() == 'inactive'
    assert 'Traceback' not in process.output()


def test_cleaning_up_gives_the_memory_back(peer, start):
    process = start(autostart='false', backend='tflite')
    assert peer.state() == 'unconfigured'
    before = resources.resident(process.pid)
    skeletons = peer.listen(NODE + '/skeletons')
    left = []
    for _ in range(3):
        assert peer.change_state('configure') and peer.change_state('activate')
        for width in (64, 96, 128, 160, 192):      # each with an interpreter of its own
            count = len(skeletons)
            peer.show_until(lambda: len(skeletons) > count, np.full((96, width, 3), 128, np.uint8))
        full = resources.resident(process.pid)
        assert peer.change_state('deactivate') and peer.change_state('cleanup')
        left.append(resources.resident(process.pid))
    # The libraries stay loaded.
    assert left[0] - before < .3 * (full - before)
    assert left[-1] - left[0] < 15.     # MB


@pytest.mark.skipif(importlib.util.find_spec('tf2_ros') is not None, reason='tf2_ros is here')
def test_what_was_made_before_configuring_failed_is_let_go(peer, start):
    start(autostart='false', broadcast_tf='true', **SMALL)
    for _ in range(2):
        assert not peer.change_state('configure')
        assert peer.state() == 'unconfigured'
    peer.until(lambda: peer.node.count_publishers(NODE + '/skeletons') == 0)
    assert peer.set(broadcast_tf=False) == ['']
    assert peer.change_state('configure')
    peer.until(lambda: peer.node.count_publishers(NODE + '/skeletons') == 1)


def test_bad_parameters_leave_it_unconfigured_and_are_all_named(peer, start):
    process = start(**dict(SMALL, **{
        'decoding.peak_threshold': '7.0', 'tracking.max_age': '1', 'backend': 'abacus',
        'decoding.upsampling': '3', 'publish_hri': 'true'}))
    process.wait_for_output('cannot be configured')
    for said in ('decoding.peak_threshold', 'out of range', "'tracking.max_age'", 'DOUBLE',
                 'backend must be one of auto, tensorflow, tflite',
                 'decoding.upsampling must be 1, 2 or 4', 'publish_hri needs an id_prefix'):
        assert said in process.output()
    assert peer.state() == 'unconfigured'
    assert 'Traceback' not in process.output()
    # They can be put right one by one.
    assert peer.set(decoding__peak_threshold=.05, tracking__max_age=1., backend='auto',
                    decoding__upsampling=1, publish_hri=False) == [''] * 5
    assert peer.change_state('configure')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM], ids=['SIGINT', 'SIGTERM'])
def test_a_signal_ends_it_in_every_state(peer, start, number):
    process = start(autostart='false', **SMALL)
    assert peer.state() == 'unconfigured'
    process.signal(number)
    assert process.wait(END) == 0

    process = start(autostart='false', **SMALL)
    peer.until(lambda: peer.node.count_publishers(NODE + '/skeletons') == 0)
    assert peer.change_state('configure')
    process.signal(number)
    assert process.wait(END) == 0

    process = start(**SMALL)
    process.wait_for_output('ready after')
    skeletons = peer.listen(NODE + '/skeletons')
    peer.show_until(lambda: skeletons, GREY)
    process.signal(number)
    assert process.wait(END) == 0
    assert 'Traceback' not in process.output()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM], ids=['SIGINT', 'SIGTERM'])
def test_a_signal_ends_it_while_its_libraries_load(peer, start, number):
    process = start(**SMALL)
    # Python itself handles SIGINT from its start on, SIGTERM it does not.
    peer.until(lambda: resources.catches(process.pid, signal.SIGTERM), period=.005)
    process.signal(number)
    assert process.wait(END) == 0
    assert 'Traceback' not in process.output()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM], ids=['SIGINT', 'SIGTERM'])
def test_a_signal_ends_it_while_it_is_being_configured(peer, start, number):
    process = start(**SLOW)
    peer.until(lambda: peer.node.count_publishers(NODE + '/skeletons') == 1)
    process.signal(number)
    assert process.wait(END) == 0
    assert 'ready after' not in process.output()
