"""Images turned upright, and points back into the image as it was given."""
import numpy as np
import pytest

from openpose_ros.orientation import (ROTATIONS, Orientation, rotation_for,
                                      turned_within)

SIZE = 7, 4     # px, (width, height) of the given image
ALL = [Orientation(rotation, mirrored) for rotation in ROTATIONS for mirrored in (False, True)]


@pytest.mark.parametrize('orientation', ALL)
def test_a_point_is_where_its_pixel_is(orientation):
    for x, y in ((5, 1), (0, 0), (6, 3)):
        image = np.zeros((4, 7, 3), np.uint8)
        image[y, x] = 255
        upright = orientation.upright(image)
        assert upright.shape[1::-1] == orientation.upright_size(SIZE)
        (row, column), = np.argwhere(upright[..., 0])
        np.testing.assert_array_equal(orientation.to_upright(np.array((x, y)), SIZE), (column, row))
        np.testing.assert_array_equal(orientation.to_given(np.array((column, row)), SIZE), (x, y))


def test_degrees_are_clockwise():
    image = np.zeros((4, 7), np.uint8)
    image[:, 0] = 9     # heads on the left
    assert (Orientation(90).upright(image)[0] == 9).all()
    image = np.zeros((4, 7), np.uint8)
    image[:, -1] = 9    # heads on the right
    assert (Orientation(270).upright(image)[0] == 9).all()


def test_what_is_unknown_stays_unknown():
    assert np.isnan(Orientation(90).to_given(np.full((1, 18, 2), np.nan), SIZE)).all()


@pytest.mark.parametrize('rotation', ROTATIONS)
def test_the_rotation_is_found_by_the_vertical(rotation):
    up = Orientation(rotation).up_in_camera(np.array((.2, -.9, -.4)))
    assert rotation_for(up) == rotation
    # The image's direction of `up` is turned to the top.
    point = Orientation(rotation).to_upright(np.array((3., 1.5)) + up[:2], SIZE)
    assert (point - .5 * (np.array(Orientation(rotation).upright_size(SIZE)) - 1.))[1] < 0.


def test_straight_down_no_rotation_suits():
    assert rotation_for(np.array((.1, -.1, -.99)), 180) == 180
    assert rotation_for(np.array((0., 0., 1.))) == 0


@pytest.mark.parametrize('rotation', ROTATIONS)
def test_turned_within_keeps_the_size(rotation):
    image = np.full((40, 70, 3), 5, np.uint8)
    turned = turned_within(image, rotation)
    assert turned.shape == image.shape and (turned[:30, :20] == 5).all()
