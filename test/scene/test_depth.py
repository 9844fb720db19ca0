"""Depth at joints: valid readings, the background, arms, sizes."""
import numpy as np
import pytest

from openpose_ros import body
from openpose_ros.scene import (Camera, DepthSettings, depth_problem,
                                joint_depths)

CAMERA = Camera.from_field_of_view(640, 480, 60.)
SCALE = np.array((277.,))    # px a metre takes at 2 m


def person():
    """Pixels of one person's joints, (1, 18, 2): shoulders, hips, neck and right wrist."""
    pixels = np.full((1, body.PART_COUNT, 2), np.nan)
    for part, at in ((body.NECK, (320, 150)), (body.RIGHT_SHOULDER, (280, 150)),
                     (body.LEFT_SHOULDER, (360, 150)), (body.RIGHT_HIP, (295, 270)),
                     (body.LEFT_HIP, (345, 270)), (body.RIGHT_WRIST, (230, 250))):
        pixels[0, part] = at
    return pixels


def torso_at(millimetres, wall=5000):
    depth = np.full((480, 640), wall, np.uint16)
    depth[130:300, 260:380] = millimetres
    return depth


def joints(depth, **settings):
    return joint_depths(person(), SCALE, depth, CAMERA, DepthSettings(**settings))


def test_reads_millimetres_and_metres():
    for depth in (torso_at(2000), torso_at(2000).astype(np.float32) / 1000.):
        depths = joints(depth)
        np.testing.assert_allclose(depths.joints[0, body.NECK], 2.)
        np.testing.assert_allclose(depths.torso, 2.)


def test_holes_do_not_count():
    depth = torso_at(2000).astype(np.float32) / 1000.
    holes = np.random.RandomState(0).rand(*depth.shape)
    depth[holes < .2], depth[(holes > .2) & (holes < .4)] = 0., np.nan
    depth[(holes > .4) & (holes < .5)], depth[(holes > .5) & (holes < .6)] = np.inf, -1.
    np.testing.assert_allclose(joints(depth).joints[0, body.RIGHT_HIP], 2., atol=1e-6)


@pytest.mark.parametrize('fill', [0., np.nan, -2., np.inf, 65.535])
def test_nothing_valid_is_unknown(fill):
    depths = joints(np.full((480, 640), fill, np.float32))
    assert np.isnan(depths.joints).all() and np.isnan(depths.torso).all()


def test_background_behind_a_narrow_joint():
    depth = torso_at(2000)
    depth[230:270, 225:235] = 1900    # a wrist narrower than its window, before the wall
    assert joints(depth).joints[0, body.RIGHT_WRIST] == pytest.approx(1.9)


def test_joint_on_the_wall_is_unknown():
    assert np.isnan(joints(torso_at(2000)).joints[0, body.RIGHT_WRIST])


def test_the_wall_around_the_shoulder_is_not_the_shoulder():
    depth = torso_at(2000)
    depth[130:300, 260:277] = 5000    # the keypoint lies at the body's very edge
    assert joints(depth).joints[0, body.RIGHT_SHOULDER] == pytest.approx(2.)


def test_a_hand_before_the_shoulder_is_not_the_shoulder():
    depth = torso_at(2000)
    depth[130:170, 262:281] = 1500
    assert joints(depth).joints[0, body.RIGHT_SHOULDER] == pytest.approx(2.)


def test_depth_of_another_size():
    for depth in (torso_at(2000)[::2, ::2], np.kron(torso_at(2000), np.ones((2, 2), np.uint16))):
        np.testing.assert_allclose(joints(depth).joints[0, body.LEFT_HIP], 2.)


def test_joints_outside_the_depth_image():
    pixels = person() + 10000.
    assert np.isnan(joint_depths(pixels, SCALE, torso_at(2000), CAMERA).joints).all()


@pytest.mark.parametrize('depth, reason', [
    (np.zeros((480, 640, 3), np.uint16), 'height, width'),
    (np.zeros((480, 640), np.uint8), 'uint8'),
    (np.zeros((400, 640), np.uint16), '640x400'),
    (np.zeros((0, 0), np.uint16), 'height, width')])
def test_says_why_a_depth_image_is_unusable(depth, reason):
    assert reason in depth_problem(depth, CAMERA)


def test_half_size_is_usable():
    assert depth_problem(np.zeros((240, 320), np.float32), CAMERA) is None
