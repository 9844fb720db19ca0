"""The C library's heap, kept as small as is good; does nothing where that is not glibc."""
import ctypes
import gc
import os

# M_ARENA_MAX, M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of glibc's malloc.h.
_ARENA_MAX, _TRIM_THRESHOLD, _MMAP_THRESHOLD = -8, -1, -3
_LARGEST = 32 << 20     # bytes; the most that glibc allows for the last of them


def share() -> None:
    """Let all threads use one heap, of small pages; before NumPy or any library with threads.

    Else each thread's heap keeps what it once needed for the largest image, and images of many
    sizes leave holes in all of them. And NumPy asks for huge pages wherever an array of 4 MB once
    lay: of what was handed back there, 2 MB come again with the first few bytes that are used.
    """
    _call('mallopt', _ARENA_MAX, 1)
    os.environ.setdefault('NUMPY_MADVISE_HUGEPAGE', '0')


def reuse() -> None:
    """Keep what has been freed for the next image, up to two of the largest.

    Else the pages of each image's buffers are handed back and, for the next one, filled with zeros
    anew, which may cost more than all else that is done to take an image.
    """
    _call('mallopt', _MMAP_THRESHOLD, _LARGEST)
    _call('mallopt', _TRIM_THRESHOLD, 2 * _LARGEST)


def give_back() -> None:
    """Hand what has been freed back to the system.

    glibc would keep most of it: after a network has been freed that is 100 MB and more.
    """
    gc.collect()
    _call('malloc_trim', 0)


def _call(name, *arguments):
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*arguments)
