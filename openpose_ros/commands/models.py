"""`openpose models`: list, fetch, check, describe, optimise and import networks."""
import os
import sys

from openpose_ros.commands.common import UserError
from openpose_ros.network.models import catalogue, fetch

# A Jetson TX2's GPU: operations/s in half precision, and bytes/s of its memory (NVIDIA's figures).
TX2_FLOPS = 1.33e12
TX2_BANDWIDTH = 59.7e9


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
            ('optimize', run_optimize, 'write an optimised copy beside the graph', True)):
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(run=run)
        if required is not None:
            action.add_argument('model', metavar='MODEL', nargs=None if required else '*',
                                help='name in the catalogue, or the path of a .pb')
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
            action.add_argument('--precision', choices=('fp32', 'fp16'), default='fp32')
            action.add_argument('--no-tensorrt', dest='tensorrt', action='store_false',
                                help='only simplify the graph, also where there is TensorRT')
    action = actions.add_parser('import', help='make a graph of weights for another framework')
    action.add_argument('source', metavar='SOURCE', help='an OpenVINO .xml or a Caffe .prototxt')
    action.add_argument('out', metavar='OUT.pb')
    action.set_defaults(run=run_import)


def run_list(args) -> None:
    print('{:<22} {:<9} {}'.format('model', 'here', 'licence, about'))
    for model in catalogue.MODELS:
        state = {'ok': 'yes', 'unknown': 'yes', 'missing': 'no', 'changed': 'damaged'}[
            fetch.verify(model)[0].state]
        print('{:<22} {:<9} {}; {}'.format(model.name, state, model.licence, model.about))
        for path in fetch.optimized(model):
            print('  optimised: {}'.format(path))
    print('folder: {} (OPENPOSE_MODEL_DIR)'.format(fetch.models_folder()))


def run_fetch(args) -> None:
    model = catalogue.find(args.model)
    consent = (lambda *arrived: _show(*arrived) or True) if args.yes else _ask
    if args.files:
        print(fetch.take(model, args.files, consent=consent))
    else:
        print(fetch.fetch(model, consent=consent))


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
    from openpose_ros.network.graphs.optimize import optimize
    done = optimize(catalogue.find(args.model), args.precision, args.size, args.tensorrt)
    print('TensorRT: {}'.format(done.tensorrt), file=sys.stderr)
    print('{} nodes before, {} now; use it as --model {}'.format(*done.nodes, done.path))


def run_import(args) -> None:
    from openpose_ros.network.importing import import_model
    import_model(args.source, args.out)
    print(args.out)


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
