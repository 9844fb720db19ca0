"""A message as it came: read by whoever takes it, so that one that is dropped costs nothing."""
import struct
import types
from typing import Any, NamedTuple

from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from openpose_ros.ros.conversions.cdr import PLAIN_CDR
from openpose_ros.ros.conversions.images import ImageError

_BEGIN = 4      # bytes, before the fields; cdr.py tells what they say
STAMP_END = _BEGIN + 8  # of a message with a header: its stamp comes first


class Stamp(NamedTuple):
    """As builtin_interfaces/Time has it."""

    sec: int
    nanosec: int


class Serialized(NamedTuple):
    """data: of a subscription with raw=True. message_type: what it is, beginning with a header."""

    data: bytes
    message_type: Any

    def message(self) -> Any:
        """The message itself, or of an image what has its fields, without a copy of its pixels.

        Raises ImageError for what is none.
        """
        read = _READERS.get(self.message_type)
        try:
            if read is not None and self.data[:2] == PLAIN_CDR:
                return read(_Reader(self.data))
            return deserialize_message(self.data, self.message_type)
        except Exception as error:      # rclpy's is not the same in all of its versions
            raise ImageError('{} bytes that are no {}: {}'.format(
                len(self.data), self.message_type.__name__, ' '.join(str(error).split())[:100]))

    def stamp(self) -> Stamp:
        """That of its header; not set where there is no header."""
        order = '<' if self.data[1:2] == PLAIN_CDR[1:] else '>'
        if len(self.data) < STAMP_END:
            return Stamp(0, 0)
        return Stamp(*struct.unpack_from(order + 'iI', self.data, _BEGIN))


class _Reader:
    """Reads the fields of a message in plain CDR, one after the other."""

    def __init__(self, data):
        self._data = memoryview(data)
        self._at = _BEGIN

    def number(self, kind='I', size=4):
        """A number of struct's kind; each lies at a multiple of its size."""
        self._at += -(self._at - _BEGIN) % size
        value, = struct.unpack_from('<' + kind, self._data, self._at)
        self._at += size
        return value

    def bytes(self):
        """A sequence of bytes, in place."""
        length = self.number()
        begin, self._at = self._at, self._at + length
        if self._at > len(self._data):
            raise ValueError('it ends after {} of {} bytes'.format(len(self._data), self._at))
        return self._data[begin:self._at]

    def text(self):
        """A string, without the 0 at its end."""
        return bytes(self.bytes()[:-1]).decode('utf-8', 'replace')

    def header(self):
        header = Header()
        header.stamp.sec, header.stamp.nanosec = self.number('i'), self.number()
        header.frame_id = self.text()
        return header


def _image(reader):
    return types.SimpleNamespace(
        header=reader.header(), height=reader.number(), width=reader.number(),
        encoding=reader.text(), is_bigendian=reader.number('B', 1), step=reader.number(),
        data=reader.bytes())


def _compressed_image(reader):
    return types.SimpleNamespace(header=reader.header(), format=reader.text(), data=reader.bytes())


_READERS = {Image: _image, CompressedImage: _compressed_image}
