"""The times of an MP4's images, which OpenCV can only write at one rate."""
import itertools
import os
import struct
from typing import Callable, Dict, List, Sequence

_HOLDING = (b'moov', b'trak', b'mdia', b'minf', b'stbl', b'edts')   # boxes that hold others
# Where the duration lies behind the head of a box (ISO/IEC 14496-12), of version 0.
_DURATIONS = {b'mvhd': 16, b'tkhd': 20, b'mdhd': 16, b'elst': 8}
_HEAD = struct.Struct('>I4s')


def set_durations(path: str, seconds: Sequence[float]) -> None:
    """Show each image of an MP4, as cv2.VideoWriter writes it, for so many seconds.

    Only the index at the file's end is written anew. Raises ValueError for a file of another form,
    or another number of images; it is left as it was.
    """
    with open(path, 'r+b') as file:
        at = _find_index(file)
        file.seek(at)
        try:
            made = _with_durations(file.read(), seconds)
        except struct.error:
            raise ValueError('it is damaged')
        file.seek(at)
        file.write(made)
        file.truncate()


def _with_durations(index: bytes, seconds: Sequence[float]) -> bytes:
    scale = struct.unpack_from('>I', _one(index, b'mdhd'), 12)[0]
    ends = [int(round(scale * end)) for end in itertools.accumulate(seconds)]
    steps = [end - before for before, end in zip([0] + ends, ends)]
    if struct.unpack_from('>I', _one(index, b'stsz'), 8)[0] != len(steps):
        raise ValueError('it has another number of images')
    whole_scale = struct.unpack_from('>I', _one(index, b'mvhd'), 12)[0]
    durations = {name: ends[-1] if name == b'mdhd' else ends[-1] * whole_scale // scale
                 for name in _DURATIONS}
    return _rewritten(index, lambda name, content: _changed(name, content, steps, durations))


def _find_index(file) -> int:
    """Where the last box, the index, begins."""
    end, at = file.seek(0, os.SEEK_END), 0
    while True:
        file.seek(at)
        head = file.read(16)
        if len(head) < 16:
            raise ValueError('it has no index at its end')
        size, name = _HEAD.unpack_from(head)
        if size == 1:   # of more than 4 GB
            size = struct.unpack_from('>Q', head, 8)[0]
        if name == b'moov' and at + size == end:
            return at
        if size < 8:
            raise ValueError('it is damaged')
        at += size


def _rewritten(boxes: bytes, change: Callable[[bytes, bytes], bytes]) -> bytes:
    """These boxes with what each that holds no others contains changed."""
    result, at = [], 0
    while at < len(boxes):
        size, name = _HEAD.unpack_from(boxes, at)
        if not 8 <= size <= len(boxes) - at:
            raise ValueError('it is damaged')
        content = boxes[at + 8:at + size]
        content = _rewritten(content, change) if name in _HOLDING else change(name, content)
        result.append(_HEAD.pack(8 + len(content), name) + content)
        at += size
    return b''.join(result)


def _one(boxes: bytes, wanted: bytes) -> bytes:
    """What the only box of this name contains, of version 0."""
    found = []  # type: List[bytes]

    def look(name, content):
        if name == wanted:
            found.append(content)
        return content

    _rewritten(boxes, look)
    if len(found) != 1 or found[0][:1] != b'\0' or len(found[0]) < 12:
        raise ValueError('it is of another form')
    return found[0]


def _changed(name: bytes, content: bytes, steps: List[int], durations: Dict[bytes, int]) -> bytes:
    if name == b'stts':
        runs = [(len(list(group)), step) for step, group in itertools.groupby(steps)]
        return struct.pack('>II', 0, len(runs)) + b''.join(struct.pack('>II', *run) for run in runs)
    if name in _DURATIONS:
        if content[:1] != b'\0':
            raise ValueError('it is of another form')
        place = _DURATIONS[name]
        return content[:place] + struct.pack('>I', durations[name]) + content[place + 4:]
    return content
