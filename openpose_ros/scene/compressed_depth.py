"""Depth pictures as compressed_depth_image_transport publishes them."""
import struct

import cv2
import numpy as np

# ROS, compressed_depth_image_transport/compression_common.h: an int32 and the two float32
# parameters of the inverse depth quantization stand before the picture.
_HEADER = struct.Struct('<iff')


def decode_compressed_depth(data: bytes, encoding: str) -> np.ndarray:
    """The depth picture in the data of a compressed one, (h, w): uint16 mm or float32 m.

    encoding: the message's `format`, such as '16UC1; compressedDepth png'. 32FC1 is stored as 16
    bit inverse depth v, depth = A / (v - B) with the header's A and B, and 0 where there is none.
    ValueError where it is not of that kind.
    """
    pixel = encoding.split(';')[0].strip()
    if 'compressedDepth' not in encoding or pixel not in ('16UC1', 'mono16', '32FC1'):
        raise ValueError('the depth picture\'s format "{}" is no compressed depth of 16UC1 or '
                         '32FC1'.format(encoding))
    if 'rvl' in encoding:
        raise ValueError('depth pictures compressed with RVL are not supported: set the parameter '
                         'format of the publisher\'s compressedDepth transport to png')
    data = bytes(data)
    if len(data) <= _HEADER.size:
        raise ValueError('the compressed depth picture is cut short ({} bytes)'.format(len(data)))
    picture = cv2.imdecode(np.frombuffer(data, np.uint8, offset=_HEADER.size),
                           cv2.IMREAD_UNCHANGED)
    if picture is None or picture.dtype != np.uint16 or picture.ndim != 2:
        raise ValueError('the compressed depth picture holds no 16 bit PNG')
    if pixel != '32FC1':
        return picture
    _, a, b = _HEADER.unpack_from(data)
    with np.errstate(divide='ignore'):
        return np.where(picture > 0, a / (picture.astype(np.float32) - np.float32(b)),
                        np.nan).astype(np.float32)
