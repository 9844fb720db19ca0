"""`openpose image`: people in images."""
import os
import time
from typing import NamedTuple, Optional

import numpy as np

from openpose_ros import drawing
from openpose_ros.commands import common, results
from openpose_ros.decoding import MapsError
from openpose_ros.files import printable
from openpose_ros.image_files import SourceError, read_depth, read_image
from openpose_ros.network import ModelError
from openpose_ros.perception import Perceived
from openpose_ros.scene import Camera, CameraError


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        'image', help='find people in images',
        description='Find the people in images; write what was found as JSON, or as images.')
    parser.add_argument('images', nargs='+', metavar='IMAGE')
    parser.add_argument('--json', metavar='OUT.json', help='write people and keypoints there')
    parser.add_argument('--overlay', metavar='OUT',
                        help='draw the skeletons; a folder when there are several images')
    parser.add_argument('--depth', metavar='DEPTH.png',
                        help='depth registered to the image: 16 bit mm, or float m')
    parser.add_argument('--plan', metavar='OUT',
                        help='draw the people seen from above; a folder when there are several')
    common.add_camera_options(parser)
    common.add_network_options(parser)
    parser.set_defaults(run=run)


def run(args) -> None:
    """Images that cannot be used are named at the end; the results of the others are kept."""
    _check(args)
    perception = common.make_perception(args)
    bad = []
    with results.json_results(args.json, args.model) as written:
        for path in args.images:
            try:
                found = _look_at(path, perception, args)
            except (SourceError, CameraError, ModelError, MapsError, common.UserError) as error:
                if len(args.images) == 1:
                    raise
                bad.append(str(error))
                continue
            _report(path, found)
            _write(path, found, args, written)
        if len(bad) == len(args.images):
            raise _error(bad, args)     # now, so that nothing is written
    if bad:
        raise _error(bad, args)


class _Found(NamedTuple):
    """An image, (h, w, 3), its camera or None, what was perceived in it and in how many s."""

    image: np.ndarray
    camera: Optional[Camera]
    perceived: Perceived
    seconds: float


def _look_at(path, perception, args):
    image = read_image(path)
    camera = common.make_camera(args, image.shape[1], image.shape[0])
    depth = read_depth(args.depth) if args.depth else None
    start = time.perf_counter()
    perceived = perception.perceive(image, camera, depth, mounting=common.make_mounting(args))
    return _Found(image, camera, perceived, time.perf_counter() - start)


def _write(path, found, args, written):
    people, camera = found.perceived.people, found.camera
    if written:
        written.add({'image': path, 'width': found.image.shape[1],
                     'height': found.image.shape[0], 'seconds': round(found.seconds, 4),
                     'people': [results.person_as_json(people, row, camera is not None)
                                for row in range(people.count)]})
    if args.overlay:
        common.write_image(_output(args.overlay, path, args),
                           drawing.overlay(found.image, people, camera))
    if args.plan:
        common.write_image(_output(args.plan, path, args),
                           drawing.plan(people, up=common.make_mounting(args).up))


def _check(args):
    in_space = args.camera or args.hfov
    if args.depth and len(args.images) > 1:
        raise common.UserError('--depth goes with one image')
    if (args.depth or args.plan) and not in_space:
        raise common.UserError('--depth and --plan need --camera or --hfov')
    if len(args.images) > 1:
        for folder in filter(None, (args.overlay, args.plan)):
            if not os.path.isdir(folder):
                raise common.UserError('{} is no folder, as several images need'.format(
                    printable(folder)))
    drawings = [(_output(target, path, args), 'the {} of {}'.format(what, printable(path)))
                for target, what in ((args.overlay, 'overlay'), (args.plan, 'plan')) if target
                for path in args.images]
    results.check_outputs(args.images + [args.depth, args.camera, args.model],
                          [(args.json, 'the results')] + drawings)


def _error(bad, args):
    return common.UserError('{} of {} images could not be used: {}'.format(
        len(bad), len(args.images), '; '.join(bad)))


def _report(path, found):
    count = found.perceived.people.count
    print('{}: {} in {:.2f} s'.format(
        printable(path), '1 person' if count == 1 else '{} people'.format(count), found.seconds))
    for problem in found.perceived.problems:
        print('  {}'.format(problem))


def _output(target, path, args):
    """Where the drawing of this image goes."""
    if len(args.images) > 1 or os.path.isdir(target):
        return os.path.join(target, os.path.splitext(os.path.basename(path))[0] + '.png')
    return target
