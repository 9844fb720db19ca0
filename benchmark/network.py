"""The network on this CPU: TensorFlow session, TFLite and the optimised graph, taking turns.

Run by `make bench`. --openpose-coco adds the article's VGG-19 network, with random weights.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

import numpy as np
import report

from openpose_ros import network
from openpose_ros.network import ranges
from openpose_ros.network.graphs.optimize import optimize
from openpose_ros.network.models import catalogue, fetch

WIDTH, HEIGHT = 432, 368
OTHERS = ('lightweight_openpose', 'mobilenet_v2_small')
# Time of eight bits as a share of float, on two cores with instructions for them.
INT8_SHARE = {'lightweight_openpose': .3, 'mobilenet_thin': .45}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('models', nargs='*', default=['mobilenet_thin'],
                        help='default: mobilenet_thin; of those that are here lightweight_openpose '
                             'and mobilenet_v2_small are measured too')
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--openpose-coco', action='store_true')
    args = parser.parse_args()
    figures, checks = {}, []
    with tempfile.TemporaryDirectory() as folder:
        others = [name for name in OTHERS if name not in args.models
                  and os.path.exists(fetch.graph_path(catalogue.find(name)))]
        for name in args.models + others + ['openpose_coco'] * args.openpose_coco:
            figures[name] = measure(graph_of(name, folder), args.rounds, name)
            checks += demands(name, figures[name])
    report.print_table('Asked for', ('figure', 'measured', 'met'), checks)
    report.write('network', figures)


def graph_of(name, folder):
    """A copy of the model's graph, so that nothing is left beside the original."""
    path = os.path.join(folder, name + '.pb')
    if name == 'openpose_coco':
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'test', 'network'))
        import make_openpose_coco
        make_openpose_coco.make_openpose_coco(path)
    else:
        shutil.copyfile(fetch.fetch(catalogue.find(name)), path)
    return path


def measure(path, rounds, name):
    """Prints a table; returns {way: what time_in_turn gives}."""
    optimized = optimize(catalogue.from_file(path), tensorrt=False)
    ways = {
        'TensorFlow session': network.load(path, backend='tensorflow', device='cpu'),
        '… 1 thread': network.load(path, backend='tensorflow', device='cpu', threads=1),
        '… optimised graph': network.load(optimized.path, backend='tensorflow', device='cpu'),
        'TFLite, 1 thread': network.load(path, backend='tflite', threads=1),
        'TFLite, all threads': network.load(path, backend='tflite'),
        'auto': network.load(path, device='cpu')}
    if ranges.find(name, path):
        ways.update({
            'TFLite int8, 1 thread': network.load(path, threads=1, precision='int8'),
            'TFLite int8, all threads': network.load(path, precision='int8')})
    image = np.random.RandomState(0).randint(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    times = time_in_turn({way: lambda loaded=loaded: loaded.infer(image, HEIGHT, WIDTH)
                          for way, loaded in ways.items()}, rounds)
    session = times['TensorFlow session']['cpu']
    report.print_table(
        '{} at {}x{} ({} nodes, {} optimised), ms; auto: {}'.format(
            name, WIDTH, HEIGHT, *optimized.nodes, ways['auto'].description.split(': ', 1)[1]),
        ('way', 'median', 'least', 'CPU time', 'ratio of CPU time'),
        [(way, '{median:.1f}'.format(**taken), '{least:.1f}'.format(**taken),
          '{cpu:.1f}'.format(**taken), '{:.2f}'.format(taken['cpu'] / session))
         for way, taken in times.items()])
    return times


def time_in_turn(functions, rounds):
    """{name: ms of the clock ('median', 'least') and least CPU time ('cpu')} of calls in turn."""
    clock, cpu = ({name: [] for name in functions} for _ in range(2))
    for number in range(rounds + 2):
        for name, function in functions.items():
            start = time.perf_counter(), time.process_time()
            function()
            if number >= 2:   # the first two warm up
                clock[name].append(1e3 * (time.perf_counter() - start[0]))
                cpu[name].append(1e3 * (time.process_time() - start[1]))
    return {name: {'median': float(np.median(clock[name])), 'least': min(clock[name]),
                   'cpu': min(cpu[name])} for name in functions}


def demands(name, ways):
    """Rows of what was asked for, by CPU time: others' work on the machine disturbs it least."""
    fastest = min(ways[way]['cpu'] for way in ('TensorFlow session', 'TFLite, all threads'))
    slower = ways['auto']['cpu'] / fastest
    gain = 1. - ways['… optimised graph']['cpu'] / ways['TensorFlow session']['cpu']
    checks = []
    if name in INT8_SHARE and 'TFLite int8, all threads' in ways:
        share = ways['TFLite int8, all threads']['cpu'] / ways['TFLite, all threads']['cpu']
        checks = [report.check('{}: int8 <= {} of float (with AVX-512 VNNI)'.format(
            name, INT8_SHARE[name]), '{:.2f}'.format(share), share <= INT8_SHARE[name])]
    return checks + [report.check('{}: auto as fast as the fastest (to 10 %)'.format(name),
                                  '{:.2f}'.format(slower), slower <= 1.1),
                     report.check('{}: optimised graph 10 % faster'.format(name),
                                  '{:.0f} %'.format(100. * gain), gain >= .1)]


if __name__ == '__main__':
    main()
