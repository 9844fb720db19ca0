"""Image messages to and from arrays: sensor_msgs/Image and sensor_msgs/CompressedImage.

Images of 8 bits go through cv_bridge where it is installed, and by NumPy and OpenCV alone where it
is not, or does not know them; the results are equal. A message that holds no image is an
ImageError.
"""
import array
import struct
import sys
from typing import NamedTuple, Optional, Tuple

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage, Image

from openpose_ros.contrast import to_8_bits
from openpose_ros.ros.conversions.compressed import JPEG, declared_size
from openpose_ros.ros.conversions.encodings import (COLOUR, PAIRS, PLANES,
                                                    Encoding, ImageError,
                                                    read_planes)

try:
    import cv_bridge
except (ImportError, AttributeError):   # AttributeError: one that was built for another NumPy
    cv_bridge = None

_JPEG_QUALITY = 90
_LARGEST_PIXEL = 8      # bytes: 16 bits of four channels
_SHOWN = 40             # characters of a name that is not known


class Limits(NamedTuple):
    """What a message may cost; more is refused before memory or time is spent on it.

    pixels: of an image. scans: of a JPEG; a progressive one has some ten, and each is a pass over
    the whole image, whatever few bytes it takes.
    """

    pixels: int = 1 << 26   # more than any camera has
    scans: int = 40


# Share of the rows that are enough which a JPEG decoded at a part of its size must have. Chosen: 720
# rows for a network of 368 then are decoded as 360, and a twentieth of the rows is made up at most.
_ENOUGH = .95
_REDUCED = ((2, cv2.IMREAD_REDUCED_COLOR_2), (4, cv2.IMREAD_REDUCED_COLOR_4),
            (8, cv2.IMREAD_REDUCED_COLOR_8))


class Read(NamedTuple):
    """An image as it was read. levels: which became black and white, None where none were stretched.

    size: (width, height) px of the image as it was sent; it may have been read smaller.
    """

    image: np.ndarray
    levels: Optional[Tuple[int, int]]
    size: Tuple[int, int]


_DEPTH = {
    '16UC1': Encoding(np.uint16, 1),
    'mono16': Encoding(np.uint16, 1),
    '32FC1': Encoding(np.float32, 1),
}


def read_image(message, limits: Limits = Limits(), stretch: bool = True) -> np.ndarray:
    """The image of an Image or CompressedImage (JPEG, PNG) as (height, width, 3) uint8 BGR.

    It may share the message's memory. stretch: see :func:`read_stretched`.
    """
    return read_stretched(message, limits, stretch).image


def read_stretched(message, limits: Limits = Limits(), stretch: bool = True,
                   enough: float = np.inf) -> Read:
    """The same, and what was done to it.

    stretch: the levels of an image of 16 bits, or with hardly any contrast, are spread over all 8
    bits; else 16 bits become 8 by scaling, as in cv_bridge. enough: px of the shorter side; a JPEG
    of twice, four or eight times that is decoded at a half, a quarter or an eighth of its size. How
    much time that saves depends on the image (benchmark/load.py).
    """
    if hasattr(message, 'format'):
        pixels, size = _read_compressed(message, limits, enough)
        return Read(*to_8_bits(pixels, stretch), size=size)
    if message.encoding in PLANES:
        _check_size(message.width, message.height, limits)
        pixels = read_planes(message)
    else:
        pixels = _as_bgr(message, _find(message, COLOUR, limits))
    return Read(*to_8_bits(pixels, stretch), size=pixels.shape[1::-1])


def _as_bgr(message, encoding) -> np.ndarray:
    """(height, width, 3) BGR, in 16 bits where the message has them."""
    if cv_bridge is not None and encoding.dtype == np.uint8:
        try:
            return cv_bridge.CvBridge().imgmsg_to_cv2(message, 'bgr8')
        except cv_bridge.CvBridgeError:
            pass    # an encoding that this version does not know
    pixels = _pixels(message, encoding)
    return pixels if encoding.to_bgr is None else cv2.cvtColor(pixels, encoding.to_bgr)


def read_depth(message, limits: Limits = Limits()) -> np.ndarray:
    """The depth image of an Image or a CompressedImage of the transport compressedDepth.

    Returns (height, width) as it was sent: uint16 in mm, 0 where there is no reading, or float32 in
    m, NaN or infinite where there is none. It may share the message's memory.
    """
    if hasattr(message, 'format'):
        return _read_compressed_depth(message, limits)
    return _pixels(message, _find(message, _DEPTH, limits))


def write_image(image: np.ndarray, header) -> Image:
    """The message of a (height, width, 3) uint8 BGR image, with this header."""
    return _message(image, 'bgr8', header)


def write_compressed(image: np.ndarray, header) -> CompressedImage:
    """The message of a (height, width, 3) uint8 BGR image as JPEG, with this header."""
    message = CompressedImage(header=header, format='bgr8; jpeg compressed bgr8')
    message.data = as_bytes(cv2.imencode('.jpg', image,
                                         [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1])
    return message


def write_depth(depth: np.ndarray, header) -> Image:
    """The message of a (height, width) depth image: uint16 mm or float32 m, with this header."""
    return _message(depth, '16UC1' if depth.dtype == np.uint16 else '32FC1', header)


def _message(pixels, encoding, header) -> Image:
    message = Image(header=header, height=pixels.shape[0], width=pixels.shape[1],
                    encoding=encoding, is_bigendian=sys.byteorder == 'big',
                    step=pixels[0].nbytes)
    message.data = as_bytes(np.ascontiguousarray(pixels))
    return message


def as_bytes(values: np.ndarray) -> array.array:
    """The bytes of a contiguous array as the type that a message takes without a look at each."""
    data = array.array('B')
    data.frombytes(memoryview(values).cast('B'))
    return data


def _find(message, encodings, limits) -> Encoding:
    """The encoding of a message whose size and step make sense."""
    _check_size(message.width, message.height, limits)
    encoding = encodings.get(message.encoding)
    if encoding is None:
        raise ImageError('the encoding {!r} is not one of {}'.format(
            message.encoding[:_SHOWN], ', '.join(sorted(
                set(encodings) | (PLANES if encodings is COLOUR else set())))))
    row = message.width * encoding.channels * np.dtype(encoding.dtype).itemsize
    if message.step < row:
        raise ImageError('a step of {} bytes is too short for {} pixels of {}'.format(
            message.step, message.width, message.encoding))
    if len(message.data) != message.step * message.height:
        raise ImageError('{} bytes of data where {} rows of {} bytes (step) are {}'.format(
            len(message.data), message.height, message.step, message.step * message.height))
    if encoding in PAIRS and message.width % 2:
        raise ImageError('{} has pixels in pairs, and the width {} is odd'.format(
            message.encoding, message.width))
    return encoding


def _check_size(width, height, limits):
    if not width or not height:
        raise ImageError('the image is empty: {}x{}'.format(width, height))
    if width * height > limits.pixels:
        raise ImageError('the image is too large: {}x{} is above {} pixels'.format(
            width, height, limits.pixels))


def _pixels(message, encoding) -> np.ndarray:
    """(height, width) or (height, width, channels) in this machine's byte order."""
    dtype = np.dtype(encoding.dtype).newbyteorder('>' if message.is_bigendian else '<')
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    row = message.width * encoding.channels * dtype.itemsize
    # Padding leaves rows that are not contiguous, and a step may be odd: those must be copied.
    pixels = np.ascontiguousarray(rows[:, :row]).view(dtype).astype(encoding.dtype, copy=False)
    if encoding.channels == 1:
        return pixels
    return pixels.reshape(message.height, message.width, encoding.channels)


def _read_compressed(message, limits, enough):
    data = _compressed_data(message, limits)
    size = declared_size(data, limits.scans)
    _check_size(*size, limits=limits)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH
    for part, reduced in _REDUCED:
        # A side that is no multiple would be that of a little more than the image.
        if (data.startswith(JPEG) and min(size) >= part * _ENOUGH * enough
                and not any(side % part for side in size)):
            flags = reduced
    # The camera's own orientation is what its CameraInfo is about, so no turning by EXIF.
    return _decode(data, flags | cv2.IMREAD_IGNORE_ORIENTATION), size


def _compressed_data(message, limits) -> bytes:
    if len(message.data) > _LARGEST_PIXEL * limits.pixels:
        raise ImageError('{} bytes of compressed data are more than {} pixels can have'.format(
            len(message.data), limits.pixels))
    return bytes(message.data)


def _decode(data, flags) -> np.ndarray:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise ImageError('{} bytes of compressed data cannot be decoded'.format(len(data)))
    return pixels


def _read_compressed_depth(message, limits) -> np.ndarray:
    """Depth of compressed_depth_image_transport: a header of 12 bytes and a 16-bit PNG.

    The header is an int32 and two float32, A and B. Of 32FC1 the PNG holds A / depth + B, and 0
    where there is no reading.
    """
    data = _compressed_data(message, limits)
    encoding = message.format.split(';')[0].strip()
    if encoding not in _DEPTH:
        raise ImageError('the format {!r} does not begin with one of {}'.format(
            message.format[:_SHOWN], ', '.join(sorted(_DEPTH))))
    if not data[12:].startswith(b'\x89PNG'):
        raise ImageError('the data of format {!r} is no PNG with a depth header'.format(
            message.format[:_SHOWN]))
    _check_size(*declared_size(data[12:], limits.scans), limits=limits)
    stored = _decode(data[12:], cv2.IMREAD_UNCHANGED)
    if stored.dtype != np.uint16 or stored.ndim != 2:
        raise ImageError('the PNG of format {!r} does not have one channel of 16 bits'.format(
            message.format[:_SHOWN]))
    if encoding != '32FC1':
        return stored
    a, b = struct.unpack('<ff', data[4:12])
    with np.errstate(divide='ignore'):
        depth = np.float32(a) / (stored.astype(np.float32) - np.float32(b))
    return np.where(stored == 0, np.float32(np.nan), depth)
