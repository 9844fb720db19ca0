"""Peaks: where each heatmap says that a part is.

Letters of shapes: H, W cells of a heatmap, P parts, n candidates or peaks, F the upsampling,
K = 2 * reach + 1 cells and S = F + 4 pixels along a side of the surroundings of one cell.
"""
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

_REACH = 2   # pixels from a window's centre to its edge
_NEIGHBOURS = np.ones((3, 3), np.uint8)
# A pixel of the cubically enlarged heatmap may exceed the cell it lies in and be a peak where a
# neighbouring cell is higher still. Of the cells with a peak in them all had at least .94 of the
# highest of their neighbours on five real images, where the whole heatmaps were enlarged, and 97 %
# at least .9 on white noise. What half or twice the slack does to the peaks is not measured.
_SLACK = np.float32(.9)
_OVERSHOOT = 1.33   # a pixel over the highest cell near it: (1.14 ** 2 + .14 ** 2), cubic, 2 axes
_EQUAL = np.float32(1e-6)    # relative difference below which pixels count as equal
_BLOCK = 1024   # candidates at a time, so that what is computed stays in the processor's cache
# Candidates in one matrix product: from 149 on (a million multiplications) OpenBLAS starts threads,
# which takes longer than the product and on a busy machine ten times so.
_PRODUCT = 128


class Peaks(NamedTuple):
    """Peaks of all heatmaps, ordered by part.

    part: (n,) part index. x, y: (n,) float32, map cells, finer than a cell.
    score: (n,) float32, the (enlarged) heatmap at the peak's pixel.
    start: (P + 1,) row at which each part's peaks begin.
    """

    part: np.ndarray
    x: np.ndarray
    y: np.ndarray
    score: np.ndarray
    start: np.ndarray


class _Surroundings(NamedTuple):
    """How a heatmap is enlarged round one cell, which becomes F x F pixels.

    reach: cells to each side that matter. enlarge: (K * K, S * S) float32, cells to pixels, the
    cell's own pixels and two more to each side. own: (F * F,) where its own are among the S * S.
    window: (25, F * F) the 5x5 pixels round each of its own. cross: (5, F * F) each of its own,
    the one above, below, to the left and to the right.
    """

    reach: int
    enlarge: np.ndarray
    own: np.ndarray
    window: np.ndarray
    cross: np.ndarray


class _Pixels(NamedTuple):
    """Peaks as pixels of the enlarged heatmaps.

    part, y, x: (n,) int. values: (5, n) float32, the heatmap at a _Surroundings.cross there.
    tied: (n,) whether another pixel of the window is as high.
    """

    part: np.ndarray
    y: np.ndarray
    x: np.ndarray
    values: np.ndarray
    tied: np.ndarray

    def select(self, rows):
        return _Pixels(*(column[..., rows] for column in self))


def find_peaks(heatmaps: np.ndarray, threshold: float, upsampling: int = 1,
               max_peaks: int = 1000) -> Peaks:
    """Pixels above `threshold` that no pixel of the 5x5 window around them exceeds.

    heatmaps: (H, W, P) float32, contiguous, finite, without the background. upsampling: factor by
    which they are enlarged (bicubic), which makes the window's part of the image smaller; only the
    surroundings of cells that may hold a peak are. The peaks are in cells of the heatmaps as they
    are given. Of equal pixels in one window the first in reading order is the peak. Of each part
    the `max_peaks` highest are taken.
    """
    height, width, parts = heatmaps.shape
    around = _surroundings(upsampling)
    cells = _candidates(heatmaps, threshold, upsampling)
    padded = cv2.copyMakeBorder(heatmaps, *(4 * (around.reach,)),
                                cv2.BORDER_REPLICATE).reshape(-1, width + 2 * around.reach, parts)
    blocks = [_peaks_among(cells[first:first + _BLOCK], heatmaps.shape, padded, threshold, around)
              for first in range(0, max(len(cells), 1), _BLOCK)]
    pixels = _Pixels(*(np.concatenate(columns, axis=-1) for columns in zip(*blocks)))
    size = height * upsampling, width * upsampling
    pixels = pixels.select(np.argsort((pixels.part * size[0] + pixels.y) * size[1] + pixels.x))
    if len(pixels.part) > max_peaks:
        pixels = pixels.select(_highest(pixels, max_peaks))
    if pixels.tied.any():
        pixels = pixels.select(_first_of_equals(pixels))
    dy, dx = _refine(pixels, size)
    return Peaks(pixels.part, _in_cells(pixels.x + dx, upsampling),
                 _in_cells(pixels.y + dy, upsampling), pixels.values[0],
                 np.searchsorted(pixels.part, np.arange(parts + 1)))


@lru_cache(maxsize=None)
def _surroundings(upsampling: int) -> _Surroundings:
    """The _Surroundings of a cell for this factor; the weights are OpenCV's own."""
    side = upsampling + 2 * _REACH
    # What enlarging makes of single bright cells in a row of nine: of its columns those that matter
    # to the pixels of the middle one and two to each side.
    first = 4 * upsampling - _REACH
    weights = cv2.resize(np.eye(9, dtype=np.float32), (9, 9 * upsampling),
                         interpolation=cv2.INTER_CUBIC)[first:first + side]
    reach = 4 - int(np.flatnonzero(weights.any(axis=0))[0])
    weights = weights[:, 4 - reach:5 + reach]
    place = np.arange(side * side).reshape(side, side)
    rows, columns = np.divmod(np.arange(upsampling ** 2), upsampling)
    own = place[rows + _REACH, columns + _REACH]
    steps = np.arange(2 * _REACH + 1)
    window = place[rows[:, None, None] + steps[:, None], columns[:, None, None] + steps]
    return _Surroundings(reach, np.ascontiguousarray(np.kron(weights, weights).T), own,
                         np.ascontiguousarray(window.reshape(len(own), -1).T),
                         np.stack((own, own - side, own + side, own - 1, own + 1)))


def _candidates(heatmaps, threshold, upsampling):
    """Cells that may hold a peak, as places in the flat heatmaps."""
    values = heatmaps.reshape(-1)
    # cv2.dilate is a maximum filter over each channel; beyond the border nothing is larger.
    highest = cv2.dilate(heatmaps, _NEIGHBOURS).reshape(-1)
    enlarged = upsampling > 1
    cells = np.flatnonzero(values > np.float32(threshold / _OVERSHOOT if enlarged else threshold))
    slack = _SLACK if enlarged else np.float32(1.)
    return cells[values[cells] >= slack * highest[cells]]


def _peaks_among(cells, shape, padded, threshold, around):
    """The peaks that these cells hold, one at most each, as _Pixels."""
    height, width, parts = shape
    factor, side = _sides(around)
    place, part = np.divmod(cells, parts)
    y, x = np.divmod(place, width)
    pixels = _enlarged(y, x, part, padded, around)
    _leave_out_beyond_border(pixels.reshape(-1, side, side), y * factor, x * factor,
                             (height * factor, width * factor))
    own = pixels.take(around.own, axis=1)
    best, highest = own.argmax(axis=1), own.max(axis=1)
    row = np.flatnonzero(highest > threshold)
    best, highest = best[row], highest[row]
    first = row * (side * side)   # of each candidate's pixels among all
    window = pixels.reshape(-1).take(first + around.window.take(best, axis=1))
    passed = np.flatnonzero(window.max(axis=0) <= highest * (1 + _EQUAL))
    row, best, first = row[passed], best[passed], first[passed]
    tied = np.count_nonzero(window[:, passed] >= highest[passed] * (1 - _EQUAL), axis=0) > 1
    return _Pixels(part[row], y[row] * factor + best // factor, x[row] * factor + best % factor,
                   pixels.reshape(-1).take(first + around.cross.take(best, axis=1)), tied)


def _sides(around):
    """F and S."""
    side = int(round(around.enlarge.shape[1] ** .5))
    return side - 2 * _REACH, side


def _enlarged(y, x, part, padded, around):
    """The surroundings of these cells in pixels, (n, S * S)."""
    _, width, parts = padded.shape
    steps = np.arange(2 * around.reach + 1)
    steps = ((steps[:, None] * width + steps) * parts).ravel()
    corner = (y * width + x) * parts + part
    values = padded.reshape(-1).take(corner[:, None] + steps)
    pixels = np.empty((len(y), around.enlarge.shape[1]), np.float32)
    for first in range(0, len(y), _PRODUCT):
        rows = slice(first, first + _PRODUCT)
        np.dot(values[rows], around.enlarge, out=pixels[rows])
    return pixels


def _leave_out_beyond_border(pixels, y, x, size):
    """Set what is not in the heatmap to -inf. y, x: of the first of a cell's own pixels."""
    side = pixels.shape[1]
    last = side - _REACH
    near = np.flatnonzero((np.minimum(y, x) < _REACH) | (y > size[0] - last) | (x > size[1] - last))
    if len(near):
        steps = np.arange(side) - _REACH
        rows, columns = y[near, None] + steps, x[near, None] + steps
        beyond = (((rows < 0) | (rows >= size[0]))[:, :, None]
                  | ((columns < 0) | (columns >= size[1]))[:, None])
        pixels[near] = np.where(beyond, -np.inf, pixels[near])


def _highest(pixels, max_peaks):
    """Rows of the `max_peaks` highest of each part, in the order they come."""
    order = np.lexsort((-pixels.values[0], pixels.part))
    rank = np.arange(len(order)) - np.searchsorted(pixels.part, pixels.part[order])
    return np.sort(order[rank < max_peaks])


def _first_of_equals(pixels):
    """Rows of the peaks (in reading order within each part) without a kept one in their window."""
    kept = set()
    keep = np.ones(len(pixels.part), bool)
    steps = range(-_REACH, _REACH + 1)
    for row in np.flatnonzero(pixels.tied):
        part, y, x = pixels.part[row], pixels.y[row], pixels.x[row]
        keep[row] = not any((part, y + dy, x + dx) in kept for dy in steps for dx in steps)
        if keep[row]:
            kept.add((part, y, x))
    return np.flatnonzero(keep)


def _refine(pixels, size):
    """Steps (dy, dx) in pixels from each peak's pixel to the summit of a parabola through it.

    The parabola goes through the logarithms of the pixel and its two neighbours along each axis: it
    is exact where the heatmap is a Gaussian, as it is in training. At the border there is no step.
    """
    logs = np.log(np.maximum(pixels.values, np.float32(1e-3))).astype(np.float64)
    before, after = logs[1::2], logs[2::2]   # (2, n): along y, along x
    slope, curve = after - before, 2. * logs[0] - before - after
    place = np.stack((pixels.y, pixels.x))
    inside = (place > 0) & (place < np.array(size)[:, None] - 1) & (curve > 0.)
    return np.where(inside, np.clip(.5 * slope / np.where(inside, curve, 1.), -.5, .5), 0.)


def _in_cells(places: np.ndarray, upsampling: int) -> np.ndarray:
    """Places in the enlarged heatmaps in cells of the given ones; centres are whole numbers."""
    return ((places + .5) / upsampling - .5).astype(np.float32)
