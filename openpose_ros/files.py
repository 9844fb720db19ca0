"""Files: written whole or not at all; read so that none can block for ever or fill memory."""
import contextlib
import errno
import os
import stat
import tempfile
from typing import BinaryIO, Iterator


def open_regular(path: str, most: int) -> BinaryIO:
    """Open a file of `most` bytes at most to read bytes.

    Raises OSError, whose strerror says why, where it is missing or too large, or where the path is
    something else: a folder, or a pipe or device, on which reading may never end.
    """
    try:
        # Without O_NONBLOCK the opening of a pipe waits for somebody who writes into it.
        number = os.open(path, os.O_RDONLY | getattr(os, 'O_NONBLOCK', 0)
                         | getattr(os, 'O_BINARY', 0))
    except ValueError:   # a NUL in it
        raise OSError(errno.EINVAL, 'this is no path', path)
    file = open(number, 'rb')
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode) or status.st_size > most:
        file.close()
        raise OSError(errno.EINVAL, 'it has {:,} bytes, more than the {:,} that are read'.format(
            status.st_size, most) if stat.S_ISREG(status.st_mode) else 'it is no file', path)
    return file


def read_regular(path: str, most: int) -> bytes:
    """The bytes of a file, `most` at most. Raises OSError as :func:`open_regular` does."""
    with open_regular(path, most) as file:
        return file.read(os.fstat(file.fileno()).st_size)   # read(most) would take that much


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


@contextlib.contextmanager
def utf8_path(path: str) -> Iterator[str]:
    """A path of the same file that a library in C++ can take: some of those end the process else.

    A file's name is any bytes; Python carries those that are no UTF-8 through its strings.
    """
    try:
        path.encode('utf-8')
    except UnicodeEncodeError:
        with tempfile.TemporaryDirectory() as folder:
            link = os.path.join(folder, 'file' + printable(os.path.splitext(path)[1]))
            os.symlink(os.path.abspath(path), link)
            yield link
    else:
        yield path


def printable(path: str) -> str:
    """A path as it can be printed: what is no UTF-8 in it is replaced."""
    return os.fsencode(path).decode('utf-8', 'replace')


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
