"""What all views together say of a facing."""
import math

import numpy as np
import pytest

from openpose_ros import circle
from openpose_ros.approach import fronts

UPS = [(0., 0., 1.), (0., -1., 0.), (.6, 0., .8)]
UP = np.array(UPS[0])


def two_sided(facing, towards, own=8.):
    """Probabilities by shoulders that do not tell sides of the ray, degrees."""
    off = math.radians(facing - towards)
    sides = circle.normal(np.array((off, -off)), np.radians((own, own))).sum(axis=0)
    return sides / sides.sum()


def seen(facing, towards, by_head=None, **kwargs):
    """What an image tells, degrees; by_head: azimuth where the head points, and its deviation."""
    torso = two_sided(facing, towards, **kwargs)
    both = torso
    if by_head is not None:
        azimuth, stddev = np.radians(by_head)
        both = torso * circle.normal(np.array((azimuth - math.radians(towards),)), np.array((stddev,)))[0]
    return fronts.seen(np.stack((both / both.sum(), torso)), math.radians(towards))


def said(*views, up=UP):
    """(azimuth, deviation), degrees."""
    facing, stddev = fronts.together([(view, 100, 1., 0.) for view in views], up)
    return math.degrees(fronts.azimuth(facing, up)), math.degrees(stddev)


@pytest.mark.parametrize('up', UPS)
def test_a_facing_that_is_given_is_given_back(up):
    up = np.array(up)
    facing = fronts.level(math.radians(50.), up)
    view = fronts.claimed(fronts.azimuth(facing, up), .1)
    found, stddev = fronts.together([(view, 1, 1., 0.)], up)
    assert math.degrees(math.acos(found.dot(facing))) < 1. and .09 < stddev < .13


@pytest.mark.parametrize('up', UPS)
def test_azimuths_count_anticlockwise(up):
    up, angles = np.array(up), np.radians((-170., -50., 0., 20., 90.))
    for angle in angles:
        facing = fronts.level(angle, up)
        assert facing.dot(facing) == pytest.approx(1.) and facing.dot(up) == pytest.approx(0.)
        assert fronts.azimuth(2. * facing + .3 * up, up) == pytest.approx(angle)
    turned = np.cross(fronts.level(.3, up), fronts.level(.4, up))
    np.testing.assert_allclose(turned, math.sin(.1) * up, atol=1e-12)


def test_from_one_side_it_is_not_known_to_which_side_of_the_ray():
    assert said(seen(50., 0.))[1] > 45.


def test_from_two_places_it_is():
    azimuth, stddev = said(seen(50., 0.), seen(50., 40.))
    assert azimuth == pytest.approx(50., abs=3.) and stddev < 10.


def test_whose_shoulders_are_narrow_seem_turned_away_from_wherever_they_are_looked_at():
    """By 12 degrees: from either side of their front, where one view alone is off by as much."""
    left, right = seen(-12., 40.), seen(12., -40.)
    assert said(left, right)[0] == pytest.approx(0., abs=3.)


def test_the_head_counts_once():
    """Whoever looks 40 degrees aside does so in each view."""
    views = [seen(0., towards, (40., 25.)) for towards in (-70., 0., 70.)]
    once, often = said(views[0])[0], said(*views)[0]
    assert often < once and often == pytest.approx(0., abs=4.)


def test_the_head_tells_front_from_back():
    """Of who is seen from aside twice, at the same angle."""
    azimuth, stddev = said(seen(0., 90., (0., 30.)), seen(0., 90., (0., 30.)))
    assert azimuth == pytest.approx(0., abs=2.) and stddev < 12.


def test_a_view_is_set_right_by_what_was_turned_since():
    view = fronts.claimed(math.radians(20.), .1)
    facing, _ = fronts.together([(view, 1, 1., math.radians(-15.))], UP)
    assert math.degrees(fronts.azimuth(facing, UP)) == pytest.approx(5., abs=1.)


def test_many_images_of_one_view_count_little_more_than_one():
    view = fronts.claimed(0., .2)
    spreads = [fronts.together([(view, images, 1., 0.)], UP)[1] for images in (1, 10, 10000)]
    assert spreads[0] > spreads[1] > spreads[2] > .75 * spreads[0]
