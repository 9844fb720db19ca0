"""Files that are there whole or not at all."""
import contextlib
import os
import tempfile
from typing import Iterator


@contextlib.contextmanager
def written_whole(path: str) -> Iterator[str]:
    """A temporary path beside `path` that takes its place at the end, or vanishes on an error.

    It has the ending of `path`. Raises OSError where there can be no file.
    """
    folder, name = os.path.split(os.path.abspath(path))
    stem, extension = os.path.splitext(name)
    handle, temporary = tempfile.mkstemp(extension, '.' + stem, folder)
    os.close(handle)
    try:
        yield temporary
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def write_whole(path: str, data: bytes) -> None:
    """Write a file, whole or not at all. Raises OSError."""
    with written_whole(path) as temporary, open(temporary, 'wb') as file:
        file.write(data)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
