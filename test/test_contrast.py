"""Contrast for images that have none: by percentiles, so that a few pixels decide nothing."""
import numpy as np
import pytest

from openpose_ros.contrast import to_8_bits

SCENE = np.random.RandomState(1).normal(.5, .12, (240, 320)).clip(0., 1.)


def test_a_few_broken_pixels_decide_nothing():
    pixels = (3000 + 900 * SCENE).astype(np.uint16)     # thermal: few of the levels
    clean = to_8_bits(pixels).image
    pixels[::40, ::40] = 65535
    pixels[1::40, ::40] = 0
    broken = to_8_bits(pixels).image[2::40]
    assert np.abs(broken.astype(int) - clean[2::40]).max() < 25
    assert broken.std() > 30.


def test_an_ordinary_image_is_left_alone():
    pixels = (255 * SCENE).astype(np.uint8)
    found = to_8_bits(pixels)
    assert found.image is pixels and found.levels is None


def test_an_image_of_8_bits_without_contrast_gets_some():
    pixels = np.repeat((100 + 30 * SCENE).astype(np.uint8)[..., None], 3, axis=2)
    found = to_8_bits(pixels)
    assert found.image.shape == pixels.shape and found.image.std() > 2.5 * pixels.std()
    assert to_8_bits(pixels, stretch=False).image is pixels


@pytest.mark.parametrize('dtype, level, grey', [(np.uint8, 100, 100), (np.uint16, 25700, 100),
                                                (np.uint16, 1000, 4)])
def test_a_covered_lens_is_not_made_noise(dtype, level, grey):
    pixels = (level + np.arange(12).reshape(3, 4) % 3).astype(dtype)
    found = to_8_bits(pixels)
    assert found.levels is None and np.abs(found.image.astype(int) - grey).max() <= 2
