"""Where the `video` node's images come from: a video file, a folder of images, a camera."""
import os
from typing import Iterator, NamedTuple, Optional

import cv2
import numpy as np

IMAGES = ('.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp')


class SourceError(ValueError):
    """A source that gives no images; the text is one line that says what and where."""


class Frame(NamedTuple):
    """An image, (height, width, 3) uint8 BGR, and its depth, (height, width) uint16 mm or None."""

    image: np.ndarray
    depth: Optional[np.ndarray] = None


def open_source(name: str, depth_folder: Optional[str] = None):
    """The VideoFile, Folder or Device of this name.

    name: path of a video or a folder, or a camera: its number or /dev/video*. depth_folder: 16-bit
    PNGs in mm, which belong to a folder's images in the order of their names.
    """
    if name.isdigit() or name.startswith('/dev/video'):
        source = Device(name)
    elif os.path.isdir(name):
        return Folder(name, depth_folder)
    else:
        source = VideoFile(name)
    if depth_folder is not None:
        raise SourceError('a depth folder goes with a folder of images, which {} is not'.format(
            name))
    return source


class VideoFile:
    """A video. rate: its images per second."""

    def __init__(self, path: str) -> None:
        if not os.path.isfile(path):
            raise SourceError('{}: there is no such file or folder'.format(path))
        self._path = path
        capture = self._open()
        self.rate = capture.get(cv2.CAP_PROP_FPS) or 30.
        capture.release()

    def frames(self) -> Iterator[Frame]:
        """Every image, from the beginning."""
        return _read_all(self._open())

    def _open(self):
        capture = cv2.VideoCapture(self._path)
        if not capture.isOpened() or not capture.grab():
            raise SourceError('{} is no video that can be read'.format(self._path))
        capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
        return capture


class Device:
    """A camera. rate: None, for it has its own."""

    rate = None

    def __init__(self, name: str) -> None:
        self._capture = cv2.VideoCapture(int(name) if name.isdigit() else name)
        if not self._capture.isOpened():
            raise SourceError('camera {} cannot be opened: is it there, and free?'.format(name))
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def frames(self) -> Iterator[Frame]:
        """Every image, as the camera gives it."""
        return _read_all(self._capture)


class Folder:
    """The images of a folder in the order of their names. rate: 10 images per second."""

    rate = 10.

    def __init__(self, path: str, depth_folder: Optional[str] = None) -> None:
        self._images = _files(path, IMAGES)
        self._depths = [None] * len(self._images)
        if depth_folder is not None:
            self._depths = _files(depth_folder, ('.png',))
        if len(self._depths) != len(self._images):
            raise SourceError('{} has {} images and {} has {} of depth'.format(
                path, len(self._images), depth_folder, len(self._depths)))

    def frames(self) -> Iterator[Frame]:
        """Every image, with its depth."""
        for image, depth in zip(self._images, self._depths):
            yield Frame(_read(image, cv2.IMREAD_COLOR), None if depth is None else _depth(depth))


def _files(folder, endings):
    if not os.path.isdir(folder):
        raise SourceError('{}: there is no such folder'.format(folder))
    files = [os.path.join(folder, name) for name in sorted(os.listdir(folder))
             if name.lower().endswith(endings) and os.path.isfile(os.path.join(folder, name))]
    if not files:
        raise SourceError('{} has no image ({})'.format(folder, ' '.join(endings)))
    return files


def _read_all(capture):
    while True:
        read, image = capture.read()
        if not read:
            return
        yield Frame(image)


def _read(path, flags):
    try:
        image = cv2.imread(path, flags)
    except cv2.error:   # OpenCV's own limit on the number of pixels
        image = None
    if image is None:
        raise SourceError('{} is no image that can be read'.format(path))
    return image


def _depth(path):
    depth = _read(path, cv2.IMREAD_UNCHANGED)
    if depth.dtype != np.uint16 or depth.ndim != 2:
        raise SourceError('{} is no depth: it needs one channel of 16 bits, mm'.format(path))
    return depth
