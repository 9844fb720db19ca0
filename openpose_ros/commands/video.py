"""`openpose video`: people in a video, or before a camera."""
import os
import sys
import time

import cv2
from tqdm import tqdm

from openpose_ros import drawing
from openpose_ros.commands import common, results
from openpose_ros.files import printable, utf8_path
from openpose_ros.streams import open_stream
from openpose_ros.tracking import Tracker


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        'video', help='find and follow people in a video',
        description='Find the people in each image of a video and follow them from image to image. '
                    'Of a camera or a stream each time the newest image is taken, until Ctrl-C.')
    parser.add_argument('video', metavar='VIDEO',
                        help='video file, camera (0, /dev/video0) or address (rtsp://, http://)')
    parser.add_argument('--json', metavar='OUT.json', help='write people and keypoints there')
    parser.add_argument('--overlay', metavar='OUT.mp4', help='write the video with the skeletons')
    parser.add_argument('--no-tracking', action='store_true',
                        help='take each image by itself: no ids, nothing smoothed')
    common.add_camera_options(parser)
    common.add_network_options(parser)
    parser.set_defaults(run=run)


def run(args) -> None:
    """Whenever it is interrupted, what was done until then is kept."""
    results.check_outputs((args.video, args.camera, args.model),
                          ((args.json, 'the results'), (args.overlay, 'the overlay')))
    source = open_stream(args.video, lambda line: print(line, file=sys.stderr))
    perception = common.make_perception(args, None if args.no_tracking else Tracker())
    mounting = common.make_mounting(args)
    with results.json_results(args.json, args.model) as written, \
            _OverlayVideo(args.overlay, source.rate or 10.) as overlay:
        for number, frame in enumerate(_with_progress(source, args.video)):
            height, width = frame.image.shape[:2]
            camera = common.make_camera(args, width, height)
            start = time.perf_counter()
            people = perception.perceive(frame.image, camera, stamp=frame.time,
                                         mounting=mounting).people
            seconds = time.perf_counter() - start
            if written:
                written.add({'image': '{}#{}'.format(os.path.basename(args.video), number),
                             'time': round(frame.time, 4), 'width': width, 'height': height,
                             'seconds': round(seconds, 4),
                             'people': [results.person_as_json(people, row, camera is not None)
                                        for row in range(people.count)]})
            if overlay:
                overlay.write(drawing.overlay(frame.image, people, camera))


def _with_progress(source, name):
    """Every image of a stream, with a progress bar; an error when there is not one."""
    count = 0
    with tqdm(total=source.count or None, unit='frame') as progress:
        for frame in source.frames():
            count += 1
            yield frame
            progress.update()
    if not count:
        raise common.UserError('{} has no image that can be read'.format(printable(name)))


class _OverlayVideo:
    """A video being written, which appears when it is whole or the run was interrupted.

    None when no path is given. Each image is shown as long as the others.
    """

    def __init__(self, path, rate):
        self._path, self._rate = path, rate
        self._whole = self._there = self._writer = None

    def __enter__(self):
        if self._path is None:
            return None
        if os.path.splitext(self._path)[1].lower() != '.mp4':
            raise common.UserError('{}: the overlay is written as .mp4'.format(
                printable(self._path)))
        self._whole = common.written_whole(self._path)
        self._temporary = self._whole.__enter__()
        return self

    def write(self, image):
        """One more image; all must have the size of the first."""
        if self._writer is None:
            self._there = utf8_path(self._temporary)
            self._writer = cv2.VideoWriter(self._there.__enter__(),
                                           cv2.VideoWriter_fourcc(*'mp4v'), self._rate,
                                           image.shape[1::-1])
            if not self._writer.isOpened():
                raise common.UserError('cannot write {}: OpenCV has no way to write MP4 '
                                       'here'.format(
                    printable(self._path)))
        self._writer.write(image)

    def __exit__(self, kind, *error):
        if self._writer is not None:
            self._writer.release()
            self._there.__exit__(None, None, None)
        if self._whole is not None:
            kept = self._writer is not None and kind is KeyboardInterrupt
            self._whole.__exit__(*(None, None, None) if kept else (kind,) + error)
