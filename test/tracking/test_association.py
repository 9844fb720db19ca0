"""Who is who: what a pairing costs, and the best one."""
import numpy as np
from made_people import in_image_only, person, together

from openpose_ros.tracking import association
from openpose_ros.tracking.association import LIMIT, assign, costs, observed


def pairs(before, now):
    """{track: detection} of two people known exactly before and the people now."""
    cost, _ = costs(observed(before), observed(now), np.zeros(before.count, bool))
    return dict(zip(*(indices.tolist() for indices in assign(cost))))


def test_each_keeps_to_themselves_in_any_order():
    two = together(person(-0.5), person(0.5))
    assert pairs(two, two.select([1, 0])) == {0: 1, 1: 0}
    plain = in_image_only(two)
    assert pairs(plain, plain.select([1, 0])) == {0: 1, 1: 0}


def test_depth_tells_apart_who_stands_in_one_line():
    two = together(person(0., 2.), person(0., 3.))
    assert pairs(two, two.select([1, 0])) == {0: 1, 1: 0}


def test_size_tells_apart_who_stands_in_one_line_in_the_image():
    two = in_image_only(together(person(0., 2.), person(0., 3.)))
    assert pairs(two, two.select([1, 0])) == {0: 1, 1: 0}


def test_a_good_pair_is_not_given_up_for_two_bad_ones():
    cost = np.array([[0., 7.], [7., np.inf]])
    rows, columns = assign(cost)
    assert (rows.tolist(), columns.tolist()) == ([0], [0])


def test_beyond_the_limit_nobody_is_paired():
    rows, _ = assign(np.full((3, 2), LIMIT))
    assert not len(rows)
    assert pairs(person(0.), person(1.5)) == {}
    assert pairs(in_image_only(person(0.)), in_image_only(person(1.5))) == {}


def test_known_and_unknown_positions_stand_in_one_table():
    before = together(person(-0.5), person(0.5))
    now = together(in_image_only(person(0.5)), person(-0.5))
    assert pairs(before, now) == {0: 1, 1: 0}


def test_a_wrong_depth_does_not_lose_someone_who_looks_just_the_same():
    wrong = person()._replace(position=np.array([[0., 0., 5.]]))
    assert pairs(person(), wrong) == {0: 0}


def test_a_whole_body_is_preferred_to_a_fragment_in_the_same_place():
    whole = in_image_only(person())
    keypoints = whole.keypoints.copy()
    keypoints[0, :, :2] += 8.
    arm = whole.keypoints.copy()
    arm[0, 5:, :2], arm[0, 5:, 2] = np.nan, 0.
    assert pairs(whole, in_image_only(together(
        whole._replace(keypoints=arm), whole._replace(keypoints=keypoints)))) == {0: 1}


def test_a_confirmed_track_goes_before_a_tentative_one():
    two = together(person(0.), person(0.02))
    cost, _ = costs(observed(two), observed(person(0.01)), np.array([True, False]))
    assert assign(cost)[0].tolist() == [1]


def test_the_scale_is_found_whatever_part_of_the_body_shows():
    keypoints = person(z=3.).keypoints[0, :, :2].astype(float)
    for parts in (range(18), range(8), (8, 9, 10), (1, 2, 5)):
        seen = np.zeros((1, 18), bool)
        seen[0, list(parts)] = True
        scale = association.scales(np.where(seen[..., None], keypoints, 0.), seen)
        np.testing.assert_allclose(scale, 525. / 3., rtol=0.2)


def test_nobody_and_nothing_are_no_trouble():
    nobody = person().select([])
    assert pairs(nobody, person()) == {} and pairs(person(), nobody) == {}
    assert pairs(nobody, nobody) == {}


def test_noise_of_the_keypoints_is_no_unlikeness():
    """Eleven metres away, where 4 px are as much as the keypoints may stray."""
    keypoints = person(z=11.).keypoints.copy()
    keypoints[0, :, :2] += np.random.default_rng(1).normal(0., 4., (18, 2))
    far, noisy = in_image_only(person(z=11.)), in_image_only(person(z=11.))._replace(
        keypoints=keypoints)
    plain = association.compare(observed(far), observed(noisy))[1][0, 0]
    told = association.compare(observed(far), observed(noisy, np.array([4.])))[1][0, 0]
    assert plain < .7 < .8 < told
    assert observed(noisy, np.array([4.])).anchor_variance > observed(noisy).anchor_variance
    unknown = observed(noisy, np.array([np.nan]))
    assert unknown.anchor_variance == observed(noisy).anchor_variance
