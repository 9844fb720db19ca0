"""`openpose image`: people in images."""
import os
import time

from openpose_ros import drawing
from openpose_ros.commands import common


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
    _check(args)
    several = len(args.images) > 1
    perception = common.make_perception(args)
    depth = common.read_depth(args.depth) if args.depth else None
    with common.json_results(args.json, args.model) as results:
        for path in args.images:
            image = common.read_image(path)
            height, width = image.shape[:2]
            camera = common.make_camera(args, width, height)
            start = time.perf_counter()
            frame = perception.perceive(image, camera, depth)
            seconds = time.perf_counter() - start
            people = frame.people
            _report(path, people, seconds, frame.problems)
            if results:
                results.add({'image': path, 'width': width, 'height': height,
                             'seconds': round(seconds, 4),
                             'people': [common.person_as_json(people, row, camera is not None)
                                        for row in range(people.count)]})
            if args.overlay:
                common.write_image(_output(args.overlay, path, several),
                                   drawing.overlay(image, people, camera))
            if args.plan:
                common.write_image(_output(args.plan, path, several), drawing.plan(people))


def _check(args):
    in_space = args.camera or args.hfov
    if args.depth and len(args.images) > 1:
        raise common.UserError('--depth goes with one image')
    if (args.depth or args.plan) and not in_space:
        raise common.UserError('--depth and --plan need --camera or --hfov')
    if len(args.images) > 1:
        for folder in filter(None, (args.overlay, args.plan)):
            if not os.path.isdir(folder):
                raise common.UserError('{} is no folder, as several images need'.format(folder))


def _report(path, people, seconds, problems):
    print('{}: {} in {:.2f} s'.format(
        path, '1 person' if people.count == 1 else '{} people'.format(people.count), seconds))
    for problem in problems:
        print('  {}'.format(problem))


def _output(target, overlay, several):
    """Where the drawing of this image goes."""
    if several or os.path.isdir(target):
        return os.path.join(target, os.path.splitext(os.path.basename(overlay))[0] + '.png')
    return target
