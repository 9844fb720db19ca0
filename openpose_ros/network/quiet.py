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


@contextlib.contextmanager
def without_announcements() -> Iterator[None]:
    """Hold back standard error, native code's too, then pass on all of it but the announcements.

    Only for the moment in which a library loads: lines of other threads arrive late.
    """
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
