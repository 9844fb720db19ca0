"""What the node subscribes to, and what it says when that does not come."""
import time

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from rclpy.qos import DurabilityPolicy, QoSProfile  # noqa: E402
from sensor_msgs.msg import CameraInfo, CompressedImage, Image  # noqa: E402
from std_msgs.msg import String  # noqa: E402

from openpose_ros.ros.node import inputs  # noqa: E402
from openpose_ros.ros.node.inputs import Inputs, camera_info_topic  # noqa: E402

VALUES = {'image_transport': 'auto', 'depth_transport': 'none', 'image_reliability': 'best_effort'}


class Setting:
    """A node with inputs, and a camera beside it."""

    def __init__(self, ros, remappings=(), **values):
        self.ros = ros
        self.node = ros.create_node('looks', cli_args=['--ros-args'] + [
            argument for remapping in remappings for argument in ('-r', remapping)])
        self.node.declare_parameter('horizontal_fov', 0.)
        # Of a context of its own: in one, a topic has one type.
        self.context = ros.Context()
        self.context.init()
        self.camera = ros.create_node('camera', context=self.context)
        self.images, self.infos, self.warnings = [], [], []
        self.inputs = Inputs(self.node, dict(VALUES, **values), self.images.append, None,
                             self.infos.append, self.warnings.append)
        self.inputs.wait_for_image()    # and for the next, as `append` is of no use to it

    def until(self, reached, meanwhile=lambda: None):
        deadline = time.monotonic() + 20.
        while not reached():
            assert time.monotonic() < deadline, self.inputs.problems
            meanwhile()
            self.ros.spin_once(self.node, timeout_sec=.05)

    def close(self):
        self.inputs.close()
        self.node.destroy_node()
        self.camera.destroy_node()
        self.context.try_shutdown()


@pytest.fixture
def setting(ros, monkeypatch):
    """Function that makes a Setting."""
    monkeypatch.setattr(inputs, 'PERIOD', .1)
    monkeypatch.setattr(inputs, 'PATIENCE', .3)
    made = []

    def make(*remappings, **values):
        made.append(Setting(ros, remappings, **values))
        return made[-1]
    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize('message_type, topic', [
    (Image, '/camera/image_raw'), (CompressedImage, '/camera/image_raw'),
    (CompressedImage, '/camera/image_raw/compressed')])
def test_images_are_taken_as_they_are_sent(setting, message_type, topic):
    made = setting('image:=/camera/image_raw')
    publisher = made.camera.create_publisher(message_type, topic, 5)
    made.until(lambda: made.images, lambda: publisher.publish(message_type()))
    assert made.images[0].message_type is message_type
    assert made.inputs.publishers() == 1
    made.until(lambda: not [line for line in made.inputs.problems if 'type' in line])


def test_a_camera_that_comes_back_with_another_type_is_taken_again(setting):
    made = setting()
    for message_type in (Image, CompressedImage, Image):
        publisher = made.camera.create_publisher(message_type, 'image', 5)
        del made.images[:]
        made.until(lambda: any(each.message_type is message_type for each in made.images),
                   lambda: publisher.publish(message_type()))
        made.camera.destroy_publisher(publisher)


@pytest.mark.parametrize('transport, message_type, said', [
    ('raw', CompressedImage, 'set image_transport to auto'), ('auto', String, 'remap image')])
def test_what_cannot_be_taken_is_said(setting, transport, message_type, said):
    made = setting(image_transport=transport)
    made.camera.create_publisher(message_type, 'image', 5)
    made.until(lambda: made.inputs.problems)
    line, = made.inputs.problems
    assert '/image is of type {}'.format(
        'std_msgs/msg/String' if message_type is String else 'sensor_msgs/msg/CompressedImage'
    ) in line and said in line and line in made.warnings


def test_a_camera_info_that_does_not_come_is_named(setting):
    made = setting('image:=/left/image_raw')
    publisher = made.camera.create_publisher(Image, '/left/image_raw', 5)
    made.until(lambda: made.inputs.problems, lambda: publisher.publish(Image()))
    assert 'no camera_info comes on /left/camera_info' in made.inputs.problems[0]
    made.node.set_parameters([made.ros.parameter.Parameter('horizontal_fov', value=60.)])
    made.until(lambda: not made.inputs.problems)
    made.node.set_parameters([made.ros.parameter.Parameter('horizontal_fov', value=0.)])
    made.until(lambda: made.inputs.problems)
    info = made.camera.create_publisher(CameraInfo, '/left/camera_info', 5)
    made.until(lambda: not made.inputs.problems, lambda: info.publish(CameraInfo()))
    assert made.infos


def test_without_images_nothing_is_said_of_camera_info(setting):
    made = setting()
    start = time.monotonic()
    made.until(lambda: time.monotonic() - start > 1.)
    assert made.inputs.problems == [] and made.warnings == []


def test_a_camera_info_that_was_sent_once_before_is_heard(ros, setting):
    early = ros.create_node('early')
    kept = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    early.create_publisher(CameraInfo, '/camera/camera_info', kept).publish(CameraInfo(width=77))
    time.sleep(.5)
    made = setting('image:=/camera/image_raw')
    made.until(lambda: made.infos)
    assert made.infos[0].width == 77
    early.destroy_node()


@pytest.mark.parametrize('remappings, topic', [
    ((), '/camera_info'), (('image:=/camera/image_raw',), '/camera/camera_info'),
    (('image:=/camera/image_raw/compressed',), '/camera/camera_info'),
    (('image:=/image_raw',), '/camera_info'), (('__ns:=/left',), '/left/camera_info'),
    (('__ns:=/left', 'image:=eye/image'), '/left/eye/camera_info'),
    (('image:=/camera/image_raw', 'camera_info:=/other/info'), '/other/info')])
def test_the_camera_info_beside_the_images_is_taken(ros, remappings, topic):
    node = ros.create_node('looks', cli_args=['--ros-args'] + [
        argument for remapping in remappings for argument in ('-r', remapping)])
    assert camera_info_topic(node) == topic
    node.destroy_node()


def test_an_image_stays_with_the_middleware_until_it_is_wanted(setting):
    made = setting()
    publisher = made.camera.create_publisher(Image, 'image', 5)
    made.until(lambda: made.images, lambda: publisher.publish(Image(width=1)))
    made.inputs._gate.is_open = False       # as an image that was of use leaves it
    for widths in ((2,), (3, 4, 5, 6)):
        for width in widths:
            publisher.publish(Image(width=width))
        del made.images[:]
        end = time.monotonic() + .2
        made.until(lambda: time.monotonic() > end)
        assert not made.images
        assert made.inputs.take_image().message().width == widths[-1]
    assert made.inputs.missed == 3
    assert made.inputs.take_image() is None and made.inputs.is_waiting
    del made.images[:]
    made.until(lambda: made.images, lambda: publisher.publish(Image(width=7)))
    assert made.images[0].message().width == 7


def test_camera_info_is_given_on_when_it_says_something_else(setting):
    made = setting()
    publisher = made.camera.create_publisher(CameraInfo, 'camera_info', 5)
    made.until(lambda: made.infos, lambda: publisher.publish(CameraInfo(width=640)))
    for number, width in enumerate((640, 640, 320)):
        info = CameraInfo(width=width)
        info.header.stamp.sec = number + 1
        publisher.publish(info)
        time.sleep(.1)
        made.inputs.take_camera_info()
    assert [info.width for info in made.infos] == [640, 320]
