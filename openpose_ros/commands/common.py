"""What several subcommands share: their options, what they make of them, writing files."""
import argparse
import contextlib
import math
import os
import sys
from typing import Iterator, Optional

import numpy as np

from openpose_ros import decoding, files, image_files, looks, network
from openpose_ros.files import printable
from openpose_ros.network.models import catalogue, fetch
from openpose_ros.network.network import BACKENDS, DEVICES, HEIGHT, PRECISIONS
from openpose_ros.orientation import ROTATIONS, Orientation
from openpose_ros.perception import Mounting, Perception, Settings
from openpose_ros.scene import Camera, up_of_tilt
from openpose_ros.tracking import Tracker


# Looks' worth of network pixels that an image may take at most where it is looked at twice. Chosen:
# of 64 images of COCO twice as much gains AP .00 to .01, and half costs .05 (docs/accuracy.md).
BUDGET = 3.


class UserError(Exception):
    """Something the user gave cannot be used; the message is one line that says what and where."""


def positive(text: str) -> int:
    """An option's value as an integer above 0."""
    value = int(text)
    if value <= 0:
        raise argparse.ArgumentTypeError('{} is not above 0'.format(value))
    return value


def scale_list(text: str) -> tuple:
    """An option's value as numbers above 0, separated by commas."""
    scales = tuple(float(scale) for scale in text.split(','))
    if not all(0. < scale <= 8. for scale in scales):
        raise argparse.ArgumentTypeError('scales are numbers above 0 and up to 8, as in 1,0.5')
    return scales


def budget(text: str) -> float:
    """An option's value as a finite number above 0."""
    value = float(text)
    if not 0. < value < np.inf:
        raise argparse.ArgumentTypeError('{} is not a number above 0'.format(text))
    return value


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """The options that choose the network and how it looks at an image."""
    group = parser.add_argument_group('network')
    group.add_argument('--model', default=catalogue.AUTO,
                       help='name from `openpose models list`, a frozen graph, or auto: the more '
                            'accurate of two that is as fast on this CPU (default: %(default)s)')
    group.add_argument('--tensors', default='', metavar='IN,HEATMAPS,PAFS',
                       help='of a frozen graph whose tensors cannot be told')
    group.add_argument('--backend', default='auto', choices=BACKENDS,
                       help='auto: TensorFlow on a GPU, TFLite on a CPU')
    group.add_argument('--device', default='auto', choices=DEVICES)
    group.add_argument('--precision', default='auto', choices=PRECISIONS,
                       help='int8: eight bits on a CPU; auto: where they are measured as faster '
                            'and the catalogue says what they lose')
    group.add_argument('--threads', type=positive, help='CPU threads (default: all cores)')
    group.add_argument('--height', type=positive, default=368, metavar='PX',
                       help='height of the network input; more sees smaller people and takes '
                            'longer (default: %(default)s)')
    group.add_argument('--width', type=positive, metavar='PX',
                       help='width of it (default: keeps the aspect of the image)')
    group.add_argument('--scales', type=scale_list, default=(1.,), metavar='S,S…',
                       help='average over these multiples of that size, as in 1,0.5')
    group.add_argument('--flip', action='store_true', help='average with the mirrored image')
    group.add_argument('--closer', action='store_true',
                       help='look closely, too, at people who are small: in an image a second '
                            'time, in a video in turn with the whole image')
    group.add_argument('--crop-height', type=positive, default=256, metavar='PX',
                       help='height of the network input for that (default: %(default)s)')
    group.add_argument('--budget', type=budget, metavar='X',
                       help='with --closer: network pixels an image at most, over those of one '
                            'look at it whole at height {} (default: {} in an image, one look in a '
                            'video)'.format(HEIGHT, BUDGET))
    group = parser.add_argument_group('decoding')
    defaults = decoding.Settings()
    group.add_argument('--upsampling', type=int, choices=(1, 2, 4), default=defaults.upsampling,
                       help='enlarge the heatmaps by this factor first (default: %(default)s)')
    group.add_argument('--assignment', choices=sorted(decoding.ASSIGNMENTS),
                       default=defaults.assignment)
    for name, meaning in (('peak_threshold', 'a part needs this much heat'),
                          ('min_score', 'mean score the parts of a person need')):
        group.add_argument('--' + name.replace('_', '-'), type=float, metavar='X',
                           default=getattr(defaults, name),
                           help='{} (default: %(default)s)'.format(meaning))
    group.add_argument('--min-parts', type=positive, metavar='N', default=defaults.min_parts,
                       help='parts a person needs (default: %(default)s)')


def make_perception(args: argparse.Namespace, tracker: Optional[Tracker] = None) -> Perception:
    """The chain these options ask for, its network loaded."""
    settings = decoding.Settings(
        peak_threshold=args.peak_threshold, assignment=args.assignment, min_parts=args.min_parts,
        min_score=args.min_score, upsampling=args.upsampling)
    if settings.problem():
        raise UserError(settings.problem())
    offer_to_fetch(args.model)
    loaded = network.load(args.model, backend=args.backend, device=args.device,
                          threads=args.threads, precision=args.precision, tensors=args.tensors)
    if args.model == catalogue.AUTO:   # what is written names the one that was taken
        args.model = loaded.model.name
    orientation = Orientation(getattr(args, 'rotate', 0), getattr(args, 'mirrored', False))
    return Perception(loaded, Settings(height=args.height, width=args.width, scales=args.scales,
                                       flip=args.flip, orientation=orientation, decoding=settings,
                                       looks=_looks(args, tracker)), tracker)


def _looks(args, tracker):
    mode = (looks.TWICE if tracker is None else looks.CLOSER) if args.closer else looks.WHOLE
    cost = args.budget or (BUDGET if mode == looks.TWICE else 0.)
    return looks.Settings(mode=mode, cost=cost, crops=looks.crops_of_height(args.crop_height))


def offer_to_fetch(name: str) -> None:
    """Fetch a model of the catalogue that is not here, if whoever sits at the terminal agrees."""
    model = catalogue.find(catalogue.DEFAULT if name == catalogue.AUTO else name)
    if not model.sources or os.path.exists(fetch.graph_path(model)) or not sys.stdin.isatty():
        return
    sys.stderr.write('The model {} ({}) is not here. Fetch it now? [Y/n] '.format(
        model.name, model.licence))
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() in ('', 'y', 'yes'):
        fetch.fetch(model)


def add_camera_options(parser: argparse.ArgumentParser) -> None:
    """The options that say what took the image."""
    group = parser.add_argument_group('camera (gives positions, facing and gaze)')
    group.add_argument('--camera', metavar='CAMERA.yaml', help='camera_info YAML of the camera')
    group.add_argument('--hfov', type=float, metavar='DEGREES',
                       help='horizontal field of view, where there is no camera_info')
    group.add_argument('--rectified', action='store_true',
                       help='the images have no distortion any more: P of the YAML describes them')
    group.add_argument('--rotate', type=int, choices=ROTATIONS, default=0,
                       help='degrees clockwise by which the image has to be turned for people in '
                            'it to stand upright; all that is written is of the image as it is')
    group.add_argument('--mirrored', action='store_true',
                       help='the image has left and right exchanged, as a mirror shows them')
    group.add_argument('--camera-pitch', type=float, default=0., metavar='DEGREES',
                       help='how far the camera looks down (default: %(default)s)')
    group.add_argument('--camera-roll', type=float, default=0., metavar='DEGREES',
                       help='how far the camera is turned clockwise as it looks, beside --rotate '
                            '(default: %(default)s)')


def make_camera(args: argparse.Namespace, width: int, height: int) -> Optional[Camera]:
    """The camera these options describe, for an image of this size; None where they don't."""
    if args.camera:
        camera = Camera.from_yaml(args.camera, args.rectified)
        if (camera.width, camera.height) != (width, height):
            raise UserError('{} is for images of {}x{}, not {}x{}'.format(
                printable(args.camera), camera.width, camera.height, width, height))
    elif args.hfov:
        camera = Camera.from_field_of_view(width, height, args.hfov)
    else:
        return None
    return camera.mirrored() if args.mirrored else camera


def make_mounting(args: argparse.Namespace) -> Mounting:
    """How these options say that the camera is mounted."""
    up = up_of_tilt(math.radians(args.camera_pitch), math.radians(args.camera_roll))
    return Mounting(up=Orientation(args.rotate).up_in_camera(np.array(up)))


@contextlib.contextmanager
def written_whole(path: str) -> Iterator[str]:
    """Like files.written_whole; UserError where there can be no file."""
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise UserError('cannot write {}: there is no folder {}'.format(
            printable(path), printable(folder)))
    with contextlib.ExitStack() as stack:
        try:
            temporary = stack.enter_context(files.written_whole(path))
        except OSError as error:
            raise UserError('cannot write {}: {}'.format(printable(path), error.strerror))
        yield temporary


def write_image(path: str, image: np.ndarray) -> None:
    """Like image_files.write_image; UserError where there can be no file."""
    try:
        image_files.write_image(path, image)
    except OSError as error:
        raise UserError('cannot write {}: {}'.format(printable(path), error.strerror))
