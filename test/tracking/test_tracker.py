"""The life of a track, what is published of it, and what no input may break."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_people import in_image_only, person, together, yaw_of

from openpose_ros.people import (SOURCE_DEPTH, SOURCE_MONOCULAR, SOURCE_NONE,
                                 people_in_image)
from openpose_ros.tracking import Settings, Tracker

NOBODY = people_in_image(np.zeros((0, 18, 3)))
RATE = 15.


def play(tracker, frames, start=0., rate=RATE):
    """What is published for each of these frames."""
    return [tracker.update(people, start + number / rate) for number, people in enumerate(frames)]


def noisy(rng, people, stddev):
    """The same people with their positions, points and keypoints off by so many metres."""
    off = rng.normal(0., stddev, (people.count, 3))
    pixels = rng.normal(0., 2., people.keypoints.shape[:2] + (2,))
    keypoints = people.keypoints.copy()
    keypoints[..., :2] += pixels
    return people._replace(position=people.position + off, points=people.points + off[:, None],
                           keypoints=keypoints)


def test_a_track_is_confirmed_after_min_hits():
    for hits in (1, 3, 5):
        published = play(Tracker(Settings(min_hits=hits)), [person()] * 6)
        assert [people.count for people in published] == [0] * (hits - 1) + [1] * (7 - hits)
        assert published[-1].ids.tolist() == [1] and published[-1].ids.dtype == np.uint32


def test_with_few_frames_a_second_two_are_enough():
    published = play(Tracker(), [person()] * 3, rate=1.5)
    assert [people.count for people in published] == [0, 1, 1]


def test_a_single_false_detection_is_never_published():
    frames = [person()] * 5 + [together(person(), person(1.2))] + [person()] * 10
    assert all(people.ids.tolist() in ([], [1]) for people in play(Tracker(), frames))


def test_a_poor_detection_continues_a_person_but_is_no_new_one():
    poor = person(score=0.1)
    assert play(Tracker(), [poor] * 10)[-1].count == 0
    published = play(Tracker(), [person()] * 5 + [poor] * 30)
    assert all(people.ids.tolist() == [1] for people in published[2:])


def test_ids_never_come_back():
    tracker, ids = Tracker(), []
    for number in range(4):
        ids += play(tracker, [person()] * 5 + [NOBODY] * 30, start=10. * number)[4].ids.tolist()
    tracker.reset()
    ids += play(tracker, [person()] * 5, start=0.)[-1].ids.tolist()
    assert ids == [1, 2, 3, 4, 5]


def test_after_the_largest_id_comes_one_and_nobody_is_left_without():
    tracker = Tracker()
    tracker._next_id = 2 ** 32 - 1      # which takes a year to come to
    ids = [play(tracker, [person()] * 5 + [NOBODY] * 30, start=10. * number)[2].ids.tolist()
           for number in range(3)]
    assert ids == [[2 ** 32 - 1], [1], [2]]


def test_a_missed_person_is_predicted_with_falling_score_and_growing_covariance():
    tracker = Tracker()
    walk = [person(x=0.1 * number) for number in range(20)]
    before = play(tracker, walk)[-1]
    missed = play(tracker, [NOBODY] * 40, start=20. / RATE)
    gone = [people.count for people in missed].index(0)
    assert gone / RATE == pytest.approx(tracker.settings.max_age, abs=0.1)
    assert not any(people.count for people in missed[gone:])
    trail = [before] + missed[:gone]
    assert (np.diff([people.scores[0] for people in trail]) < 0.).all()
    assert (np.diff([people.keypoints[0, 0, 2] for people in trail]) < 0.).all()
    for field in ('position_covariance', 'velocity_covariance'):
        assert (np.diff([np.trace(getattr(people, field)[0]) for people in trail]) > 0.).all()
    spread = np.array([people.facing_stddev[0] for people in trail])    # by steps of a grid
    assert (np.diff(spread) >= 0.).all() and spread[-1] > 10. * spread[0]
    third = missed[2]      # 0.2 s at 1.5 m/s
    assert third.position[0, 0] == pytest.approx(walk[-1].position[0, 0] + 0.3, abs=0.05)
    assert third.points[0, 0, 0] == pytest.approx(walk[-1].points[0, 0, 0] + 0.3, abs=0.05)
    assert third.keypoints[0, 0, 0] == pytest.approx(
        walk[-1].keypoints[0, 0, 0] + 0.3 * 525. / 3., abs=10.)


def test_time_since_update_says_who_is_predicted():
    tracker = Tracker()
    play(tracker, [together(person(-1.), person(1.))] * 5)
    play(tracker, [person(-1.)] * 3, start=5. / RATE)
    np.testing.assert_allclose(tracker.time_since_update, [0., 3. / RATE])


def test_a_person_who_walked_out_of_the_image_is_not_predicted():
    tracker = Tracker()
    for number in range(20):
        tracker.update(person(x=1. + 0.04 * number), number / RATE, (640, 480))
    inside = [tracker.update(NOBODY, (20 + number) / RATE, (640, 480)).count
              for number in range(20)]
    assert inside[0] == 1 and inside[-1] == 0 and tracker.time_since_update.size == 0


def test_someone_hidden_for_a_second_comes_back_as_the_same():
    walk = [person(x=-1.5 + 0.08 * number) for number in range(40)]
    frames = walk[:15] + [NOBODY] * 15 + walk[30:]
    assert play(Tracker(), frames)[-1].ids.tolist() == [1]


def test_frames_out_of_order_are_ignored_and_counted():
    tracker = Tracker()
    newest = play(tracker, [person()] * 5)[-1]
    for stamp in (0.1, 4. / RATE, float('nan')):
        again = tracker.update(person(5.), stamp)
        assert again.ids.tolist() == [1]
        np.testing.assert_array_equal(again.position, newest.position)
    assert tracker.ignored == 3 and tracker.resets == 0
    assert tracker.update(person(), 5. / RATE).ids.tolist() == [1]


@pytest.mark.parametrize('start', [100. - 20., 100. + 4.])
def test_a_jump_back_and_a_long_gap_start_afresh(start):
    tracker = Tracker()
    play(tracker, [person()] * 5, start=100.)
    published = play(tracker, [person()] * 5, start=start)
    assert [people.count for people in published] == [0, 0, 1, 1, 1]
    assert published[-1].ids.tolist() == [2]
    assert tracker.resets == 1 and tracker.ignored == 0


def resized(people, factor):
    """The same people in an image so many times as large."""
    keypoints = people.keypoints.copy()
    keypoints[..., :2] = factor * (keypoints[..., :2] + .5) - .5
    return people._replace(keypoints=keypoints)


@pytest.mark.parametrize('known', [lambda people: people, in_image_only],
                         ids=['in space', 'in the image'])
def test_in_images_of_another_size_people_stay_who_they_are(known):
    walk = [known(person(x=0.05 * number)) for number in range(20)] + [NOBODY] * 3
    factors = [1., 1., 1., 1., .5, 2., .25, 1., 3.] + [.5] * 14
    one_size, any_size = Tracker(), Tracker()
    for number, (people, factor) in enumerate(zip(walk, factors)):
        expected = one_size.update(people, number / RATE, (640, 480))
        found = any_size.update(resized(people, factor), number / RATE,
                                (int(640 * factor), int(480 * factor)))
        assert found.ids.tolist() == expected.ids.tolist()
        np.testing.assert_allclose(found.keypoints, resized(expected, factor).keypoints, atol=.01)
        np.testing.assert_allclose(found.position, expected.position, atol=1e-6)
    assert expected.ids.tolist() == [1] and any_size.resets == 0


def test_in_images_of_another_aspect_everybody_is_new():
    tracker = Tracker(Settings(min_hits=1))
    assert tracker.update(person(), 1., (640, 480)).ids.tolist() == [1]
    assert tracker.update(NOBODY, 1.1, (480, 480)).count == 0
    assert tracker.update(person(), 1.2, (480, 480)).ids.tolist() == [2]
    assert tracker.resets == 1


def test_a_person_whose_position_comes_and_goes_keeps_the_id():
    rng = np.random.default_rng(1)
    kinds = (lambda p: p, in_image_only,
             lambda p: p._replace(position_source=np.array([SOURCE_MONOCULAR], np.uint8),
                                  position_covariance=np.diag([.01, .01, .15])[None],
                                  position=p.position * 1.08))
    frames = [kinds[rng.integers(3)](person(x=-1. + 0.02 * number)) for number in range(100)]
    published = play(Tracker(), frames)
    assert all(people.ids.tolist() == [1] for people in published[2:])
    assert all(np.isfinite(people.position).all() for people in published[4:])


def test_a_position_not_measured_for_long_is_unknown():
    tracker = Tracker()
    play(tracker, [person()] * 10)
    published = play(tracker, [in_image_only(person())] * 40, start=10. / RATE)
    assert np.isfinite(published[5].position).all()
    last = published[-1]
    assert last.ids.tolist() == [1]
    assert np.isnan(last.position).all() and np.isnan(last.velocity).all()
    assert np.isnan(last.facing).all() and np.isnan(last.facing_stddev).all()
    assert (last.position_source, last.facing_source, last.gaze_source) == (SOURCE_NONE,) * 3


def test_in_the_image_only_nothing_is_known_in_space():
    last = play(Tracker(), [in_image_only(person())] * 5)[-1]
    for field in ('points', 'position', 'position_covariance', 'velocity', 'velocity_covariance',
                  'facing', 'facing_stddev', 'gaze', 'gaze_stddev'):
        assert np.isnan(getattr(last, field)).all(), field


def test_fields_keep_their_shapes_and_types():
    two = together(person(-1.), person(1.))
    for found in (two, in_image_only(two), NOBODY):
        for people in play(Tracker(), [found] * 4 + [NOBODY] * 2):
            for field, like in zip(people, people_in_image(np.zeros((people.count, 18, 3)))):
                assert field.shape == like.shape and field.dtype == like.dtype


def test_sources_are_those_of_the_last_measurement():
    last = play(Tracker(), [person()] * 5)[-1]
    assert (last.position_source, last.facing_source, last.gaze_source) == (SOURCE_DEPTH,) * 3


@pytest.mark.parametrize('name', ['keypoints', 'points', 'position', 'facing', 'gaze'])
def test_each_smoothing_can_be_turned_off(name):
    rng = np.random.default_rng(2)
    frames = [noisy(rng, person(yaw=rng.normal(0., 0.1)), 0.02) for _ in range(20)]
    smooth = play(Tracker(), frames)[-1]
    raw = play(Tracker(Settings(**{'smooth_' + name: False})), frames)[-1]
    np.testing.assert_allclose(getattr(raw, name), getattr(frames[-1], name))
    assert not np.allclose(getattr(smooth, name), getattr(frames[-1], name), atol=1e-4)


def test_settings_may_change_on_the_way():
    tracker = Tracker()
    play(tracker, [person()] * 5)
    tracker.settings = tracker.settings._replace(max_age=0.3, smooth_position=False)
    assert tracker.update(person(0.05), 5. / RATE).position[0, 0] == pytest.approx(0.05)
    published = play(tracker, [NOBODY] * 8, start=6. / RATE)
    assert published[2].count == 1 and published[-1].count == 0
    tracker.settings = tracker.settings._replace(up=(0., 0., 1.))
    assert tracker.update(person(), 1.5).count == 0


def test_who_stands_still_is_published_still():
    for rate in (15., 5.):
        rng = np.random.default_rng(3)
        frames = [noisy(rng, person(yaw=np.radians(rng.normal(0., 8.)),
                                    facing_stddev=np.radians(8.)), 0.02) for _ in range(150)]
        published = play(Tracker(), frames, rate=rate)[30:]
        places = np.concatenate([people.position for people in published])
        yaws = np.concatenate([yaw_of(people.facing) for people in published])
        speeds = np.concatenate([people.velocity for people in published])
        assert places.std(axis=0).max() < 0.01 and yaws.std() < 3.
        assert np.linalg.norm(speeds, axis=1).mean() < 0.1


@pytest.mark.parametrize('rate', [15., 5.])
def test_who_walks_is_published_without_delay(rate):
    rng = np.random.default_rng(4)
    way = -2.5 + 1.5 * np.arange(int(3.3 * rate)) / rate
    published = play(Tracker(), [noisy(rng, person(x), 0.02) for x in way], rate=rate)
    lag = [x - people.position[0, 0] for x, people in zip(way, published) if people.count]
    joints = [np.mean(person(x).points[0, :, 0] - people.points[0, :, 0])
              for x, people in zip(way, published) if people.count]
    pixels = [np.mean(person(x).keypoints[0, :, 0] - people.keypoints[0, :, 0]) * 3. / 525.
              for x, people in zip(way, published) if people.count]
    for each in (lag, joints, pixels):
        assert abs(np.mean(each[int(rate / 3):])) < 0.05
    assert published[-1].velocity[0, 0] == pytest.approx(1.5, abs=0.5)


def test_what_is_published_is_nobodys_to_change():
    tracker = Tracker()
    play(tracker, [person()] * 5)
    for field in tracker.update(person(), 5. / RATE):
        field[...] = 0
    published = tracker.update(person(), 6. / RATE)
    assert published.ids.tolist() == [1] and published.position[0, 2] == pytest.approx(3.)


def test_bad_numbers_do_not_get_through():
    bad = person()
    frames = [bad._replace(position_covariance=np.full((1, 3, 3), np.nan)),
              bad._replace(position_covariance=np.zeros((1, 3, 3))),
              bad._replace(facing_stddev=np.array([np.nan])),
              bad._replace(facing_stddev=np.array([0.])),
              bad._replace(facing=np.zeros((1, 3))),
              bad._replace(position=np.full((1, 3), np.inf)),
              bad._replace(points=np.full((1, 18, 3), np.nan)),
              people_in_image(np.full((1, 18, 3), np.nan)),
              people_in_image(np.zeros((1, 18, 3)))]
    for wrong in frames:
        published = play(Tracker(), [bad] * 5 + [wrong] * 3 + [bad] * 2)
        assert published[-1].ids.tolist() == [1]
        assert np.isfinite(published[-1].position_covariance).all()
        assert np.isfinite(published[-1].facing_stddev).all()
        assert published[-1].position[0, 2] == pytest.approx(3., abs=0.1)


@given(st.permutations(range(4)), st.floats(0., 6.28))
def test_the_order_and_the_direction_of_the_world_do_not_matter(order, angle):
    rng = np.random.default_rng(7)
    sine, cosine = np.sin(angle), np.cos(angle)
    turn = np.array([[cosine, 0., sine], [0., 1., 0.], [-sine, 0., cosine]])
    straight, turned = Tracker(), Tracker()
    for number in range(8):
        people = together(*(noisy(rng, person(x, 3. + 0.3 * x), 0.02)
                            for x in (-1.2, -0.4, 0.4, 1.2)))
        other = people._replace(
            position=people.position @ turn.T, points=people.points @ turn.T,
            facing=people.facing @ turn.T, gaze=people.gaze @ turn.T,
            position_covariance=turn @ people.position_covariance @ turn.T).select(order)
        one = straight.update(people, number / RATE)
        two = turned.update(other, number / RATE)
    back = np.argsort(two.keypoints[:, 0, 0])
    np.testing.assert_allclose(two.position[back], one.position @ turn.T, atol=1e-6)
    np.testing.assert_allclose(two.facing[back], one.facing @ turn.T, atol=np.radians(1.))
    np.testing.assert_allclose(two.keypoints[back], one.keypoints, atol=1e-3)


def test_garbage_stops_nothing_and_is_forgotten():
    rng = np.random.default_rng(8)
    tracker = Tracker()
    with np.errstate(all='ignore'):
        for number in range(300):
            garbage = together(*[person()] * 3)
            for field in ('position', 'position_covariance', 'points', 'facing', 'facing_stddev',
                          'keypoints'):
                value = getattr(garbage, field)
                value *= 10. ** rng.integers(-3, 20) * rng.normal(0., 1., value.shape)
                value[rng.random(value.shape) < 0.1] = rng.choice([np.nan, np.inf, 0.])
            tracker.update(garbage, number / RATE)
    published = play(tracker, [person()] * 40, start=300. / RATE)[-1]
    assert published.count == 1 and np.isfinite(published.position_covariance).all()
    assert published.position[0, 2] == pytest.approx(3., abs=0.01)
