"""The encodings of sensor_msgs/Image: how pixels are stored, and how BGR is made of them.

Source: sensor_msgs/image_encodings.hpp. nv12 is not among them, but drivers send it.
"""
from typing import NamedTuple, Optional

import cv2
import numpy as np


class ImageError(ValueError):
    """A message that holds no image that can be read; the text is one line that says why."""


class Encoding(NamedTuple):
    """How the pixels of an encoding are stored, and how OpenCV makes BGR of them."""

    dtype: type
    channels: int
    to_bgr: Optional[int] = None    # cv2.COLOR_*; None: it is BGR already


_UYVY = Encoding(np.uint8, 2, cv2.COLOR_YUV2BGR_UYVY)
_YUYV = Encoding(np.uint8, 2, cv2.COLOR_YUV2BGR_YUY2)
PAIRS = (_UYVY, _YUYV)      # two pixels share their colour

COLOUR = {
    'bgr8': Encoding(np.uint8, 3), '8UC3': Encoding(np.uint8, 3),
    'rgb8': Encoding(np.uint8, 3, cv2.COLOR_RGB2BGR),
    'bgra8': Encoding(np.uint8, 4, cv2.COLOR_BGRA2BGR),
    '8UC4': Encoding(np.uint8, 4, cv2.COLOR_BGRA2BGR),
    'rgba8': Encoding(np.uint8, 4, cv2.COLOR_RGBA2BGR),
    'bgr16': Encoding(np.uint16, 3), '16UC3': Encoding(np.uint16, 3),
    'rgb16': Encoding(np.uint16, 3, cv2.COLOR_RGB2BGR),
    'bgra16': Encoding(np.uint16, 4, cv2.COLOR_BGRA2BGR),
    'rgba16': Encoding(np.uint16, 4, cv2.COLOR_RGBA2BGR),
    'mono8': Encoding(np.uint8, 1, cv2.COLOR_GRAY2BGR),
    '8UC1': Encoding(np.uint8, 1, cv2.COLOR_GRAY2BGR),
    'mono16': Encoding(np.uint16, 1, cv2.COLOR_GRAY2BGR),
    '16UC1': Encoding(np.uint16, 1, cv2.COLOR_GRAY2BGR),
    'yuv422': _UYVY, 'uyvy': _UYVY,             # the names up to Humble, and those since
    'yuv422_yuy2': _YUYV, 'yuyv': _YUYV,
}
# OpenCV names a Bayer pattern by its second row's second and third pixel, ROS by the first row's
# first two: rggb here is BG there.
COLOUR.update({
    'bayer_{}{}'.format(pattern, bits): Encoding(dtype, 1, code)
    for pattern, code in (('rggb', cv2.COLOR_BayerBG2BGR), ('bggr', cv2.COLOR_BayerRG2BGR),
                          ('gbrg', cv2.COLOR_BayerGR2BGR), ('grbg', cv2.COLOR_BayerGB2BGR))
    for bits, dtype in ((8, np.uint8), (16, np.uint16))})

# Brightness in one plane, and behind it both colours in turn: of 2x2 pixels, or (nv24) of each.
PLANES = {'nv12', 'nv21', 'nv24'}
# BGR of Y, U, V after ITU-R BT.601 with limited range, as OpenCV has it for the others.
_FROM_YUV = np.array(((1.164, 2.018, 0.), (1.164, -.391, -.813), (1.164, 0., 1.596)))
_FROM_YUV = np.column_stack((_FROM_YUV, _FROM_YUV.dot((-16., -128., -128.))))


def read_planes(message) -> np.ndarray:
    """The image of an encoding of PLANES, (height, width, 3) uint8 BGR. Raises ImageError.

    Drivers do not agree on the height and step of these: `step` is that of the brightness and
    `height` that of the image or that of all rows, or `step` counts both planes.
    """
    rows_each = 3. if message.encoding == 'nv24' else 1.5
    width, height, step = message.width, message.height, message.step
    size = len(message.data)
    if step == rows_each * width and size == step * height:
        step = width
    elif width <= step and size == step * height and (height / rows_each).is_integer():
        height = int(height / rows_each)
    elif width > step or size != rows_each * step * height:
        raise ImageError('{} bytes of data with a step of {} are no {}x{} of {}'.format(
            size, step, width, height, message.encoding))
    if message.encoding != 'nv24' and (width % 2 or height % 2):
        raise ImageError('{} has pixels in squares of four, and {}x{} is odd'.format(
            message.encoding, width, height))
    data = np.frombuffer(message.data, np.uint8)
    if message.encoding == 'nv24':
        luma = data[:step * height].reshape(height, step)[:, :width]
        chroma = data[step * height:].reshape(height, 2 * step)[:, :2 * width]
        yuv = np.dstack((luma, chroma.reshape(height, width, 2)))
        return cv2.transform(yuv, _FROM_YUV)
    rows = np.ascontiguousarray(data.reshape(-1, step)[:, :width])
    return cv2.cvtColor(rows, cv2.COLOR_YUV2BGR_NV12 if message.encoding == 'nv12'
                        else cv2.COLOR_YUV2BGR_NV21)
