"""Peaks: where each heatmap says that a part is.

Letters of shapes: H, W cells of a heatmap, P parts, n candidates or peaks, F the upsampling,
K = 2 * reach + 1 cells and S = F + 4 pixels along a side of the surroundings of one cell.
"""
from functools import lru_cache
from typing import NamedTuple, Optional, Sequence, Tuple

import cv2
import numpy as np

_REACH = 2   # pixels from a window's centre to its edge
_NEIGHBOURS = np.ones((3, 3), np.uint8)
# A pixel of the cubically enlarged heatmap may exceed the cell it lies in and be a peak where a
# neighbouring cell is higher still. Of 9798 peaks in the wholly enlarged heatmaps of 192 maps (64
# images of COCO; two networks, one at two sizes) 50 lay in cells of less than .9 of the highest of
# their neighbours, 11 of them with a score above .22. With .95 144 are missed (candidates: .81 as
# many), with .8 14 (1.46 times as many).
_SLACK = np.float32(.9)
_OVERSHOOT = 1.33   # a pixel over the highest cell near it: (1.14 ** 2 + .14 ** 2), cubic, 2 axes
_EQUAL = np.float32(1e-6)    # relative difference below which pixels count as equal
_BLOCK = 1024   # candidates at a time, so that what is computed stays in the processor's cache
# Candidates in one matrix product: OpenBLAS starts threads from 2 ** 18 multiplications on (891
# candidates at twofold), which takes longer than the product and on a busy machine ten times so.
_PRODUCT = 512


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

    reach: cells to each side that matter. enlarge: (S, K) float32, cells to pixels along each axis.
    window: (25, F * F) the 5x5 pixels round each of the cell's own. cross: (5, F * F) each of them,
    the one to the left, to the right, above and below. beyond: (S * S, 81) float32, -inf for
    pixels that are not in the heatmap, else 0; by the cell's _Grid.kind.
    """

    reach: int
    enlarge: np.ndarray
    window: np.ndarray
    cross: np.ndarray
    beyond: np.ndarray


class _Grid(NamedTuple):
    """What the size of the heatmaps says of their cells.

    rows: (K, 1, H), columns: (K, W) int, which are round each; beyond the border the outermost
    again. Their sum is the place in the flat heatmaps. kind: (H * W,) int, how near to the border a
    cell is; in base 3 its digits are how many of the two cells above, below, to the left and to the
    right are missing. pixel: (H * W,) int, the first of a cell's own pixels in the flat enlarged
    heatmap of one part. own: (F * F,) int, from there to each. size: (H * F, W * F), of that
    heatmap.
    """

    rows: np.ndarray
    columns: np.ndarray
    kind: np.ndarray
    pixel: np.ndarray
    own: np.ndarray
    size: Tuple[int, int]


class _Pixels(NamedTuple):
    """Peaks as pixels of the enlarged heatmaps.

    place: (n,) int, pixel (y, x) of a part as (part * H * F + y) * W * F + x. values: (5, n)
    float32, the heatmap at a _Surroundings.cross there; -inf beyond its border. tied: (n,) whether
    another pixel of the window is as high.
    """

    place: np.ndarray
    values: np.ndarray
    tied: np.ndarray

    def select(self, rows):
        return _Pixels(*(column.take(rows, axis=-1) for column in self))


def find_peaks(heatmaps: np.ndarray, threshold: float, upsampling: int = 1,
               max_peaks: int = 1000, parts: Optional[int] = None) -> Peaks:
    """Pixels above `threshold` that no pixel of the 5x5 window around them exceeds.

    heatmaps: (H, W, P or more) float32, finite. upsampling: factor by which they are enlarged
    (bicubic), which makes the window's part of the image smaller; only the surroundings of cells
    that may hold a peak are. The peaks are in cells of the heatmaps as they are given. Of equal
    pixels in one window the first in reading order is the peak. Of each part the `max_peaks`
    highest are taken. parts: P, where others follow whose peaks are not sought (the background).
    """
    parts = heatmaps.shape[2] if parts is None else parts
    heatmaps = np.ascontiguousarray(heatmaps)
    around = _surroundings(upsampling)
    grid = _grid(heatmaps.shape, upsampling)
    cells = _candidates(heatmaps, parts, threshold, upsampling)
    blocks = [_peaks_among(cells[first:first + _BLOCK], heatmaps, threshold, around, grid)
              for first in range(0, max(len(cells), 1), _BLOCK)]
    pixels = _Pixels(*joined(blocks))
    pixels = pixels.select(pixels.place.argsort())
    if len(pixels.place) > max_peaks:
        pixels = pixels.select(_highest(pixels, max_peaks, grid.size))
    if pixels.tied.any():
        pixels = pixels.select(_first_of_equals(pixels, grid.size))
    part, y, x = _split(pixels.place, grid.size)
    x, y = _in_cells(np.array((x, y)) + _steps(pixels.values), upsampling)
    return Peaks(part, x, y, pixels.values[0],
                 pixels.place.searchsorted(np.arange(parts + 1) * (grid.size[0] * grid.size[1])))


def joined(blocks: Sequence[Tuple[np.ndarray, ...]]) -> Tuple[np.ndarray, ...]:
    """Each array of all these tuples as one, along the last axis; of a single one as it is."""
    if len(blocks) == 1:
        return tuple(blocks[0])
    return tuple(np.concatenate(columns, axis=-1) for columns in zip(*blocks))


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
    rows, columns = np.divmod(np.arange(upsampling ** 2), upsampling)
    place = np.arange(side * side).reshape(side, side)
    steps = np.arange(2 * _REACH + 1)
    window = place[rows[:, None, None] + steps[:, None], columns[:, None, None] + steps]
    cross = np.stack([place[rows + _REACH + dy, columns + _REACH + dx]
                      for dy, dx in ((0, 0), (0, -1), (0, 1), (-1, 0), (1, 0))])
    return _Surroundings(reach, np.ascontiguousarray(weights),
                         np.ascontiguousarray(window.reshape(len(rows), -1).T), cross,
                         _beyond(upsampling).reshape(side * side, -1))


def _beyond(upsampling):
    """-inf where a pixel is not in the heatmap, else 0: (S, S, 81), by the cell's _Grid.kind."""
    missing = np.arange(3)      # cells that are missing of the two before, or behind
    steps = np.arange(-_REACH, upsampling + _REACH)[:, None]
    before = steps < (missing - _REACH) * upsampling
    behind = steps >= (_REACH + 1 - missing) * upsampling
    along = (before[:, :, None] | behind[:, None]).reshape(len(steps), -1)       # (S, 9)
    either = along[:, None, :, None] | along[None, :, None]
    return np.where(either, np.float32(-np.inf), np.float32(0.)).reshape(len(steps), len(steps), -1)


@lru_cache(maxsize=16)      # sizes of heatmaps; chosen: the whole image, some crops and tiles
def _grid(shape: Tuple[int, int, int], upsampling: int) -> _Grid:
    """The _Grid of heatmaps of this shape."""
    height, width, channels = shape
    reach = _surroundings(upsampling).reach
    y, x = np.arange(height), np.arange(width)
    steps = np.arange(-reach, reach + 1)[:, None]
    rows, columns = (np.clip(cells + steps, 0, len(cells) - 1) for cells in (y, x))
    above, below, left, right = (np.clip(_REACH - cells, 0, _REACH) for cells in (
        y, height - 1 - y, x, width - 1 - x))
    own = np.arange(upsampling)
    return _Grid(rows[:, None] * (width * channels), columns * channels,
                 ((27 * above + 9 * below)[:, None] + 3 * left + right).ravel(),
                 ((y * upsampling * width)[:, None] + x).ravel() * upsampling,
                 (own[:, None] * (upsampling * width) + own).ravel(),
                 (height * upsampling, width * upsampling))


def _candidates(heatmaps, parts, threshold, upsampling):
    """Cells of the first `parts` that may hold a peak, as places in the flat heatmaps."""
    # cv2.dilate is a maximum filter over each channel.
    highest = cv2.dilate(heatmaps, _NEIGHBOURS).reshape(heatmaps.shape)
    if upsampling > 1:
        highest *= _SLACK
        threshold = threshold / _OVERSHOOT
    able = heatmaps >= highest
    able &= heatmaps > np.float32(threshold)
    cells, = able.reshape(-1).nonzero()
    return cells[cells % heatmaps.shape[2] < parts]


def _peaks_among(cells, heatmaps, threshold, around, grid):
    """The peaks that these cells hold, one at most each, as _Pixels."""
    _, width, channels = heatmaps.shape
    place = cells // channels
    part, y = cells - place * channels, place // width
    columns = grid.columns.take(place - y * width, axis=1) + part
    pixels = _enlarged(grid.rows.take(y, axis=2) + columns, heatmaps, around)
    kind = grid.kind[place]
    near = np.flatnonzero(kind)
    if len(near):
        pixels[:, near] += around.beyond[:, kind[near]]
    side = len(around.enlarge)
    own = pixels.reshape(side, side, -1)[_REACH:-_REACH, _REACH:-_REACH].reshape(len(grid.own), -1)
    highest = own.max(axis=0)
    row = np.flatnonzero(highest > threshold)
    best, highest = own.argmax(axis=0)[row], highest[row]
    window = _at(pixels, around.window, best, row)
    passed = np.flatnonzero(window.max(axis=0) <= highest * (1 + _EQUAL))
    equal = window >= highest * (1 - _EQUAL)
    tied = equal.view(np.int8).sum(axis=0, dtype=np.int8)[passed] > 1
    row, best = row[passed], best[passed]
    part, place = part[row], place[row]
    return _Pixels(part * (grid.size[0] * grid.size[1]) + grid.pixel[place] + grid.own[best],
                   _at(pixels, around.cross, best, row), tied)


def _at(pixels, table, best, row):
    """Pixels of these rows (columns of `pixels`) at the places a table has for the best pixel."""
    places = table.take(best, axis=1)
    places *= pixels.shape[1]
    places += row
    return pixels.reshape(-1).take(places, mode='clip')     # no place is out of bounds; faster


def _split(place, size):
    """(part, y, x) of pixels given by _Pixels.place."""
    line = place // size[1]
    part = line // size[0]
    return part, line - part * size[0], place - line * size[1]


def _enlarged(places, heatmaps, around):
    """The surroundings of cells in pixels, (S * S, n), of the places (K, K, n) round each."""
    values = heatmaps.reshape(-1).take(places, mode='clip')     # faster, see _at
    side, across = around.enlarge.shape
    pixels = []
    for first in range(0, max(places.shape[2], 1), _PRODUCT):
        some = values[:, :, first:first + _PRODUCT].reshape(across, -1)
        along_y = np.dot(around.enlarge, some).reshape(side, across, -1)
        pixels.append((np.matmul(around.enlarge, along_y).reshape(side * side, -1),))
    return joined(pixels)[0]


def _highest(pixels, max_peaks, size):
    """Rows of the `max_peaks` highest of each part, in the order they come."""
    part = _split(pixels.place, size)[0]
    order = np.lexsort((-pixels.values[0], part))
    rank = np.arange(len(order)) - np.searchsorted(part, part[order])
    return np.sort(order[rank < max_peaks])


def _first_of_equals(pixels, size):
    """Rows of the peaks (in reading order within each part) without a kept one in their window."""
    kept = set()
    keep = np.ones(len(pixels.place), bool)
    steps = range(-_REACH, _REACH + 1)
    tied = np.flatnonzero(pixels.tied)
    for row, part, y, x in zip(tied, *(column.tolist()
                                       for column in _split(pixels.place[tied], size))):
        keep[row] = not any((part, y + dy, x + dx) in kept for dy in steps for dx in steps)
        if keep[row]:
            kept.add((part, y, x))
    return np.flatnonzero(keep)


def _steps(values):
    """Steps (dx, dy) in pixels from each peak's pixel to the summit of a parabola through it.

    The parabola goes through the logarithms of the pixel and its two neighbours along each axis: it
    is exact where the heatmap is a Gaussian, as it is in training. At the border there is no step.
    """
    logs = np.log(np.maximum(values, np.float32(1e-3))).astype(np.float64)
    before, after = logs[1::2], logs[2::2]   # (2, n): along x, along y
    curve = 2. * logs[0] - before - after
    curve[(curve <= 0.) | (np.minimum(values[1::2], values[2::2]) == -np.inf)] = np.inf
    return np.minimum(np.maximum(.5 * (after - before) / curve, -.5), .5)


def _in_cells(places: np.ndarray, upsampling: int) -> np.ndarray:
    """Places in the enlarged heatmaps in cells of the given ones; centres are whole numbers."""
    return ((places + .5) / upsampling - .5).astype(np.float32)
