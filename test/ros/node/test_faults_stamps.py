"""What the node, as a process, makes of stamps that are not right, and of bags that loop."""
import time

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import resources  # noqa: E402
from builtin_interfaces.msg import Time  # noqa: E402
from diagnostic_msgs.msg import DiagnosticStatus  # noqa: E402
from faulty_camera import (depth, depths_of, image,  # noqa: E402
                           node_and_camera, nowhere, stamp_of)
from geometry_msgs.msg import PoseStamped  # noqa: E402
from node_process import NODE  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.msg import Skeleton  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402

BLACK = np.zeros((480, 640, 3), np.uint8)


@pytest.fixture(scope='module')
def camera(ros_for_all, tmp_path_factory):
    with node_and_camera(tmp_path_factory.mktemp('node')) as camera:
        yield camera


@pytest.fixture(autouse=True)
def well(camera):
    yield
    camera.node_is_well()


def ids_of(people):
    return {skeleton.id for skeleton in people.skeletons}


def test_an_image_without_a_stamp_is_of_its_arrival(camera):
    said = camera.said()
    first = camera.look(camera.message(stamp=0.))
    second = camera.look(camera.message(stamp=0.))
    assert first.header.stamp == second.header.stamp == Time()
    assert len(first.skeletons) == 2 and ids_of(first) == ids_of(second)
    assert 'the images have no stamp: the time of their arrival is taken' in said()
    status = camera.status(lambda status: True)
    assert float(status.values['latency median (ms)']) < 1000.


@pytest.mark.parametrize('ago', [0., .3], ids=['repeated', 'a little backwards'])
def test_people_of_before_are_not_published_as_those_of_another_image(camera, ago):
    stamp = time.time()
    assert len(camera.look(camera.message(stamp=stamp)).skeletons) == 2
    begin = len(camera.skeletons)
    camera.refused(camera.message(BLACK, stamp - ago),
                   'the stamp {:.6f} is not after'.format(stamp - ago))
    assert len(camera.skeletons) == begin + 1   # that of the good image that followed


@pytest.mark.parametrize('stamp', [
    Time(sec=-1), Time(sec=-(1 << 31)), Time(sec=5, nanosec=1000000000),
    Time(sec=1 << 30, nanosec=(1 << 32) - 1)],
    ids=['a second before 1970', 'the earliest', 'a whole second of ns', 'the most ns'])
def test_a_stamp_that_is_no_time_is_refused(camera, stamp):
    camera.refused(camera.message(stamp=stamp), 'is no time')


def test_a_stamp_ahead_of_the_clock_is_said(camera):
    ahead = time.time() + 1000.
    said, number = camera.said(), [0]

    def look():
        number[0] += 1
        people = camera.look(camera.message(stamp=ahead + .1 * number[0]))
        assert len(people.skeletons) == 2
    status = camera.status(lambda status: 'ahead of the clock' in status.message, look, .1)
    assert status.level == DiagnosticStatus.WARN
    assert 's ahead of the clock: set the clocks' in said()
    # And one that was a mistake does no harm to those that follow.
    before = camera.look(camera.message(stamp=ahead + 50.))
    after = camera.look()
    assert 'time has jumped back by' in said()
    assert len(after.skeletons) == 2 and not ids_of(after) & ids_of(before)


def test_an_image_of_the_past_is_said_to_be_late(camera):
    stamp = time.time() - 3600.
    number = [0]

    def look():
        number[0] += 1
        assert len(camera.look(camera.message(stamp=stamp + .1 * number[0])).skeletons) == 2
    status = camera.status(lambda status: 'latency of 3' in status.message, look, .1)
    assert status.level == DiagnosticStatus.WARN


def play(camera, stamps):
    """Show the images of a bag, mirrored from the middle on: what is published of each."""
    found, ways = [], [(image(), depth()), (image()[:, ::-1], depth()[:, ::-1])]
    for number, stamp in enumerate(stamps):
        shown, far = ways[2 * number // len(stamps)]
        header = Header(stamp=stamp_of(stamp), frame_id='eye')
        camera.send_info()
        camera.send_depth(images.write_depth(far, header))
        found.append(camera.look(images.write_image(shown, header)))
    return found


def test_each_loop_of_a_bag_begins_with_new_people_and_nothing_grows(camera):
    camera.set(approach__max_facing_stddev=60.)
    # The first calibration may come later than an image that was sent after it.
    camera.until(lambda: not nowhere(camera.look().skeletons), camera.send_info)
    goals = camera.listen(NODE + '/approach_goal', PoseStamped)     # there may be one by now
    stamps = [1.6e9 + .2 * number for number in range(8)]
    seen, memory = set(), []
    for _ in range(9):
        found = play(camera, stamps)
        ids = [ids_of(people) for people in found]
        assert len(ids[0]) == 2 and not ids[0] & seen, (ids, seen)
        assert ids[0] == ids[1] == ids[2]
        seen.update(*ids)
        assert [people.header.stamp for people in found] == [stamp_of(stamp) for stamp in stamps]
        assert any(depths_of(people.skeletons, Skeleton.SOURCE_DEPTH) for people in found)
        # Where they stand is where they are in this image, not where the last loop ended.
        for skeleton in found[0].skeletons:
            assert skeleton.pose.pose.position.x * (skeleton.keypoints[1].x - 317.) > 0.
        memory.append(resources.resident(camera.process.pid))
    assert memory[-1] - memory[3] < 10.
    assert goals and {str(goal.header.stamp) for goal in goals} <= {
        str(stamp_of(stamp)) for stamp in stamps}
    status = camera.status(lambda status: int(status.values['time jumps']) >= 9)
    assert status.level != DiagnosticStatus.ERROR


def test_a_bag_shorter_than_a_second_loops_too(camera):
    stamps = [1.5e9 + .2 * number for number in range(4)]
    camera.look(camera.message(stamp=stamps[0]))
    begin = len(camera.skeletons)
    for stamp in 8 * stamps:
        camera.send(camera.message(stamp=stamp))
        camera.wait(.1)
    # The first of a loop may be one out of order; the second shows that time goes on from there.
    loops = [[]]
    for people in camera.skeletons[begin:]:
        if loops[-1] and people.header.stamp.nanosec <= loops[-1][-1].header.stamp.nanosec:
            loops.append([])
        loops[-1].append(people)
    assert len(loops) >= 5 and sum(map(len, loops)) >= 15
    ids = [set().union(*map(ids_of, loop)) for loop in loops]
    assert all(len(found) == 2 for found in ids)
    assert len(set().union(*ids)) == 2 * len(ids)
