"""Connections: which peaks the part affinity fields join, limb by limb."""
from typing import NamedTuple

import numpy as np

from openpose_ros.body import Body
from openpose_ros.decoding.peaks import Peaks

SAMPLES = 10   # along each candidate limb (Cao et al., CVPR 2017, section 2.3)
# The order in which the samples are read: those amid the limb first, for they rule out nearly all
# of the wrong candidates, so that crowds stay cheap.
_STAGES = ((3, 4, 6), (1, 8), (0, 2, 5, 7, 9))
NEAREST = 16   # peaks a limb may end at, for each peak it may start at
_BLOCK = 8192   # candidates at a time, so that what is computed stays in the processor's cache


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

    limb, start, end: as in Connections. x, y: (n,) float32, the start.
    dx, dy: the way to the end. ux, uy: its direction. length: of that way.
    """

    limb: np.ndarray
    start: np.ndarray
    end: np.ndarray
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

    pafs: (H, W, 2 * limbs) float32, contiguous. The field is read at SAMPLES places along the
    segment, between the cells, and projected on its direction; at least `needed_samples` of the
    products must exceed `sample_threshold`. Cao et al., CVPR 2017, eqs. 10 and 11; the penalty on
    limbs longer than half the map's height is OpenPose's.
    """
    # The x and y channels of a limb lie side by side: one complex number is read for both.
    fields = pafs.view(np.complex64)
    field_of_limb = np.array([x_channel // 2 for x_channel, _ in body.paf_channels], np.int32)
    limb, start, end = _pair_up(peaks, body)
    found = []
    for first in range(0, max(len(limb), 1), _BLOCK):
        block = slice(first, first + _BLOCK)
        segments = _segments(peaks, limb[block], start[block], end[block])
        found.append(_connect(fields, field_of_limb, segments, sample_threshold, needed_samples))
    return Connections(*(np.concatenate(columns) for columns in zip(*found)))


def _pair_up(peaks, body):
    """Peaks each limb may start at with peaks it may end at, as rows: (limb, start, end).

    Where more than NEAREST peaks could be the end, the nearest are taken: so the number of
    candidates grows with the people in the image and not with its square.
    """
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


def _segments(peaks, limb, start, end):
    x, y = peaks.x[start], peaks.y[start]
    dx, dy = peaks.x[end] - x, peaks.y[end] - y
    length = np.sqrt(dx * dx + dy * dy)
    scale = 1 / np.maximum(length, np.float32(1e-6))
    return _Segments(limb, start, end, x, y, dx, dy, dx * scale, dy * scale, length)


def _connect(fields, field_of_limb, segments, sample_threshold, needed_samples):
    """The connections among these candidates."""
    passed = total = 0
    unread = SAMPLES
    for stage in _STAGES:
        products = _line_integral(fields, field_of_limb[segments.limb], segments, stage)
        unread -= len(stage)
        passed = passed + np.count_nonzero(products > sample_threshold, axis=0)
        total = total + products.sum(axis=0)
        able = np.flatnonzero(passed >= needed_samples - unread)
        segments, passed, total = segments.select(able), passed[able], total[able]
    penalty = np.minimum(.5 * fields.shape[0] / np.maximum(segments.length, 1e-6) - 1., 0.)
    score = (total / SAMPLES + penalty).astype(np.float32)
    good = score > 0.
    return Connections(segments.limb[good], segments.start[good], segments.end[good], score[good])


def _line_integral(fields, field, segments, samples):
    """Field times direction at these samples of every candidate, (samples, n) float32."""
    height, width, limbs = fields.shape
    along = np.array(samples, np.float32)[:, None] / np.float32(SAMPLES - 1)
    row, down, low = _between_cells(segments.y + along * segments.dy, height)
    column, right, far = _between_cells(segments.x + along * segments.dx, width)
    values = fields.reshape(-1)
    here = (row * width + column) * limbs + field
    below = here + down * (width * limbs)
    right = right * limbs
    upper, lower = values.take(here), values.take(below)
    upper += (values.take(here + right) - upper) * far
    lower += (values.take(below + right) - lower) * far
    upper += (lower - upper) * low
    return upper.real * segments.ux + upper.imag * segments.uy


def _between_cells(places, size):
    """The cell before each place, the step to the one after it (0 at the end), how far between."""
    places = np.minimum(np.maximum(places, np.float32(0.)), np.float32(size - 1))
    cells = places.astype(np.int32)
    return cells, (cells < size - 1).astype(np.int32), places - cells.astype(np.float32)
