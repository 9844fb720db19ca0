"""Images of 16 bits, or with hardly any contrast, as the network can see them: in 8 bits.

Infrared and thermal cameras send 10, 12 or 14 bits in 16: taken as they are, they would be black.
"""
from typing import NamedTuple, Optional, Tuple

import cv2
import numpy as np

_OUTSIDE = .005     # share of the pixels that may be black, and white; a sensor has broken ones
_FLAT = 48          # grey levels of 8-bit images; real ones spread over 150 and more
_LEAST = 8          # levels; what spreads over fewer is noise, and would be all one sees
_SAMPLED = 64       # rows and columns that are looked at
_PART = 4           # one in so many of the rows tells of nearly all images that they are not flat


class Stretched(NamedTuple):
    """An image in 8 bits. levels: what became black and white; None where nothing was stretched."""

    image: np.ndarray
    levels: Optional[Tuple[int, int]]


def to_8_bits(pixels: np.ndarray, stretch: bool = True) -> Stretched:
    """The image, uint8 or uint16, as uint8 of the same shape.

    stretch: make the darkest pixels black and the lightest white where it has 16 bits or hardly
    any contrast; else 16 bits become 8 by scaling.
    """
    deep = pixels.dtype == np.uint16
    if stretch and (deep or not _is_contrasty(pixels)):
        low, high = _levels(pixels)
        if high - low >= _LEAST and (deep or high - low < _FLAT):
            return Stretched(_table(low, high, pixels.dtype)[pixels], (low, high))
    if deep:
        pixels = cv2.convertScaleAbs(pixels, alpha=255. / 65535.)
    return Stretched(pixels, None)


def _is_contrasty(pixels):
    """Whether a part of the sample shows already that its levels are not `_FLAT`.

    So many of the part are dark, and light, as may be outside of the levels of the whole sample.
    """
    sample = _sample(pixels)
    few, part = int(_OUTSIDE * (sample.size - 1)), np.sort(sample[::_PART], axis=None)
    return part.size > 2 * few and int(part[-1 - few]) - int(part[few]) >= _FLAT


def _sample(pixels):
    height, width = pixels.shape[:2]
    return pixels[::max(1, height // _SAMPLED), ::max(1, width // _SAMPLED), ...]


def _levels(pixels):
    """The level below and the one above which only a few of the pixels are."""
    sample = _sample(pixels).ravel()
    few = int(_OUTSIDE * (sample.size - 1))
    up_to = np.bincount(sample).cumsum()    # how many are of a level, or a darker one
    low, high = np.searchsorted(up_to, (few + 1, sample.size - few)).tolist()
    return low, high


def _table(low, high, dtype):
    levels = np.arange(np.iinfo(dtype).max + 1)
    return np.clip(np.rint((levels - low) * (255. / (high - low))), 0, 255).astype(np.uint8)
