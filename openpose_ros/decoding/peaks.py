"""Peaks: where each heatmap says that a part is."""
import threading
from typing import NamedTuple, Tuple

import cv2
import numpy as np

_WINDOW = np.ones((5, 5), np.uint8)
_REACH = 2   # cells from a window's centre to its edge
# (y, x) steps to the cells of a window that come before its centre in reading order.
_EARLIER = np.array([(y, x) for y in range(-_REACH, 1) for x in range(-_REACH, _REACH + 1)
                     if (y, x) < (0, 0)])


class Peaks(NamedTuple):
    """Peaks of all heatmaps, ordered by part.

    part: (n,) part index. x, y: (n,) float32, map cells, finer than a cell.
    score: (n,) float32, the heatmap at the peak's cell.
    start: (parts + 1,) row at which each part's peaks begin.
    """

    part: np.ndarray
    x: np.ndarray
    y: np.ndarray
    score: np.ndarray
    start: np.ndarray


def find_peaks(heatmaps: np.ndarray, threshold: float, upsampling: int = 1,
               most: int = 1000) -> Peaks:
    """Cells above `threshold` that no cell of the 5x5 window around them exceeds.

    heatmaps: (H, W, parts) float32, finite, without the background. upsampling: factor by which
    they are enlarged first, which makes the window's part of the image smaller; the peaks are in
    cells of the heatmaps as they are given. Of equal cells in one window the first in reading order
    is the peak. Of each part the `most` highest are taken, so that no maps take all memory.
    """
    size = heatmaps.shape[0] * upsampling, heatmaps.shape[1] * upsampling, heatmaps.shape[2]
    enlarged, largest = _room(size)
    if upsampling > 1:
        heatmaps = cv2.resize(heatmaps, size[1::-1], enlarged,
                              interpolation=cv2.INTER_CUBIC).reshape(size)
    # cv2.dilate is a maximum filter over each channel; beyond the border nothing is larger.
    largest = cv2.dilate(heatmaps, _WINDOW, largest).reshape(size)
    is_peak = (heatmaps == largest) & (heatmaps > threshold)
    cell, part = np.divmod(np.flatnonzero(is_peak), size[2])
    order = np.argsort(part, kind='stable')
    if len(part) > most and np.bincount(part).max() > most:
        order = _highest(heatmaps[is_peak], part, most)
    part, (y, x) = part[order], np.divmod(cell[order], size[1])
    alone = _first_of_equals(is_peak, y, x, part)
    y, x, part = y[alone], x[alone], part[alone]
    dy, dx = _refine(heatmaps, y, x, part)
    return Peaks(part, _in_given_cells(x + dx, upsampling), _in_given_cells(y + dy, upsampling),
                 heatmaps[y, x, part], np.searchsorted(part, np.arange(size[2] + 1)))


_kept = threading.local()


def _room(size: Tuple[int, int, int]) -> np.ndarray:
    """Two float32 arrays of this size, (2,) + size, in the memory of this thread's last call.

    To ask the system for fresh memory of a megabyte takes longer than the search for peaks.
    """
    count = 2 * size[0] * size[1] * size[2]
    if getattr(_kept, 'numbers', np.zeros(0)).size < count:
        _kept.numbers = np.empty(count, np.float32)
    return _kept.numbers[:count].reshape((2,) + size)


def _in_given_cells(places: np.ndarray, upsampling: int) -> np.ndarray:
    """Places in the enlarged heatmaps in cells of the given ones; centres are whole numbers."""
    return ((places + .5) / upsampling - .5).astype(np.float32)


def _highest(score, part, most):
    """Rows of the `most` highest of each part, by part, then in the order they come."""
    order = np.lexsort((-score, part))
    rank = np.arange(len(part)) - np.searchsorted(part[order], part[order])
    rows = np.sort(order[rank < most])
    return rows[np.argsort(part[rows], kind='stable')]


def _first_of_equals(is_peak, y, x, part):
    """Mask of the peaks (in reading order within each part) without a kept one before them."""
    height, width, parts = is_peak.shape
    padded = np.zeros((height + _REACH, width + 2 * _REACH, parts), bool)
    padded[_REACH:, _REACH:-_REACH] = is_peak
    rows = y[:, None] + (_EARLIER[:, 0] + _REACH)
    columns = x[:, None] + (_EARLIER[:, 1] + _REACH)
    keep = np.ones(len(part), bool)
    for twin in np.flatnonzero(padded[rows, columns, part[:, None]].any(axis=1)):
        if padded[rows[twin], columns[twin], part[twin]].any():
            keep[twin] = False
            padded[y[twin] + _REACH, x[twin] + _REACH, part[twin]] = False
    return keep


def _refine(heatmaps, y, x, part):
    """Steps (dy, dx) in cells from each peak's cell to the summit of a parabola through it.

    The parabola goes through the logarithms of the cell and its two neighbours along each axis: it
    is exact where the heatmap is a Gaussian, as it is in training. At the border there is no step.
    """
    height, width = heatmaps.shape[:2]

    def log(rows, columns):
        return np.log(np.maximum(heatmaps[rows, columns, part], 1e-3))

    def step(before, centre, after, inside):
        slope, curve = after - before, 2. * centre - before - after
        with np.errstate(divide='ignore', invalid='ignore'):
            offset = .5 * slope / curve
        return np.where(inside & (curve > 0.), np.clip(offset, -.5, .5), 0.)

    centre = log(y, x)
    dy = step(log(np.maximum(y - 1, 0), x), centre, log(np.minimum(y + 1, height - 1), x),
              (y > 0) & (y < height - 1))
    dx = step(log(y, np.maximum(x - 1, 0)), centre, log(y, np.minimum(x + 1, width - 1)),
              (x > 0) & (x < width - 1))
    return dy, dx
