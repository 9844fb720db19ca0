"""A message as it came: read by whoever takes it, so that one that is dropped costs nothing."""
import struct
from typing import Any, NamedTuple

from rclpy.serialization import deserialize_message

_STAMP = 4      # bytes of CDR's own before the stamp of a message that begins with a std_msgs/Header
_LITTLE_ENDIAN = 1      # in the second of them


class Stamp(NamedTuple):
    """As builtin_interfaces/Time has it."""

    sec: int
    nanosec: int


class Serialized(NamedTuple):
    """data: of a subscription with raw=True. message_type: what it is, beginning with a header."""

    data: bytes
    message_type: Any

    def message(self) -> Any:
        """The message itself."""
        return deserialize_message(self.data, self.message_type)

    def stamp(self) -> Stamp:
        """That of its header."""
        order = '<' if self.data[1] & _LITTLE_ENDIAN else '>'
        return Stamp(*struct.unpack_from(order + 'iI', self.data, _STAMP))
