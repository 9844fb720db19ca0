"""Image files to and from arrays, by our own reading and writing of the bytes: of any name."""
import os

import cv2
import numpy as np

from openpose_ros import contrast, files

LARGEST = 1 << 28   # bytes of an image's file


class SourceError(ValueError):
    """A file, folder or stream that gives no images; one line that says what and where."""


def read_image(path: str, stretch: bool = True) -> np.ndarray:
    """An image file as (h, w, 3) uint8 BGR; SourceError where it is none.

    stretch: 16 bits, and hardly any contrast, are spread over all 8 bits.
    """
    image = _read(path, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    if image.dtype not in (np.uint8, np.uint16):
        image = _read(path, cv2.IMREAD_COLOR)
    return contrast.to_8_bits(image, stretch).image


def read_depth(path: str) -> np.ndarray:
    """A depth image: (h, w) uint16 mm or float32 m; SourceError where it is none."""
    depth = _read(path, cv2.IMREAD_UNCHANGED)
    if depth.ndim != 2 or depth.dtype not in (np.uint16, np.float32):
        raise SourceError('{} is no depth image: one channel of 16 bit (mm) or float (m) is '
                          'needed'.format(files.printable(path)))
    return depth


def write_image(path: str, image: np.ndarray) -> None:
    """Write an image, whole or not at all; its type follows from the ending of the path.

    Raises OSError, and SourceError for an ending that is of no image type.
    """
    ending = files.printable(os.path.splitext(path)[1])
    try:
        encoded, data = cv2.imencode(ending, image)
    except cv2.error:
        encoded = False
    if not encoded:
        raise SourceError('cannot write {}: not the ending of an image type'.format(
            files.printable(path)))
    files.write_whole(path, data.tobytes())


def _read(path, flags):
    try:
        data = np.frombuffer(files.read_regular(path, LARGEST), np.uint8)
    except OSError as error:
        raise SourceError('cannot read {}: {}'.format(files.printable(path), error.strerror))
    try:
        image = cv2.imdecode(data, flags) if data.size else None
    except cv2.error:   # OpenCV's own limit on the number of pixels
        image = None
    if image is None:
        raise SourceError('{} is no image that can be read (empty, cut short or of a type unknown '
                          'here)'.format(files.printable(path)))
    return image
