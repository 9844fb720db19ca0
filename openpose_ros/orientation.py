"""How an image has to be turned so that people in it stand upright, and the way back.

Points are px, the centre of the top left pixel at (0, 0).
"""
from typing import NamedTuple, Tuple

import cv2
import numpy as np

ROTATIONS = (0, 90, 180, 270)
_TURN = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
# What a turn by so many degrees clockwise makes of a direction in the image (x right, y down).
_MATRIX = {0: ((1, 0), (0, 1)), 90: ((0, -1), (1, 0)), 180: ((-1, 0), (0, -1)),
           270: ((0, 1), (-1, 0))}
_SLANT = .3    # sine; a camera that looks so steeply up or down sees nobody stand upright


class Orientation(NamedTuple):
    """From the given image to the upright one: mirror it where it is `mirrored`, then turn it.

    rotation: degrees clockwise, of ROTATIONS. A camera upside down has 180; one whose image shows
    heads on the left 90.
    """

    rotation: int = 0
    mirrored: bool = False

    def upright(self, image: np.ndarray) -> np.ndarray:
        """The upright image of (height, width[, channels]); the same where nothing is to do."""
        if self.mirrored:
            image = cv2.flip(image, 1)
        return cv2.rotate(image, _TURN[self.rotation]) if self.rotation else image

    def upright_size(self, size: Tuple[int, int]) -> Tuple[int, int]:
        """(width, height) of the upright image of a given one of this (width, height)."""
        return tuple(size[::-1]) if self.rotation in (90, 270) else tuple(size)

    def to_upright(self, points: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
        """Points (..., 2) of the given image, of (width, height) `size`, in the upright one."""
        centred = np.asarray(points, float) - self._middle(size)
        if self.mirrored:
            centred = centred * (-1., 1.)
        return centred.dot(np.transpose(_MATRIX[self.rotation])) + self._middle(
            self.upright_size(size))

    def to_given(self, points: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
        """The way back: points (..., 2) of the upright image in the given one, of `size`."""
        centred = np.asarray(points, float) - self._middle(self.upright_size(size))
        centred = centred.dot(_MATRIX[self.rotation])    # the inverse of a turn is its transpose
        return (centred * (-1., 1.) if self.mirrored else centred) + self._middle(size)

    def up_in_camera(self, up: np.ndarray) -> np.ndarray:
        """A direction (3,) of a camera that saw upright, in the real one's optical frame."""
        up = np.array(up, float)
        up[:2] = up[:2].dot(_MATRIX[self.rotation])
        return up

    @staticmethod
    def _middle(size):
        return .5 * (np.array(size) - 1.)


def rotation_for(up: np.ndarray, otherwise: int = 0) -> int:
    """The rotation that suits a camera in whose optical frame `up`, (3,), is against gravity.

    otherwise: where the camera looks straight up or down, so that none does.
    """
    up = np.asarray(up, float)
    if not np.hypot(up[0], up[1]) > _SLANT * np.linalg.norm(up):
        return otherwise
    return max(ROTATIONS, key=lambda rotation: -np.array(_MATRIX[rotation]).dot(up[:2])[1])


def turned_within(image: np.ndarray, rotation: int) -> np.ndarray:
    """The image turned clockwise, made smaller so that it fits into one of the same size."""
    turned = Orientation(rotation).upright(image)
    if turned.shape == image.shape:
        return turned
    height, width = image.shape[:2]
    scale = min(height / turned.shape[0], width / turned.shape[1])
    small = cv2.resize(turned, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.zeros_like(image)
    canvas[:small.shape[0], :small.shape[1]] = small[:height, :width]
    return canvas
