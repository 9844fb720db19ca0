"""What several subcommands share: their options, reading images, writing results."""
import argparse
import contextlib
import json
import math
import os
from typing import Any, Dict, Iterator, Optional

import cv2
import numpy as np

from openpose_ros import decoding, files, network
from openpose_ros.network.models import catalogue
from openpose_ros.network.network import BACKENDS, DEVICES
from openpose_ros.people import SOURCE_NAMES, People
from openpose_ros.perception import Perception, Settings
from openpose_ros.scene import Camera
from openpose_ros.tracking import Tracker

LARGEST_IMAGE = 1 << 28   # bytes of an image's file


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


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """The options that choose the network and how it looks at an image."""
    group = parser.add_argument_group('network')
    group.add_argument('--model', default=catalogue.DEFAULT,
                       help='name from `openpose models list`, or a frozen graph (default: '
                            '%(default)s)')
    group.add_argument('--backend', default='auto', choices=BACKENDS,
                       help='auto: TensorFlow on a GPU, TFLite on a CPU')
    group.add_argument('--device', default='auto', choices=DEVICES)
    group.add_argument('--threads', type=positive, help='CPU threads (default: all cores)')
    group.add_argument('--height', type=positive, default=368, metavar='PX',
                       help='height of the network input; more sees smaller people and takes '
                            'longer (default: %(default)s)')
    group.add_argument('--width', type=positive, metavar='PX',
                       help='width of it (default: keeps the aspect of the image)')
    group.add_argument('--scales', type=scale_list, default=(1.,), metavar='S,S…',
                       help='average over these multiples of that size, as in 1,0.5')
    group.add_argument('--flip', action='store_true', help='average with the mirrored image')
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
                           help=meaning + ' (default: %(default)s)')
    group.add_argument('--min-parts', type=positive, metavar='N', default=defaults.min_parts,
                       help='parts a person needs (default: %(default)s)')


def make_perception(args: argparse.Namespace, tracker: Optional[Tracker] = None) -> Perception:
    """The chain these options ask for, its network loaded."""
    settings = decoding.Settings(
        peak_threshold=args.peak_threshold, assignment=args.assignment, min_parts=args.min_parts,
        min_score=args.min_score, upsampling=args.upsampling)
    if settings.problem():
        raise UserError(settings.problem())
    loaded = network.load(args.model, backend=args.backend, device=args.device,
                          threads=args.threads)
    return Perception(loaded, Settings(height=args.height, width=args.width, scales=args.scales,
                                       flip=args.flip, decoding=settings), tracker)


def add_camera_options(parser: argparse.ArgumentParser) -> None:
    """The options that say what took the image."""
    group = parser.add_argument_group('camera (gives positions, facing and gaze)')
    group.add_argument('--camera', metavar='CAMERA.yaml', help='camera_info YAML of the camera')
    group.add_argument('--hfov', type=float, metavar='DEGREES',
                       help='horizontal field of view, where there is no camera_info')


def make_camera(args: argparse.Namespace, width: int, height: int) -> Optional[Camera]:
    """The camera these options describe, for an image of this size; None where they don't."""
    if args.camera:
        camera = Camera.from_yaml(args.camera)
        if (camera.width, camera.height) != (width, height):
            raise UserError('{} is for images of {}x{}, not {}x{}'.format(
                args.camera, camera.width, camera.height, width, height))
        return camera
    if args.hfov:
        return Camera.from_field_of_view(width, height, args.hfov)
    return None


def read_image(path: str) -> np.ndarray:
    """An image file as (h, w, 3) uint8 BGR."""
    return _read(path, cv2.IMREAD_COLOR)


def read_depth(path: str) -> np.ndarray:
    """A depth image: (h, w) uint16 mm or float32 m."""
    depth = _read(path, cv2.IMREAD_UNCHANGED)
    if depth.ndim != 2 or depth.dtype not in (np.uint16, np.float32):
        raise UserError('{} is no depth image: one channel of 16 bit (mm) or float (m) is '
                        'needed'.format(path))
    return depth


def _read(path, flags):
    try:
        data = np.frombuffer(files.read_regular(path, LARGEST_IMAGE), np.uint8)
    except OSError as error:
        raise UserError('cannot read {}: {}'.format(path, error.strerror))
    try:
        image = cv2.imdecode(data, flags) if data.size else None
    except cv2.error:   # OpenCV's own limit on the number of pixels
        image = None
    if image is None:
        raise UserError('{} is no image that can be read (empty, cut short or of a type unknown '
                        'here)'.format(path))
    return image


@contextlib.contextmanager
def written_whole(path: str) -> Iterator[str]:
    """Like files.written_whole; UserError where there can be no file."""
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise UserError('cannot write {}: there is no folder {}'.format(path, folder))
    with contextlib.ExitStack() as stack:
        try:
            temporary = stack.enter_context(files.written_whole(path))
        except OSError as error:
            raise UserError('cannot write {}: {}'.format(path, error.strerror))
        yield temporary


def write_image(path: str, image: np.ndarray) -> None:
    """Write an image; its type follows from the ending of the path."""
    with written_whole(path) as temporary:
        try:
            written = cv2.imwrite(temporary, image)
        except cv2.error:
            written = False
        if not written:
            raise UserError('cannot write {}: not the ending of an image type'.format(path))


class JsonResults:
    """Results of one run, written one image at a time: {"model": …, "images": […]}."""

    def __init__(self, path: str, model: str) -> None:
        self._file = open(path, 'w')
        self._file.write('{{"model": {}, "images": ['.format(json.dumps(model)))
        self._separator = '\n'

    def add(self, entry: Dict[str, Any]) -> None:
        self._file.write(self._separator + json.dumps(entry, allow_nan=False))
        self._separator = ',\n'

    def close(self) -> None:
        self._file.write('\n]}\n')
        self._file.close()


@contextlib.contextmanager
def json_results(path: Optional[str], model: str) -> Iterator[Optional[JsonResults]]:
    """JsonResults that appear at `path` when all is done; None when no path is given."""
    if path is None:
        yield None
        return
    with written_whole(path) as temporary:
        results = JsonResults(temporary, model)
        try:
            yield results
        finally:
            results.close()


def person_as_json(people: People, row: int, in_space: bool) -> Dict[str, Any]:
    """One person as plain JSON values; unknown is null.

    Keypoints are [x px, y px, score], positions m and directions unit vectors in the camera's
    optical frame, standard deviations rad.
    """
    person = {'score': _plain(people.scores[row]),
              'keypoints': [_plain(keypoint) for keypoint in people.keypoints[row]]}
    if people.ids[row]:
        person['id'] = int(people.ids[row])
        person['velocity'] = _vector(people.velocity[row])
    if in_space:
        person['position'] = _vector(people.position[row])
        person['position_source'] = SOURCE_NAMES[people.position_source[row]]
        covariance = people.position_covariance[row]
        person['position_covariance'] = (_plain(covariance) if np.isfinite(covariance).all()
                                         else None)
        person['points'] = [_vector(point) for point in people.points[row]]
        for name in ('facing', 'gaze'):
            person[name] = _vector(getattr(people, name)[row])
            person[name + '_source'] = SOURCE_NAMES[getattr(people, name + '_source')[row]]
            person[name + '_stddev'] = _plain(getattr(people, name + '_stddev')[row])
    return person


def _vector(values):
    """A list of numbers, or None when any is unknown."""
    return _plain(values) if np.isfinite(values).all() else None


def _plain(values):
    """A number or array as floats and lists, NaN as None."""
    if np.ndim(values):
        return [_plain(value) for value in values]
    return round(float(values), 5) if math.isfinite(values) else None
