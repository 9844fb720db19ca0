"""Our decoding finds what the literal one finds, on real maps and on random ones."""
import data
import made_maps
import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from openpose_ros.body import COCO
from openpose_ros.decoding import Settings, decode, peaks

REAL = ('apink2', 'golf', 'p1', 'p3', 'ski')


def real_maps(name):
    maps = np.load(data.path('peer', 'maps', name + '.npz'))['maps']
    return maps[..., :19], maps[..., 19:]


def assert_same_people(heatmaps, pafs, settings):
    ours = decode(heatmaps, pafs, COCO, settings)
    literal = reference.decode(heatmaps, pafs, COCO, settings)
    assert ours.shape == literal.shape
    np.testing.assert_allclose(sorted_rows(ours), sorted_rows(literal), atol=2e-4)


def sorted_rows(people):
    """People in an order that does not depend on ties between their scores."""
    flat = np.nan_to_num(people.reshape(len(people), 54), nan=-1.).round(3)
    return people[np.lexsort(flat.T[::-1])]


@pytest.mark.parametrize('name', REAL)
@pytest.mark.parametrize('settings', (Settings(), Settings(peak_threshold=.15, needed_samples=6,
                                                          min_parts=3, min_score=0.)))
def test_same_people_on_real_maps(name, settings):
    heatmaps, pafs = real_maps(name)
    assert len(decode(heatmaps, pafs, COCO, settings))
    assert_same_people(heatmaps, pafs, settings)


def test_same_people_in_a_crowd():
    heatmaps, pafs = (np.tile(maps, (2, 3, 1)) for maps in real_maps('ski'))
    # A faint slope breaks the ties that tiling makes.
    heatmaps = heatmaps + np.linspace(0., 1e-3, heatmaps.size, dtype=np.float32).reshape(
        heatmaps.shape)
    assert_same_people(heatmaps, pafs, Settings())


# Heatmaps of noise are left as they are: enlarged, their every third cell holds a peak or two, and
# find_peaks looks for those near cells higher than their neighbours only.
@limits(max_examples=20)
@given(st.integers(0, 10 ** 6), st.integers(8, 11), st.integers(8, 11), st.integers(1, 10))
def test_same_people_on_random_maps(seed, height, width, needed_samples):
    # Few enough peaks for all to be tried: the literal decoding has no nearest sixteen.
    random = np.random.RandomState(seed)
    heatmaps = random.rand(height, width, 19).astype(np.float32) ** 8
    pafs = random.uniform(-.5, 1., (height, width, 38)).astype(np.float32)
    assert_same_people(heatmaps, pafs, Settings(needed_samples=needed_samples, min_parts=2,
                                                peak_threshold=.6, upsampling=1))


@limits(max_examples=20)
@given(st.integers(0, 10 ** 6), st.integers(0, 6))
def test_same_people_where_people_stand_anywhere(seed, count):
    assert_same_people(*people_anywhere(seed, count), settings=Settings(upsampling=1))


@pytest.mark.parametrize('seed', range(12))
def test_same_people_where_the_heatmaps_are_enlarged(seed):
    assert_same_people(*people_anywhere(seed, seed % 7), settings=Settings(peak_threshold=.15))


def people_anywhere(seed, count):
    """Maps of people of any size anywhere, their heatmaps noisy."""
    random = np.random.RandomState(seed)
    people = [made_maps.STANDING * random.uniform(.4, 1.1) + random.uniform(0., 45., 2)
              for _ in range(count)]
    heatmaps, pafs = made_maps.draw(people, (46, 54))
    noise = random.normal(0., .02, heatmaps.shape).astype(np.float32)
    return np.maximum(heatmaps + noise, 0.), pafs


@pytest.mark.parametrize('upsampling', (1, 2))
@pytest.mark.parametrize('name', REAL)
def test_same_peaks_as_in_heatmaps_enlarged_whole(name, upsampling):
    heatmaps = np.ascontiguousarray(real_maps(name)[0][..., :18])
    literal = reference.find_peaks(heatmaps, .05, upsampling)
    found = peaks.find_peaks(heatmaps, .05, upsampling)
    assert np.diff(found.start).tolist() == [len(part) for part in literal]
    np.testing.assert_allclose(np.column_stack((found.x, found.y, found.score)),
                               [peak for part in literal for peak in part], atol=1e-4)
