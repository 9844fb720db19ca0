"""What goes wrong image after image is said now and then, in one line."""
import re
import threading
import time
from typing import Callable, Optional

PERIOD = 5.     # s; a kind of line is said once in it
KINDS = 10      # that are said within a period; others wait
LENGTH = 300    # characters of a line
# What differs from image to image in lines that say the same: texts that came with it, lists
# and numbers.
_VARYING = re.compile(r"""'[^']*'|"[^"]*"|\[[^]]*\]|[-+.\d]+""")


def one_line(text: str) -> str:
    """The text without line breaks, cut short where it is long (a name may be of any length)."""
    line = ' '.join(text[:4 * LENGTH].split())
    return line if len(line) <= LENGTH else line[:LENGTH - 3] + '...'


class Throttle:
    """Lets a line of each kind through once in PERIOD s, and KINDS of them at most. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """now: s; a clock that never jumps."""
        self._now = now
        self._lock = threading.Lock()
        self._said = {}     # {kind: when}

    def passed(self, text: str) -> Optional[str]:
        """The text as one line, if it is to be said now."""
        line = one_line(text)
        kind = _VARYING.sub('', line)
        with self._lock:
            now = self._now()
            self._said = {kind: at for kind, at in self._said.items() if now - at < PERIOD}
            if kind in self._said or len(self._said) >= KINDS:
                return None
            self._said[kind] = now
        return line
