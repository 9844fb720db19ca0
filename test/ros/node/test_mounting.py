"""How the parameters and TF say that a camera is mounted."""
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from openpose_ros.orientation import Orientation  # noqa: E402
from openpose_ros.ros.node import mounting, parameters  # noqa: E402

VALUES = {parameter.name: parameter.default for parameter in parameters.PARAMETERS}


@pytest.mark.parametrize('topic, rectified', [
    ('/camera/image_raw', False), ('/camera/image_rect', True), ('/a/image_rect_color', True),
    ('/zed/rgb/color/rect/image', True), ('/camera/infra1/image_rect_raw', True),
    ('/direct/image', False), ('/camera/correct/image', False), ('/rectified/image', True),
    ('/rectangle/image', False)])
def test_rectified_by_the_name(topic, rectified):
    assert mounting.is_rectified(VALUES, topic) == rectified
    assert mounting.is_rectified(dict(VALUES, image_is_rectified='true'), topic)
    assert not mounting.is_rectified(dict(VALUES, image_is_rectified='false'), topic)


def test_up_of_a_camera_that_is_tilted_turned_and_rolled():
    def up(**values):
        return mounting.up_by_parameters(dict(VALUES, **values))
    np.testing.assert_allclose(up(), (0., -1., 0.), atol=1e-12)
    np.testing.assert_allclose(up(camera_pitch=30.), (0., -np.sqrt(.75), -.5))
    np.testing.assert_allclose(up(image_rotation='180', camera_pitch=30.),
                               (0., np.sqrt(.75), -.5), atol=1e-12)
    np.testing.assert_allclose(up(image_rotation='90'), (-1., 0., 0.), atol=1e-12)
    # A camera turned clockwise by 90 degrees has heads on the left, as image_rotation 90 says.
    np.testing.assert_allclose(up(camera_roll=90.), (-1., 0., 0.), atol=1e-12)


def test_auto_follows_tf():
    assert mounting.orientation(VALUES) == Orientation()
    assert mounting.orientation(VALUES, np.array((.1, .9, -.3))) == Orientation(180)
    assert mounting.orientation(dict(VALUES, image_rotation='90', image_is_mirrored=True),
                                np.array((.1, .9, -.3))) == Orientation(90, True)


class Clock:
    now = 0.

    def __call__(self):
        return self.now


def tries(sees, until, every=.1, given=Orientation()):
    """(rotations tried, what is said at the end) where people are seen in `sees` alone."""
    clock = Clock()
    found = mounting.RotatedTries(clock)
    tried = []
    while clock.now < until:
        clock.now += every
        rotation = found.next_rotation()
        if rotation:
            tried.append(rotation)
            found.tried(rotation == sees)
        elif sees == 0:
            found.found_upright()
    return tried, found.verdict(given)


@pytest.mark.parametrize('rotation', [90, 180, 270])
def test_people_who_are_seen_in_a_turned_image_alone(rotation):
    tried, said = tries(rotation, 14.)
    assert said == rotation and len(tried) == 6 and set(tried[-3:]) == {rotation}
    assert tries(rotation, 9.)[1] is None
    assert tries(rotation, 14., given=Orientation(90))[1] == (rotation + 90) % 360


def test_nobody_at_all_and_people_upright():
    tried, said = tries(None, 30.)
    assert said is None and 13 <= len(tried) <= 15     # an image in two seconds
    assert tries(0, 30.) == ([], None)
