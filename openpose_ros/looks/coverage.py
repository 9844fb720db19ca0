"""Coverage: how long ago each place of the image was last looked at closely."""
import math
from typing import Sequence, Tuple

import numpy as np

from openpose_ros.looks.view import TILE, WHOLE, View

_CELLS = 16   # along each axis; chosen, not measured
# Share of a tile at each side where people are cut off: it does not count as looked at. Chosen, not
# measured.
_RIM = .15
_STEP = 1. - 2. * _RIM   # of a tile's width between two places at most: what counts leaves no gap


class Coverage:
    """Images since each cell of a grid over the image was last within a crop or a tile."""

    def __init__(self) -> None:
        middle = 1. - np.abs(np.linspace(-1., 1., _CELLS))
        self._age = 1. + .1 * np.outer(middle, middle)    # a scan begins in the middle

    def looked(self, views: Sequence[View], image_size: Tuple[int, int]) -> None:
        """Another image has been looked at by these views."""
        self._age += 1.
        for view in views:
            if view.kind != WHOLE:
                rows, columns = _cells(_core(view.box, image_size), image_size)
                self._age[rows, columns] = 0.

    def oldest_tile(self, shape: Tuple[int, int], zoom: float, image_size: Tuple[int, int]) -> View:
        """The tile, of this network input (width, height) at this zoom, that was not looked at for
        longest; where that is larger than the image, the zoom is."""
        zoom = max(zoom, *(side / float(whole) for side, whole in zip(shape, image_size)))
        size = [min(max(int(round(side / zoom)), 1), whole)
                for side, whole in zip(shape, image_size)]
        places = [_places(length, whole) for length, whole in zip(size, image_size)]
        columns, rows = (np.array([_span(place, length, whole) for place in along]).T
                         for along, length, whole in zip(places, size, image_size))
        # Sums over rectangles from one running sum (an integral image), of squares: a gap left for
        # long outweighs a whole tile looked at not long ago.
        total = np.zeros((_CELLS + 1, _CELLS + 1))
        (self._age ** 2).cumsum(axis=0).cumsum(axis=1, out=total[1:, 1:])
        strips = total[rows[1]] - total[rows[0]]
        age = strips[:, columns[1]] - strips[:, columns[0]]
        row, column = divmod(int(age.argmax()), len(places[0]))
        return View(TILE, (places[0][column], places[1][row]) + tuple(size), *shape)


def _core(box, image_size):
    """The part of a box in which nobody is cut off: all of it at the image's border."""
    core = list(box)
    for axis in (0, 1):
        rim = _RIM * box[2 + axis]
        before = rim if box[axis] > 0 else 0.
        after = rim if box[axis] + box[2 + axis] < image_size[axis] else 0.
        core[axis], core[2 + axis] = box[axis] + before, box[2 + axis] - before - after
    return core


def _places(length, whole):
    """Where tiles of this length begin along an axis, evenly from end to end."""
    steps = max(math.ceil((whole - length) / (_STEP * length)), 0)
    return [int(round((whole - length) * step / float(max(steps, 1)))) for step in range(steps + 1)]


def _cells(box, image_size):
    """The cells whose middle a box covers, as slices of rows and columns."""
    columns, rows = (slice(*_span(start, length, size))
                     for start, length, size in zip(box[:2], box[2:], image_size))
    return rows, columns


def _span(start, length, size):
    """First of the cells whose middle is covered along an axis, and the one after the last."""
    return [int(min(max(math.ceil(place * _CELLS / float(size) - .5), 0), _CELLS))
            for place in (start, start + length)]
