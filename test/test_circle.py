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
                 for share in (.03, .11))
    assert few[0] < np.radians(15.)     # the opposite is outside of what they hold
    assert some[0] > np.radians(60.)


def test_what_lies_far_counts_little_by_little():
    stddevs = [circle.estimate((1. - share) * shares(.5, .1) + share * shares(.5 + np.pi, .1))[1][0]
               for share in np.arange(.03, .12, .005)]
    assert np.diff(stddevs).min() > -1e-9 and np.diff(stddevs).max() < np.radians(25.)


def test_of_two_sides_the_likelier_is_said():
    """Whose mean would be between them, where nothing is."""
    found, stddev = circle.estimate(.65 * shares(.5, .15) + .35 * shares(-.5, .15))
    assert .3 < found[0] < .5 and stddev[0] > .5


def test_nothing_known_is_as_uncertain_as_can_be():
    stddev = circle.estimate(np.full((1, circle.COUNT), 1. / circle.COUNT))[1]
    assert np.degrees(stddev[0]) > 80.


def test_kernel_is_a_probability_and_symmetrical():
    kernel = circle.spread_kernel((.3, 1.), (.8, .2))
    np.testing.assert_allclose(kernel.sum(axis=1), 1.)
    np.testing.assert_allclose(kernel, kernel.T)


def test_opposite_is_half_a_turn():
    np.testing.assert_allclose(circle.opposite(shares(.3, .2)), shares(.3 - np.pi, .2))


@given(mean=st.floats(-3., 3.), by=st.floats(-20., 20.))
def test_rotating_turns_the_mean_and_keeps_the_sum(mean, by):
    density = circle.STEP * circle.normal(np.array((mean,)), np.array((.3,)))
    turned = circle.rotated(density, np.array((by,)))
    assert turned.sum() == pytest.approx(1., abs=1e-6)
    assert abs(circle.wrap(circle.estimate(turned)[0][0] - mean - by)) < .01
    np.testing.assert_allclose(circle.rotated_alike(density, by), turned, atol=1e-9)


def test_shifting_adds_mean_and_variance():
    turns = circle.turned(np.array([.7]), np.array([.2]))
    found, stddev = circle.estimate(circle.shifted(shares(-.2, .3), np.fft.rfft(turns)))
    assert found[0] == pytest.approx(.5, abs=.02)
    # A quarter of what holds 93 % of a normal distribution is .915 of its deviation.
    assert stddev[0] == pytest.approx(.915 * np.hypot(.2, .3), abs=.02)


@given(st.lists(st.floats(-50., 50.), min_size=circle.COUNT, max_size=circle.COUNT))
def test_normalized_is_a_probability(loglikelihood):
    assert circle.normalized(np.array(loglikelihood)).sum() == pytest.approx(1.)
