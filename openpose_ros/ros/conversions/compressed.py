"""The size that a JPEG or PNG says it has, before memory is taken for it."""
import struct
from typing import Tuple

from openpose_ros.ros.conversions.encodings import ImageError

JPEG = b'\xff\xd8'  # how each begins


def declared_size(data: bytes, max_scans: int) -> Tuple[int, int]:
    """(width, height) in the head of a whole JPEG or PNG file; ImageError where it is none."""
    if data.startswith(b'\x89PNG\r\n\x1a\n') and len(data) >= 24:
        if b'IEND' not in data[-64:]:
            raise ImageError('the PNG is cut short after {} bytes'.format(len(data)))
        return struct.unpack('>II', data[16:24])
    if data.startswith(JPEG):
        # Within the coded data a byte 0xff is never followed by 0xd9, so this is the end's marker.
        if data.rfind(b'\xff\xd9') < data.rfind(b'\xff\xda'):
            raise ImageError('the JPEG is cut short after {} bytes'.format(len(data)))
        if data.count(b'\xff\xda') > max_scans:
            raise ImageError('the JPEG has more than {} scans'.format(max_scans))
        return _jpeg_size(data)
    raise ImageError('{} bytes of compressed data are neither JPEG nor PNG'.format(len(data)))


def _jpeg_size(data: bytes) -> Tuple[int, int]:
    """(width, height) of the frame header (SOF0 to SOF15) of a JPEG, ITU-T T.81 B.2.2."""
    at = 2
    # The decoder must not come to another header than this loop does: so fill bytes and markers
    # without a length are stepped over as it does it, and what it would guess at is refused.
    while at + 9 <= len(data) and data[at] == 0xff and data[at + 1]:
        marker = data[at + 1]
        if marker == 0xff:
            at += 1
        elif marker == 0x01 or 0xd0 <= marker <= 0xd7:
            at += 2
        elif 0xc0 <= marker <= 0xcf and marker not in (0xc4, 0xc8, 0xcc):
            height, width = struct.unpack('>HH', data[at + 5:at + 9])
            return width, height
        else:
            at += 2 + struct.unpack('>H', data[at + 2:at + 4])[0]
    raise ImageError('the JPEG has no frame header')
