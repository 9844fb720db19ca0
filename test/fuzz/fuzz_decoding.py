"""Maps of any shape, type and values, decoded."""
import numpy as np
from check import one_line
from draw import Draw

from openpose_ros.decoding import MapsError, Settings, decode

TYPES = (np.float32, np.float64, np.float16, np.uint8, np.int64, bool, np.complex64, object, 'U1')
SHAPES = ((6, 8), (46, 54), (1, 1), (0, 5), (5, 0), (1, 40), (3, 2))


def maps(draw, shape, channels):
    """Mostly good maps of this shape; some of other shapes, types and layouts."""
    if draw.integer(0, 15) == 0:
        shape = tuple(draw.integer(0, 5) for _ in range(draw.integer(0, 3)))
    if draw.integer(0, 15) == 0:
        channels = draw.integer(0, 60)
    values = draw.array(*(shape + (channels,)))
    if draw.integer(0, 15) == 0:
        values = values.astype(draw.choice(TYPES))
    elif draw.integer(0, 7):
        values = values.astype(np.float32)
    layout = draw.integer(0, 7)
    if layout == 1:
        values = np.asfortranarray(values)
    elif layout == 2:
        values = np.repeat(values, 2, axis=0)[::2]
    elif layout == 3:
        values = values[::-1]
    elif layout == 4 and values.dtype.kind in 'fiu':
        values = np.abs(values) > .5
    return values


def target(data: bytes) -> None:
    draw = Draw(data)
    shape = draw.choice(SHAPES)
    settings = Settings(peak_threshold=draw.choice((.05, .001, .9)),
                        needed_samples=draw.integer(1, 10), min_parts=draw.integer(1, 4),
                        assignment=draw.choice(('greedy', 'hungarian')), min_score=0.,
                        upsampling=draw.choice((1, 1, 1, 2, 4)))
    with np.errstate(all='ignore'):
        heatmaps, pafs = maps(draw, shape, 19), maps(draw, shape, 38)
        try:
            people = decode(heatmaps, pafs, settings=settings)
        except MapsError as error:
            one_line(error)
            return
    assert people.shape[1:] == (18, 3) and people.dtype == np.float32
    seen = people[..., 2] > 0.
    assert np.isfinite(people[seen]).all() and np.isnan(people[~seen][:, :2]).all()
    assert (people[..., 2] <= 1.).all()


def seeds():
    for shape in range(len(SHAPES)):
        for first in range(0, 240, 40):
            # no other shape or type; float32; any layout
            yield (bytes((shape, 0, 7, 2, first % 2, shape % 5, 1, 1))
                   + bytes(range(first, first + 15)))
