"""What measurements share: timing, a table on the screen, figures as JSON, a plot."""
import contextlib
import json
import os
import time
from typing import Any, Callable, Dict, Iterator, Optional, Sequence

import numpy as np

from openpose_ros.commands import common

PLOT_TYPES = ('.png', '.svg', '.pdf')


def time_ms(function: Callable[[], Any], repeats: int, warm_up: int = 1) -> np.ndarray:
    """Wall time of each call in milliseconds, (repeats,)."""
    for _ in range(warm_up):
        function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) * 1e3)
    return np.array(times)


def time_in_turn_ms(functions: Dict[Any, Callable[[], Any]], rounds: int,
                    warm_up: int = 1) -> Dict[Any, np.ndarray]:
    """Milliseconds of several functions called in turn, so that all see the same machine.

    functions: by name. Returns (rounds,) by name.
    """
    times = {name: [] for name in functions}
    for function in functions.values():
        for _ in range(warm_up):
            function()
    for _ in range(rounds):
        for name, function in functions.items():
            times[name].append(time_ms(function, 1, 0)[0])
    return {name: np.array(taken) for name, taken in times.items()}


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table in Markdown whose columns also line up on a screen; the first is to the left.

    title: a line above it, where it is not empty.
    """
    if title:
        print('\n{}\n'.format(title))
    cells = [[str(cell) for cell in row] for row in [header] + list(rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    cells.insert(1, ['-' * width if not column else '-' * (width - 1) + ':'
                     for column, width in enumerate(widths)])
    for row in cells:
        print('| {} |'.format(' | '.join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths)))))


@contextlib.contextmanager
def reserved(path: Optional[str]) -> Iterator[Optional[str]]:
    """Like common.written_whole, but None where there is no path.

    Entered before long work, so that a path that cannot be written is refused at once.
    """
    if path is None:
        yield None
        return
    with common.written_whole(path) as temporary:
        yield temporary


def write_json(path: Optional[str], figures: Any) -> None:
    """Write figures as JSON, where there is a path; one that is unknown (NaN) as null."""
    if path is not None:
        with open(path, 'w') as file:
            json.dump(_plain(figures), file, indent=1, allow_nan=False)
            file.write('\n')


def _plain(figures):
    """The same with Python's own numbers; JSON knows no NaN."""
    if isinstance(figures, dict):
        return {key: _plain(value) for key, value in figures.items()}
    if isinstance(figures, (list, tuple, np.ndarray)):
        return [_plain(value) for value in figures]
    if isinstance(figures, np.generic):
        figures = figures.item()
    return None if isinstance(figures, float) and not np.isfinite(figures) else figures


def pyplot(path: str) -> Any:
    """Matplotlib, for a plot without a screen. Raises UserError where it cannot draw this one."""
    if os.path.splitext(path)[1].lower() not in PLOT_TYPES:
        raise common.UserError('{}: a plot is written as {}'.format(path, ', '.join(PLOT_TYPES)))
    try:
        import matplotlib
    except ImportError:
        raise common.UserError('matplotlib is missing: pip install "openpose-ros[benchmark]"')
    matplotlib.use('Agg')
    from matplotlib import pyplot as plotter
    return plotter
