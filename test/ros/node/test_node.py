"""The node as a process, over real DDS, with the real network."""
import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import data  # noqa: E402
import encoded  # noqa: E402
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus  # noqa: E402
from geometry_msgs.msg import PoseArray, PoseStamped  # noqa: E402
from node_process import NODE, running, stamps  # noqa: E402
from sensor_msgs.msg import CameraInfo, Image  # noqa: E402
from visualization_msgs.msg import Marker, MarkerArray  # noqa: E402

from openpose_ros.msg import Skeleton  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.node import parameters  # noqa: E402
from openpose_ros.ros.conversions.camera_info import make_camera_info  # noqa: E402
from openpose_ros.scene import Camera  # noqa: E402

# Someone is published from the first image on: nothing here is about tracking.
PARAMETERS = {'tracking.min_hits': 1, 'image_reliability': 'reliable'}


@pytest.fixture(scope='module')
def openpose(tmp_path_factory):
    """The node, active, for all tests of this file."""
    yield from running(tmp_path_factory.mktemp('node'), PARAMETERS)


@pytest.fixture(scope='module')
def pixels():
    """A real image with two people, who stand before a depth camera."""
    return cv2.imread(data.path('rgbd_two_people', 'color', '00020.png'))


@pytest.fixture(scope='module')
def depth():
    return cv2.imread(data.path('rgbd_two_people', 'depth', '00020.png'), cv2.IMREAD_UNCHANGED)


GREY = np.full((96, 128, 3), 128, np.uint8)
CAMERA = Camera(640, 480, 617.25, 617.55, 317.39, 245.98, 'none', ())


def shown(peer, message, skeletons):
    """Send an image message, each time of that moment, until its skeletons come; they."""
    sent = []

    def send():
        message.header = peer.new_header(message.header.frame_id)
        sent.append(message.header.stamp)
        peer.camera().publish(message)
    return peer.until(lambda: next((each for each in skeletons if each.header.stamp in sent), None),
                      send, .2)


def test_skeletons_carry_the_header_of_their_image(peer, pixels):
    skeletons = peer.listen(NODE + '/skeletons')
    message = images.write_image(pixels, peer.new_header('a_frame'))
    found = shown(peer, message, skeletons)
    assert found.header.frame_id == 'a_frame'
    assert (found.image_width, found.image_height) == (640, 480)
    assert len(found.skeletons) == 2
    for skeleton in found.skeletons:
        assert skeleton.id > 0
        assert skeleton.position_source == Skeleton.SOURCE_NONE
        assert np.isnan(skeleton.pose.pose.position.x)
        assert [keypoint.part for keypoint in skeleton.keypoints] == list(range(18))


@pytest.mark.parametrize('encoding', encoded.RAW)
def test_people_are_found_whatever_the_encoding(peer, pixels, encoding):
    skeletons = peer.listen(NODE + '/skeletons')
    message = encoded.as_message(pixels, encoding)
    message.header = peer.new_header()
    assert len(shown(peer, message, skeletons).skeletons) == 2


def test_an_image_that_cannot_be_decoded_is_counted_and_the_next_one_is_not_lost(peer, pixels):
    skeletons = peer.listen(NODE + '/skeletons')
    bad = images.write_image(GREY, peer.new_header())
    bad.encoding = 'smell8'
    empty = Image(header=peer.new_header(), encoding='bgr8')

    def send_bad():
        peer.camera().publish(bad)
        peer.camera().publish(empty)
    seen = []

    def reached(level, message, values):
        seen.append((level, message))
        return int(values['images failed']) > 0
    subscribed = peer.listen('/diagnostics', DiagnosticArray)
    peer.until(lambda: any(reached(status.level, status.message, as_dict(status))
                           for array in subscribed for status in array.status
                           if status.name.startswith(NODE)), send_bad, .2)
    assert any('left out' in message for _, message in seen)
    peer.show_until(lambda: skeletons and skeletons[-1].skeletons, pixels)


def as_dict(status):
    return {pair.key: pair.value for pair in status.values}


def test_who_subscribes_late_is_served(peer):
    early = peer.listen(NODE + '/skeletons')
    peer.show_until(lambda: len(early) >= 2, GREY)
    late = peer.listen(NODE + '/skeletons')
    peer.show_until(lambda: len(late) >= 2, GREY)


def test_a_camera_may_go_and_come_back(peer):
    skeletons = peer.listen(NODE + '/skeletons')
    peer.show_until(lambda: skeletons, GREY)
    peer.unplug()
    peer.until(lambda: peer.node.count_subscribers('image') == 1)
    before = len(skeletons)
    peer.show_until(lambda: len(skeletons) > before, GREY)


def test_size_and_encoding_may_change_while_running(peer, pixels):
    skeletons = peer.listen(NODE + '/skeletons')
    for size in ((640, 480), (320, 240), (200, 300)):
        resized = cv2.resize(pixels, size)
        for image in (images.write_image(resized, peer.new_header()),
                      grey_message(resized, peer.new_header())):
            found = shown(peer, image, skeletons)
            assert (found.image_width, found.image_height) == size


def grey_message(pixels, header):
    message = Image(header=header, height=pixels.shape[0], width=pixels.shape[1],
                    encoding='mono8', step=pixels.shape[1])
    message.data.frombytes(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).tobytes())
    return message


def test_of_a_fast_camera_only_the_newest_images_are_looked_at(peer, pixels):
    skeletons = peer.listen(NODE + '/skeletons')
    peer.show_until(lambda: skeletons, pixels)
    subscribed = peer.listen('/diagnostics', DiagnosticArray)

    def drops():
        return max([int(as_dict(status)['images dropped']) for array in subscribed
                    for status in array.status if status.name.startswith(NODE)], default=None)
    before = peer.until(lambda: drops() is not None, lambda: None) and drops()
    sent = []

    def send():
        peer.show(pixels)
        sent.append(peer.header.stamp)
    peer.until(lambda: len(sent) >= 150, send, .01)
    at_end = len(skeletons)
    peer.until(lambda: skeletons[-1].header.stamp == sent[-1])
    # No queue: when the camera stops, one image is being looked at and one waits.
    assert len(skeletons) - at_end <= 3
    came = stamps(skeletons)
    assert came == sorted(set(came))
    assert len(came) < len(sent)
    peer.until(lambda: drops() > before)


def test_depth_and_calibration_give_positions_and_every_output(peer, pixels, depth):
    skeletons = peer.listen(NODE + '/skeletons')
    markers = peer.listen(NODE + '/markers', MarkerArray)
    poses = peer.listen(NODE + '/people', PoseArray)
    goals = peer.listen(NODE + '/approach_goal', PoseStamped)
    overlays = peer.listen(NODE + '/overlay', Image)
    peer.set(approach__max_facing_stddev=60.)

    def send():
        header = peer.new_header()
        peer.camera(CameraInfo, 'camera_info').publish(make_camera_info(CAMERA, 640, 480, header))
        peer.camera(Image, 'depth').publish(images.write_depth(depth, header))
        peer.camera().publish(images.write_image(pixels, header))
    peer.until(lambda: goals and overlays and any(
        skeleton.position_source == Skeleton.SOURCE_DEPTH for array in skeletons[-1:]
        for skeleton in array.skeletons), send, .3)
    placed = skeletons[-1].skeletons
    assert len(placed) == 2
    for skeleton in placed:
        assert 1. < skeleton.pose.pose.position.z < 4.
        assert skeleton.facing_source != Skeleton.SOURCE_NONE
        facing = skeleton.facing
        assert abs(np.linalg.norm((facing.x, facing.y, facing.z)) - 1.) < 1e-3
        assert 0. < skeleton.facing_stddev < np.pi
    assert len(poses[-1].poses) == 2
    assert poses[-1].header.frame_id == 'eye'
    assert (overlays[-1].width, overlays[-1].height) == (640, 480)
    assert goals[-1].header.stamp in [array.header.stamp for array in skeletons]
    # The goal is in a message of its own.
    shown_kinds = {marker.ns for array in markers for marker in array.markers
                   if marker.action == Marker.ADD}
    assert {'limbs', 'joints', 'facing', 'label'} <= shown_kinds
    values = peer.diagnostics(lambda level, message, values: 'depth paired' in values)
    assert int(values['depth paired']) > 0
    assert {'model', 'network', 'latency median (ms)', 'latency 95 % (ms)', 'network median (ms)',
            'decoding median (ms)', 'depth skew median (ms)'} <= set(values)


def test_a_bad_calibration_leaves_people_in_the_image_and_is_reported(peer, pixels):
    skeletons = peer.listen(NODE + '/skeletons')
    info = CameraInfo(height=480, width=640)    # all zero: not calibrated
    subscribed = peer.listen('/diagnostics', DiagnosticArray)

    def send():
        info.header = peer.new_header()
        peer.camera(CameraInfo, 'camera_info').publish(info)
        peer.camera().publish(images.write_image(pixels, info.header))
    warning = peer.until(lambda: [status for array in subscribed for status in array.status
                                  if status.name.startswith(NODE)
                                  and 'camera_info' in status.message], send, .3)[0]
    assert warning.level == DiagnosticStatus.WARN
    assert len(skeletons[-1].skeletons) == 2
    # Whoever was placed before would be known for a while yet.
    assert peer.set(tracking__max_age=.2) == ['']
    peer.until(lambda: all(skeleton.position_source == Skeleton.SOURCE_NONE
                           for skeleton in skeletons[-1].skeletons), send, .3)
    assert peer.set(tracking__max_age=1.5) == ['']


def test_disabled_it_looks_at_nothing(peer):
    skeletons = peer.listen(NODE + '/skeletons')
    peer.show_until(lambda: skeletons, GREY)
    assert peer.enable(False)

    def processed():
        return peer.diagnostics(
            lambda level, message, values: values['state'] == 'paused')['images processed']
    try:
        before, count = processed(), processed()
        while before != count:   # the image that was at hand is still finished
            before, count = count, processed()
        for _ in range(5):
            peer.show(GREY)
        assert processed() == processed() == count
    finally:
        assert peer.enable(True)
    heard = len(skeletons)
    peer.show_until(lambda: len(skeletons) > heard, GREY)


def test_nothing_is_computed_while_nobody_listens(peer):
    subscribed = peer.listen('/diagnostics', DiagnosticArray)

    def unheard():
        return [int(as_dict(status)['images without subscribers']) for array in subscribed
                for status in array.status if status.name.startswith(NODE)]
    peer.show_until(lambda: len(unheard()) >= 2 and unheard()[-1] > unheard()[0], GREY)


def test_a_live_parameter_changes_what_is_seen(peer, pixels):
    skeletons = peer.listen(NODE + '/skeletons')
    peer.show_until(lambda: skeletons and skeletons[-1].skeletons, pixels)
    assert not any(peer.set(decoding__min_parts=18, decoding__min_score=.99,
                            tracking__max_age=.01))
    peer.show_until(lambda: not skeletons[-1].skeletons, pixels)
    assert not any(peer.set(decoding__min_parts=4, decoding__min_score=.2, tracking__max_age=1.5))
    peer.show_until(lambda: skeletons[-1].skeletons, pixels)


def test_parameters_are_refused_one_and_all(peer):
    assert 'out of range' in peer.set(decoding__peak_threshold=2.)[0]
    assert 'out of range' in peer.set(decoding__peak_threshold=float('nan'))[0]
    assert 'upsampling must be 1, 2 or 4' in peer.set(decoding__upsampling=3)[0]
    assert 'read-only while the node is configured' in peer.set(model='other')[0]
    assert 'read' in peer.set(autostart=False)[0]
    assert peer.set_together(decoding__min_parts=7, decoding__upsampling=3)
    assert peer.get('decoding.min_parts') == [4]
    assert peer.set_together(decoding__min_parts=7, decoding__upsampling=2) == ''
    assert peer.get('decoding.min_parts', 'decoding.upsampling') == [7, 2]
    assert peer.set_together(decoding__min_parts=4, decoding__upsampling=1) == ''


def test_every_parameter_describes_itself(peer):
    names = [parameter.name for parameter in parameters.PARAMETERS]
    assert set(names) <= set(peer.parameter_names())
    for parameter, descriptor in zip(parameters.PARAMETERS, peer.describe(*names)):
        assert parameter.description in descriptor.description
        assert descriptor.read_only == (parameter.changes == parameters.NEVER)
        assert ('read-only' in descriptor.description) == (
            parameter.changes == parameters.UNCONFIGURED)
        if parameter.low is not None:
            limits = list(descriptor.floating_point_range) + list(descriptor.integer_range)
            assert (limits[0].from_value, limits[0].to_value) == (parameter.low, parameter.high)
