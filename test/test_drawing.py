"""Images of people: what is drawn is where it should be, in the colour it should have."""
import numpy as np
import pytest
from made_maps import STANDING

from openpose_ros import drawing
from openpose_ros.body import COCO, LEFT_WRIST, NOSE, RIGHT_WRIST
from openpose_ros.people import SOURCE_DEPTH, people_in_image
from openpose_ros.scene import Camera


def standing(places=((0., 0., 2.),), facing=((0., 0., -1.),)):
    keypoints = np.concatenate((STANDING * 5. + (160., 60.), np.ones((18, 1))), axis=1)
    people = people_in_image(np.repeat(keypoints[None], len(places), axis=0))
    places = np.array(places)
    return people._replace(
        position=places, points=np.repeat(places[:, None], 18, axis=1),
        position_covariance=np.repeat(np.eye(3)[None] * .01, len(places), axis=0),
        position_source=np.full(len(places), SOURCE_DEPTH, np.uint8),
        facing=np.array(facing), facing_stddev=np.full(len(places), .2), ids=np.arange(
            1, len(places) + 1).astype(np.uint32))


def coloured(image, colour):
    """(x, y) of the pixels of exactly this colour."""
    rows, columns = np.nonzero((image == colour).all(axis=2))
    return np.column_stack((columns, rows))


def test_each_side_has_its_colour_at_its_place():
    people = standing()
    blank = np.zeros((240, 320, 3), np.uint8)
    image = drawing.overlay(blank, people)
    assert not blank.any()   # the image given is not drawn on
    for part, colour in ((RIGHT_WRIST, drawing.RIGHT), (LEFT_WRIST, drawing.LEFT),
                         (NOSE, drawing.MIDDLE)):
        x, y = people.keypoints[0, part, :2].round().astype(int)
        assert tuple(image[y, x]) == colour


def test_colours_of_the_sides_differ_in_brightness_too():
    def brightness(colour):
        return np.dot(colour, (.0722, .7152, .2126))
    assert abs(brightness(drawing.RIGHT) - brightness(drawing.MIDDLE)) > 50
    assert abs(brightness(drawing.LEFT) - brightness(drawing.MIDDLE)) > 50
    assert {drawing.limb_colour(limb) for limb in range(len(COCO.limbs))} == {
        drawing.RIGHT, drawing.LEFT, drawing.MIDDLE}


def test_parts_that_were_not_seen_are_not_drawn():
    people = standing()
    people.keypoints[0, :, :] = np.nan
    people.keypoints[0, :, 2] = 0.
    people = people._replace(ids=np.zeros(1, np.uint32), position=np.full((1, 3), np.nan))
    blank = np.zeros((240, 320, 3), np.uint8)
    assert not drawing.overlay(blank, people).any()


def test_the_facing_arrow_points_where_they_face():
    camera = Camera.from_field_of_view(320, 240, 60.)
    people = standing(facing=((1., 0., 0.),))
    arrow = coloured(drawing.overlay(np.zeros((240, 320, 3), np.uint8), people, camera),
                     drawing.FACING)
    expected = camera.project(np.array((.5, 0., 2.)))
    assert abs(arrow[:, 0].max() - expected[0]) <= 2.


def test_the_plan_shows_people_where_they_stand():
    image = drawing.plan(standing(((-1., .5, 2.), (1., .5, 3.)), ((1., 0., 0.), (0., 0., 1.))),
                           size=600, reach=4.)
    scale = 540. / 4.
    for x, z in ((-1., 2.), (1., 3.)):
        assert tuple(image[int(570 - z * scale), int(300 + x * scale)]) == (40, 40, 40)
    arrows = coloured(image, drawing.FACING)
    near_first = arrows[arrows[:, 1] > 570 - 2.5 * scale]
    assert near_first[:, 0].max() > 300 - 1. * scale + .6 * scale   # to the right of the first
    assert arrows[:, 1].min() < 570 - 3.6 * scale                   # away beyond the second


@pytest.mark.parametrize('pitch', (0., 30.))
def test_the_plan_is_level_whatever_the_camera_does(pitch):
    angle = np.radians(pitch)
    up = np.array((0., -np.cos(angle), -np.sin(angle)))
    forward = np.array((0., -np.sin(angle), np.cos(angle)))
    image = drawing.plan(standing((2. * forward - 1. * up,), (forward,)), size=600, reach=4.,
                           up=up)
    assert tuple(image[int(570 - 2. * 135), 300]) == (40, 40, 40)


def test_the_plan_says_who_has_no_place():
    unknown = standing()._replace(position=np.full((1, 3), np.nan))
    empty = people_in_image(np.zeros((0, 18, 3)))
    assert (drawing.plan(unknown) != drawing.plan(empty)).any()


@pytest.mark.parametrize('damage', [
    {'keypoints': np.full((1, 18, 3), np.nan, np.float32)},
    {'keypoints': np.full((1, 18, 3), np.inf, np.float32)},
    {'keypoints': np.full((1, 18, 3), 1e30, np.float32)}])
def test_who_cannot_be_drawn_is_left_out(damage):
    image = np.zeros((240, 320, 3), np.uint8)
    drawn = drawing.overlay(image, standing()._replace(**damage))
    np.testing.assert_array_equal(drawn, image)


def test_what_was_looked_at_is_framed_within_the_image():
    canvas = np.zeros((100, 200, 3), np.uint8)
    drawing.draw_looks(canvas, [('whole', np.array(((0., 0.), (200., 100.)))),
                                ('crop', np.array(((20., 10.), (60., 80.)))),
                                ('tile', np.array(((-50., -1e9), (1e9, 50.))))])
    assert tuple(canvas[40, 20]) == drawing.LOOKS['crop']
    assert tuple(canvas[99, 100]) == drawing.LOOKS['whole']
    assert tuple(canvas[49, 150]) == drawing.LOOKS['tile']
