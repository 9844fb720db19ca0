"""Headings as probabilities: what is made of one direction, two opposite ones, and none."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpose_ros.scene import heading


def wrap(angle):
    return (angle + np.pi) % (2. * np.pi) - np.pi


def normal(mean, stddev):
    return np.exp(-.5 * (wrap(heading.ANGLES - mean) / stddev) ** 2)[None]


@given(mean=st.floats(-4., 4.), degrees=st.floats(4., 40.))
def test_recovers_a_normal_distribution(mean, degrees):
    p = normal(mean, np.radians(degrees))
    found, stddev = heading.estimate(p / p.sum())
    assert abs(wrap(found[0] - mean)) < np.radians(.2 + .03 * degrees)
    assert np.degrees(stddev[0]) == pytest.approx(degrees, rel=.15)


def test_two_opposite_guesses_are_not_averaged():
    p = .6 * normal(.5, .1) + .4 * normal(.5 + np.pi, .1)
    found, stddev = heading.estimate(p / p.sum())
    assert found[0] == pytest.approx(.5, abs=.02)
    assert stddev[0] > np.radians(60.)    # and that the other is possible is not concealed


def test_nothing_known_is_as_uncertain_as_can_be():
    stddev = heading.estimate(np.full((1, heading.COUNT), 1. / heading.COUNT))[1]
    assert np.degrees(stddev[0]) == pytest.approx(.683 * 180., abs=3.)


def test_kernel_is_a_probability_and_symmetrical():
    kernel = heading.spread_kernel((.3, 1.), (.8, .2))
    np.testing.assert_allclose(kernel.sum(axis=1), 1.)
    np.testing.assert_allclose(kernel, kernel.T)
