"""What the node, as a process, makes of calibrations and depth that are not right."""
import math
import time

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from faulty_camera import (CAMERA, depth, depths_of,  # noqa: E402
                           node_and_camera, nowhere, stamp_of)
from sensor_msgs.msg import CameraInfo  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.msg import Skeleton  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.node.throttle import LENGTH  # noqa: E402
from openpose_ros.ros.conversions.camera_info import make_camera_info  # noqa: E402

DEPTH, MONOCULAR = Skeleton.SOURCE_DEPTH, Skeleton.SOURCE_MONOCULAR


@pytest.fixture(scope='module')
def camera(ros_for_all, tmp_path_factory):
    with node_and_camera(tmp_path_factory.mktemp('node')) as camera:
        yield camera


# ---- calibrations

def calibrated(camera, source=MONOCULAR, **changes):
    """Look with the right camera_info, or one with these changes, until people are placed."""
    def look():
        camera.send_info(make_camera_info(CAMERA._replace(**changes), 640, 480, camera.header_of()))
        return depths_of(camera.look().skeletons, source)
    return camera.until(look, period=.01)


def info(**changes):
    made = make_camera_info(CAMERA, 640, 480, Header())
    for name, value in changes.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize('bad, why', [
    (CameraInfo(), 'has no image size'),
    (CameraInfo(width=640, height=480), 'the camera matrix is all zero'),
    (info(k=[math.nan] * 8 + [math.inf]), 'must be 9 finite numbers'),
    (info(k=[-600., 0., 320., 0., -600., 240., 0., 0., 1.]), 'is no camera matrix'),
    (info(k=[600., 0., 9e9, 0., 600., 240., 0., 0., 1.]), 'principal point'),
    (info(d=[math.nan] * 5, distortion_model='plumb_bob'), 'coefficients must be finite'),
    (info(d=[0.] * 100000, distortion_model='plumb_bob'), 'no distortion model takes 100000'),
    (info(distortion_model='a\nb' * 100000), 'unknown distortion model'),
    (info(height=640), "is not the camera's 640x640 scaled"),
], ids=['zero', 'no matrix', 'NaN', 'negative', 'off', 'NaN distortion', 'endless', 'unknown model',
        'other aspect'])
def test_a_calibration_that_cannot_be_true_leaves_people_in_the_image(camera, bad, why):
    before, said = calibrated(camera), camera.said()

    def look():
        camera.send_info(bad)
        return nowhere(camera.look().skeletons)
    camera.until(look, period=.01)
    camera.until(lambda: why in said(), look, .2)
    assert all(len(line) < LENGTH + 100 for line in said().splitlines())
    assert calibrated(camera) == pytest.approx(before, rel=.1)
    camera.node_is_well()


def test_a_calibration_may_change(camera):
    before = calibrated(camera)

    def times(factor, **changes):
        """Whether everybody is so many times as far as before."""
        return calibrated(camera, **changes) == pytest.approx(
            [factor * z for z in before], rel=.15)
    # A position far from where it was is accepted when the third one says the same.
    camera.until(lambda: times(2., fx=2. * CAMERA.fx, fy=2. * CAMERA.fy), period=.01)
    camera.until(lambda: times(1.), period=.01)
    # One of another size of its aspect is the same camera.
    camera.send_info(make_camera_info(CAMERA.resized(1280, 960), 1280, 960, camera.header_of()))
    for _ in range(10):
        people = camera.look().skeletons
    assert depths_of(people, MONOCULAR) == pytest.approx(before, rel=.15)


# ---- depth

def seen_with(camera, make):
    """The people of the good image, and of depth that `make(stamp in s)` makes."""
    stamp = time.time()
    camera.send_info()
    camera.send_depth(make(stamp))
    return camera.look(camera.message(stamp=stamp)).skeletons


def header_at(stamp):
    return Header(stamp=stamp_of(stamp), frame_id='eye')


def good(stamp):
    return images.write_depth(depth(), header_at(stamp))


def all_of(value, size=(640, 480), kind=np.float32):
    return lambda stamp: images.write_depth(np.full(size[::-1], value, kind), header_at(stamp))


def half(value):
    """The good depth, m, with this value in every other pixel."""
    def make(stamp):
        metres = depth().astype(np.float32) * .001
        metres[::2, ::2] = metres[1::2, 1::2] = value
        return images.write_depth(metres, header_at(stamp))
    return make


def changed(**changes):
    def make(stamp):
        message = good(stamp)
        for name, value in changes.items():
            setattr(message, name, value)
        return message
    return make


def is_known_by_depth(camera, make=good):
    """Wait until this depth is used; m before the camera."""
    return camera.until(lambda: depths_of(seen_with(camera, make), DEPTH), period=.01)


@pytest.mark.parametrize('make, why', [
    (all_of(math.nan), 'no valid depth on 2 of 2 people'),
    (all_of(1.5, (480, 480)), 'depth image of 480x480 has another aspect'),
    (changed(width=0, height=0, data=[]), 'depth: the image is empty: 0x0'),
    (changed(encoding='bgr8'), "depth: the encoding 'bgr8' is not one of"),
    (changed(encoding='32FC1'), 'depth: a step of 1280 bytes is too short for 640'),
    (changed(step=1279), 'depth: a step of 1279 bytes is too short'),
    (changed(data=[7] * 1000), 'depth: 1000 bytes of data where 480 rows'),
    (changed(width=100000, height=100000), 'depth: the image is too large'),
], ids=['NaN', 'other aspect', 'empty', 'encoding', 'width of a pixel', 'step', 'cut short',
        'huge'])
def test_depth_that_is_none_is_done_without(camera, make, why):
    before, said = is_known_by_depth(camera), camera.said()
    camera.until(lambda: why in said(), lambda: seen_with(camera, make), .1)
    # Only the source changes: from their proportions a person is known to some ten percent.
    assert depths_of(seen_with(camera, make), MONOCULAR) == pytest.approx(before, rel=.35)
    assert is_known_by_depth(camera) == pytest.approx(before, rel=.02)
    camera.node_is_well()


def test_what_is_no_reading_is_done_without(camera):
    before = is_known_by_depth(camera)

    def paired():
        return int(camera.status(lambda status: True).values['depth paired'])
    at_first = paired()
    for value, kind in 3 * [
            (math.inf, np.float32), (-math.inf, np.float32), (-2., np.float32), (0., np.float32),
            (1e-30, np.float32), (1e30, np.float32), (0, np.uint16), (65535, np.uint16)]:
        people = seen_with(camera, all_of(value, kind=kind))
        assert depths_of(people, MONOCULAR) == pytest.approx(before, rel=.35), value
    assert paired() >= at_first + 12    # that of the others came after its image


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf, -3., 0., 1e30, 1e-30])
def test_depth_with_holes_is_read_round_them(camera, value):
    before = is_known_by_depth(camera)
    for _ in range(3):
        assert is_known_by_depth(camera, half(value)) == pytest.approx(before, rel=.02)


def test_depth_of_another_size_and_kind_is_the_same_depth(camera):
    before = is_known_by_depth(camera)

    def small(stamp):
        return images.write_depth(depth()[::2, ::2].astype(np.float32) * .001, header_at(stamp))
    for number in range(8):
        found = is_known_by_depth(camera, small if number % 2 else good)
        assert found == pytest.approx(before, rel=.03)


@pytest.mark.parametrize('stamp_for', [
    lambda stamp: stamp - 1., lambda stamp: stamp + 1., lambda stamp: 0., lambda stamp: 1.7e9],
    ids=['a second late', 'a second early', 'without a stamp', 'the same stamp always'])
def test_depth_of_another_moment_is_not_used(camera, stamp_for):
    before = is_known_by_depth(camera)

    def look():
        people = seen_with(camera, lambda stamp: good(stamp_for(stamp)))
        assert depths_of(people, MONOCULAR) == pytest.approx(before, rel=.35)
    time.sleep(.1)      # nothing of before is of the moment of what comes now
    camera.status(lambda status: 'had no depth of their moment' in status.message, look, .1)
    assert is_known_by_depth(camera) == pytest.approx(before, rel=.02)


def test_when_depth_stops_people_are_known_without_it(camera):
    before = is_known_by_depth(camera)
    time.sleep(.1)
    for _ in range(5):
        assert depths_of(camera.look().skeletons, MONOCULAR) == pytest.approx(before, rel=.35)
    assert is_known_by_depth(camera) == pytest.approx(before, rel=.02)
