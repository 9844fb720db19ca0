"""What every benchmark shares: timing, a table for people, JSON for machines."""
import json
import os
import platform
import sys
import time

import numpy as np

from openpose_ros import files

_TEST = os.path.join(os.path.dirname(__file__), '..', 'test')
sys.path[:0] = _TEST, os.path.join(_TEST, 'ros')    # data.py, reference.py; resources.py

OUTPUT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', 'benchmark_output'))


def time_ms(function, repeats, warm_up=1):
    """Milliseconds of each call, (repeats,)."""
    for _ in range(warm_up):
        function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) * 1e3)
    return np.array(times)


def time_in_turn_ms(functions, rounds, warm_up=1):
    """Milliseconds of several functions called in turn, so that all see the same machine.

    functions: {name: function}. Returns {name: (rounds,) array}.
    """
    times = {name: [] for name in functions}
    for function in functions.values():
        for _ in range(warm_up):
            function()
    for _ in range(rounds):
        for name, function in functions.items():
            times[name].append(time_ms(function, 1, 0)[0])
    return {name: np.array(taken) for name, taken in times.items()}


def print_table(title, header, rows):
    """A table of text, its columns as wide as they must be."""
    cells = [[str(cell) for cell in row] for row in [header] + rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    print('\n{}'.format(title))
    for number, row in enumerate(cells):
        print('  '.join(cell.rjust(width) if index else cell.ljust(width)
                        for index, (cell, width) in enumerate(zip(row, widths))))
        if not number:
            print('  '.join('-' * width for width in widths))


def check(asked, measured, ok):
    """A row for a table of figures asked for: (what was asked, what was measured, met or not)."""
    return [asked, measured, 'yes' if ok else 'NO']


def save_plot(name, figure):
    """Write a figure of matplotlib as PNG into benchmark_output/."""
    os.makedirs(OUTPUT, exist_ok=True)
    figure.savefig(os.path.join(OUTPUT, name + '.png'), dpi=110, bbox_inches='tight')


def write(name, figures):
    """Write the figures of one benchmark as JSON into benchmark_output/."""
    os.makedirs(OUTPUT, exist_ok=True)
    path = os.path.join(OUTPUT, name + '.json')
    with files.written_whole(path) as temporary, open(temporary, 'w') as file:
        json.dump({'machine': '{} {} x{}'.format(platform.system(), platform.machine(),
                                                 os.cpu_count()),
                   'python': platform.python_version(), 'figures': figures}, file, indent=2,
                  default=lambda value: value.item())   # numbers of NumPy
    print('\nwritten: {}'.format(os.path.relpath(path)))
