"""Feeds nonsense to everything that takes something from outside: make fuzz [SECONDS=] [TARGET=].

Each target has a share of the seconds and a process of its own, so that one that crashes or hangs
is found out too. What no target may do: raise another error than the documented one, take more than
1 GiB, take more than 5 s, or end the process. Inputs that make one do so are written to
fuzz_output/TARGET, and belong into test/fuzz/corpus/TARGET once the cause is mended.
"""
import argparse
import base64
import glob
import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from watch import keep, read_state  # noqa: E402

HANGS = 30.   # s on one input, after which the process is ended
LOADS = 120.  # s to load the libraries and try the seeds
PERIOD = .2   # s between two looks at the process
# s of one process: atheris 3.0 keeps what comparisons give for good, of arrays 50 MB in a second.
LONGEST = 10.
MOST_SHOWN = 6000   # bytes of an input that are printed


def targets():
    """The names of all targets."""
    return sorted(os.path.basename(path)[len('fuzz_'):-len('.py')]
                  for path in glob.glob(os.path.join(HERE, 'fuzz_*.py')))


class Run:
    """One target: its processes, one after the other, until its seconds are used up."""

    def __init__(self, name: str, engine: str, seconds: float, folder: str,
                 seed: int = 0) -> None:
        """folder: for what is found; emptied. seed: 0 for another one each time."""
        self.name = name
        self.folder = os.path.join(os.path.abspath(folder), name)
        self.inputs, self.seconds = 0, 0.
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        processes = deaths = 0
        with tempfile.TemporaryDirectory(prefix='fuzz-') as reached:
            while self.seconds < seconds and deaths < 5:   # one that dies at every seed is left
                deaths += self._process(engine, min(LONGEST, max(1., seconds - self.seconds)),
                                        seed and seed + processes, reached)
                processes += 1
        self.found = [path for path in glob.glob(os.path.join(self.folder, '*'))
                      if not path.endswith('.txt')]

    def _process(self, engine, seconds, seed, reached):
        """Run one process; whether it died of an input. reached: folder of what got further."""
        with tempfile.TemporaryDirectory(prefix='fuzz-') as work:
            state, log = os.path.join(work, 'state'), os.path.join(work, 'log')
            with open(log, 'wb') as output:
                process = subprocess.Popen(
                    [sys.executable, os.path.join(HERE, 'engines.py'), self.name, engine,
                     str(seconds), str(seed), reached, self.folder, state],
                    stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=work,
                    # Messages check what they are given, as those up to Humble always do.
                    env=dict(os.environ, TMPDIR=work, ROS_PYTHON_CHECK_FIELDS='1'))
            start = time.monotonic()
            hung = self._wait(process, state, seconds)
            self.seconds += min(time.monotonic() - start, seconds)
            inputs, _, data = read_state(state) if os.path.exists(state) else (0, 0., b'')
            self.inputs += inputs
            if not hung and not data and process.returncode == 0:
                return False
            with open(log, encoding='utf-8', errors='replace') as file:
                keep(self.folder, 'hang' if hung else 'crash', data,
                     'exit code {}\n{}'.format(process.returncode, file.read()[-4000:]))
            return True

    def _wait(self, process, state, seconds):
        """Wait for the end of a process; whether it had to be ended."""
        end = time.monotonic() + seconds + HANGS + LOADS
        while process.poll() is None:
            time.sleep(PERIOD)
            on_one = read_state(state)[1] if os.path.exists(state) else 0.
            if on_one > HANGS or time.monotonic() > end:
                process.kill()
                process.wait()
                return True
        return False


def main(arguments=None) -> int:
    """Fuzz, show a table; 0 where nothing was found, 1 where something was."""
    parser = argparse.ArgumentParser(description=__doc__.split(':')[0])
    parser.add_argument('--seconds', type=float, default=60., help='in all (default: 60)')
    parser.add_argument('--target', action='append', choices=targets(), help='these targets only')
    parser.add_argument('--engine', choices=('atheris', 'hypothesis'),
                        default='atheris' if importlib.util.find_spec('atheris') else 'hypothesis')
    parser.add_argument('--seed', type=int, default=0, metavar='NUMBER',
                        help='tries much the same inputs each time, where nothing was changed')
    parser.add_argument('--found', default='fuzz_output', metavar='FOLDER')
    options = parser.parse_args(arguments)
    names = options.target or targets()
    runs = []
    for number, name in enumerate(names, 1):
        print('{}/{} {} ({})'.format(number, len(names), name, options.engine), flush=True)
        runs.append(Run(name, options.engine, options.seconds / len(names), options.found,
                        options.seed))
    print('{:<14} {:>9} {:>8}  {}'.format('target', 'inputs', 'seconds', 'result'))
    for run in runs:
        print('{:<14} {:>9} {:>8.1f}  {}'.format(
            run.name, run.inputs, run.seconds,
            '{} found: {}'.format(len(run.found), run.folder) if run.found else 'nothing found'))
    for path in itertools.chain.from_iterable(run.found for run in runs):
        show(path)
    return int(any(run.found for run in runs))


def show(path):
    """Print an input that was found, and what came of it: all that is left where CI ran."""
    with open(path + '.txt', encoding='utf-8', errors='replace') as file:
        lines = [line for line in file.read().splitlines() if line.strip()]
    with open(path, 'rb') as file:
        data = file.read()
    print('\n{}\n{}\n{} bytes in base64: {}'.format(
        path, '\n'.join(line[:300] for line in lines[-8:]), len(data),
        base64.b64encode(data[:MOST_SHOWN]).decode()))


if __name__ == '__main__':
    sys.exit(main())
