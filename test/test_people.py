"""People as arrays, and in another frame."""
import numpy as np
from scipy.spatial.transform import Rotation

from openpose_ros.people import (SOURCE_NONE, people_in_image, person_scores,
                                 transformed)


def two_people():
    keypoints = np.full((2, 18, 3), np.nan, np.float32)
    keypoints[..., 2] = 0.
    keypoints[0] = 10., 20., .9
    keypoints[1, :9] = 30., 40., .8
    return people_in_image(keypoints)


def test_everything_but_the_image_is_unknown_at_first():
    people = two_people()
    assert people.count == 2 and list(people.ids) == [0, 0]
    for name in ('points', 'position', 'position_covariance', 'facing', 'facing_stddev', 'gaze',
                 'gaze_stddev', 'velocity', 'velocity_covariance'):
        assert np.isnan(getattr(people, name)).all(), name
    for name in ('position_source', 'facing_source', 'gaze_source'):
        assert (getattr(people, name) == SOURCE_NONE).all(), name


def test_a_part_that_was_not_seen_counts_as_zero_in_the_score():
    np.testing.assert_allclose(two_people().scores, [.9, .4], rtol=1e-6)
    assert person_scores(np.zeros((0, 18, 3))).shape == (0,)


def test_nobody_has_every_array():
    nobody = people_in_image(np.zeros((0, 18, 3)))
    assert nobody.count == 0 and all(len(field) == 0 for field in nobody)


def test_select_keeps_rows_of_every_field():
    people = two_people()
    assert people.select([1]).scores[0] == people.scores[1]
    assert people.select(np.array([False, False])).count == 0


def test_transformed_there_and_back_is_the_same():
    random = np.random.RandomState(0)
    people = two_people()._replace(
        points=random.normal(size=(2, 18, 3)), position=random.normal(size=(2, 3)),
        position_covariance=np.array([np.diag((1., 2., 3.))] * 2), facing=np.eye(3)[:2],
        gaze=np.eye(3)[1:], velocity=random.normal(size=(2, 3)),
        velocity_covariance=np.array([np.diag((4., 5., 6.))] * 2))
    rotation = Rotation.from_euler('xyz', (.3, -1.2, 2.)).as_matrix()
    move = np.array((1., 2., 3.))
    there = transformed(people, rotation, move)
    np.testing.assert_allclose(there.position, people.position.dot(rotation.T) + move)
    np.testing.assert_allclose(there.position_covariance[0],
                               rotation.dot(people.position_covariance[0]).dot(rotation.T))
    np.testing.assert_allclose(np.linalg.norm(there.facing, axis=1), 1.)
    back = transformed(there, rotation.T, -rotation.T.dot(move))
    for before, after in zip(people, back):
        np.testing.assert_allclose(after, before, atol=1e-12)


def test_an_axis_of_the_camera_becomes_the_right_axis_of_the_world():
    # The camera looks along the world's x: its z is x there, its x is -y, its y is -z (REP-103).
    rotation = np.array(((0., 0., 1.), (-1., 0., 0.), (0., -1., 0.)))
    people = two_people()._replace(position=np.array(((0., 0., 2.), (1., 0., 2.))),
                                   facing=np.array(((0., 0., -1.), (1., 0., 0.))))
    there = transformed(people, rotation, np.array((0., 0., 1.5)))
    np.testing.assert_allclose(there.position, ((2., 0., 1.5), (2., -1., 1.5)))
    np.testing.assert_allclose(there.facing, ((-1., 0., 0.), (0., -1., 0.)))
