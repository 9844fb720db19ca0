"""A look: which part of the image goes into the network, and at what size."""
from typing import NamedTuple, Tuple

import cv2
import numpy as np

WHOLE, CROP, TILE = KINDS = 'whole', 'crop', 'tile'
_GREY = (128, 128, 128)   # what the network sees beyond the image's border


class View(NamedTuple):
    """A part of the upright image and the size of the network's input it is brought to.

    kind: one of KINDS. box: (left, top, width, height) px of the image; it may reach beyond it.
    width, height: px of the network's input.
    """

    kind: str
    box: Tuple[int, int, int, int]
    width: int
    height: int

    @property
    def pixels(self) -> int:
        """Pixels of the network's input: what the look costs."""
        return self.width * self.height

    @property
    def scale(self) -> float:
        """Pixels of the network's input per pixel of the image."""
        return self.height / float(self.box[3])


def whole(image_size: Tuple[int, int], height: int, width: int) -> View:
    """The whole image, of (width, height) px, at this size of the network's input."""
    return View(WHOLE, (0, 0) + tuple(image_size), width, height)


def cut(image: np.ndarray, view: View) -> np.ndarray:
    """The part of the image, (h, w, 3) uint8, that a view looks at; grey beyond the image."""
    left, top, width, height = view.box
    right, bottom = left + width, top + height
    inside = image[max(top, 0):max(bottom, 0), max(left, 0):max(right, 0)]
    if inside.shape[:2] == (height, width):
        return inside
    return cv2.copyMakeBorder(
        inside, min(max(-top, 0), height), max(bottom - max(image.shape[0], top), 0),
        min(max(-left, 0), width), max(right - max(image.shape[1], left), 0),
        cv2.BORDER_CONSTANT, value=_GREY)
