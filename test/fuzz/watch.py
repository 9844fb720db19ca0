"""Calls a target with input after input, and keeps each that it cannot take.

One that ends the process, or that never ends, is still there for whoever started the process: the
input that is being tried always stands in a file.
"""
import hashlib
import mmap
import os
import struct
import time
import traceback

SLOW = 5.   # s for one input; all are small
_HEAD = struct.Struct('<QdI')   # inputs so far, when the one at hand began, its length
_ROOM = 1 << 20   # bytes of an input at most


class Watch:
    """Calls `target(data)`; counts the inputs and keeps those that failed in a folder."""

    def __init__(self, target, folder: str, state_path: str) -> None:
        """state_path: the file that :func:`read_state` reads, made anew."""
        self._target = target
        self._folder = folder
        self._known = set()
        self.inputs = 0
        with open(state_path, 'wb') as file:
            file.truncate(_HEAD.size + _ROOM)
        with open(state_path, 'r+b') as file:
            self._state = mmap.mmap(file.fileno(), 0)

    def __call__(self, data: bytes) -> None:
        self.inputs += 1
        start = time.time()
        self._state[:_HEAD.size] = _HEAD.pack(self.inputs, start, len(data))
        self._state[_HEAD.size:_HEAD.size + len(data)] = data
        try:
            self._target(data)
        except Exception as error:   # whatever it is, it is what is looked for
            where = traceback.extract_tb(error.__traceback__)[-1]
            self._keep(data, type(error).__name__, '{}:{}'.format(where.filename, where.lineno),
                       ''.join(traceback.format_exception(type(error), error,
                                                          error.__traceback__)))
        seconds = time.time() - start
        if seconds > SLOW:
            self._keep(data, 'slow', 'slow', 'it took {:.1f} s'.format(seconds))
        self._state[:_HEAD.size] = _HEAD.pack(self.inputs, 0., 0)

    def _keep(self, data, kind, where, text):
        """Keep an input; of those that fail in the same place, the first."""
        if (kind, where) not in self._known:
            self._known.add((kind, where))
            keep(self._folder, kind, data, text)


def keep(folder: str, kind: str, data: bytes, text: str) -> None:
    """Write an input and, beside it, what came of it."""
    path = os.path.join(folder, '{}-{}'.format(kind, hashlib.sha256(data).hexdigest()[:12]))
    with open(path, 'wb') as file:
        file.write(data)
    with open(path + '.txt', 'w', encoding='utf-8', errors='replace') as file:
        file.write(text)


def read_state(path: str):
    """(inputs so far, seconds on the one at hand, that input); 0. and b'' between two."""
    with open(path, 'rb') as file:
        inputs, began, length = _HEAD.unpack(file.read(_HEAD.size))
        data = file.read(length)
    return inputs, time.time() - began if began else 0., data
