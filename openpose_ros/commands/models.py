"""`openpose models`: list, fetch, check, describe, optimise, calibrate and import networks."""
import os
import sys

from tqdm import tqdm

from openpose_ros import image_files
from openpose_ros.commands.common import UserError
from openpose_ros.network import ModelError, ranges
from openpose_ros.network.models import catalogue, fetch
from openpose_ros.network.network import HEIGHT, resize_for

# A Jetson TX2's GPU: operations/s in half precision, and bytes/s of its memory (NVIDIA's figures).
TX2_FLOPS = 1.33e12
TX2_BANDWIDTH = 59.7e9
IMAGE_TYPES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp')


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser('models', help='list, fetch, check, optimise, import networks')
    actions = parser.add_subparsers(dest='action', metavar='ACTION')
    actions.required = True
    for name, run, text, required in (
            ('list', run_list, 'show the catalogue and what is here', None),
            ('fetch', run_fetch, 'fetch a model, check it, import it if need be', True),
            ('verify', run_verify, 'check the files that are here', False),
            ('path', run_path, 'print where a model lies or is to be put', True),
            ('describe', run_describe, 'count the work for one image', False),
            ('optimize', run_optimize, 'write an optimised copy beside the graph', True),
            ('calibrate', run_calibrate, 'measure the ranges that eight bits are made from', True)):
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(run=run)
        if required is not None:
            action.add_argument('model', metavar='MODEL', nargs=None if required else '*',
                                help='name in the catalogue, or the path of a .pb'
                                + '; auto: both that are chosen from' * (name == 'fetch'))
        if name == 'fetch':
            action.add_argument('--from', dest='files', nargs='+', metavar='FILE', default=[],
                                help='take these files instead of fetching them')
            action.add_argument('--yes', action='store_true',
                                help='keep files whose checksum is not known, without asking')
        if name in ('describe', 'optimize'):
            action.add_argument('--size', type=_size, metavar='WxH',
                                default=(432, 368) if name == 'describe' else None,
                                help='size of the network\'s input in px (describe: 432x368)')
        if name == 'optimize':
            action.add_argument('--precision', choices=('fp32', 'fp16', 'int8'),
                                default='fp32', help='int8: for a CPU, in TFLite (default: fp32)')
            action.add_argument('--no-tensorrt', dest='tensorrt', action='store_false',
                                help='only simplify the graph, also where there is TensorRT')
        if name == 'calibrate':
            action.add_argument('images_dir', metavar='IMAGES_DIR', help='images of people')
            action.add_argument('--float', dest='float_layers', metavar='REGEX',
                                help='the layers whose names hold this stay float')
            action.add_argument('--leave-out', type=_count, metavar='N', default=0,
                                help='channels that eight bits do without, those that matter '
                                'least of what the stages read (default: 0)')
            action.add_argument('--out', metavar='OUT.json', help='default: beside the graph')
    action = actions.add_parser('import', help='make a graph of weights for another framework')
    action.add_argument('source', metavar='SOURCE', help='an OpenVINO .xml or a Caffe .prototxt')
    action.add_argument('out', metavar='OUT.pb')
    action.set_defaults(run=run_import)


def run_list(args) -> None:
    print('{:<22} {:<9} {:<18} {:<18} {}'.format('model', 'here', 'float: AP, time',
                                                 'int8: AP, time', 'licence, about'))
    for model in catalogue.MODELS:
        state = {'ok': 'yes', 'unknown': 'yes', 'missing': 'no', 'changed': 'damaged'}[
            fetch.verify(model)[0].state]
        print('{:<22} {:<9} {:<18} {:<18} {}; {}'.format(
            model.name, state, _figures(model.float32), _figures(model.int8), model.licence,
            model.about))
        for path in fetch.optimized(model):
            print('  optimised: {}'.format(path))
    print('folder: {} (OPENPOSE_MODEL_DIR); times: of the network on a CPU with instructions for '
          'eight bits, as a share of mobilenet_thin in float'.format(fetch.models_folder()))


def _figures(figures):
    return '-' if figures is None else '{:.3f}, {:.2f}'.format(*figures)


def run_fetch(args) -> None:
    consent = (lambda *arrived: _show(*arrived) or True) if args.yes else _ask
    if args.model == catalogue.AUTO and not args.files:
        print(_fetch_both(consent))
        return
    model = catalogue.find(args.model)
    if args.files:
        print(fetch.take(model, args.files, consent=consent))
    else:
        print(fetch.fetch(model, consent=consent))


def _fetch_both(consent) -> str:
    """What `--model auto` chooses from: the default, and the better one if it can be had."""
    try:
        print(fetch.fetch(catalogue.find(catalogue.BETTER), consent=consent))
    except ModelError as error:
        print('without {}: {}'.format(catalogue.BETTER, error), file=sys.stderr)
    return fetch.fetch(catalogue.find(catalogue.DEFAULT), consent=consent)


def run_verify(args) -> None:
    """Raises UserError when a file has changed, or one that was named is missing."""
    models = [catalogue.find(name) for name in args.model] or catalogue.MODELS
    bad = []
    for model in models:
        for checked in fetch.verify(model):
            if checked.state != 'missing' or args.model:
                print('{:<8} {}'.format(checked.state, checked.path))
            if checked.state == 'changed' or (args.model and checked.state == 'missing'
                                              and checked.path.endswith('.pb')):
                bad.append(checked.path)
    if bad:
        raise UserError('not whole: {}'.format(', '.join(bad)))


def run_path(args) -> None:
    print(fetch.graph_path(catalogue.find(args.model)))


def run_describe(args) -> None:
    from openpose_ros.network.graphs.describe import describe
    models = [catalogue.find(name) for name in args.model] or [
        model for model in catalogue.MODELS if os.path.exists(fetch.graph_path(model))]
    print('{:<22} {:>8} {:>8} {:>9} {:>9} {:>9}   input -> outputs'.format(
        'model at {}x{}'.format(*args.size), 'GFLOP', 'weights', 'MB float', 'MB half',
        'TX2 floor'))
    for model in models:
        cost = describe(model, *args.size)
        print('{:<22} {:>8.2f} {:>7.2f}M {:>9.1f} {:>9.1f} {:>6.1f} ms   {} -> {}'.format(
            model.name, 2e-9 * cost.macs, 1e-6 * cost.parameters, 1e-6 * cost.traffic(4),
            1e-6 * cost.traffic(2), 1e3 * cost.floor(TX2_FLOPS, TX2_BANDWIDTH, 2),
            cost.model.input, ', '.join(cost.model.outputs)))


def run_optimize(args) -> None:
    if args.precision == 'int8':
        from openpose_ros.network.backends.tflite import converted
        model = catalogue.find(args.model)
        path, sha256 = fetch.checked_graph(model)
        print('{}; use it by --precision int8'.format(
            converted(path, sha256, model, ranges.of_int8(model.name, path))))
        return
    from openpose_ros.network.graphs.optimize import optimize
    done = optimize(catalogue.find(args.model), args.precision, args.size, args.tensorrt)
    print('TensorRT: {}'.format(done.tensorrt), file=sys.stderr)
    print('{} nodes before, {} now; use it as --model {}'.format(*done.nodes, done.path))


def run_calibrate(args) -> None:
    """Raises UserError where the folder has no images."""
    model = catalogue.find(args.model)
    graph, sha256 = fetch.checked_graph(model)
    paths = _images_in(args.images_dir)
    out = args.out or ranges.beside(graph)
    from openpose_ros.network.graphs.calibrate import calibrate
    with tqdm(paths, 'calibrating', unit='image', disable=None) as bar:
        images = (resize_for(model, image_files.read_image(path, False), HEIGHT) for path in bar)
        # What is imported may differ between versions of its importer, but for its tensors.
        measured = calibrate(model, graph, images, args.float_layers, args.leave_out,
                             graph_sha256='' if model.imported_from else sha256,
                             source='{} images'.format(len(paths)))
    ranges.write(out, measured)
    print(out)


def _images_in(folder):
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UserError('cannot read the folder {}: {}'.format(folder, error.strerror))
    paths = [os.path.join(folder, name) for name in names
             if os.path.splitext(name)[1].lower() in IMAGE_TYPES]
    if not paths:
        raise UserError('{} has no images ({})'.format(folder, ', '.join(IMAGE_TYPES)))
    return paths


def run_import(args) -> None:
    from openpose_ros.network.importing import import_model
    import_model(args.source, args.out)
    print(args.out)


def _count(text):
    if int(text) < 0:
        raise ValueError
    return int(text)


def _size(text):
    width, height = (int(number) for number in text.lower().split('x'))
    if width <= 0 or height <= 0:
        raise ValueError
    return width, height


def _show(name, origin, sha256, size):
    print('{} from {}: {:,} bytes, sha256 {}'.format(name, origin, size, sha256), file=sys.stderr)


def _ask(name, origin, sha256, size):
    _show(name, origin, sha256, size)
    if not sys.stdin.isatty():
        return False
    print('Its checksum is not known here. Keep it? [y/N] ', end='', file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ('y', 'yes')
