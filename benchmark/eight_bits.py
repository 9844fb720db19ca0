"""Time and AP of the networks that are here, in float and in eight bits, taking turns.

Run by `make bench-eight-bits`, on a quiet machine. docs/figures.json has the figures of a CPU with
instructions for eight bits. Writes benchmark_output/eight_bits.json.
"""
import argparse
import os
import tempfile

import report  # first: it finds what the tests share
import data
import numpy as np

from openpose_ros import network
from openpose_ros.commands import evaluate
from openpose_ros.network import ranges
from openpose_ros.network.backends.tflite import TfliteBackend
from openpose_ros.network.models import catalogue, fetch
from openpose_ros.perception import Perception, Settings

MODELS = 'mobilenet_thin', 'lightweight_openpose'   # those with ranges in the package
HEIGHTS = 184, 256, 368
THREADS = 2, 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=25)
    parser.add_argument('--without-ap', action='store_true')
    args = parser.parse_args()
    figures, by_height = {}, {}
    for name in MODELS:
        model = catalogue.find(name)
        if not os.path.exists(fetch.graph_path(model)):
            print('{} is not here'.format(name))
            continue
        with tempfile.TemporaryDirectory() as folder:
            ways = ways_of(model, folder)
            figures[name] = times(ways, args.rounds)
            by_height[name] = {way: {} for way in ('float', 'int8')}
            for height in HEIGHTS:
                taken = in_turn(ways, THREADS[0], height, args.rounds)
                for way in by_height[name]:
                    by_height[name][way][str(height)] = taken[way]
        for precision in () if args.without_ap else ('float', 'int8'):
            figures[name][precision]['AP'] = accuracy(name, precision)
        show(name, figures[name])
    figures['two threads, by height'] = by_height
    report.write('eight_bits', figures)


def ways_of(model, folder):
    """{way: function that makes its backend for a number of threads}."""
    path, sha256 = fetch.checked_graph(model)
    packaged = ranges.find(model.name, path)
    files, known = {'float': None, 'int8': packaged}, ranges.read(packaged)
    for way, other in (('int8, all', known._replace(float_layers=())),
                       ('int8, nothing left out', known._replace(left_out={}))):
        if other != known:
            files[way] = os.path.join(folder, way + '.json')
            ranges.write(files[way], other)
    return {way: lambda threads, file=file: TfliteBackend(
        path, sha256, model, threads, ranges_path=file) for way, file in files.items()}


def times(ways, rounds):
    """{way: {'2 threads': ms and shares of float}} at 432x368."""
    result = {way: {} for way in ways}
    for threads in THREADS:
        taken = in_turn(ways, threads, HEIGHTS[-1], rounds)
        for way, each in taken.items():
            result[way]['{} threads'.format(threads)] = dict(each, **{
                'share of ' + kind: round(each[kind] / taken['float'][kind], 3) for kind in each})
    return result


def in_turn(ways, threads, height, rounds):
    """{way: least and median ms} of the network alone, for images of the aspect of 432x368."""
    width = int(round(height * 432 / 368. / 8.)) * 8
    image = np.random.RandomState(0).randint(0, 256, (height, width, 3)).astype(np.uint8)
    backends = {way: make(threads) for way, make in ways.items()}
    taken = report.time_in_turn_ms({way: lambda backend=backend: backend.infer(image)
                                    for way, backend in backends.items()}, rounds, 2)
    return {way: {'least': round(float(each.min()), 2), 'median': round(float(np.median(each)), 2)}
            for way, each in taken.items()}


def accuracy(name, precision):
    """AP on the 64 images of the test data's coco_val."""
    loaded = network.load(name, precision=precision, backend='tflite')
    return evaluate.evaluate(
        Perception(loaded, Settings()),
        evaluate.read_annotations(data.path('coco_val', 'keypoints.json')),
        data.path('coco_val', 'images'))['AP']


def show(name, figures):
    rows = [[way, '{:.4f}'.format(of_way['AP']) if 'AP' in of_way else ''] + [
        '{least:.1f} ({share of least:.3f})'.format(**of_way['{} threads'.format(threads)])
        for threads in THREADS] for way, of_way in figures.items()]
    report.print_table('{}: AP, and least ms (share of float) for 432x368'.format(name),
                       ['way', 'AP'] + ['{} threads'.format(threads) for threads in THREADS], rows)


if __name__ == '__main__':
    main()
