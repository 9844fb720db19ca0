"""What the node, as a process, makes of simulated time that stands still, jumps and begins anew."""
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from diagnostic_msgs.msg import DiagnosticStatus  # noqa: E402
from faulty_camera import node_and_camera, stamp_of  # noqa: E402
from rosgraph_msgs.msg import Clock  # noqa: E402


@pytest.fixture(scope='module')
def camera(ros_for_all, tmp_path_factory):
    with node_and_camera(tmp_path_factory.mktemp('node'), use_sim_time='true',
                         horizontal_fov=60.) as camera:
        yield camera


def set_clock(camera, seconds):
    camera.camera(Clock, '/clock').publish(Clock(clock=stamp_of(seconds)))


def ids_of(people):
    return {skeleton.id for skeleton in people.skeletons}


def test_without_a_clock_images_are_looked_at_and_it_is_said(camera):
    """The first test: nobody has published /clock yet."""
    camera.node_is_well()
    status = camera.status(lambda status: 'ahead of the clock' in status.message,
                           camera.node_is_well, .1)
    assert status.level == DiagnosticStatus.WARN
    assert 'with use_sim_time, publish /clock' in camera.process.output()


def test_diagnostics_come_while_time_stands_still(camera):
    set_clock(camera, 50.)
    for _ in range(3):
        camera.status(lambda status: True)


def test_images_without_a_stamp_are_left_out_while_time_stands_still(camera):
    set_clock(camera, 100.)
    camera.wait(.2)
    first = camera.look(camera.message(stamp=0.))
    assert len(first.skeletons) == 2
    before, said = len(camera.skeletons), camera.said()
    camera.until(lambda: 'is not after that of the image before' in said(),
                 lambda: camera.send(camera.message(stamp=0.)), .1)
    assert len(camera.skeletons) == before
    set_clock(camera, 101.)
    camera.wait(.2)
    assert ids_of(camera.look(camera.message(stamp=0.))) != set()


@pytest.mark.parametrize('start, jump', [
    (1000., 1000.), (3000., -2000.), (5000., -5000.), (10., 1.7e9)],
    ids=['forwards', 'backwards', 'to zero', 'to today'])
def test_when_the_clock_jumps_images_go_on(camera, start, jump):
    def run(begin):
        found = []
        for number in range(1, 6):
            set_clock(camera, begin + .08 * number)
            camera.wait(.02)
            found.append(camera.look(camera.message(stamp=begin + .08 * number)))
        assert all(len(people.skeletons) == 2 for people in found)
        assert ids_of(found[0]) == ids_of(found[-1])
        return ids_of(found[0])
    before = run(start)
    after = run(start + jump)
    assert not before & after
    # One image may have been at hand when the clock jumped; those after it are in time again.
    camera.status(lambda status: status.message == 'looking at images' and abs(
        float(status.values['latency median (ms)'])) < 1000., lambda: run(again(start + jump)), .1)


_runs = [0]


def again(begin):
    """A little later each time."""
    _runs[0] += 1
    return begin + _runs[0]


def test_it_can_be_shut_down_while_time_stands_still(camera):
    """The last test: the node is gone then."""
    assert camera.change_state('shutdown')
    assert camera.process.wait(10.) == 0
