"""Depth carried over from one camera to another, against scenes of which all is known."""
import numpy as np
import pytest

from openpose_ros.scene import Camera
from openpose_ros.scene.registration import register, same_view

COLOUR = Camera.from_info(640, 480, 'plumb_bob', (-.12, .05, .001, -.001, 0.), (
    610., 0., 322., 0., 612., 243., 0., 0., 1.))
DEPTH = Camera.from_info(848, 480, 'none', (), (425., 0., 423.5, 0., 425., 239.5, 0., 0., 1.))
MOVE = np.array((.015, .002, -.001))
ANGLE = np.radians(4.)
TURN = np.array(((np.cos(ANGLE), 0., np.sin(ANGLE)), (0., 1., 0.),
                 (-np.sin(ANGLE), 0., np.cos(ANGLE))))


def plane(camera, normal, distance):
    """Depth (h, w) m of the plane normal . p = distance, as this camera sees it."""
    x, y = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    rays = camera.unproject(np.stack((x, y), axis=-1), np.ones(x.shape))
    return distance / rays.dot(normal)


@pytest.mark.parametrize('dtype', [np.float32, np.uint16])
def test_a_plane_seen_by_both(dtype):
    normal, distance = np.array((.3, -.1, 1.)), 2.5      # in the colour camera's frame
    in_depth = TURN.T.dot(normal)
    depth = plane(DEPTH, in_depth, distance - normal.dot(MOVE))
    depth = (depth * 1000.).astype(dtype) if dtype == np.uint16 else depth.astype(dtype)
    found = register(depth, DEPTH, COLOUR, TURN, MOVE)
    height, width = found.shape
    assert abs(width / height / (640. / 480.) - 1.) < .01
    expected = plane(COLOUR.resized(width, height), normal, distance)
    known = np.isfinite(found)
    assert known[height // 8:-height // 8, width // 8:-width // 8].mean() > .97
    assert np.abs(found - expected)[known].max() < .02


def test_the_nearer_of_two_surfaces_is_seen():
    depth = np.full((480, 848), 4., np.float32)
    depth[:, 300:500] = 1.
    found = register(depth, DEPTH, COLOUR, np.eye(3), np.array((.3, 0., 0.)))
    x = COLOUR.resized(*found.shape[::-1]).project(np.array((.3, 0., 1.)))[0]   # the middle of it
    column = found[found.shape[0] // 2, int(x) - 3:int(x) + 4]
    np.testing.assert_allclose(column[np.isfinite(column)], 1., atol=1e-3)


def test_what_is_no_reading_stays_none():
    assert np.isnan(register(np.zeros((480, 848), np.uint16), DEPTH, COLOUR, TURN, MOVE)).all()
    assert np.isnan(register(np.full((480, 848), np.nan, np.float32), DEPTH, COLOUR, TURN,
                             MOVE)).all()


def test_cameras_that_see_the_same():
    assert same_view(COLOUR, COLOUR) and same_view(COLOUR.resized(320, 240), COLOUR)
    assert not same_view(DEPTH, COLOUR)
    assert not same_view(COLOUR.cropped(0, 0, 600, 480), COLOUR)
