"""Several recordings, or several parts of one, in several processes."""
import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import List

from openpose_ros.recordings import Recording

_MODULE = 'openpose_ros.ros.offline.program'


def run(args: argparse.Namespace) -> int:
    """Run a process for each recording or part, `args.jobs` at a time; the worst exit code."""
    if len(args.recordings) > 1:
        parts = [[os.path.abspath(path), os.path.join(os.path.abspath(args.output), name)]
                 for path, name in zip(args.recordings, _names(args.recordings))]
    else:
        parts = _parts(args)
    os.makedirs(args.output, exist_ok=True)
    shared = _shared_options(args)
    # Each network alone on its share of the cores is quicker than all of them on all.
    with ThreadPoolExecutor(args.jobs) as pool:
        # Started elsewhere than in the package's sources, which have no messages.
        codes = list(pool.map(lambda part: subprocess.call(
            [sys.executable, '-m', _MODULE] + part + shared, cwd=args.output), parts))
    return max(codes)


def _names(paths: List[str]) -> List[str]:
    """A name for the output of each recording, no two the same."""
    names = []
    for path in paths:
        name = stem = os.path.splitext(os.path.basename(os.path.normpath(path)))[0]
        number = 2
        while name in names:
            name, number = '{}_{}'.format(stem, number), number + 1
        names.append(name)
    return names


def _parts(args):
    """[IN, OUT, options] of each part of one recording, all of the same length."""
    path = args.recordings[0]
    with Recording(path) as recording:
        length = (recording.end - recording.start) * 1e-9 - args.start
    if args.duration is not None:
        length = min(length, args.duration)
    each = length / args.jobs
    return [[os.path.abspath(path),
             os.path.join(os.path.abspath(args.output), 'part_{}'.format(number + 1)), '--start',
             '{:.9f}'.format(args.start + number * each), '--duration', '{:.9f}'.format(each)]
            for number in range(args.jobs)]


def _shared_options(args):
    options = ['--every', str(args.every)]
    for name, topic in args.remap:
        options += ['-r', '{}:={}'.format(name, topic)]
    if args.params_file:
        options += ['--params-file', os.path.abspath(args.params_file)]
    if len(args.recordings) > 1:
        options += ['--start', str(args.start)]
        options += [] if args.duration is None else ['--duration', str(args.duration)]
    return options + ['--' + name.replace('_', '-') for name in
                      ('overlay', 'with_inputs', 'resume', 'overwrite') if getattr(args, name)]
