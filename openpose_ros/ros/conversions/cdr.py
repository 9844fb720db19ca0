"""Messages written as the bytes in which they travel: plain CDR, little-endian.

rclpy takes each number of a message made in Python by its name, checks the class it lies in, and
on Humble checks it once more where it is set: of six people's skeletons and markers that is more
than what finding the people takes. Here all numbers of a kind are written at once, as arrays.

Source: OMG, "DDS Interoperability Wire Protocol" 2.5, section 10 (CDR of version 1): a number lies
at a multiple of its size, counted from behind the first four bytes.
"""
import functools
import importlib
import re
import struct
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

PLAIN_CDR = b'\0\1'         # what the first two of the four bytes say
_HEAD = PLAIN_CDR + b'\0\0'
_TYPES = {'double': '<f8', 'float': '<f4', 'uint32': '<u4', 'int32': '<i4', 'uint8': '|u1',
          'boolean': '|u1'}
_STRUCT = {'double': 'd', 'float': 'f', 'uint32': 'I', 'int32': 'i', 'uint8': 'B', 'boolean': '?'}
_FIELD = re.compile(
    r'(?:sequence<(?P<of>[^,>]+)(?:, \d+)?>|(?P<one>[^[]+)(?:\[(?P<times>\d+)\])?)$')


class Writer:
    """The bytes of one message, written field after field."""

    def __init__(self) -> None:
        self._data = bytearray(_HEAD)

    def __bytes__(self) -> bytes:
        return bytes(self._data)

    @property
    def at(self) -> int:
        """Where the next field is written, counted as alignment is."""
        return len(self._data) - len(_HEAD)

    def align(self, size: int) -> None:
        """Step to the next multiple of `size`."""
        missing = (len(_HEAD) - len(self._data)) % size
        if missing:
            self._data += b'\0' * missing

    def number(self, kind: str, value: Any) -> None:
        """A number of one of the kinds of ROS' interfaces, as 'int32'."""
        letter = _STRUCT[kind]
        self.align(struct.calcsize(letter))
        self._data += struct.pack('<' + letter, value)

    def count(self, length: int) -> None:
        """The length of a sequence."""
        self.written(length.to_bytes(4, 'little'), 4)

    def text(self, value: str) -> None:
        """A string; from a 0 in it on it is cut off, as rclpy does it."""
        self.written(text(value), 4)

    def written(self, data: bytes, size: int) -> None:
        """What was written before, at a multiple of this size."""
        self.align(size)
        self._data += data

    def header(self, value: Any) -> None:
        """A std_msgs/Header."""
        self.written(header(value), 4)

    def message(self, message: Any, fields: Sequence[str] = ()) -> None:
        """A message of any type, or these of its fields: slowly, one number after the other."""
        kinds = message.get_fields_and_field_types()
        for name in fields or kinds:
            self._field(kinds[name], getattr(message, name))

    def _field(self, kind, value):
        matched = _FIELD.match(kind)
        if matched.group('of'):
            self.count(len(value))
        several = matched.group('of') or matched.group('times')
        kind = matched.group('of') or matched.group('one')
        for each in value if several else (value,):
            if kind in _STRUCT:
                self.number(kind, each)
            elif kind == 'string':
                self.text(each)
            else:
                self.message(each)


def text(value: str) -> bytes:
    """A string as it is written at a multiple of 4."""
    data = value.encode('utf-8', 'replace').partition(b'\0')[0] + b'\0'
    return struct.pack('<I', len(data)) + data


def header(value: Any) -> bytes:
    """A std_msgs/Header as it is written at a multiple of 4."""
    return struct.pack('<iI', value.stamp.sec, value.stamp.nanosec) + text(value.frame_id)


def written(message: Any, *fields: str) -> bytes:
    """A message, or these of its fields, as they are written at a multiple of 8.

    It is the same at a multiple of the size of its largest number, of at least 4.
    """
    writer = Writer()
    writer.message(message, fields)
    return bytes(writer)[len(_HEAD):]


def filled(data: bytes) -> bytes:
    """The same, and as much as is missing to a multiple of 4."""
    return data + b'\0' * (-len(data) % 4)


class _Layout(NamedTuple):
    """Where the numbers of a message lie that begins at a place: (path, type, place) of each."""

    leaves: Tuple[Tuple[str, str, int], ...]
    end: int


class Records:
    """A sequence of messages of one type without text or sequences, written by whole arrays."""

    def __init__(self, message_type: Any, **groups: Sequence[str]) -> None:
        """groups: names of arrays, and the fields (paths, as 'pose.position') that each holds.

        An array, (n, ...), has a message's numbers in the order of the message. All fields of a
        group are of one type. Fields of no group are 0.
        """
        self._type, self._groups = message_type, groups

    @functools.lru_cache(maxsize=8)
    def _by_type(self) -> Tuple[Dict[str, List[Tuple[str, Sequence[str]]]], int]:
        """({type: its groups}, bytes of the first number); not before something is written."""
        leaves, groups = _layout(self._type, 0).leaves, {}
        for name, fields in self._groups.items():
            kind = next(kind for path, kind, _ in leaves if _is_of(path, fields))
            groups.setdefault(kind, []).append((name, fields))
        return groups, np.dtype(leaves[0][1]).itemsize

    def write(self, writer: Writer, count: int, **values: np.ndarray) -> None:
        """Write a sequence of `count` messages, its length before it."""
        writer.count(count)
        if not count:
            return
        groups, first = self._by_type()
        begin, places, end = self._places(writer.at % 8, count)
        block = np.zeros(-(-end // 8))
        with np.errstate(over='ignore'):    # what a float32 cannot hold is infinite in one
            for kind, of_type in groups.items():
                block.view(kind)[places[kind]] = np.concatenate(
                    [values[name].reshape(count, -1) for name, _ in of_type], axis=1)
        writer.written(block.view(np.uint8)[begin:end].tobytes(), first)

    @functools.lru_cache(maxsize=64)
    def _places(self, at: int, count: int) -> Tuple[int, Dict[str, np.ndarray], int]:
        """(first byte, {type: (count, numbers) places of all groups in turn}, end) from `at` on.

        Bytes, and numbers of a type, are counted from the last multiple of 8 before `at`.
        """
        groups, first = self._by_type()
        begin = end = at + -at % first
        rows = {kind: [] for kind in groups}
        for _ in range(count):
            start = end + -end % first
            before, (places, size) = start - start % 8, self._places_of_one(start % 8)
            for kind, of_one in places.items():
                rows[kind].append(of_one + before // np.dtype(kind).itemsize)
            end = before + size
        return begin, {kind: np.array(of_all) for kind, of_all in rows.items()}, end

    @functools.lru_cache(maxsize=8)
    def _places_of_one(self, at: int) -> Tuple[Dict[str, np.ndarray], int]:
        layout = _layout(self._type, at)
        return {kind: np.array([place // np.dtype(kind).itemsize for _, fields in of_type
                                for path, _, place in layout.leaves if _is_of(path, fields)])
                for kind, of_type in self._by_type()[0].items()}, layout.end


def _is_of(path, fields):
    return any(path == field or path.startswith(field + '.') for field in fields)


@functools.lru_cache(maxsize=64)
def _layout(message_type, at: int) -> _Layout:
    """Where all numbers of a message lie that begins at `at`, less than 8."""
    leaves = []     # type: List[Tuple[str, str, int]]
    for name, kind in message_type.get_fields_and_field_types().items():
        matched = _FIELD.match(kind)
        for _ in range(int(matched.group('times') or 1)):
            at = _add_leaves(leaves, name, matched.group('one'), at)
    return _Layout(tuple(leaves), at)


def _add_leaves(leaves, name, kind, at):
    """Add a field's numbers, from `at` on; returns where they end."""
    if kind in _TYPES:
        size = np.dtype(_TYPES[kind]).itemsize
        at += -at % size
        leaves.append((name, _TYPES[kind], at))
        return at + size
    package, _, message = kind.rpartition('/')
    found = importlib.import_module(package.partition('/')[0] + '.msg')
    before, inner = at - at % 8, _layout(getattr(found, message), at % 8)
    leaves.extend(('{}.{}'.format(name, path), code, before + place)
                  for path, code, place in inner.leaves)
    return before + inner.end
