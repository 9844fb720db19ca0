"""Facing over time: flips are resisted, sides settled by the images."""
import numpy as np
import pytest
from made_people import yaw_of
from scenes import yaw_vector

from openpose_ros import circle
from openpose_ros.people import SOURCE_DEPTH, SOURCE_MONOCULAR, SOURCE_NONE
from openpose_ros.tracking.direction_filter import DirectionFilter, Measured


def heading(up=(0., -1., 0.)):
    made = DirectionFilter(up)
    made.add(1)
    return made


def followed(yaws, stddev=6., made=None, source=SOURCE_DEPTH, rate=15.):
    """Yaws in degrees after each measured one, and their stddevs; NaN is no measurement."""
    made = made or heading()
    found = []
    for yaw, its_stddev in zip(yaws, np.broadcast_to(stddev, len(yaws))):
        made.predict(1. / rate)
        if np.isfinite(yaw):
            made.update(np.array([0]), Measured(
                yaw_vector(np.radians([yaw])), np.radians([its_stddev]), np.zeros(1),
                np.array([source])), 1. / rate)
        facing, spread, _ = made.estimate()
        found.append((yaw_of(facing)[0], np.degrees(spread[0])))
    return np.array(found).T


def seen_from(rays, yaw, likelier=.5, made=None, own=8.):
    """The same of images without depth, which cannot tell sides; degrees.

    rays: the direction to the camera, of each image. The other side of it is as likely as yaw's, or
    less: likelier is the share of yaw's. yaw: of all images or of each. own: stddev of either.
    """
    made = made or heading()
    found = []
    for ray, its_yaw in zip(*np.radians(np.broadcast_arrays(np.asarray(rays, float), yaw))):
        sides = circle.normal(its_yaw - ray * np.ones(1), np.radians([own])), \
            circle.normal(ray - its_yaw * np.ones(1), np.radians([own]))
        told = likelier * sides[0] + (1. - likelier) * sides[1]
        told /= told.sum()
        angle, spread = circle.estimate(told)
        made.predict(1. / 15.)
        made.update(np.array([0]), Measured(
            yaw_vector(ray + angle), spread, np.zeros(1), np.array([SOURCE_MONOCULAR]),
            np.array([0]), angle, told), 1. / 15.)
        facing, spread, _ = made.estimate()
        found.append((yaw_of(facing)[0], np.degrees(spread[0])))
    return np.array(found).T


def off(a, b):
    return np.abs((np.asarray(a) - b + 180.) % 360. - 180.)


@pytest.mark.parametrize('stddev', [6., 12.])
def test_a_flip_is_not_taken_over_until_the_third_frame(stddev):
    yaws = [20.] * 10 + [200.] + [20.] * 4 + [200.] * 2 + [20.] * 4 + [200.] * 6
    found, _ = followed(yaws, stddev)
    assert off(found[:23], 20.).max() < 1.
    assert off(found[24:], 200.).max() < 1.


def test_flip_frames_may_be_one_or_many():
    for frames in (1, 2, 6):
        made = heading()
        made.flip_frames = frames
        _, spread = followed([20.] * 10, made=made)
        assert spread[-1] < 6.
        found, _ = followed([200.] * frames, made=made)
        assert off(found[:-1], 20.).max(initial=0.) < 2. and off(found[-1], 200.) < 2.


def test_a_flip_with_a_strong_cue_is_taken_over_at_once():
    made = heading()
    followed([20.] * 10, made=made)
    found, _ = followed([200.], stddev=2., made=made)
    assert off(found[0], 200.) < 5.


def test_a_wrong_first_frame_is_soon_put_right():
    found, spread = followed([200.] + [20.] * 5)
    assert off(found[2:], 20.).max() < 1. and spread[1] > 45.


def test_while_nobody_knows_which_end_is_the_front_the_stddev_says_so():
    made = heading()
    followed([20.], made=made)
    _, spread = followed([200.], made=made)
    assert spread[0] > 80.


def test_a_turn_through_the_back_is_no_flip():
    yaws = np.arange(0., 720., 6.)
    found, _ = followed(yaws)
    assert off(found, yaws)[5:].max() < 6.


def test_a_wide_deviation_does_not_delay_a_turn():
    # Most of it is the same in all images, and these are smooth.
    yaws = np.concatenate([np.zeros(20), np.arange(0., 60., 3.)])
    found, _ = followed(yaws, 10.)
    assert off(found, yaws)[25:].mean() < 5.2


def test_noise_of_eight_degrees_is_smoothed_to_less_than_three():
    rng = np.random.default_rng(5)
    for rate in (15., 5.):
        found, _ = followed(rng.normal(-170., 8., 200), 8., rate=rate)
        assert off(found[40:], -170.).std() < 3. and off(found[40:], -170.).mean() < 3.


def test_unmeasured_it_grows_uncertain_and_keeps_its_source():
    made = heading()
    _, spread = followed([20.] * 10 + [np.nan] * 15, made=made)
    assert (np.diff(spread[10:]) > 0.).all()
    assert made.estimate()[2][0] == SOURCE_DEPTH


def test_what_was_never_measured_is_unknown():
    facing, spread, source = heading().estimate()
    assert np.isnan(facing).all() and np.isnan(spread[0]) and source[0] == SOURCE_NONE


def test_an_unknown_stddev_is_taken_as_large():
    found, spread = followed([20.] * 3, np.nan)
    assert off(found, 20.).max() < 0.1 and 15. < spread[-1] < 60.


@pytest.mark.parametrize('up', [(0., 0., 1.), (0., -1., 0.), (0.1, -0.9, -0.3)])
def test_up_may_be_anywhere(up):
    axis = np.array(up) / np.linalg.norm(up)
    level = np.cross(axis, [1., 2., 3.])
    level /= np.linalg.norm(level)
    looking = 0.8 * level + 0.6 * axis
    made = heading(up)
    for _ in range(3):
        made.predict(0.1)
        made.update(np.array([0]), Measured(looking[None], np.array([0.1]), np.array([0.1]),
                                            np.array([1])), 0.1)
    # A third of a degree is what the grid of 5 leaves of a direction between its azimuths.
    np.testing.assert_allclose(made.estimate()[0][0], looking, atol=6e-3)


def test_from_one_place_it_stays_undecided_to_which_side_someone_is_turned():
    found, spread = seen_from([0.] * 30, 50.)
    assert spread.min() > 45.


@pytest.mark.parametrize('first', [0., 20., -170.])
def test_from_another_place_the_side_is_settled(first):
    """Whoever goes round sees one of the two directions stay, and the other turn away."""
    rays = first + np.concatenate([np.zeros(5), np.arange(0., 60., 3.)])
    found, spread = seen_from(rays, 50.)
    assert spread[4] > 30. and off(found[-5:], 50.).max() < 5. and spread[-1] < .8 * spread[4]


def test_the_likelier_side_wins_from_image_to_image():
    found, spread = seen_from([0.] * 10, 50., likelier=.7)
    assert off(found, 50.).max() < 5.
    # The side may be wrong in all images alike, and the deviation goes on saying so.
    assert 30. < spread[-1] < .55 * spread[0]


def test_what_all_images_share_is_not_averaged_away():
    found, spread = seen_from([0.] * 30, 50., likelier=1.)
    assert off(found, 50.).max() < 1. and spread[-1] > .7 * 8.


@pytest.mark.parametrize('source', [SOURCE_DEPTH, SOURCE_MONOCULAR])
def test_of_who_stands_as_much_is_claimed_as_of_one_image_or_a_little_more(source):
    found, spread = followed([40.] * 30, 8., source=source)
    assert .75 * 8. < spread[-1] < 8.5


def test_of_who_turns_less_of_the_errors_is_the_same_in_all_images():
    """Two people, of whom each image says the same from where they are; one turns steadily."""
    (_, still), (_, turning) = (seen_from(ray, ray + 40., likelier=1.)
                                for ray in (np.zeros(30), np.arange(30.) * 6.))
    assert turning[-1] < .9 * still[-1]


def test_someone_who_faces_the_camera_is_not_drawn_to_a_side():
    rng = np.random.default_rng(6)
    made = heading()
    found = [seen_from([0.], rng.normal(0., 3.), made=made, own=19.)[0][0] for _ in range(200)]
    assert np.abs(found).max() < 8. and abs(np.mean(found)) < 3.


def test_one_wrong_direction_given_with_confidence_is_got_over():
    """As measured without depth at six images a second, of someone who faces 60 degrees aside."""
    yaws = [-56., 10., 45., 47., 59., 64., 69., 65., 68., 60.]
    stddevs = [9., 25., 22., 21., 14., 10., 9., 10., 9., 11.]
    found, spread = followed(yaws, stddevs, source=SOURCE_MONOCULAR, rate=6.)
    assert off(found[4:], 60.).max() < 15.
    assert spread[1] > 20. and spread[2] > 20.     # while it is not sure


@pytest.mark.parametrize('turn', [60., 90., 150.])
def test_another_direction_is_taken_over_from_the_third_image_at_the_latest(turn):
    found, _ = followed([20.] * 30 + [20. + turn] * 5)
    assert off(found[:30], 20.).max() < 1. and off(found[32:], 20. + turn).max() < 12.
