"""Rotation matrices and quaternions, against SciPy's."""
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from openpose_ros.ros.conversions.rotations import (matrix,  # noqa: E402
                                                    quaternions)

HALF_TURNS = Rotation.from_euler('xyz', [(180, 0, 0), (0, 180, 0), (0, 0, 180), (180, 90, 0),
                                         (0, 0, 0), (180, 0, 90), (0, 90, 180)], degrees=True)
ANY = Rotation.from_quat(np.random.RandomState(4).normal(size=(200, 4)))


@pytest.mark.parametrize('rotations', [HALF_TURNS, ANY])
def test_quaternions_are_those_of_scipy(rotations):
    found, expected = quaternions(rotations.as_matrix()), rotations.as_quat()
    assert found.shape == expected.shape
    sign = np.sign((found * expected).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(found * sign, expected, atol=1e-9)


def test_one_matrix_and_none():
    np.testing.assert_allclose(quaternions(np.eye(3)), (0., 0., 0., 1.))
    assert quaternions(np.zeros((0, 3, 3))).shape == (0, 4)


def test_matrices_are_those_of_scipy_whatever_the_length():
    for quaternion in np.random.RandomState(5).normal(size=(50, 4)):
        np.testing.assert_allclose(matrix(*quaternion.tolist()),
                                   Rotation.from_quat(quaternion).as_matrix(), atol=1e-9)


def test_a_quaternion_of_nothing_is_no_rotation():
    assert np.isnan(matrix(0., 0., 0., 0.)).all()
