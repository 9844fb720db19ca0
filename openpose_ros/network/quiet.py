"""TensorFlow and LiteRT without their announcements on standard error."""
import contextlib
import os
import re
import sys
import tempfile
from typing import Iterator

# What they print on every start whatever their log level.
_ANNOUNCEMENTS = re.compile(
    rb'WARNING: All log messages before absl::InitializeLog|oneDNN custom operations are on|'
    rb'Created TensorFlow Lite XNNPACK delegate')


_loaded = set()     # libraries that have made their announcements


@contextlib.contextmanager
def without_announcements(library: str) -> Iterator[None]:
    """Hold back standard error, native code's too, then pass on all of it but the announcements.

    Only for the moment in which a library is first used, as each announces itself once: lines of
    other threads arrive late, and of a crash the last words are lost.
    """
    if library in _loaded:
        yield
        return
    _loaded.add(library)
    try:
        stderr = os.dup(2)
    except OSError:   # closed: there is nothing to hold back
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(stderr, 2)
            held.seek(0)
            os.write(stderr, b''.join(line for line in held if not _ANNOUNCEMENTS.search(line)))
            os.close(stderr)
