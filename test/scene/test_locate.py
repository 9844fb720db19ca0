"""People located in synthetic scenes, where the truth is known; and bad input."""
import numpy as np
import pytest
import synthetic

from openpose_ros import body, circle
from openpose_ros.body import COCO
from openpose_ros.people import (SOURCE_DEPTH, SOURCE_MONOCULAR, SOURCE_NONE,
                                 people_in_image)
from openpose_ros.scene import (Camera, Settings, locate, locate_and_explain,
                                up_of_tilt)

CAMERA = Camera.from_info(640, 480, 'plumb_bob', (-.12, .05, .001, -.001, 0.),
                          (610., 0., 322., 0., 612., 243., 0., 0., 1.))
PINHOLE = Camera.from_field_of_view(640, 480, 55.)
FEET, KNEES = [body.RIGHT_ANKLE, body.LEFT_ANKLE], [body.RIGHT_KNEE, body.LEFT_KNEE]
HEADINGS = np.radians(np.arange(0, 360, 30))


def seen(person, camera=CAMERA, view=synthetic.Viewpoint(), noise=0.):
    """A person without keypoint or depth noise, as (people, depth)."""
    rng = np.random.RandomState(0)
    found = synthetic.keypoints([person], camera, rng, view, noise)
    return people_in_image(found), synthetic.depth([person], camera, None, view)


def degrees_between(a, b):
    return np.degrees(np.arccos(np.clip(np.dot(a, b), -1., 1.)))


def turn_of(vector):
    return np.arctan2(vector[0], -vector[2])


@pytest.mark.parametrize('posture', ['standing', 'sitting'])
@pytest.mark.parametrize('heading', HEADINGS)
def test_with_depth(posture, heading):
    person = synthetic.Person((.5, 2.5), heading, posture=posture)
    people, depth = seen(person)
    found = locate(people, CAMERA, depth)
    # Side-on the arms of these bodies are 4 cm further out than those of real ones.
    assert np.linalg.norm(found.position[0] - synthetic.hips(person)) < .09
    assert degrees_between(found.facing[0], synthetic.front(heading)) < 10.
    assert degrees_between(found.gaze[0], synthetic.front(heading)) < 20.
    for source in found.position_source, found.facing_source, found.gaze_source:
        assert source[0] == SOURCE_DEPTH
    points = found.points[0]
    assert np.isnan(points[people.keypoints[0, :, 2] == 0.]).all()
    error = np.linalg.norm(points - synthetic.joints(person), axis=1)
    assert np.nanmedian(error[[2, 5, 8, 11]]) < .08
    if np.cos(heading) ** 2 < .1:    # side-on the far ones are hidden, but reckoned from their turn
        assert np.nanmax(error[[2, 5, 8, 11]]) < .15


@pytest.mark.parametrize('posture', ['standing', 'sitting'])
@pytest.mark.parametrize('heading', HEADINGS)
def test_without_depth(posture, heading):
    person = synthetic.Person((.5, 2.5), heading, posture=posture)
    found = locate(seen(person)[0], CAMERA)
    truth = synthetic.hips(person)
    assert np.linalg.norm(found.position[0] - truth) < .12 * np.linalg.norm(truth)
    assert degrees_between(found.facing[0], synthetic.front(heading)) < 20.
    assert found.position_source[0] == found.facing_source[0] == SOURCE_MONOCULAR
    assert np.isfinite(found.points[0, body.NECK]).all()


@pytest.mark.parametrize('with_depth', [True, False])
@pytest.mark.parametrize('heading', HEADINGS)
def test_headings_are_those_of_the_facing_off_the_direction_to_the_camera(heading, with_depth):
    """For a camera that looks down, and of who stands aside."""
    view = synthetic.Viewpoint(1.6, np.radians(20.))
    people, depth = seen(synthetic.Person((-.8, 2.5), heading), view=view)
    found = locate(people, CAMERA, depth if with_depth else None, synthetic.up(view))
    np.testing.assert_allclose(found.headings[0].sum(axis=1), 1.)
    up, towards = synthetic.up(view), -found.position[0]
    towards = towards - towards.dot(up) * up
    turn = np.arctan2(np.cross(towards, found.facing[0]).dot(up), towards.dot(found.facing[0]))
    assert abs(circle.wrap(turn - found.heading[0])) < np.radians(4.)
    near = np.abs(circle.wrap(circle.ANGLES - found.heading[0])) < np.radians(25.)
    # As much may be on the other side of the ray, and less behind.
    assert (found.headings[0][:, near].sum(axis=1) > .3).all()


def test_of_whom_no_facing_is_known_no_heading_is():
    people, _ = seen(synthetic.Person((0., 2.5), .5))
    hidden = people.keypoints.copy()
    hidden[0, [part for part in range(18) if part not in FEET + KNEES]] = np.nan, np.nan, 0.
    assert np.isnan(locate(people_in_image(hidden), CAMERA).heading[0])


def test_facing_the_camera_is_minus_z():
    people, depth = seen(synthetic.Person((0., 2.5), 0.))
    for found in locate(people, CAMERA, depth), locate(people, CAMERA):
        np.testing.assert_allclose(found.facing[0], (0., 0., -1.), atol=.15)


@pytest.mark.parametrize('pitch', np.radians((-20., 25.)))
def test_a_tilted_camera(pitch):
    view = synthetic.Viewpoint(1.1 + 2.3 * np.tan(pitch), pitch)
    person = synthetic.Person((.2, 2.3), np.radians(40.))
    people, depth = seen(person, view=view)
    up = up_of_tilt(pitch)
    np.testing.assert_allclose(up, synthetic.up(view), atol=1e-12)
    found = locate(people, CAMERA, depth, up)
    assert np.linalg.norm(found.position[0] - synthetic.hips(person, view)) < .1
    assert degrees_between(found.facing[0], synthetic.front(person.heading, view)) < 12.
    assert abs(np.dot(found.facing[0], up)) < 1e-9


@pytest.mark.parametrize('turn', np.radians((30., 75., 160., 250.)))
@pytest.mark.parametrize('with_depth', [True, False])
def test_turning_the_person_turns_the_answer(turn, with_depth):
    answers = []
    for heading in (.3, .3 + turn):
        people, depth = seen(synthetic.Person((0., 2.2), heading))
        answers.append(turn_of(locate(people, CAMERA, depth if with_depth else None).facing[0]))
    error = (answers[1] - answers[0] - turn + np.pi) % (2. * np.pi) - np.pi
    assert abs(np.degrees(error)) < (12. if with_depth else 25.)


@pytest.mark.parametrize('heading', HEADINGS)
@pytest.mark.parametrize('with_depth', [True, False])
def test_mirroring_the_image_mirrors_the_answer(heading, with_depth):
    people, depth = seen(synthetic.Person((.4, 2.2), heading + .1), PINHOLE, noise=3.)
    keypoints = people.keypoints[:, COCO.mirrored].copy()
    keypoints[..., 0] = PINHOLE.width - 1. - keypoints[..., 0]
    found = locate(people, PINHOLE, depth if with_depth else None)
    mirrored = locate(people_in_image(keypoints), PINHOLE, depth[:, ::-1] if with_depth else None)
    for field in 'position', 'facing', 'gaze':
        # A reading at the edge between two pixels may fall to either side.
        np.testing.assert_allclose(getattr(mirrored, field) * (-1., 1., 1.), getattr(found, field),
                                   atol=.01)
    np.testing.assert_allclose(mirrored.facing_stddev, found.facing_stddev, rtol=.05)


@pytest.mark.parametrize('scale', [.85, 1.15])
def test_scaling_the_scene_scales_the_position_and_leaves_the_facing(scale):
    people, depth = seen(synthetic.Person((.3, 2.5), np.radians(50.)))
    near, far = (locate(people, CAMERA, (depth * k).astype(np.uint16),
                        settings=Settings(torso_radii=(0., 0., 0.))) for k in (1., scale))
    np.testing.assert_allclose(far.position, scale * near.position, rtol=.01)
    assert degrees_between(far.facing[0], near.facing[0]) < 5.


def test_images_of_any_size_give_the_same():
    people, depth = seen(synthetic.Person((.3, 2.5), 1.))
    keypoints = people.keypoints.copy()
    keypoints[..., :2] = (keypoints[..., :2] + .5) * 2. - .5
    small = locate(people, CAMERA, depth)
    large = locate(people_in_image(keypoints), CAMERA.resized(1280, 960), depth)
    np.testing.assert_allclose(large.position, small.position, atol=.01)
    np.testing.assert_allclose(large.facing, small.facing, atol=.02)


def test_a_known_ground_makes_the_monocular_position_better():
    child = synthetic.Person((0., 3.), .4, size=.8)    # an adult that size would be further off
    people = seen(child)[0]
    truth = synthetic.hips(child)
    without = locate(people, CAMERA)
    ground = locate(people, CAMERA, camera_height=1.1)
    assert np.linalg.norm(ground.position[0] - truth) < .6 * np.linalg.norm(
        without.position[0] - truth)
    assert ground.position_covariance[0, 2, 2] < without.position_covariance[0, 2, 2]


def hide(people, *parts):
    keypoints = people.keypoints.copy()
    keypoints[:, list(parts)] = np.nan, np.nan, 0.
    return people_in_image(keypoints)


@pytest.mark.parametrize('heading', np.radians((0., 45., 135., 180., 300.)))
def test_upper_body_only(heading):
    people, depth = seen(synthetic.Person((0., 2.), heading))
    people = hide(people, *range(body.RIGHT_HIP, body.LEFT_ANKLE + 1))
    found = locate(people, CAMERA, depth)
    assert degrees_between(found.facing[0], synthetic.front(heading)) < 15.
    assert np.linalg.norm(found.position[0] - synthetic.hips(
        synthetic.Person((0., 2.), heading))) < .12


def test_a_torso_leans_so_without_hips_the_range_is_less_certain():
    people, depth = seen(synthetic.Person((0., 2.), 0.))
    whole, upper = (locate(each, CAMERA, depth) for each in (people, hide(
        people, *range(body.RIGHT_HIP, body.LEFT_ANKLE + 1))))
    assert upper.position_covariance[0, 2, 2] > whole.position_covariance[0, 2, 2] + .05 ** 2


def test_one_shoulder_hidden():
    people, depth = seen(synthetic.Person((0., 2.), np.radians(40.)))
    found = locate(hide(people, body.LEFT_SHOULDER), CAMERA, depth)
    assert degrees_between(found.facing[0], synthetic.front(np.radians(40.))) < 25.


@pytest.mark.parametrize('distance', [1.1, 1.6, 2.2])
@pytest.mark.parametrize('arms', [('raised', 'hanging'), ('hanging', 'raised')])
def test_an_arm_before_a_shoulder_does_not_turn_them(arms, distance):
    people, depth = seen(synthetic.Person((0., distance), 0., arms=arms))
    found = locate(people, CAMERA, depth)
    assert degrees_between(found.facing[0], synthetic.front(0.)) < 5.


def test_only_a_leg_tells_no_facing():
    people, depth = seen(synthetic.Person((0., 2.5), 0.))
    found = locate(hide(people, *[part for part in range(18) if part not in (9, 10)]), CAMERA,
                   depth)
    assert np.isnan(found.facing).all() and found.facing_source[0] == SOURCE_NONE
    assert np.isnan(found.facing_stddev).all()


def test_nobody():
    assert locate(people_in_image(np.zeros((0, 18, 3))), CAMERA, np.zeros((480, 640),
                                                                          np.uint16)).count == 0


def test_person_without_a_keypoint_is_unknown():
    nobody = people_in_image(np.full((1, 18, 3), (np.nan, np.nan, 0.)))
    found, problems = locate_and_explain(nobody, CAMERA, np.full((480, 640), 2000, np.uint16))
    assert np.isnan(found.position).all() and found.position_source[0] == SOURCE_NONE
    assert found.gaze_source[0] == SOURCE_NONE
    assert problems


BAD_DEPTHS = {
    'zero': (np.zeros((480, 640), np.uint16), 'no valid depth'),
    'nan': (np.full((480, 640), np.nan, np.float32), 'no valid depth'),
    'negative': (np.full((480, 640), -1., np.float32), 'no valid depth'),
    'odd ratio': (np.full((400, 640), 2000, np.uint16), '640x400'),
    'colour': (np.zeros((480, 640, 3), np.uint8), 'height, width'),
    'another moment': (np.full((480, 640), 8000, np.uint16), 'does not fit'),
}


@pytest.mark.parametrize('kind', sorted(BAD_DEPTHS))
def test_bad_depth_says_why_and_goes_on_without(kind):
    depth, reason = BAD_DEPTHS[kind]
    people = seen(synthetic.Person((0., 2.5), .5))[0]
    found, problems = locate_and_explain(people, CAMERA, depth)
    assert any(reason in problem and '\n' not in problem for problem in problems)
    assert found.position_source[0] == SOURCE_MONOCULAR
    assert (found.position != 0.).all()
    np.testing.assert_allclose(found.position, locate(people, CAMERA).position)


@pytest.mark.parametrize('value', [-5000., 1e6, np.inf, np.nan])
def test_keypoints_outside_the_image_are_left_out(value):
    people, depth = seen(synthetic.Person((0., 2.5), .5))
    keypoints = people.keypoints.copy()
    keypoints[0, [body.LEFT_WRIST, body.RIGHT_WRIST], 0] = value
    found = locate(people_in_image(keypoints), CAMERA, depth)
    assert np.isnan(found.points[0, body.LEFT_WRIST]).all()
    assert np.linalg.norm(found.position[0] - synthetic.hips(synthetic.Person((0., 2.5), .5))) < .1


@pytest.mark.parametrize('score', [1e-30, 1e30])
def test_scores_that_no_network_gives_change_nothing_of_the_position(score):
    people, depth = seen(synthetic.Person((0., 2.5), .5))
    keypoints = people.keypoints.copy()
    keypoints[..., 2] *= score
    found, usual = (locate(people_in_image(each), CAMERA, depth)
                    for each in (keypoints, people.keypoints))
    np.testing.assert_allclose(found.position, usual.position, atol=.02)


def test_all_keypoints_outside_the_image_are_unknown():
    people, depth = seen(synthetic.Person((0., 2.5), .5))
    found = locate(people_in_image(people.keypoints + 5000.), CAMERA, depth)
    assert np.isnan(found.position).all() and found.position_source[0] == SOURCE_NONE


@pytest.mark.parametrize('up', [(0., 0., 0.), (np.nan, 0., 1.), (0., 1.)])
def test_no_vertical_is_unknown(up):
    people = seen(synthetic.Person((0., 2.5), .5))[0]
    found, problems = locate_and_explain(people, CAMERA, up=up)
    assert found.position_source[0] == SOURCE_NONE and 'vertical' in problems[0]


def test_a_camera_that_looks_straight_down_knows_no_facing():
    people, depth = seen(synthetic.Person((0., 2.5), .5))
    found = locate(people, CAMERA, depth, up=(0., 0., -1.))
    assert found.facing_source[0] == SOURCE_NONE and np.isnan(found.facing).all()


def turned_in_image(people, degrees):
    """The same people, turned about the middle of their keypoints in the image."""
    keypoints = people.keypoints.copy()
    xy = keypoints[..., :2]
    middle = np.nanmean(xy, axis=1, keepdims=True)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    keypoints[..., :2] = middle + .7 * (xy - middle) @ np.array(((c, s), (-s, c)))
    return people_in_image(keypoints)


@pytest.mark.parametrize('degrees', [90., 180., -90.])
def test_of_who_lies_the_facing_is_unknown_and_the_range_is_not(degrees):
    person = synthetic.Person((0., 3.), np.radians(30.))
    people = turned_in_image(seen(person, noise=0.)[0], degrees)
    found, problems = locate_and_explain(people, CAMERA, camera_height=1.1)
    assert found.facing_source[0] == found.gaze_source[0] == SOURCE_NONE
    assert any('not upright' in problem for problem in problems)
    away = found.position[0, 2] * .7    # they were drawn smaller, so that they stay in the image
    assert abs(away - 3.) < 2. * .7 * np.sqrt(found.position_covariance[0, 2, 2])


def test_a_camera_on_its_side_is_no_trouble_when_it_is_said():
    people = seen(synthetic.Person((0., 3.), np.radians(30.)), PINHOLE)[0]
    keypoints = people.keypoints.copy()
    side = Camera.from_info(480, 640, 'none', (), (
        PINHOLE.fx, 0., PINHOLE.cy, 0., PINHOLE.fy, PINHOLE.cx, 0., 0., 1.))
    keypoints[..., 0], keypoints[..., 1] = people.keypoints[..., 1], 639. - people.keypoints[..., 0]
    straight = locate(people, PINHOLE, camera_height=1.1)
    found = locate(people_in_image(keypoints), side, up=(-1., 0., 0.), camera_height=1.1,
                   input_height=368. * 640. / 480.)
    np.testing.assert_allclose(found.position[0], straight.position[0, [1, 0, 2]] * (1., -1., 1.),
                               atol=.02)
    np.testing.assert_allclose(found.facing_stddev, straight.facing_stddev, rtol=.05)


@pytest.mark.parametrize('height', [.3, 3.5, 60., 1e300, -1e300])
def test_a_height_that_cannot_be_is_not_used(height):
    people = seen(synthetic.Person((0., 3.), .4))[0]
    found, problems = locate_and_explain(people, CAMERA, camera_height=height)
    alone = locate(people, CAMERA)
    off = abs(found.position[0, 2] - 3.)
    assert off < max(.4, 2. * np.sqrt(found.position_covariance[0, 2, 2]))
    assert any('does not fit their size' in problem for problem in problems) or \
        abs(found.position[0, 2] - alone.position[0, 2]) < .3


def test_two_people_of_whom_one_stands_on_a_table():
    on_ground, on_table = synthetic.Person((-.6, 3.), .4), synthetic.Person((.6, 3.), -.4)
    view, higher = synthetic.Viewpoint(1.4), synthetic.Viewpoint(.65)    # the table is 0.75 m high
    people = people_in_image(np.concatenate([
        seen(on_ground, view=view)[0].keypoints, seen(on_table, view=higher)[0].keypoints]))
    found = locate(people, CAMERA, camera_height=1.4)
    off = np.abs(found.position[:, 2] - 3.)
    assert off[0] < .2
    assert off[1] < 2. * np.sqrt(found.position_covariance[1, 2, 2])


def test_only_heads():
    people, depth = seen(synthetic.Person((0., 2.), .3))
    people = hide(people, *[part for part in range(1, 14)])
    for found in locate(people, CAMERA), locate(people, CAMERA, depth, camera_height=1.1):
        assert np.isnan(found.facing_stddev[0]) or found.facing_stddev[0] > np.radians(20.)
        known = np.isfinite(found.position[0]).all()
        assert not known or abs(found.position[0, 2] - 2.) < 3. * np.sqrt(
            found.position_covariance[0, 2, 2])


def test_a_child_is_measured_by_depth_and_by_the_ground():
    person = synthetic.Person((0., 3.), .4, size=.72)
    people, depth = seen(person)
    alone = locate(people, CAMERA)
    assert np.isnan(alone.stature[0])
    away = np.linalg.norm(synthetic.hips(person))
    off = np.linalg.norm(alone.position[0]) - away
    assert .5 < off < 2. * np.sqrt(alone.position_covariance[0, 2, 2])    # it may be a child
    for found in locate(people, CAMERA, depth), locate(people, CAMERA, camera_height=1.1):
        assert found.stature[0] == pytest.approx(1.7 * .72, abs=.12)
        assert abs(np.linalg.norm(found.position[0]) - away) < .06 * away


@pytest.mark.parametrize('size', [.65, .75, .85, .95])
def test_alone_a_child_of_any_age_is_within_two_deviations(size):
    person = synthetic.Person((0., 3.), .4, size=size)
    found = locate(seen(person)[0], CAMERA)
    off = np.linalg.norm(found.position[0]) - np.linalg.norm(synthetic.hips(person))
    assert 0. < off < 2. * np.sqrt(found.position_covariance[0, 2, 2])


def test_a_child_without_feet_in_view_is_measured_by_the_ground():
    child = synthetic.Person((0., 2.2), .4, size=.72)
    away = np.linalg.norm(synthetic.hips(child))
    by_knees = locate(hide(seen(child)[0], *FEET), CAMERA, camera_height=1.1)
    assert abs(np.linalg.norm(by_knees.position[0]) - away) < .1 * away
    assert abs(by_knees.stature[0] - 1.7 * .72) < 2. * by_knees.stature_stddev[0]
    by_hips = locate(hide(seen(child)[0], *FEET + KNEES), CAMERA, camera_height=1.1)
    off = np.linalg.norm(by_hips.position[0]) - away    # it may be an adult who sits
    assert abs(off) < 2. * np.sqrt(by_hips.position_covariance[0, 2, 2])


@pytest.mark.parametrize('knees', [True, False])
def test_an_adult_who_sits_without_feet_in_view_is_no_certain_child(knees):
    adult = synthetic.Person((0., 2.5), .4, posture='sitting')
    hidden = FEET + ([] if knees else KNEES)
    found = locate(hide(seen(adult)[0], *hidden), CAMERA, camera_height=1.1)
    off = abs(np.linalg.norm(found.position[0]) - np.linalg.norm(synthetic.hips(adult)))
    assert off < 2. * np.sqrt(found.position_covariance[0, 2, 2])


def test_the_gaze_goes_down_with_the_head():
    pitches = []
    for nod in (-15., 0., 15.):
        person = synthetic.Person((0., 2.), .2, nod=np.radians(nod))
        found = locate(seen(person)[0], CAMERA)
        pitches.append(np.degrees(np.arcsin(-found.gaze[0, 1])))
        assert np.linalg.norm(found.gaze[0]) == pytest.approx(1.)
    assert pitches[0] - pitches[1] > 6. and pitches[1] - pitches[2] > 6.


def test_who_looks_at_the_camera_attends():
    attention = [locate(seen(synthetic.Person((0., 2.), 0., head_turn=turn))[0], CAMERA).attention[0]
                 for turn in np.radians((0., 50., 150.))]
    assert attention[0] > .4 and attention[1] < .15 and attention[2] < .01


def test_small_people_are_less_sure_which_way_they_face():
    people = seen(synthetic.Person((0., 3.5), .4))[0]
    near, far = (locate(people, CAMERA, input_height=height) for height in (368., 90.))
    assert far.facing_stddev[0] > 1.2 * near.facing_stddev[0] or np.isnan(far.facing_stddev[0])


def test_only_legs_tell_no_place_that_is_certain():
    person = synthetic.Person((0., 2.5), .3)
    people = hide(seen(person)[0], *range(8), 8, 11, *range(14, 18))
    for height in None, 1.1:
        found = locate(people, CAMERA, camera_height=height)
        assert np.isnan(found.facing_stddev[0])
        off = abs(found.position[0, 2] - synthetic.hips(person)[2])
        assert np.isnan(off) or off < 3. * np.sqrt(found.position_covariance[0, 2, 2])


def test_of_who_kneels_the_range_by_the_ground_is_wide_or_right():
    adult = seen(synthetic.Person((0., 2.5), .3), view=synthetic.Viewpoint(1.1))[0]
    # Knees on the ground, shanks behind: all is lower by a shank, which the camera sees as if higher.
    kneeling = seen(synthetic.Person((0., 2.5), .3), view=synthetic.Viewpoint(1.1 + .42))[0]
    assert kneeling.keypoints[0, body.NECK, 1] > adult.keypoints[0, body.NECK, 1]
    found = locate(hide(kneeling, *FEET), CAMERA, camera_height=1.1)
    off = abs(found.position[0, 2] - 2.5)
    assert off < 2. * np.sqrt(found.position_covariance[0, 2, 2])


@pytest.mark.parametrize('pitch', np.radians((40., 55.)))
def test_steeply_from_above_nobody_is_certain_and_wrong(pitch):
    view = synthetic.Viewpoint(2.6, pitch)
    person = synthetic.Person((0., 2.6 / np.tan(pitch)), .3)
    people, depth = seen(person, view=view)
    for found in (locate(people, CAMERA, None, synthetic.up(view)),
                  locate(people, CAMERA, None, synthetic.up(view), 2.6),
                  locate(people, CAMERA, depth, synthetic.up(view))):
        off = found.position[0] - synthetic.hips(person, view)
        covariance = found.position_covariance[0]
        assert np.isnan(off).any() or off @ np.linalg.solve(covariance, off) < 16.
        turn = degrees_between(found.facing[0], synthetic.front(.3, view))
        assert np.isnan(turn) or turn < max(3. * np.degrees(found.facing_stddev[0]), 20.)
