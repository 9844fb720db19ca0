"""Depth of another camera: registered where that can be, else not used, and it is said why."""
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from geometry_msgs.msg import TransformStamped  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.ros.conversions.camera_info import make_camera_info  # noqa: E402
from openpose_ros.ros.conversions.tf2 import FrameError  # noqa: E402
from openpose_ros.ros.node import parameters  # noqa: E402
from openpose_ros.ros.node.registration import (Registration,  # noqa: E402
                                                StaticFrames)
from openpose_ros.scene import Camera  # noqa: E402

VALUES = {parameter.name: parameter.default for parameter in parameters.PARAMETERS}
COLOUR = Camera.from_field_of_view(640, 480, 60.)
DEPTH = Camera.from_field_of_view(640, 480, 75.)


def static(parent, child, x=0., y=0., z=0., turn=(0., 0., 0., 1.)):
    made = TransformStamped(header=Header(frame_id=parent), child_frame_id=child)
    made.transform.translation.x, made.transform.translation.y = x, y
    made.transform.translation.z = z
    rotation = made.transform.rotation
    rotation.x, rotation.y, rotation.z, rotation.w = turn
    return made


class Transforms:
    def __init__(self, *transforms):
        self.transforms = transforms


@pytest.fixture
def given():
    class Given:
        said = []
    Given.registration = Registration(Given.said.append, '/camera/depth/image_rect_raw')
    return Given


def tell(given, camera=DEPTH, frame='depth'):
    given.registration.set_info(serialize_message(
        make_camera_info(camera, header=Header(frame_id=frame))))


def registered(given, depth, of_depth='depth', of_image='colour', **values):
    return given.registration.registered(depth, Header(frame_id=of_depth),
                                         Header(frame_id=of_image), COLOUR, dict(VALUES, **values))


DISTANT = np.full((480, 640), 3., np.float32)


def test_depth_of_the_images_frame_is_taken_as_it_is(given):
    assert registered(given, DISTANT, 'colour') == (DISTANT, None)
    assert registered(given, DISTANT, '/colour')[0] is DISTANT
    tell(given, COLOUR.resized(320, 240), 'colour')
    assert registered(given, DISTANT, 'colour')[0] is DISTANT
    assert registered(given, DISTANT[:, :400], 'colour', depth_is_registered='true')[1]
    assert not given.said


def test_depth_of_another_frame_is_not_taken_and_it_is_said_why(given):
    depth, problem = registered(given, DISTANT)
    assert depth is None and "'depth'" in problem and "'colour'" in problem
    assert '/camera/depth/camera_info' in problem and '\n' not in problem
    tell(given)
    depth, problem = registered(given, DISTANT)
    assert depth is None and '/tf_static' in problem
    tell(given, frame='colour')     # that of the images, on a topic beside both
    assert 'so it is not registered' in registered(given, DISTANT)[1]
    assert registered(given, DISTANT, depth_is_registered='true')[0] is DISTANT


def test_depth_of_another_frame_is_registered(given):
    tell(given)
    given.registration.set_transforms(Transforms(
        static('camera', 'colour', x=.1), static('camera', 'depth', x=.4, z=.5)))
    # A wall 3 m before the depth camera is 3.5 m before the colour camera; a post at x = 0.
    wall = DISTANT.copy()
    wall[:, 315:325] = 1.5
    depth, problem = registered(given, wall)
    assert problem is None
    height, width = depth.shape
    x, _ = COLOUR.resized(width, height).project(np.array((.3, 0., 2.)))
    row = depth[height // 2]
    assert abs(row[int(round(x))] - 2.) < .01
    assert abs(np.nanmedian(depth) - 3.5) < .01
    assert len(given.said) == 1 and "'depth' to 'colour'" in given.said[0]
    registered(given, wall)
    assert len(given.said) == 1


def test_depth_of_the_same_frame_and_another_lens_is_registered(given):
    tell(given, frame='colour')
    wall = DISTANT.copy()
    wall[:, 500:] = 1.
    depth, problem = registered(given, wall, 'colour')
    assert problem is None
    edge = COLOUR.resized(*depth.shape[::-1]).project(DEPTH.unproject(np.array((500., 240.)), 1.))[0]
    row = depth[depth.shape[0] // 2]
    assert np.nanmax(row[int(edge) + 3:]) < 1.01 and np.nanmin(row[:int(edge) - 2]) > 2.99


def test_static_transforms_along_a_tree():
    frames = StaticFrames()
    quarter = (0., 0., np.sqrt(.5), np.sqrt(.5))    # 90 degrees about z
    frames.add([static('base', 'head', z=1.), static('head', 'eye', x=.2, turn=quarter),
                static('base', 'arm', y=.5)])
    pose = frames.pose('arm', 'eye')
    np.testing.assert_allclose(pose.translation, (.2, -.5, 1.), atol=1e-12)
    np.testing.assert_allclose(pose.rotation.dot((1., 0., 0.)), (0., 1., 0.), atol=1e-12)
    back = frames.pose('eye', 'arm')
    np.testing.assert_allclose(back.rotation.dot(pose.translation) + back.translation,
                               np.zeros(3), atol=1e-12)
    with pytest.raises(FrameError, match='/tf_static'):
        frames.pose('arm', 'elsewhere')
    frames.add([static('eye', 'base')])     # a loop
    frames.pose('arm', 'eye')
