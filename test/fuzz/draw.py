"""Bytes as values, read by the same code for both engines, so that a found input stays one.

atheris has a reader of its own (FuzzedDataProvider), but is not to be had on every machine that the
found inputs are tried on.
"""
import math
import struct

import numpy as np

# Numbers that arithmetic stumbles over.
NASTY = (0., -0., 1., -1., math.nan, math.inf, -math.inf, 1e-320, 1e-38, 1e-9, .5, 3.4e38, 1e39,
         1e300, -1e300, 2147483648., 4294967296., -2147483649., 65536., 1e9)


class Draw:
    """Reads values off the front of some bytes; when they are used up, all that follow are 0."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next bytes, as many as are left."""
        taken = self._data[self._at:self._at + count]
        self._at += count
        return taken

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(len(self._data))

    def integer(self, low: int, high: int) -> int:
        """A whole number of this range, both ends included."""
        size = ((high - low).bit_length() + 7) // 8
        return low + int.from_bytes(self.take(size), 'little') % (high - low + 1)

    def flag(self) -> bool:
        return bool(self.integer(0, 1))

    def choice(self, values):
        """One of some values."""
        return values[self.integer(0, len(values) - 1)]

    def number(self) -> float:
        """Any float: one of NASTY, a plain one, or any eight bytes."""
        kind = self.integer(0, 255)
        if kind < len(NASTY):
            return NASTY[kind]
        if kind < 192:
            return self.integer(-100000, 100000) / 100.
        return struct.unpack('<d', self.take(8).ljust(8, b'\0'))[0]

    def text(self, longest: int = 40) -> str:
        """Some characters, line ends and others that are no letters among them."""
        return self.take(self.integer(0, longest)).decode('utf-8', 'replace').replace('\0', ' ')

    def array(self, *shape: int) -> np.ndarray:
        """float64 of this shape: a plain array by a seed, with some numbers of any kind in it."""
        values = np.random.RandomState(self.integer(0, 65535)).uniform(-1., 1., shape)
        values *= 10. ** self.integer(-3, 4)
        flat = values.reshape(-1)
        if not flat.size:
            return values
        if self.integer(0, 15) == 0:
            flat[:] = self.number()
        for _ in range(self.integer(0, 8)):
            first = self.integer(0, flat.size - 1)
            flat[first:first + self.choice((1, 3, 54, flat.size))] = self.number()
        return values
