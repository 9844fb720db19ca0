"""Only a part of the image was looked at: who is missed, who is not, and where everybody will be."""
import numpy as np
import pytest
from made_people import person, together
from test_tracker import NOBODY, RATE, play

from openpose_ros.tracking import Settings, Tracker

LEFT, RIGHT, WHOLE = (0., 0., 320., 480.), (320., 0., 320., 480.), (0., 0., 640., 480.)


def two_people():
    """Someone in the left and someone in the right half of a 640x480 image, known well."""
    tracker = Tracker()
    play(tracker, [together(person(-1.), person(1.))] * 10)
    return tracker


def test_who_was_not_looked_at_is_predicted_without_loss():
    tracker = two_people()
    for number in range(60):    # 4 s, of which max_age is 1.5
        people = tracker.update(person(-1.), (10 + number) / RATE, (640, 480), looked_at=[LEFT])
    assert people.ids.tolist() == [1, 2] and people.scores[1] == pytest.approx(.8)
    np.testing.assert_allclose(tracker.time_since_update, [0., 4.])
    assert np.isfinite(people.position).all() and np.isfinite(people.facing).all()
    assert np.trace(people.position_covariance[1]) > 10. * np.trace(people.position_covariance[0])


@pytest.mark.parametrize('looked_at', [None, [WHOLE], [LEFT, RIGHT]], ids=['', 'whole', 'halves'])
def test_who_was_looked_at_and_not_found_is_missed(looked_at):
    tracker = two_people()
    for number in range(30):
        people = tracker.update(person(-1.), (10 + number) / RATE, (640, 480), looked_at=looked_at)
        if number == 10:
            assert people.scores[1] == pytest.approx(people.scores[0] * (1. - 11. / RATE / 1.5))
    assert people.ids.tolist() == [1]


def test_only_the_time_in_which_someone_was_looked_at_counts():
    tracker = two_people()
    for number in range(40):    # the right half in every fourth image
        people = tracker.update(NOBODY, (10 + number) / RATE, (640, 480),
                                looked_at=[LEFT, LEFT, RIGHT, LEFT][number % 4:][:1])
    assert people.ids.tolist() == [2]       # the left one is given up
    assert people.scores[0] == pytest.approx(.8 * (1. - 10 / RATE / 1.5), abs=.01)


def test_who_is_never_looked_at_is_given_up_in_the_end():
    tracker = two_people()
    for number in range(200):
        people = tracker.update(person(-1.), (10 + number) / RATE, (640, 480), looked_at=[LEFT])
    assert people.ids.tolist() == [1]


def test_a_tentative_track_waits_until_it_is_looked_at():
    tracker = Tracker()
    play(tracker, [person(1.)] * 2)
    for number in range(10):
        assert tracker.update(NOBODY, (2 + number) / RATE, looked_at=[LEFT]).count == 0
    assert tracker.update(person(1.), 12. / RATE, looked_at=[RIGHT]).ids.tolist() == [1]


def test_predicted_says_where_everybody_will_be_and_changes_nothing():
    tracker, other = Tracker(), Tracker()
    walk = [together(person(-1. + .06 * number), person(1.)) for number in range(20)]
    play(other, walk)
    before = play(tracker, walk)[-1]
    ahead = tracker.predicted(22. / RATE)
    assert ahead.ids.tolist() == [1, 2] and ahead.keypoints.shape == (2, 18, 3)
    there = together(person(-1. + .06 * 22), person(1.)).keypoints
    np.testing.assert_allclose(ahead.keypoints[..., :2], there[..., :2], atol=5.)
    np.testing.assert_allclose(ahead.time_since_update, 3. / RATE)
    np.testing.assert_allclose(ahead.scores, before.scores)
    np.testing.assert_allclose(ahead.height, np.ptp(there[..., 1], axis=1), atol=2.)
    np.testing.assert_allclose(ahead.boxes[:, 3], ahead.height)
    again = [each.update(walk[-1], 20. / RATE) for each in (tracker, other)]
    np.testing.assert_array_equal(again[0].keypoints, again[1].keypoints)


def test_predicted_knows_tentative_tracks_and_nobody():
    tracker = Tracker(Settings(min_hits=3))
    assert tracker.predicted(1.).ids.size == 0 and tracker.predicted(1.).boxes.shape == (0, 4)
    tracker.update(person(), 1.)
    ahead = tracker.predicted(1.1)
    assert ahead.ids.tolist() == [0] and np.isfinite(ahead.keypoints).all()


@pytest.mark.parametrize('looked_at', [[], [(0., 0., 0., 0.)], [(np.nan,) * 4], [(-1e9, 0., 1., 1.)]])
def test_regions_without_anybody_are_no_trouble(looked_at):
    tracker = two_people()
    people = tracker.update(NOBODY, 1., (640, 480), looked_at=looked_at)
    assert people.ids.tolist() == [1, 2]
