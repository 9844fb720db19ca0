"""Crops: parts of the image round people, at the size at which the network sees people best."""
from typing import List, NamedTuple, Sequence, Tuple

import numpy as np

from openpose_ros.looks.view import CROP, View

Size = Tuple[int, int]


class Settings(NamedTuple):
    """How closely people are looked at.

    shapes: (width, height) px of the network's input for a crop: few, so that a backend that has to
    prepare for each can. margin: how much larger than what is known of the person a crop is.
    max_zoom: network px per image px at most; beyond, there is nothing more to be seen.
    min_gain: how many times as large as before someone must be seen for a crop to be made.
    """

    shapes: Tuple[Size, ...] = ((160, 256), (256, 256))
    margin: float = 1.35
    max_zoom: float = 2.
    min_gain: float = 1.2


def crops_of_height(height: int) -> Settings:
    """Settings for crops of this height of the network's input: a slim one and a square one."""
    return Settings(shapes=((int(round(height * .625)), height), (height, height)))


class Target(NamedTuple):
    """Someone to be looked at closely: a row of the people, and how they are seen so far.

    box: (left, top, width, height) px, round what is known of them. scale: network px per image px
    of how they were, or would be, seen without a crop.
    """

    row: int
    box: Sequence[float]
    scale: float


def crops_round(targets: Sequence[Target], image_size: Size, settings: Settings = Settings(),
                budget: float = np.inf) -> List[Tuple[View, List[int]]]:
    """Crops round these people, the first being the most important, and the rows each shows.

    budget: network px at most. Nobody who is in a crop already gets one of their own, nor anybody
    who would not be seen `min_gain` times as large.
    """
    crops, served = [], set()
    cheapest = min(width * height for width, height in settings.shapes)
    for target in targets:
        if budget < cheapest:
            break
        if target.row in served:
            continue
        view = crop_round(target.box, image_size, settings)
        if view.pixels > budget or view.scale < settings.min_gain * target.scale:
            continue
        budget -= view.pixels
        rows = [other.row for other in targets if other.row == target.row
                or other.row not in served and _shows(view, other, settings)]
        served.update(rows)
        crops.append((view, rows))
    return crops


def crop_round(box: Sequence[float], image_size: Size, settings: Settings = Settings()) -> View:
    """The crop that shows this box (left, top, width, height) px largest for the pixels it takes.

    It stays within the image where it can.
    """
    zoom, (width, height) = _best_shape(box, settings)
    size = max(int(round(width / zoom)), 1), max(int(round(height / zoom)), 1)
    left, top = (_placed(box[axis] + .5 * box[2 + axis], size[axis], image_size[axis])
                 for axis in (0, 1))
    return View(CROP, (left, top) + size, width, height)


def zoom_for(box: Sequence[float], shape: Size, settings: Settings) -> float:
    """Network px per image px at which a box with its margin fits into this shape."""
    _, _, width, height = box
    return min(settings.max_zoom, shape[0] / (settings.margin * max(width, 1.)),
               shape[1] / (settings.margin * max(height, 1.)))


def best_zoom(box: Sequence[float], settings: Settings) -> float:
    """Network px per image px at which the best shape shows a box with its margin."""
    return max(zoom_for(box, shape, settings) for shape in settings.shapes)


def _best_shape(box, settings):
    """(zoom, shape): of the shapes that show nearly as much as any, the cheapest."""
    zooms = [(zoom_for(box, shape, settings), shape) for shape in settings.shapes]
    best = max(zoom for zoom, _ in zooms)
    return min((each for each in zooms if each[0] >= .85 * best),
               key=lambda each: each[1][0] * each[1][1])


def _placed(middle, size, image_size):
    """Where a crop of this size round `middle` begins, along one axis."""
    if size >= image_size:
        return (image_size - size) // 2
    return int(round(min(max(middle - .5 * size, 0), image_size - size)))


def _shows(view, target, settings):
    """Whether a crop shows a person whole, and nearly as large as one of their own would."""
    (left, top, width, height), (x, y, across, down) = view.box, target.box
    inside = left <= x and x + across <= left + width and top <= y and y + down <= top + height
    return inside and view.scale >= .7 * best_zoom(target.box, settings)
