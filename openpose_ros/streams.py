"""Images one after another, with their times: a video file, a camera, a stream of the network."""
import math
import os
import re
import threading
import time
from typing import Callable, Iterator, NamedTuple, Optional

import cv2
import numpy as np

from openpose_ros.files import printable, utf8_path
from openpose_ros.image_files import SourceError

_ADDRESS = re.compile(r'[a-zA-Z][a-zA-Z0-9+.-]+://')
_TIMEOUT = 10000    # ms; until an address that does not answer, or no more, is given up
_AGAIN = 1., 8.     # s from a lost stream to the next attempt: at first, and at most
_LOOK_UP = .2       # s; how often who waits for an image may be interrupted
_MAX_RATE = 1000.   # Hz; what is more is a container's time base, not a rate


class Frame(NamedTuple):
    """An image, (height, width, 3) uint8 BGR.

    depth: (height, width) uint16 mm, or None. time: s since the first one; None: at the source's
    rate.
    """

    image: np.ndarray
    depth: Optional[np.ndarray] = None
    time: Optional[float] = None


def open_stream(name: str, report: Callable[[str], None] = print):
    """The VideoFile or Live of this name; SourceError where it gives no image.

    name: path of a video; a camera, by its number or /dev/video*; or an address (rtsp://,
    http://). report: called with a line when a live one is lost, and when it is back.
    """
    if name.isdigit() or name.startswith('/dev/video'):
        return Live(name, report)
    if _ADDRESS.match(name):
        capture = _capture(name)
        finite = capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0
        capture.release()
        return VideoFile(name) if finite else Live(name, report)
    if not os.path.isfile(name):
        raise SourceError('cannot read {}: no such file or folder'.format(printable(name)))
    return VideoFile(name)


class VideoFile:
    """A video. rate: its images per second, their mean where they vary; count: 0 where unknown."""

    def __init__(self, path: str) -> None:
        self._path = path
        capture = self._open()
        rate = capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if 0. < rate <= _MAX_RATE else 30.
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.count = int(count) if math.isfinite(count) and count > 0 else 0
        if not capture.grab():
            raise SourceError('{} is no video that can be read'.format(printable(path)))
        capture.release()

    def frames(self) -> Iterator[Frame]:
        """Every image, from the beginning, upright as the file says, at its own time."""
        capture = self._open()
        first, last = None, -1. / self.rate
        while True:
            read, image = capture.read()
            if not read:
                return
            at = capture.get(cv2.CAP_PROP_POS_MSEC) * 1e-3
            first = at if first is None else first
            # Not all files, nor all versions of OpenCV, have times.
            last = at - first if at - first > last else last + 1. / self.rate
            yield Frame(image, None, last)

    def _open(self):
        with utf8_path(self._path) as path:
            capture = _capture(path)
        if not capture.isOpened():
            raise SourceError('{} is no video that can be read'.format(printable(self._path)))
        return capture


class Live:
    """A camera or a stream: its newest image only, and again after it was lost. rate: None."""

    rate, count = None, 0

    def __init__(self, name: str, report: Callable[[str], None] = print) -> None:
        self._name, self._report = name, report
        self._capture = self._open()
        if not self._capture.isOpened():
            raise SourceError('{} cannot be opened: is it there, and free?'.format(
                name if _ADDRESS.match(name) else 'camera ' + name))
        self._arrived = threading.Condition()
        self._newest = None     # (image, time.monotonic()), until it is taken
        self._reader = None

    def frames(self) -> Iterator[Frame]:
        """The newest image, each once, as they come; this never ends by itself."""
        if self._reader is None:
            self._reader = threading.Thread(target=self._read_on, daemon=True)
            self._reader.start()
        first = None
        while True:
            with self._arrived:
                while self._newest is None:
                    self._arrived.wait(_LOOK_UP)
                (image, at), self._newest = self._newest, None
            first = at if first is None else first
            yield Frame(image, None, at - first)

    def _read_on(self):
        pause = _AGAIN[0]
        while True:
            read, image = self._capture.read()
            if read:
                if pause > _AGAIN[0]:
                    self._report('{} is back'.format(self._name))
                pause = _AGAIN[0]
                with self._arrived:
                    self._newest = image, time.monotonic()
                    self._arrived.notify()
                continue
            if pause == _AGAIN[0]:
                self._report('{} gives no more images: trying to open it again'.format(self._name))
            self._capture.release()
            time.sleep(pause)
            pause = min(2. * pause, _AGAIN[1])
            self._capture = self._open()

    def _open(self):
        capture = _capture(int(self._name) if self._name.isdigit() else self._name)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture


def _capture(name):
    """An open cv2.VideoCapture, or one that is not; an address is given up after a while."""
    if isinstance(name, str) and _ADDRESS.match(name):
        limits = [(getattr(cv2, limit), _TIMEOUT) for limit in (
            'CAP_PROP_OPEN_TIMEOUT_MSEC', 'CAP_PROP_READ_TIMEOUT_MSEC') if hasattr(cv2, limit)]
        if limits:      # OpenCV 4.5.2 and newer
            capture = cv2.VideoCapture(name, cv2.CAP_FFMPEG, [v for pair in limits for v in pair])
            if capture.isOpened():
                return capture
    return cv2.VideoCapture(name)
