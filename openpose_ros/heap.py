"""The C library's heap, kept small; does nothing where that is not glibc."""
import ctypes
import gc

_ARENA_MAX = -8     # M_ARENA_MAX of glibc's malloc.h


def share() -> None:
    """Let all threads use one heap; before any library starts its threads.

    Else each thread's heap keeps what it once needed for the largest image, and images of many
    sizes leave holes in all of them.
    """
    _call('mallopt', _ARENA_MAX, 1)


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
