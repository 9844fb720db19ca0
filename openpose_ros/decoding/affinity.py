"""Connections: which peaks the part affinity fields join, limb by limb.

Letters of shapes: H, W cells of a map, L limbs, n candidates, S samples along each of them.
"""
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from openpose_ros.body import Body
from openpose_ros.decoding.peaks import Peaks, joined

SAMPLES = 10   # along each candidate limb (Cao et al., CVPR 2017, section 2.3)
# Those amid the limb are read first: eight of ten can then no longer pass for three quarters of
# the candidates in a group of six, five sixths in a crowd, and the others need not be read.
_FIRST, _THEN = (np.array(samples, np.float32)[:, None] / np.float32(SAMPLES - 1)
                 for samples in ((3, 4, 6), (0, 1, 2, 5, 7, 8, 9)))
NEAREST = 16   # peaks a limb may end at, for each peak it may start at
# Candidates at a time, and pairs of which the nearest are sought: what is computed then stays in
# the processor's cache.
_BLOCK = 4096
_TABLE = 1 << 15
_SHORTEST = np.float32(1e-6)   # cells; a shorter limb has no direction


class Connections(NamedTuple):
    """Pairs of peaks that could be the two ends of one limb.

    limb: (n,) limb index. start, end: (n,) rows of the peaks. score: (n,) float32, the mean of the
    line integral less the penalty for an implausible length; greater than 0, at most about 1.
    """

    limb: np.ndarray
    start: np.ndarray
    end: np.ndarray
    score: np.ndarray


class _Limbs(NamedTuple):
    """first, last: (L,) parts that limbs start and end at. field: (L,) place in the fields."""

    first: np.ndarray
    last: np.ndarray
    field: np.ndarray


class _Fields(NamedTuple):
    """The part affinity fields.

    values: (F,) complex64; the x and y channels of a limb lie side by side, as one complex number
    both are read at once. steps: (2, 1, 1) to the next cell in x and y, in what counts exactly.
    corners: (4, 1, 1) int, from a cell to itself and those below, to the right and below that.
    last: (2, 1, 1) float32, the last cell in x and y.
    """

    values: np.ndarray
    steps: np.ndarray
    corners: np.ndarray
    last: np.ndarray


class _Segments(NamedTuple):
    """Candidate connections in map cells.

    field: (n,) the limb's among the fields. places: (2, n) float32, x and y of the start. ways:
    (2, n) from there to the end. lengths: (n,) of them. directions: (n, 2) of them.
    """

    field: np.ndarray
    places: np.ndarray
    ways: np.ndarray
    lengths: np.ndarray
    directions: np.ndarray

    def select(self, rows):
        return _Segments(*([column.take(rows, axis=-1) for column in self[:-1]]
                           + [self.directions.take(rows, axis=0)]))


def find_connections(pafs: np.ndarray, peaks: Peaks, body: Body, sample_threshold: float,
                     needed_samples: int) -> Connections:
    """Every pair of peaks along which the limb's field runs, scored.

    pafs: (H, W, 2 * L) float32. The field is read at SAMPLES places along the segment, between the
    cells, and projected on its direction; at least `needed_samples` of the products must exceed
    `sample_threshold`. Cao et al., CVPR 2017, eqs. 10 and 11; the penalty on limbs longer than half
    the map's height is OpenPose's.
    """
    fields, limbs = _fields(pafs), _limbs(body)
    places = np.array((peaks.x, peaks.y))
    pairs = _pair_up(places, peaks.start, limbs)
    found = []
    for first in range(0, max(len(pairs[0]), 1), _BLOCK):
        limb, start, end = (column[first:first + _BLOCK] for column in pairs)
        segments = _segments(places, limbs.field.take(limb), start, end)
        rows, score = _connected(fields, segments, sample_threshold, needed_samples)
        found.append((limb[rows], start[rows], end[rows], score))
    return Connections(*joined(found))


@lru_cache(maxsize=None)
def _limbs(body: Body) -> _Limbs:
    first, last = np.array(body.limbs).T
    return _Limbs(first, last, (np.array(body.paf_channels)[:, 0] // 2).astype(np.float32))


def _fields(pafs):
    height, width, channels = pafs.shape
    values = np.ascontiguousarray(pafs).reshape(-1).view(np.complex64)
    return _Fields(values, *_steps(height, width, channels // 2))


@lru_cache(maxsize=16)      # sizes of maps; chosen: the whole image, some crops and tiles
def _steps(height, width, limbs):
    """All but the _Fields.values; floats multiply faster, and hold whole numbers up to 2 ** 24."""
    step = np.array((limbs, width * limbs))
    exact = np.float32 if height * width * limbs < 1 << 24 else np.float64
    return (step.astype(exact)[:, None, None],
            np.array((0, step[1], step[0], step.sum()))[:, None, None],
            np.array((width - 1, height - 1), np.float32)[:, None, None])


def _pair_up(places, begin, limbs):
    """Peaks each limb may start at with peaks it may end at, as rows: (limb, start, end).

    places: (2, peaks) x and y. begin: the row at which each part's peaks do. Where more than
    NEAREST peaks could be the end, the nearest are taken: so the number of candidates grows with
    the people in the image and not with its square.
    """
    edges = begin.tolist()
    most = max(1, max(after - before for before, after in zip(edges, edges[1:])))
    rows = begin[:-1, None] + np.arange(most)     # of each part
    counts = rows < begin[1:, None]               # whether it has as many
    at_once = max(1, _TABLE // most ** 2)
    found = []
    for some in range(0, len(limbs.first), at_once):
        first, last = limbs.first[some:some + at_once], limbs.last[some:some + at_once]
        able = counts[first][:, :, None] & counts[last][:, None]
        starts, ends = rows[first], rows[last]
        if most > NEAREST:
            able &= _near(places, starts, ends, counts[last])
        number = np.flatnonzero(able)
        line = number // most
        limb = line // most
        found.append((limb + some, starts.take(line), ends.take(number - (line - limb) * most)))
    return joined(found)


def _near(places, starts, ends, counts):
    """Whether an end is among the NEAREST of a start (with all that are as far), (L, n, n)."""
    (start_x, start_y), (end_x, end_y) = (places.take(rows, axis=1, mode='clip')
                                          for rows in (starts, ends))
    end_x = np.where(counts, end_x, np.float32(np.inf))
    square, other = start_x[:, :, None] - end_x[:, None], start_y[:, :, None] - end_y[:, None]
    square *= square
    other *= other
    square += other
    return square <= np.partition(square, NEAREST - 1, axis=2)[:, :, NEAREST - 1:NEAREST]


def _segments(places, field, start, end):
    begin = places.take(start, axis=1)
    ways = places.take(end, axis=1) - begin
    squares = ways * ways
    lengths = np.sqrt(squares[0] + squares[1])
    directions = ways * (1 / np.maximum(lengths, _SHORTEST))
    return _Segments(field, begin, ways, lengths, np.ascontiguousarray(directions.T))


def _connected(fields, segments, sample_threshold, needed_samples):
    """Rows of the connections among these candidates, and their scores."""
    first = _projections(fields, segments, _FIRST)
    passed = _count(first > sample_threshold)
    able = np.flatnonzero(passed >= needed_samples - len(_THEN))
    segments = segments.select(able)
    then = _projections(fields, segments, _THEN)
    passed = passed[able] + _count(then > sample_threshold)
    score = ((first.sum(axis=0)[able] + then.sum(axis=0)) / np.float32(SAMPLES)
             + _length_penalty(segments.lengths, fields.last[1, 0, 0] + 1)).astype(np.float32)
    good = np.flatnonzero((passed >= needed_samples) & (score > 0.))
    return able[good], score[good]


def _count(truths):
    """How many of each column are true; at most 10, so that bytes do."""
    return truths.view(np.int8).sum(axis=0, dtype=np.int8)


def _length_penalty(length, map_height):
    """What OpenPose adds to the score, (n,): 0, and less for limbs beyond half the map's height."""
    return np.minimum(.5 * map_height / np.maximum(length, _SHORTEST) - 1., 0.)


def _projections(fields, segments, along):
    """Component of the field along the limb at these samples of each candidate, (S, n) float32.

    along: (S, 1), 0 at a limb's start, 1 at its end. Between the cells the field is interpolated
    bilinearly; each cell's is projected before.
    """
    places = along * segments.ways[:, None]
    places += segments.places[:, None]
    # Beyond the last cell's centre the field is that cell's; its neighbour then counts nothing.
    np.minimum(np.maximum(places, 0, out=places), fields.last, out=places)
    cells = np.floor(places)
    places -= cells                           # from here on: how far beyond the cell's centre
    cells = cells * fields.steps
    index = fields.corners + (cells[0] + cells[1] + segments.field).astype(np.intp)
    values = fields.values.take(index, mode='clip')     # what is out of bounds counts nothing
    products = values.view(np.float32).reshape(values.shape + (2,)) * segments.directions
    left, right = (products[..., 0] + products[..., 1]).reshape((2, 2) + places.shape[1:])
    right -= left
    right *= places[0]
    left += right
    upper, lower = left
    return upper + (lower - upper) * places[1]
