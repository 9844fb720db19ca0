"""`openpose benchmark`: how long networks take, how accurate they are and how far they see."""
import itertools
import time
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np
from tqdm import tqdm

from openpose_ros import decoding, image_files, network
from openpose_ros.commands import common, evaluate, ranges, tables
from openpose_ros.network.models import catalogue
from openpose_ros.network.network import BACKENDS, DEVICES, PRECISIONS
from openpose_ros.perception import Perception, Settings

# The ways of looking at an image that are compared.
WAYS = {'single pass': Settings(),
        'maps x1': Settings(decoding=decoding.Settings(upsampling=1)),
        'maps x4': Settings(decoding=decoding.Settings(upsampling=4)),
        'flip, scales 1 and 1.5': Settings(scales=(1., 1.5), flip=True)}
SINGLE_PASS = next(iter(WAYS))
MADE_SIZE = (480, 640)   # px, height and width of the image that is made where none is given
_MARKERS, _LINES = 'osD^', ('-', '--', ':', '-.')


class Case(NamedTuple):
    """What is measured: one way of looking with one network at one height of its input, px."""

    model: str
    backend: str
    precision: str
    height: int
    way: str

    @property
    def settings(self) -> Settings:
        return WAYS[self.way]._replace(height=self.height)

    @property
    def network(self) -> Tuple[str, str, str]:
        """What it is loaded by."""
        return self.model, self.backend, self.precision


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        'benchmark', help='measure time, accuracy and range',
        description='Measure how long networks take for an image; with --accuracy also how well '
                    'they find labelled people, with --range how far away.')
    parser.add_argument('image', nargs='?', metavar='IMAGE',
                        help='what times are measured on (default: noise of 640x480, in which '
                             'there is nobody to decode)')
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--accuracy', nargs=2, metavar=('ANNOTATIONS.json', 'IMAGES_DIR'),
                      help='the COCO figures beside the times, in three ways of looking')
    what.add_argument('--range', nargs=2, metavar=('ANNOTATIONS.json', 'IMAGES_DIR'),
                      help='share of people found and error of their keypoints by their height')
    parser.add_argument('--closer', action='store_true',
                        help='with --range: a second look at who is small as well, at equal cost')
    parser.add_argument('--models', type=_names, default=(catalogue.DEFAULT,), metavar='NAME,...',
                        help='names from `openpose models list`, or frozen graphs (default: {})'
                        .format(catalogue.DEFAULT))
    parser.add_argument('--heights', type=_heights, default=(184, 256, 368), metavar='PX,...',
                        help='of the network input (default: 184,256,368)')
    parser.add_argument('--backends', type=_names, default=('auto',), metavar='NAME,...',
                        help='{}; accuracy is measured with the first (default: auto)'.format(
                            ', '.join(BACKENDS)))
    parser.add_argument('--device', default='auto', choices=DEVICES)
    parser.add_argument('--precisions', type=_names, default=('auto',), metavar='NAME,...',
                        help='{}; int8 runs in TFLite only (default: auto)'.format(
                            ', '.join(PRECISIONS)))
    parser.add_argument('--threads', type=common.positive, help='CPU threads (default: all cores)')
    parser.add_argument('--rounds', type=common.positive, default=5, metavar='N',
                        help='times each case is timed, all cases in turn (default: %(default)s)')
    parser.add_argument('--json', metavar='OUT.json', help='write the figures there')
    parser.add_argument('--plot', metavar='OUT.png', help='draw them; needs matplotlib')
    parser.set_defaults(run=run)


def _names(text):
    return tuple(filter(None, text.split(',')))


def _heights(text):
    return tuple(common.positive(height) for height in text.split(','))


def run(args) -> None:
    plotter = tables.pyplot(args.plot) if args.plot else None
    with tables.reserved(args.json) as json_path, tables.reserved(args.plot) as plot_path:
        rows, plot = _measure(args)
        tables.write_json(json_path, rows)
        if plotter:
            figure = plot(plotter, rows)
            figure.savefig(plot_path, dpi=110, bbox_inches='tight')
            plotter.close(figure)


def _measure(args):
    """Print what is asked for; returns it as rows of plain values, and what draws them."""
    labelled = args.accuracy or args.range
    truth = evaluate.read_annotations(labelled[0]) if labelled else None
    image = image_files.read_image(args.image, False) if args.image else _made_image()
    networks = _networks(args)
    if not networks:
        raise common.UserError('int8 runs in TFLite only: --backends tflite')
    for loaded in networks.values():
        print(loaded.description)
    if args.range:
        first = {model: networks[model, args.backends[0], args.precisions[0]]
                 for model in args.models}
        return ranges.measure(first, args.heights, truth, labelled[1],
                              args.closer), ranges.plot
    ways = list(WAYS) if args.accuracy else [SINGLE_PASS]
    cases = [Case(model, backend, precision, height, way)
             for model, precision, height, way, backend in itertools.product(
                 args.models, args.precisions, args.heights, ways, args.backends)
             if (model, backend, precision) in networks]
    rows = times(networks, cases, image, args.rounds)
    if args.accuracy:
        add_accuracy(rows, networks, truth, labelled[1])
    _print(rows)
    return rows, plot_accuracy if args.accuracy else plot_times


def _networks(args):
    """All networks, by what they are loaded by; those of several precisions that lack one are said."""
    networks = {}
    for model, backend, precision in itertools.product(args.models, args.backends,
                                                       args.precisions):
        if not _runs(backend, precision):
            continue
        try:
            networks[model, backend, precision] = network.load(
                model, backend, args.device, threads=args.threads, precision=precision)
        except network.ModelError as error:
            if precision != 'int8' or len(args.precisions) == 1:
                raise
            print('{} in int8 is left out: {}'.format(model, error))
    return networks


def _runs(backend, precision):
    """Whether there is such a way to run a network; of several those that are none are left out."""
    return (backend, precision) != ('tensorflow', 'int8')


def _made_image():
    return np.random.RandomState(0).randint(0, 256, MADE_SIZE + (3,)).astype(np.uint8)


def times(networks: Dict[Tuple[str, str, str], network.Network], cases: Sequence[Case],
          image: np.ndarray, rounds: int) -> List[Dict[str, Any]]:
    """Least ms of each case for one image, a row each; what else runs can only add to it.

    networks: by model, backend and precision. The cases take turns, so that all see the same
    machine; each looks twice and the second look counts, since the first may prepare the network
    for its size.
    `ms` is the time from image to people and `ratio` that against the first case's.
    """
    taken = {case: [] for case in cases}
    for _, case in tqdm(list(itertools.product(range(rounds), cases)), 'timing'):
        perception = Perception(networks[case.network], case.settings)
        perception.perceive(image)
        start = time.perf_counter()
        seconds = perception.perceive(image).seconds
        taken[case].append((seconds['network'], seconds['decoding'], time.perf_counter() - start))
    least = {case: np.min(seconds, axis=0) * 1e3 for case, seconds in taken.items()}
    first = least[cases[0]][2]
    return [dict(case._asdict(), network_ms=round(in_network, 2), decoding_ms=round(in_decoding, 2),
                 ms=round(in_all, 2), ratio=round(in_all / first, 3))
            for case, (in_network, in_decoding, in_all) in least.items()]


def add_accuracy(rows: List[Dict[str, Any]], networks: Dict[Tuple[str, str, str], network.Network],
                 truth: Any, images_dir: str) -> None:
    """Add the COCO figures to each row, measured with the first backend there is for its network."""
    first = {}
    known = {}
    for row in rows:
        backend = first.setdefault((row['model'], row['precision']), row['backend'])
        case = Case(row['model'], backend, row['precision'], row['height'], row['way'])
        if case not in known:
            print('{}, {}, height {}, {}'.format(
                case.model, case.precision, case.height, case.way))
            known[case] = evaluate.evaluate(
                Perception(networks[case.network], case.settings), truth, images_dir)
        row.update(known[case])


def _print(rows):
    figures = [name for name, _ in evaluate.FIGURES if name in rows[0]]
    header = ['model', 'height', 'way', 'backend', 'precision'] + figures + [
        'network ms', 'decoding ms', 'time / first']
    tables.print_table('', header, [
        [row['model'], row['height'], row['way'], row['backend'], row['precision']]
        + ['{:.3f}'.format(row[name]) for name in figures]
        + ['{:.1f}'.format(row['network_ms']), '{:.2f}'.format(row['decoding_ms']),
           '{:.2f}'.format(row['ratio'])] for row in rows])


def plot_accuracy(plotter: Any, rows: Sequence[Dict[str, Any]]) -> Any:
    """AP against time: colour is the model, the mark the way of looking, the line the backend."""
    figure, axes = plotter.subplots(figsize=(10, 6))
    for _, style, group in _groups(rows):
        axes.plot([row['ms'] for row in group], [row['AP'] for row in group], **style)
        if (group[0]['backend'], group[0]['way']) in ((rows[0]['backend'], way) for way in
                                                      (SINGLE_PASS, rows[-1]['way'])):
            for row in group:
                axes.annotate(str(row['height']), (row['ms'], row['AP']), xytext=(-7, 5),
                              textcoords='offset points', fontsize=8, ha='right')
    axes.set(xscale='log', xlabel='time for one image, ms', ylabel='AP', ylim=(0., None),
             title='Accuracy and time; the figures are heights of the network input, px')
    axes.grid(alpha=.3)
    models, ways, backends = _kinds(rows)
    for index, model in enumerate(models):
        axes.plot([], [], color='C{}'.format(index), label=model)
    for way, marker in zip(ways, _MARKERS):
        axes.plot([], [], color='grey', linestyle='', marker=marker, label=way)
    for backend, line in zip(backends, _LINES):
        axes.plot([], [], color='grey', linestyle=line, label=backend)
    axes.legend(fontsize=9, loc='upper left')
    return figure


def plot_times(plotter: Any, rows: Sequence[Dict[str, Any]]) -> Any:
    """Time against height."""
    figure, axes = plotter.subplots(figsize=(9, 5))
    for label, style, group in _groups(rows):
        axes.plot([row['height'] for row in group], [row['ms'] for row in group], label=label,
                  **style)
    axes.set(xlabel='height of the network input, px', ylabel='time for one image, ms',
             ylim=(0., None))
    return _finished(figure, axes)


def _kinds(rows):
    """The models, ways of looking, and backends with precision of these rows, each once."""
    return [list(dict.fromkeys(find(row) for row in rows)) for find in (
        lambda row: row['model'], lambda row: row['way'], _runner)]


def _runner(row):
    """What runs the network, in words."""
    return row['backend'] + ('' if row['precision'] == 'auto' else ', ' + row['precision'])


def _groups(rows):
    """Rows that differ in height only, each group with its label and its style."""
    models, ways, backends = _kinds(rows)
    for model, way, backend in itertools.product(models, ways, backends):
        group = [row for row in rows
                 if (row['model'], row['way'], _runner(row)) == (model, way, backend)]
        style = {'color': 'C{}'.format(models.index(model)), 'markersize': 5,
                 'marker': _MARKERS[ways.index(way) % len(_MARKERS)],
                 'linestyle': _LINES[backends.index(backend) % len(_LINES)]}
        if group:
            yield '{}, {}, {}'.format(model, way, backend), style, group


def _finished(figure, axes):
    axes.grid(alpha=.3)
    axes.legend(fontsize=7)
    return figure
