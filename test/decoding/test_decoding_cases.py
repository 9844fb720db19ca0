"""Cases whose answer is known by hand."""
import cv2
import numpy as np
import pytest
from made_maps import STANDING, draw

from openpose_ros.body import BODY_25, COCO, MPI
from openpose_ros.decoding import MapsError, Settings, decode, to_image
from openpose_ros.decoding.affinity import Connections
from openpose_ros.decoding.assembly import assemble, greatest_sum
from openpose_ros.decoding.decoder import ASSIGNMENTS
from openpose_ros.decoding.peaks import Peaks, find_peaks

SHAPE = (46, 54)
BODIES = COCO, MPI, BODY_25


def places(people):
    """Positions of people from left to right by their necks, (people, parts, 2)."""
    return people[np.argsort(people[:, 1, 0])][..., :2]


def only_part(*cells):
    heatmap = np.zeros(SHAPE + (1,), np.float32)
    for y, x in cells:
        heatmap[y, x] = .8
    return heatmap


def test_nobody():
    heatmaps, pafs = draw([], SHAPE)
    assert decode(heatmaps, pafs).shape == (0, 18, 3)


def test_one_person_is_found_within_a_tenth_of_a_cell():
    person = STANDING + (20.3, 12.6)
    found = decode(*draw([person], SHAPE))
    assert found.shape == (1, 18, 3)
    np.testing.assert_allclose(found[0, :, :2], person, atol=.1)
    assert (found[0, :, 2] > .8).all()


def test_one_part_alone_is_nobody():
    lonely = np.full((18, 2), np.nan)
    lonely[0] = 20., 20.
    assert len(decode(*draw([lonely], SHAPE))) == 0


def test_hidden_parts_are_unknown_not_zero():
    person = STANDING + (20., 12.)
    person[9:11] = np.nan
    found, = decode(*draw([person], SHAPE))
    assert np.isnan(found[9:11, :2]).all() and (found[9:11, 2] == 0.).all()
    assert np.isfinite(np.delete(found, (9, 10), axis=0)).all()


def test_two_people_whose_arms_cross_keep_their_arms():
    left, right = STANDING + (16., 12.), STANDING + (30., 12.)
    left[6:8] = (23., 15.), (28., 19.)     # one's left arm reaches to the right ...
    right[3:5] = (23., 19.), (18., 14.)    # ... and crosses the other's right arm
    found = decode(*draw([left, right], SHAPE))
    assert len(found) == 2
    np.testing.assert_allclose(places(found), [left, right], atol=.6)


def test_a_part_shared_by_two_goes_to_one_of_them():
    left, right = STANDING + (16., 12.), STANDING + (30., 12.)
    right[4] = left[7] = 23., 20.          # both hands on one spot: two parts, one place
    right[3], left[6] = (26., 16.), (20., 16.)
    found = decode(*draw([left, right], SHAPE))
    assert len(found) == 2
    right_copy = right.copy()
    right_copy[2:5] = left[2:5]            # and one right arm, wrist included, claimed by both
    found = decode(*draw([left, right_copy], SHAPE))
    wrists = found[:, 4, :2][np.isfinite(found[:, 4, 0])]
    assert len(np.unique(wrists.round(), axis=0)) == len(wrists) == 1


def test_parts_at_the_border_are_found_without_refinement():
    peaks = find_peaks(only_part((0, 0), (0, 53), (45, 0), (45, 53), (20, 53)), .1)
    assert sorted(zip(peaks.y, peaks.x)) == [(0, 0), (0, 53), (20, 53), (45, 0), (45, 53)]


def test_two_equal_peaks_side_by_side_are_one_between_them():
    peaks = find_peaks(only_part((20, 20), (20, 21)), .1)
    assert list(peaks.y) == [20.] and list(peaks.x) == [20.5]


def test_a_long_plateau_has_peaks_further_apart_than_a_window():
    peaks = find_peaks(only_part(*((20, x) for x in range(10, 20))), .1)
    assert np.diff(np.sort(peaks.x)).min() >= 2.5


def test_peaks_three_cells_apart_are_two():
    assert len(find_peaks(only_part((20, 20), (20, 23)), .1).x) == 2


@pytest.mark.parametrize('most', (1000, 200))
def test_noise_has_so_many_peaks_and_no_more(most):
    heatmaps = np.random.RandomState(0).uniform(.1, 1., (200, 200, 2)).astype(np.float32)
    heatmaps[..., 1] = 0.
    heatmaps[::20, ::20, 1] = .5
    noise = heatmaps[..., 0]
    scores = np.sort(noise[noise == cv2.dilate(noise, np.ones((5, 5)))])
    peaks = find_peaks(heatmaps, .05, max_peaks=most)
    assert len(scores) > most + 500
    assert peaks.start.tolist() == [0, most, most + 100]
    np.testing.assert_array_equal(np.sort(peaks.score[:most]), scores[-most:])
    assert (peaks.score[most:] == .5).all()
    assert (np.diff(np.rint(peaks.y[:most])) >= -1.).all()   # in reading order, but for refinement


def test_equal_heatmaps_everywhere_are_decoded_from_so_many_peaks():
    ones = np.ones((92, 164, 19), np.float32)
    for assignment in ASSIGNMENTS:
        decode(ones, np.ones((92, 164, 38), np.float32), settings=Settings(assignment=assignment))
    assert len(find_peaks(ones, .05).part) <= 19 * Settings().max_peaks


def test_peaks_know_their_part():
    heatmaps = np.zeros(SHAPE + (3,), np.float32)
    heatmaps[4, 5, 2], heatmaps[6, 7, 0] = .5, .6
    peaks = find_peaks(heatmaps, .1)
    assert list(peaks.part) == [0, 2] and list(peaks.start) == [0, 1, 1, 2]
    assert list(peaks.score) == [np.float32(.6), np.float32(.5)]


@pytest.mark.parametrize('assignment', ('greedy', 'hungarian'))
@pytest.mark.parametrize('upsampling', (1, 2, 4))
def test_a_crowd_is_found_whole(assignment, upsampling):
    crowd = [STANDING * .8 + (x, y) for x in range(6, 120, 12) for y in (8, 40)]
    found = decode(*draw(crowd, (64, 128), spread=.9, width=.7),
                   settings=Settings(assignment=assignment, upsampling=upsampling))
    assert len(found) == len(crowd)
    distance = np.abs(found[:, None, :, :2] - np.array(crowd)[None]).max(axis=(2, 3))
    assert (distance.min(axis=1) < .35).all() and len(set(distance.argmin(axis=1))) == len(crowd)


def test_hungarian_gives_more_than_greedy_where_the_best_pair_blocks_two():
    connections = Connections(*(np.array(column) for column in (
        (0, 0, 0), (0, 0, 1), (2, 3, 2), (.9, .8, .8))))
    peaks = Peaks(np.array((1, 1, 2, 2)), *(3 * (np.zeros(4),)), start=None)
    assert assemble(connections, peaks, COCO) == [[0, 2]]
    assert assemble(greatest_sum(connections), peaks, COCO) == [[0, 3], [1, 2]]


@pytest.mark.parametrize('body', BODIES, ids=[body.name for body in BODIES])
def test_every_body_can_be_decoded(body):
    random = np.random.RandomState(3)
    people = []
    for column in (12., 40., 70.):
        person = np.column_stack((random.uniform(-8., 8., len(body.parts)),
                                  np.linspace(4., 60., len(body.parts))))
        people.append(person + (column, 0.))
    found = decode(*draw(people, (68, 84), body), body=body)
    assert found.shape == (3, len(body.parts), 3)
    order = np.argsort(np.nanmean(found[..., 0], axis=1))
    np.testing.assert_allclose(found[order][..., :2], people, atol=.7)


def test_pixel_centres():
    keypoints = np.array([[(0., 0., .9), (53., 45., .8)]], np.float32)
    in_image = to_image(keypoints, (46, 54), (368, 432))
    np.testing.assert_allclose(in_image[0], [(3.5, 3.5, .9), (427.5, 363.5, .8)], rtol=1e-6)


@pytest.mark.parametrize('change, words', (
    (lambda heatmaps, pafs: (heatmaps[..., :18], pafs), 'heatmaps are of shape'),
    (lambda heatmaps, pafs: (heatmaps, pafs[..., :37]), 'fields are of shape'),
    (lambda heatmaps, pafs: (heatmaps[:40], pafs), '54x40 do not go with'),
    (lambda heatmaps, pafs: (heatmaps * np.nan, pafs), 'heatmaps hold values that are not finite'),
    (lambda heatmaps, pafs: (heatmaps, pafs + np.inf), 'fields hold values that are not finite'),
    (lambda heatmaps, pafs: (heatmaps[:0], pafs[:0]), 'are of shape'),
    (lambda heatmaps, pafs: (heatmaps[0], pafs), 'are of shape')))
def test_maps_that_cannot_be_decoded_are_refused_in_one_line(change, words):
    with pytest.raises(MapsError, match=words) as caught:
        decode(*change(*draw([], SHAPE)))
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('wrong', (
    dict(peak_threshold=0.), dict(sample_threshold=1.), dict(needed_samples=11),
    dict(assignment='best'), dict(min_parts=0), dict(min_score=1.), dict(upsampling=3)))
def test_impossible_settings_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=list(wrong)[0]):
        decode(*draw([], SHAPE), settings=Settings(**wrong))


def test_maps_of_any_layout_give_the_same_people():
    heatmaps, pafs = draw([STANDING + (20.3, 12.6)], SHAPE)
    both = np.concatenate((heatmaps, pafs), axis=2)
    expected = decode(heatmaps, pafs)
    np.testing.assert_array_equal(decode(both[..., :19], both[..., 19:]), expected)
    np.testing.assert_array_equal(
        decode(heatmaps.astype(np.float64), np.asfortranarray(pafs)), expected)
    assert expected.dtype == np.float32 and COCO.heatmap_count == 19
