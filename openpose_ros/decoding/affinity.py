"""Connections: which peaks the part affinity fields join, limb by limb.

Letters of shapes: H, W cells of a map, L limbs, n candidates, S samples along each of them.
"""
from typing import NamedTuple

import numpy as np

from openpose_ros.body import Body
from openpose_ros.decoding.peaks import Peaks

SAMPLES = 10   # along each candidate limb (Cao et al., CVPR 2017, section 2.3)
# Those amid the limb are read first: eight of ten can then no longer pass for three quarters of
# the candidates in a group of six, five sixths in a crowd, and the others need not be read.
_FIRST, _THEN = (3, 4, 6), (0, 1, 2, 5, 7, 8, 9)
NEAREST = 16   # peaks a limb may end at, for each peak it may start at
# Candidates at a time: what is computed then stays in the processor's cache.
_BLOCK = 2048
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


class _Segments(NamedTuple):
    """Candidate connections with their geometry, in map cells.

    limb, start, end: as in Connections. field: (n,) the limb's among the fields.
    x, y: (n,) float32, the start. dx, dy: the way to the end. ux, uy: its direction.
    length: of that way.
    """

    limb: np.ndarray
    start: np.ndarray
    end: np.ndarray
    field: np.ndarray
    x: np.ndarray
    y: np.ndarray
    dx: np.ndarray
    dy: np.ndarray
    ux: np.ndarray
    uy: np.ndarray
    length: np.ndarray

    def select(self, rows):
        return _Segments(*(column[rows] for column in self))


def find_connections(pafs: np.ndarray, peaks: Peaks, body: Body, sample_threshold: float,
                     needed_samples: int) -> Connections:
    """Every pair of peaks along which the limb's field runs, scored.

    pafs: (H, W, 2 * L) float32, contiguous. The field is read at SAMPLES places along the segment,
    between the cells, and projected on its direction; at least `needed_samples` of the products
    must exceed `sample_threshold`. Cao et al., CVPR 2017, eqs. 10 and 11; the penalty on limbs
    longer than half the map's height is OpenPose's.
    """
    # The x and y channels of a limb lie side by side: as one complex number both are read at once.
    # That is chosen; what it saves is not measured.
    fields = pafs.view(np.complex64)
    field_of_limb = np.array([x_channel // 2 for x_channel, _ in body.paf_channels], np.int32)
    limb, start, end = _pair_up(peaks, body)
    found = []
    for first in range(0, max(len(limb), 1), _BLOCK):
        block = slice(first, first + _BLOCK)
        segments = _segments(peaks, field_of_limb, limb[block], start[block], end[block])
        found.append(_connect(fields, segments, sample_threshold, needed_samples))
    return Connections(*(np.concatenate(columns) for columns in zip(*found)))


def _pair_up(peaks, body):
    """Peaks each limb may start at with peaks it may end at, as rows: (limb, start, end).

    Where more than NEAREST peaks could be the end, the nearest are taken: so the number of
    candidates grows with the people in the image and not with its square.
    """
    first, last = np.array(body.limbs).T
    count = peaks.start[1:] - peaks.start[:-1]
    if not count.size or count.max() > NEAREST:
        return _pair_up_crowd(peaks, body)
    ends = count[last]
    pairs = count[first] * ends
    limb = np.arange(len(pairs)).repeat(pairs)
    number = np.arange(len(limb)) - (pairs.cumsum() - pairs)[limb]      # of a limb's pairs
    start, end = np.divmod(number, ends[limb])
    return limb, start + peaks.start[first][limb], end + peaks.start[last][limb]


def _pair_up_crowd(peaks, body):
    begin = peaks.start.tolist()
    rows = np.arange(begin[-1])
    starts, ends, sizes = [rows[:0]], [rows[:0]], []
    for from_part, to_part in body.limbs:
        start = rows[begin[from_part]:begin[from_part + 1]]
        end = rows[begin[to_part]:begin[to_part + 1]]
        if len(end) > NEAREST:
            end = end[_nearest(peaks, start, end)]
        else:
            end = end[None].repeat(len(start), axis=0)
        starts.append(start.repeat(end.shape[1]))
        ends.append(end.ravel())
        sizes.append(end.size)
    return np.arange(len(sizes)).repeat(sizes), np.concatenate(starts), np.concatenate(ends)


def _nearest(peaks, start, end):
    """For each start the places in `end` of the NEAREST peaks, (starts, NEAREST)."""
    square = ((peaks.x[start, None] - peaks.x[end]) ** 2
              + (peaks.y[start, None] - peaks.y[end]) ** 2)
    return np.argpartition(square, NEAREST - 1, axis=1)[:, :NEAREST]


def _segments(peaks, field_of_limb, limb, start, end):
    x, y = peaks.x[start], peaks.y[start]
    dx, dy = peaks.x[end] - x, peaks.y[end] - y
    length = np.sqrt(dx * dx + dy * dy)
    scale = 1 / np.maximum(length, _SHORTEST)
    return _Segments(limb, start, end, field_of_limb[limb], x, y, dx, dy, dx * scale, dy * scale,
                     length)


def _connect(fields, segments, sample_threshold, needed_samples):
    """The connections among these candidates."""
    first = _projections(fields, segments, _FIRST)
    passed = np.count_nonzero(first > sample_threshold, axis=0)
    able = np.flatnonzero(passed >= needed_samples - len(_THEN))
    segments = segments.select(able)
    then = _projections(fields, segments, _THEN)
    passed = passed[able] + np.count_nonzero(then > sample_threshold, axis=0)
    score = (_line_integral(first[:, able], then)
             + _length_penalty(segments.length, fields.shape[0])).astype(np.float32)
    good = (passed >= needed_samples) & (score > 0.)
    return Connections(segments.limb[good], segments.start[good], segments.end[good], score[good])


def _projections(fields, segments, samples):
    """Component of the field along the limb at these samples of each candidate, (S, n) float32."""
    along = np.array(samples, np.float32)[:, None] / np.float32(SAMPLES - 1)
    field = _interpolated(fields, segments.field, segments.x + along * segments.dx,
                          segments.y + along * segments.dy)
    return field.real * segments.ux + field.imag * segments.uy


def _line_integral(*projections):
    """Mean projection of each candidate over all samples, (n,)."""
    return sum(some.sum(axis=0) for some in projections) / SAMPLES


def _length_penalty(length, map_height):
    """What OpenPose adds to the score, (n,): 0, and less for limbs beyond half the map's height."""
    return np.minimum(.5 * map_height / np.maximum(length, 1e-6) - 1., 0.)


def _interpolated(fields, field, x, y):
    """Fields read bilinearly between the cells, (S, n) complex64: x component + i y component.

    fields: (H, W, L) complex64. field: (n,) which of them. x, y: (S, n) cells; beyond the border
    the field is as it is there.
    """
    height, width, limbs = fields.shape
    values = fields.reshape(-1)
    row, to_lower, down = _split(y, height)
    column, to_right, right = _split(x, width)
    upper_left = (row * width + column) * limbs + field
    lower_left = upper_left + to_lower * (width * limbs)
    to_right *= limbs
    upper, lower = values.take(upper_left), values.take(lower_left)
    upper += (values.take(upper_left + to_right) - upper) * right
    lower += (values.take(lower_left + to_right) - lower) * right
    return upper + (lower - upper) * down


def _split(places, size):
    """The cell before each place, the step to the one after it (0 at the end), how far between."""
    places = np.minimum(np.maximum(places, np.float32(0.)), np.float32(size - 1))
    cells = places.astype(np.int32)
    return cells, (cells < size - 1).astype(np.int32), places - cells.astype(np.float32)
