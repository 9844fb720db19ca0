"""The filter that knows standing still from moving."""
import numpy as np
import pytest

from openpose_ros.tracking.arrays import inverse
from openpose_ros.tracking.imm import MOVING, STILL, MotionFilter, Noise

WALK = Noise(drift=0.01, acceleration=1., still_speed=0.03, start_speed=1., dwell=3.)
NEVER = np.inf


def position(motion):
    """Positions (n, dims), NaN where unknown."""
    return np.where(motion.known[:, None], motion.state()[:, :motion.dims], np.nan)


def combined(motion):
    """Mean (n, 2 dims) and covariance (n, 2 dims, 2 dims): positions, then velocities."""
    size = 2 * motion.dims
    return motion.state(), motion.mixed_covariance().swapaxes(2, 3).reshape(-1, size, size)


def followed(places, stddev, rate=15., gate=NEVER):
    """Filter of one thing after measurements (n, dims) of it, and its estimates (n, dims)."""
    motion = MotionFilter(places.shape[1])
    motion.noise = WALK
    motion.add(1)
    estimates = []
    for place in places:
        motion.predict(1. / rate)
        covariance = stddev ** 2 * np.eye(places.shape[1])[None]
        motion.update(np.array([0]), place[None], covariance, gate)
        estimates.append(position(motion)[0])
    return motion, np.array(estimates)


@pytest.mark.parametrize('rate', [15., 5.])
def test_what_stands_still_is_held_still(rate):
    rng = np.random.default_rng(1)
    motion, estimates = followed(rng.normal(0., 0.02, (150, 3)), 0.02, rate)
    assert estimates[30:].std(axis=0).max() < 0.008
    assert motion.weights[0, STILL] > 0.8
    assert np.linalg.norm(combined(motion)[0][0, 3:]) < 0.05


@pytest.mark.parametrize('rate', [15., 5.])
def test_even_motion_is_followed_without_lag(rate):
    rng = np.random.default_rng(2)
    way = np.arange(60)[:, None] / rate * [1.5, 0., -0.5]
    motion, estimates = followed(way + rng.normal(0., 0.02, way.shape), 0.02, rate)
    assert np.abs((estimates - way)[20:].mean(axis=0)).max() < 0.02
    assert motion.weights[0, MOVING] > 0.8
    mean, covariance = combined(motion)
    off = mean[0, 3:] - [1.5, 0., -0.5]
    assert (np.abs(off) < 3. * np.sqrt(np.diag(covariance[0])[3:])).all()
    assert np.sqrt(np.diag(covariance[0])[3:]).max() < 0.4


def test_the_covariance_says_how_far_off_it_is():
    rng = np.random.default_rng(3)
    squares = []
    for _ in range(60):
        motion, estimates = followed(rng.normal(0., 0.05, (40, 2)), 0.05)
        covariance = combined(motion)[1][0, :2, :2]
        squares.append(estimates[-1].dot(np.linalg.solve(covariance, estimates[-1])))
    assert 0.6 < np.mean(squares) < 3.   # 2 for a perfect filter of two dimensions


def test_without_measurements_it_goes_on_and_grows_uncertain():
    way = np.arange(30)[:, None] / 15. * [1., 0.]
    motion, _ = followed(way, 0.01)
    before = combined(motion)[1][0]
    motion.predict(0.2)
    after = combined(motion)
    assert after[0][0, 0] == pytest.approx(way[-1, 0] + 0.2, abs=0.03)
    assert after[1][0, 0, 0] > 4. * before[0, 0]


def test_an_outlier_is_refused_and_three_are_believed():
    places = np.zeros((40, 2))
    places[20] = 3.
    _, estimates = followed(places, 0.02, gate=25.)
    assert np.abs(estimates).max() < 1e-6
    places[30:] = 3.
    _, estimates = followed(places, 0.02, gate=25.)
    assert np.abs(estimates[31]).max() < 1e-6 and np.abs(estimates[32] - 3.).max() < 1e-6


def test_rows_come_and_go():
    motion = MotionFilter(3)
    motion.noise = WALK
    motion.add(3)
    motion.update(np.array([0, 2]), np.array([[1., 0., 0.], [2., 0., 0.]]),
                  np.tile(0.01 * np.eye(3), (2, 1, 1)), 9.)
    assert np.isnan(position(motion)[1]).all() and motion.known.tolist() == [True, False, True]
    motion.keep(np.array([False, True, True]))
    assert position(motion)[1, 0] == 2.
    motion.add(0)
    motion.predict(0.1)
    motion.keep(np.zeros(2, bool))
    motion.predict(0.1)
    assert position(motion).shape == (0, 3)


@pytest.mark.parametrize('size', [2, 3])
def test_the_inverse_of_small_matrices_is_that_of_linalg(size):
    rng = np.random.default_rng(5)
    matrices = rng.normal(0., 1., (4, 5, size, size)) * [1., 0.1, 0.01][:size]
    inverses, determinants = inverse(matrices)
    np.testing.assert_allclose(inverses, np.linalg.inv(matrices), rtol=1e-6)
    np.testing.assert_allclose(determinants, np.linalg.det(matrices), rtol=1e-6)
