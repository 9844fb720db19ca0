"""One image through the pipeline, with a perception that always sees the same people."""
import time

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from people_for_messages import crowd  # noqa: E402
from rclpy.clock import Clock  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from sensor_msgs.msg import CameraInfo  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros import perception  # noqa: E402
from openpose_ros.perception import Look, Perceived, Prepared  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.conversions.tf2 import FrameError
from openpose_ros.ros.node import parameters  # noqa: E402
from openpose_ros.ros.node.pipeline import Pipeline  # noqa: E402
from openpose_ros.ros.node.serialized import Serialized  # noqa: E402
from openpose_ros.ros.node.stamps import StampError  # noqa: E402
from openpose_ros.ros.node.statistics import Statistics  # noqa: E402
from openpose_ros.ros.node.transforms import Pose  # noqa: E402
from openpose_ros.ros.conversions.camera_info import make_camera_info  # noqa: E402
from openpose_ros.scene import Camera  # noqa: E402

# A camera 1 m over the ground that looks along the x axis of the world.
POSE = Pose(np.array(((0., 0., 1.), (-1., 0., 0.), (0., -1., 0.))), np.array((0., 0., 1.)))


class Perception(perception.Perception):
    """Sees two people wherever there is a camera."""

    def __init__(self):
        self.tracker, self.placed, self.settings_seen = None, {}, []

    def prepare(self, image, settings, size=None):
        self.settings_seen.append(settings)
        return Prepared(settings, size or image.shape[1::-1], image, (), (), .01)

    def look_at(self, prepared):
        return Look(prepared.settings, prepared.image_size, (), {'network': .1, 'resizing': .01})

    def finish(self, look, camera, depth, stamp, mounting):
        camera = camera if mounting.known else None
        self.placed = {'camera': camera, 'depth': depth, 'stamp': stamp,
                       'up': mounting.up_in_camera(), 'camera_height': mounting.camera_height()}
        people = crowd(2)
        if camera is None:
            people = people._replace(position=np.full((2, 3), np.nan))
        else:
            people = mounting.from_camera(people)
        return Perceived(people, mounting.to_camera(people), camera, mounting.up, mounting.floor,
                         look.image_size, look.seconds)


class Tracking:
    """A tracker that counts how often it was told to forget."""

    settings, resets = None, 0

    def reset(self):
        self.resets += 1


class Listened:
    """An output that somebody listens to."""

    topic, chosen, shows_image = '~/heard', 0, False

    def __init__(self):
        self.seen, self.values, self.listeners, self.forgotten = [], None, True, 0

    def has_subscribers(self):
        return self.listeners

    def configure(self, values):
        self.values = values

    def publish(self, seen):
        self.seen.append(seen)

    def forget(self):
        self.forgotten += 1


class Frames:
    """TF that knows where the camera is, or not."""

    known, forgotten = True, 0

    def forget(self):
        self.forgotten += 1

    def pose(self, target, source, stamp, arrival):
        if not self.known:
            raise FrameError('no transform')
        return POSE


@pytest.fixture
def given():
    """The pipeline with all that is round it, as attributes."""
    class Given:
        perception, output, statistics, frames = Perception(), Listened(), Statistics(), Frames()
        reported = []
        sec = 11
        values = {parameter.name: parameter.default for parameter in parameters.PARAMETERS}
    Given.pipeline = Pipeline(Given.perception, [Given.output], Given.statistics, Given.frames,
                              Clock(), Given.reported.append)
    return Given


def process(given, width=640, height=480, sec=None, frame='eye', **changes):
    """What was published of a black image, by default a second newer than the one before."""
    given.pipeline.configure(dict(given.values, **changes))
    header = Header(frame_id=frame)
    given.sec = header.stamp.sec = given.sec + 1 if sec is None else sec
    message = images.write_image(np.zeros((height, width, 3), np.uint8), header)
    given.pipeline.finish(looked(given, message))
    return given.output.seen[-1]


def looked(given, message):
    return given.pipeline.look(given.pipeline.prepare(serialized(message)))


def serialized(message):
    return Serialized(serialize_message(message), type(message))


def calibrate(given, camera=Camera.from_field_of_view(640, 480, 60.)):
    given.pipeline.set_camera_info(make_camera_info(camera, 640, 480, Header()))


def test_without_a_listener_the_image_is_not_even_read(given):
    given.output.listeners = False
    assert given.pipeline.prepare(None) is None
    assert given.statistics.snapshot().counts == {'unheard': 1}


def test_values_count_whole_from_the_next_image_on_that_is_begun(given):
    process(given)
    assert given.output.values == given.values
    message = images.write_image(np.zeros((4, 6, 3), np.uint8), Header())
    message.header.stamp.sec = given.sec = given.sec + 1
    job = looked(given, message)
    given.pipeline.configure(dict(given.values, network_height=64))
    given.pipeline.finish(job)
    assert given.output.values == given.values
    process(given, network_height=64)
    assert given.output.values['network_height'] == 64
    assert [settings.height for settings in given.perception.settings_seen] == [368, 368, 64]


def test_whom_an_output_is_about_is_looked_at_first_in_the_next_image(given):
    process(given)
    given.output.chosen = 7
    for _ in range(2):
        process(given)
    process(given, **{'approach.id': 3})     # whom the user names comes before
    given.output.chosen = 0
    process(given)
    process(given)
    assert [settings.first for settings in given.perception.settings_seen] == [
        (), (), (7,), (3,), (7,), ()]


def test_a_camera_height_is_that_of_the_floor(given):
    calibrate(given)
    seen = process(given, camera_height=1.1, camera_pitch=10.)
    assert seen.floor == -1.1
    assert given.perception.placed['camera_height'] == 1.1
    np.testing.assert_allclose(seen.up, (0., -np.cos(np.radians(10.)), -np.sin(np.radians(10.))))


def test_a_calibration_fits_a_smaller_image_of_its_aspect_only(given):
    calibrate(given)
    assert process(given, 320, 240).camera.fx == pytest.approx(
        .5 * Camera.from_field_of_view(640, 480, 60.).fx)
    assert process(given, 320, 320).camera is None
    assert given.statistics.snapshot().counts['camera_info_invalid'] == 1
    assert 'stay in the image plane' in given.reported[-1]
    assert process(given, 320, 320, horizontal_fov=60.).camera.width == 320


def test_a_calibration_of_another_frame_is_used_and_told_of(given):
    given.pipeline.set_camera_info(make_camera_info(Camera.from_field_of_view(640, 480, 60.), 640,
                                                    480, Header(frame_id='depth_eye')))
    assert process(given).camera is not None
    assert "'depth_eye', the images are of 'eye'" in given.reported[-1]
    assert given.statistics.snapshot().counts['camera_info_foreign'] == 1
    calibrate(given)
    process(given)
    assert given.statistics.snapshot().counts['camera_info_foreign'] == 1


def test_a_calibration_that_is_put_right_is_taken(given):
    given.pipeline.set_camera_info(CameraInfo(width=640, height=480))
    assert process(given).camera is None
    calibrate(given)
    assert process(given).camera is not None


def test_a_calibration_that_was_bad_for_a_moment_is_taken_again(given):
    calibrate(given)
    assert process(given).camera is not None
    given.pipeline.set_camera_info(CameraInfo(width=640, height=480))
    assert process(given).camera is None
    calibrate(given)
    assert process(given).camera is not None


def test_an_image_without_a_stamp_is_of_now(given):
    seen = process(given, sec=0)
    assert seen.stamp > 1e9
    assert given.perception.placed['stamp'] == seen.stamp
    assert given.statistics.snapshot().seconds['latency'][0] < 60.
    assert 'no stamp' in given.reported[0]
    assert process(given, sec=12).stamp == 12.


def test_in_a_target_frame_people_are_there_and_in_the_camera(given):
    calibrate(given)
    seen = process(given, target_frame='map')
    assert (seen.header.frame_id, seen.image_header.frame_id) == ('map', 'eye')
    assert seen.header.stamp == seen.image_header.stamp
    np.testing.assert_allclose(seen.people_in_camera.position, crowd(2).position)
    np.testing.assert_allclose(seen.people.position[:, 0], crowd(2).position[:, 2])
    np.testing.assert_allclose(given.perception.placed['up'], (0., -1., 0.), atol=1e-12)
    assert given.perception.placed['camera_height'] == 1.
    assert seen.floor == 0.


def test_without_tf_people_stay_in_the_image_plane(given):
    calibrate(given)
    given.frames.known = False
    seen = process(given, target_frame='map')
    assert seen.header.frame_id == 'map'
    assert seen.camera is None and np.isnan(seen.people_in_camera.position).all()
    assert seen.people_in_camera.ids.tolist() == seen.people.ids.tolist()
    assert given.statistics.snapshot().counts['transform_missing'] == 1


def test_depth_that_cannot_be_read_is_counted_and_done_without(given):
    calibrate(given)
    header = Header()
    header.stamp.sec = 12
    given.pipeline.depth.add(serialized(images.write_image(np.zeros((4, 4, 3), np.uint8),
                                                           header)))
    process(given)
    assert given.perception.placed['depth'] is None
    assert given.statistics.snapshot().counts['depth_unusable'] == 1
    header = Header()
    header.stamp.sec = 13
    given.pipeline.depth.add(serialized(images.write_depth(np.ones((4, 4), np.uint16), header)))
    process(given)
    assert given.perception.placed['depth'] is None
    assert given.statistics.snapshot().counts['depth_unusable'] == 2
    assert 'another aspect' in given.reported[-1]
    process(given)
    assert given.statistics.snapshot().counts['depth_unpaired'] == 1


def test_an_image_that_is_not_the_newest_is_left_out(given):
    process(given)
    for sec in (12, 11):
        with pytest.raises(StampError):
            process(given, sec=sec)
    assert len(given.output.seen) == 1
    assert process(given, sec=13).stamp == 13.


def test_when_time_jumps_back_people_and_tf_are_forgotten(given):
    process(given, sec=100)
    tracker = given.perception.tracker = Tracking()
    process(given, sec=101)
    assert (tracker.resets, given.frames.forgotten) == (0, 0)
    process(given, sec=3)
    assert (tracker.resets, given.frames.forgotten, given.output.forgotten) == (1, 1, 1)
    assert given.statistics.snapshot().counts['time_jumps'] == 1
    assert 'jumped back by 98.000 s' in given.reported[-1]


@pytest.mark.parametrize('stage', ('prepare', 'look_at'))
def test_a_jump_of_time_is_not_lost_with_an_image_that_fails(given, monkeypatch, stage):
    process(given, sec=100)
    tracker = given.perception.tracker = Tracking()
    with monkeypatch.context() as patch:
        patch.setattr(given.perception, stage, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            process(given, sec=3)
    assert tracker.resets == 0
    process(given, sec=4)
    assert tracker.resets == 1
    process(given, sec=5)
    assert tracker.resets == 1


def test_a_jump_of_time_is_told_of_once_by_images_prepared_ahead(given):
    process(given, sec=100)
    tracker = given.perception.tracker = Tracking()
    prepared = []
    for sec in (3, 4, 5):
        message = images.write_image(np.zeros((4, 6, 3), np.uint8), Header(frame_id='eye'))
        message.header.stamp.sec = sec
        prepared.append(given.pipeline.prepare(serialized(message)))
    for job in prepared:
        given.pipeline.finish(given.pipeline.look(job))
    assert tracker.resets == 1


@pytest.mark.parametrize('shown, changes, width', [
    (False, {}, 320), (True, {}, 640), (False, {'looks.mode': 'closer'}, 640),
    (False, {'scales': [1., 2.]}, 640), (False, {'network_width': 400}, 640)])
def test_a_jpeg_is_read_as_small_as_will_do(given, shown, changes, width):
    given.output.shows_image = shown
    given.pipeline.configure(dict(given.values, network_height=240, **changes))
    message = images.write_compressed(np.zeros((480, 640, 3), np.uint8), Header(frame_id='eye'))
    message.header.stamp.sec = 12
    given.pipeline.finish(looked(given, message))
    seen, = given.output.seen
    assert seen.image.shape[1] == width and seen.size == (640, 480)


def test_another_frame_is_another_camera(given):
    process(given)
    tracker = given.perception.tracker = Tracking()
    process(given)
    assert tracker.resets == 0
    process(given, frame='ear')
    assert tracker.resets == 1 and "from 'eye' to 'ear'" in given.reported[-1]
    process(given, frame='')
    assert tracker.resets == 2 and any('no frame_id' in line for line in given.reported)


def test_an_image_that_breaks_off_leaves_nothing_half_remembered(given):
    process(given)
    tracker = given.perception.tracker = Tracking()
    given.perception.finish = lambda *_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        process(given)
    assert tracker.resets == 1


def test_an_output_that_fails_takes_no_other_with_it(given):
    class Broken(Listened):
        topic = '~/broken'

        def publish(self, seen):
            raise ValueError('no such colour')
    given.pipeline = Pipeline(given.perception, [Broken(), given.output], given.statistics,
                              given.frames, Clock(), given.reported.append)
    for number in range(1, 3):
        process(given)
        assert len(given.output.seen) == number
    counted = given.statistics.snapshot()
    assert counted.counts['outputs_failed'] == 2 and counted.counts['processed'] == 2
    assert '~/broken' in counted.error and 'no such colour' in given.reported[-1]


def test_a_stamp_ahead_of_the_clock_is_reported(given):
    process(given, sec=int(time.time()) + 100)
    counted = given.statistics.snapshot()
    assert counted.counts['stamp_ahead'] == 1
    assert counted.seconds['latency'][0] < -90.
    assert 's ahead of the clock' in given.reported[-1]
    process(given, sec=int(time.time()))
    assert given.statistics.snapshot().counts['stamp_ahead'] == 1


# ---- how the camera is mounted and calibrated

def rectified_info(**fields):
    info = make_camera_info(Camera.from_info(640, 480, 'plumb_bob', (-.31, .1, 0., 0., 0.), (
        420., 0., 320., 0., 420., 240., 0., 0., 1.)))
    info.p = [617., 0., 330., -37., 0., 617., 235., 0., 0., 0., 1., 0.]
    for name, value in fields.items():
        setattr(info, name, value)
    return info


@pytest.mark.parametrize('topic, parameter, focal', [
    ('/camera/image_rect', 'auto', 617.), ('/camera/image_raw', 'auto', 420.),
    ('/camera/image_raw', 'true', 617.), ('/camera/image_rect', 'false', 420.)])
def test_a_rectified_image_is_described_by_p(given, topic, parameter, focal):
    pipeline = Pipeline(given.perception, [given.output], given.statistics, given.frames, Clock(),
                        given.reported.append, topic)
    given.pipeline = pipeline
    pipeline.set_camera_info(rectified_info())
    camera = process(given, image_is_rectified=parameter).camera
    assert camera.fx == focal and bool(camera.distortion) == (focal == 420.)
    assert focal == 420. or (camera.cx, camera.cy) == (330., 235.)


def test_a_cropped_image_is_the_camera_of_its_part(given):
    info = rectified_info()
    info.roi.x_offset, info.roi.y_offset, info.roi.width, info.roi.height = 160, 60, 320, 240
    given.pipeline.set_camera_info(info)
    camera = process(given, 320, 240).camera
    assert (camera.fx, camera.cx, camera.cy) == (420., 160., 180.)
    # Where the whole image comes all the same, the region is that of something else.
    assert process(given).camera.cx == 320.


def test_the_image_is_turned_as_the_parameter_or_tf_says(given):
    process(given, image_rotation='90')
    assert given.perception.settings_seen[-1].orientation.rotation == 90
    np.testing.assert_allclose(given.perception.placed['up'], (-1., 0., 0.), atol=1e-12)
    process(given)
    assert given.perception.settings_seen[-1].orientation.rotation == 0
    upside_down = POSE._replace(rotation=POSE.rotation.dot(np.diag((-1., -1., 1.))))
    given.frames.pose = lambda *arguments: upside_down
    process(given, target_frame='map')
    assert given.perception.settings_seen[-1].orientation.rotation == 180


def test_tf_is_waited_for_from_when_the_image_was_taken_and_never_before_the_network(given):
    waited_from = []

    def pose(target, source, stamp, arrival):
        waited_from.append(arrival)
        return POSE
    given.frames.pose = pose
    begin = time.monotonic()
    process(given, target_frame='map')
    before_network, in_finishing = waited_from
    assert before_network == -np.inf and begin <= in_finishing <= time.monotonic()


def test_a_mirrored_image_is_that_of_the_mirrored_camera(given):
    calibrate(given)
    assert process(given, image_is_mirrored=True).camera.fx < 0.
    assert given.perception.settings_seen[-1].orientation.mirrored
