"""What measurements end in: a table on the screen, figures as JSON, a plot."""
import contextlib
import json
import os
from typing import Any, Iterator, Optional, Sequence

from openpose_ros.commands import common

PLOT_TYPES = ('.png', '.svg', '.pdf')


def print_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table in Markdown whose columns also line up on a screen; the first is to the left."""
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
    if path is not None:
        with open(path, 'w') as file:
            json.dump(figures, file, indent=1)
            file.write('\n')


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
