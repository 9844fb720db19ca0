"""The vertical found from synthetic people who stand; and what says nothing of it."""
import numpy as np
import pytest
import synthetic

from openpose_ros.people import people_in_image
from openpose_ros.scene import Camera, Level, up_of_tilt

CAMERA = Camera.from_field_of_view(640, 480, 69.)


def off(vertical, view):
    return np.degrees(np.arccos(np.clip(vertical.up @ synthetic.up(view), -1., 1.)))


def crowd(view, seed=0, count=6, posture='standing'):
    rng = np.random.RandomState(seed)
    people = [synthetic.random_person(rng, (rng.uniform(-1., 1.), rng.uniform(2.5, 4.)),
                                      rng.uniform(-3., 3.), posture) for _ in range(count)]
    return [people_in_image(synthetic.keypoints([person], CAMERA, rng, view))
            for person in people]


@pytest.mark.parametrize('pitch', [-10., 15., 35.])
def test_is_found_whatever_was_said(pitch):
    view = synthetic.Viewpoint(1.2 if pitch < 20. else 2.4, np.radians(pitch))
    level = Level((0., -1., 0.))
    for stamp, people in enumerate(crowd(view, count=20)):
        level.observe(people, CAMERA, view.height, 3. * stamp)
    assert off(level.vertical, view) < 4.
    assert off(level.vertical, view) < 2.5 * np.degrees(level.vertical.stddev)
    up = up_of_tilt(level.vertical.pitch, level.vertical.roll)
    np.testing.assert_allclose(up, level.vertical.up, atol=.02)


def test_nobody_says_nothing():
    level = Level((0., -1., 0.))
    level.observe(people_in_image(np.zeros((0, 18, 3))), CAMERA, 1.2, 0.)
    assert level.vertical is None


def test_who_sits_says_nothing():
    level = Level((0., -1., 0.))
    for people in crowd(synthetic.Viewpoint(1.1, .1), posture='sitting'):
        level.observe(people, CAMERA, 1.1, 0.)
    assert level.vertical is None


def test_the_same_stance_again_says_little():
    view = synthetic.Viewpoint(1.2, np.radians(15.))
    once, often = Level((0., -1., 0.)), Level((0., -1., 0.))
    people = crowd(view, count=1)[0]
    once.observe(people, CAMERA, view.height, 0.)
    for number in range(30):
        often.observe(people, CAMERA, view.height, number / 30.)
    assert often.vertical.stddev > .33 * once.vertical.stddev


def test_a_camera_that_is_moved_is_followed():
    level, stamp = Level((0., -1., 0.)), 0.
    for pitch in (20., 0.):
        view = synthetic.Viewpoint(1.2, np.radians(pitch))
        for seed in range(8):
            for people in crowd(view, seed):
                stamp += 5.
                level.observe(people, CAMERA, view.height, stamp)
    assert off(level.vertical, view) < 4.
