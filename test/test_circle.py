"""Probabilities over the circle: what is made of one direction, two opposite ones, and none."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpose_ros import circle


def shares(mean, stddev):
    density = circle.normal(circle.wrap(np.array([mean])), np.array([stddev]))
    return density / density.sum()


@given(mean=st.floats(-4., 4.), degrees=st.floats(4., 40.))
def test_recovers_a_normal_distribution(mean, degrees):
    found, stddev = circle.estimate(shares(mean, np.radians(degrees)))
    assert abs(circle.wrap(found[0] - mean)) < np.radians(.2 + .03 * degrees)
    assert np.degrees(stddev[0]) == pytest.approx(degrees, rel=.15, abs=.6)


def test_two_opposite_guesses_are_not_averaged():
    found, stddev = circle.estimate(.6 * shares(.5, .1) + .4 * shares(.5 + np.pi, .1))
    assert found[0] == pytest.approx(.5, abs=.02)
    assert stddev[0] > np.radians(60.)    # and that the other is possible is not concealed


def test_two_standard_deviations_hold_what_matters():
    few, some = (circle.estimate((1. - share) * shares(.5, .1) + share * shares(.5 + np.pi, .1))[1]
                 for share in (.04, .07))
    assert few[0] < np.radians(15.)     # the opposite is outside of the 94.5 %
    assert some[0] > np.radians(60.)


def test_nothing_known_is_as_uncertain_as_can_be():
    stddev = circle.estimate(np.full((1, circle.COUNT), 1. / circle.COUNT))[1]
    assert np.degrees(stddev[0]) > 80.


def test_kernel_is_a_probability_and_symmetrical():
    kernel = circle.spread_kernel((.3, 1.), (.8, .2))
    np.testing.assert_allclose(kernel.sum(axis=1), 1.)
    np.testing.assert_allclose(kernel, kernel.T)


def test_opposite_is_half_a_turn():
    np.testing.assert_allclose(circle.opposite(shares(.3, .2)), shares(.3 - np.pi, .2))


def test_shifting_adds_mean_and_variance():
    turns = circle.turned(np.array([.7]), np.array([.2]))
    found, stddev = circle.estimate(circle.shifted(shares(-.2, .3), np.fft.rfft(turns)))
    assert found[0] == pytest.approx(.5, abs=.02)
    assert stddev[0] == pytest.approx(np.hypot(.2, .3), abs=.03)


@given(st.lists(st.floats(-50., 50.), min_size=circle.COUNT, max_size=circle.COUNT))
def test_normalized_is_a_probability(loglikelihood):
    assert circle.normalized(np.array(loglikelihood)).sum() == pytest.approx(1.)
