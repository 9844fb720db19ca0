"""Joints: calm at rest, quick in motion."""
import numpy as np
import pytest

from openpose_ros.tracking.smoothing import MEMORY, JointFilter, gain

ROW = np.array([0])


def joints():
    made = JointFilter(2)
    made.add(1)
    return made


def test_jitter_at_rest_is_halved():
    rng = np.random.default_rng(1)
    made, places = joints(), []
    for _ in range(150):
        made.predict(1. / 15.)
        made.update(ROW, rng.normal(0., 0.02, (1, 18, 2)), 1., 1. / 15.)
        places.append(made.offsets[0].copy())
    assert np.std(places[20:]) < 0.6 * 0.02


@pytest.mark.parametrize('speed', [0.5, 1.5, 4.])
def test_a_limb_lags_no_more_than_the_slope_of_the_cutoff_allows(speed):
    made = joints()
    for frame in range(60):
        measured = np.full((1, 18, 2), [speed * frame / 15., 0.])
        made.predict(1. / 15.)
        made.update(ROW, measured, 1., 1. / 15.)
    lag = (measured - made.offsets)[0, 0, 0]
    assert 0. <= lag <= 1. / (2. * np.pi * made.cutoff_slope)


def test_an_unseen_joint_stays_on_the_body_and_starts_afresh_after_a_while():
    made = joints()
    measured = np.ones((1, 18, 2))
    made.update(ROW, measured, 1., 0.)
    measured[0, 3] = np.nan
    made.predict(0.1)
    made.update(ROW, measured, 1., 0.1)
    np.testing.assert_allclose(made.offsets[0, 3], 1.)
    assert made.age[0, 3] <= MEMORY
    made.predict(MEMORY)
    assert not made.age[0, 3] <= MEMORY
    measured[0, 3] = 7.
    made.update(ROW, measured, 1., 0.1)
    np.testing.assert_allclose(made.offsets[0, 3], 7.)


def test_gain_of_a_low_pass():
    assert gain(1., 0.) == 0. and gain(1e9, 1.) == pytest.approx(1.)
    assert gain(1. / (2. * np.pi), 1.) == pytest.approx(0.5)
