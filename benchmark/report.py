"""What the benchmarks share beside openpose_ros.commands.tables: where their figures go."""
import json
import os
import platform
import shutil
import sys
import tempfile

from openpose_ros import cli, files
from openpose_ros.commands import tables
from openpose_ros.commands.tables import print_table, time_in_turn_ms, time_ms

__all__ = ['check', 'of_command', 'print_table', 'save_plot', 'time_in_turn_ms', 'time_ms', 'write']

_TEST = os.path.join(os.path.dirname(__file__), '..', 'test')
sys.path[:0] = _TEST, os.path.join(_TEST, 'ros')    # data.py, reference.py; resources.py

OUTPUT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', 'benchmark_output'))


def of_command(*arguments, plot=None):
    """The rows that `openpose benchmark` with these arguments writes; plot: where its plot goes."""
    with tempfile.TemporaryDirectory() as folder:
        out, drawn = os.path.join(folder, 'rows.json'), os.path.join(folder, 'plot.png')
        failed = cli.main(['benchmark', '--json', out] + list(arguments)
                          + (['--plot', drawn] if plot else []))
        if failed:
            sys.exit(failed)
        if plot:
            shutil.move(drawn, plot)
        with open(out) as file:
            return json.load(file)


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
    with files.written_whole(path) as temporary:
        tables.write_json(temporary, {
            'machine': '{} {} x{}'.format(platform.system(), platform.machine(), os.cpu_count()),
            'python': platform.python_version(), 'figures': figures})
    print('\nwritten: {}'.format(os.path.relpath(path)))
