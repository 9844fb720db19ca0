"""`openpose video`: people in a video."""
import os
import time

import cv2
from tqdm import tqdm

from openpose_ros import drawing
from openpose_ros.commands import common
from openpose_ros.tracking import Tracker


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        'video', help='find and follow people in a video',
        description='Find the people in each frame of a video and follow them from frame to frame.')
    parser.add_argument('video', metavar='FILE')
    parser.add_argument('--json', metavar='OUT.json', help='write people and keypoints there')
    parser.add_argument('--overlay', metavar='OUT.mp4', help='write the video with the skeletons')
    parser.add_argument('--no-tracking', action='store_true',
                        help='take each frame by itself: no ids, nothing smoothed')
    common.add_camera_options(parser)
    common.add_network_options(parser)
    parser.set_defaults(run=run)


def run(args) -> None:
    capture = _open(args.video)
    width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
    height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    rate = capture.get(cv2.CAP_PROP_FPS) or 30.
    camera = common.make_camera(args, width, height)
    perception = common.make_perception(args, None if args.no_tracking else Tracker())
    with common.json_results(args.json, args.model) as results, \
            _overlay_video(args.overlay, rate, (width, height)) as overlay:
        for number, image in enumerate(_frames(capture, args.video)):
            start = time.perf_counter()
            people = perception.perceive(image, camera, stamp=number / rate).people
            seconds = time.perf_counter() - start
            if results:
                results.add({'image': '{}#{}'.format(os.path.basename(args.video), number),
                             'time': round(number / rate, 4), 'width': width, 'height': height,
                             'seconds': round(seconds, 4),
                             'people': [common.person_as_json(people, row, camera is not None)
                                        for row in range(people.count)]})
            if overlay:
                overlay.write(drawing.overlay(image, people, camera))


def _open(path):
    if not os.path.isfile(path):
        raise common.UserError('cannot read {}: no such file'.format(path))
    capture = cv2.VideoCapture(path)
    if not capture.isOpened() or not capture.get(cv2.CAP_PROP_FRAME_WIDTH):
        raise common.UserError('{} is no video that can be read'.format(path))
    return capture


def _frames(capture, path):
    """Every frame of the video, with a progress bar; an error when there is not one."""
    total = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    count = 0
    with tqdm(total=total if total > 0 else None, unit='frame') as progress:
        while True:
            read, image = capture.read()
            if not read:
                break
            count += 1
            yield image
            progress.update()
    if not count:
        raise common.UserError('{} has no frame that can be read'.format(path))


class _overlay_video:
    """A video being written that appears when it is whole; None when no path is given."""

    def __init__(self, path, rate, size):
        self._path, self._rate, self._size = path, rate, size
        self._whole = self._writer = None

    def __enter__(self):
        if self._path is None:
            return None
        if os.path.splitext(self._path)[1].lower() != '.mp4':
            raise common.UserError('{}: the overlay is written as .mp4'.format(self._path))
        self._whole = common.written_whole(self._path)
        temporary = self._whole.__enter__()
        self._writer = cv2.VideoWriter(temporary, cv2.VideoWriter_fourcc(*'mp4v'), self._rate,
                                       self._size)
        return self._writer

    def __exit__(self, *error):
        if self._writer is not None:
            self._writer.release()
            self._whole.__exit__(*error)
