"""Two looks at one person make one person."""
import numpy as np
import pytest
from made_maps import STANDING

from openpose_ros.body import LEFT_ANKLE, NOSE, RIGHT_WRIST
from openpose_ros.looks import merge
from openpose_ros.looks.merging import similarity


def person(x=100., y=100., size=4., score=.6):
    return np.column_stack((STANDING * size + (x, y), np.full(18, score))).astype(np.float32)


def without(keypoints, *parts):
    keypoints = keypoints.copy()
    keypoints[list(parts)] = np.nan, np.nan, 0.
    return keypoints


def test_looks_count_by_their_scale_and_score():
    coarse, fine = without(person(score=.8), NOSE), without(person(101., score=.4), RIGHT_WRIST)
    merged = merge([(coarse[None], .5), (fine[None], 1.)])
    assert merged.keypoints.shape == (1, 18, 3) and merged.scale.tolist() == [1.]
    # Information is 1 / noise^2: a scale of 1 has four times as much as one of .5; the score halves.
    expected = person(100. + 4. * .4 / (4. * .4 + .8), score=.8)
    expected[NOSE], expected[RIGHT_WRIST] = fine[NOSE], coarse[RIGHT_WRIST]
    np.testing.assert_allclose(merged.keypoints[0], expected, rtol=1e-5)


def test_where_looks_do_not_mean_the_same_place_one_wins():
    coarse, fine = person(score=.8), person(score=.4)
    coarse[LEFT_ANKLE, 0] += 60.
    merged = merge([(coarse[None], .5), (fine[None], 1.)]).keypoints[0]
    np.testing.assert_allclose(merged[:, :2], fine[:, :2], rtol=1e-5)
    coarse[LEFT_ANKLE, 2] = fine[NOSE, 2] = 1.
    fine[LEFT_ANKLE, 2] = .2     # this little is worth less than the coarse look's
    merged = merge([(coarse[None], .5), (fine[None], 1.)]).keypoints[0]
    np.testing.assert_allclose(merged[LEFT_ANKLE], coarse[LEFT_ANKLE])


def test_three_looks_are_the_mean_of_all():
    places = (99., 100., 102.)
    merged = merge([(person(x)[None], 1.) for x in places])
    np.testing.assert_allclose(merged.keypoints[0], person(np.mean(places)), rtol=1e-5)


def test_half_a_person_in_a_crop_is_made_whole():
    half = without(person(), *range(8, 14))
    merged = merge([(half[None], 2.), (person()[None], .5)])
    assert len(merged.keypoints) == 1 and (merged.keypoints[0, :, 2] > 0.).all()


def test_people_side_by_side_stay_two():
    one, other = person(), person(140.)
    merged = merge([(np.stack((one, other)), .5), (np.stack((other, one)), 2.)])
    assert len(merged.keypoints) == 2


def test_whoever_only_one_look_found_stays():
    merged = merge([(person()[None], .5), (person(400.)[None], 2.), (np.zeros((0, 18, 3)), 3.)])
    assert len(merged.keypoints) == 2 and sorted(merged.scale) == [.5, 2.]


def test_no_look_finds_nobody():
    assert merge([]).keypoints.shape == (0, 18, 3)
    assert merge([(np.zeros((0, 18, 3), np.float32), 1.)]).keypoints.shape == (0, 18, 3)


def test_similarity_is_coco_s():
    one, other = person(), person(103.)
    # Of the area of the box, 53 %: exp(-d^2 / (2 area (2 sigma)^2)), here of one part alone.
    one, other = without(one, *range(3, 18)), without(other, *range(3, 18))
    area = .53 * max(np.prod(np.ptp(one[:3, :2], axis=0)), 1.)
    alike = np.exp(-9. / (2. * area * (2. * np.array([.026, .079, .079])) ** 2))
    assert similarity(one[None], other[None])[0, 0] == pytest.approx(alike.mean())
    assert similarity(one[None], without(other, 0, 1)[None])[0, 0] == 0.   # one in common
    assert similarity(person()[None], person(score=0.)[None] * np.nan_to_num(1.))[0, 0] == 0.


def test_a_far_ankle_matters_less_than_a_far_nose():
    ankle, nose = person(), person()
    ankle[LEFT_ANKLE, 0] += 10.
    nose[NOSE, 0] += 10.
    assert similarity(person()[None], ankle[None]) > similarity(person()[None], nose[None])
