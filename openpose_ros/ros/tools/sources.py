"""Where the `video` node's images come from: a folder of images, or what streams.py opens."""
import os
from typing import Callable, Iterator, Optional

import numpy as np

from openpose_ros.files import printable
from openpose_ros.image_files import SourceError, read_depth, read_image
from openpose_ros.streams import Frame, open_stream

IMAGES = ('.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp')


def open_source(name: str, depth_folder: Optional[str] = None,
                report: Callable[[str], None] = print):
    """The Folder of this name, or the stream: a video file, a camera, an address.

    depth_folder: 16-bit PNGs in mm, which belong to a folder's images in the order of their names.
    report: see streams.open_stream.
    """
    if os.path.isdir(name):
        return Folder(name, depth_folder)
    source = open_stream(name, report)
    if depth_folder is not None:
        raise SourceError('a depth folder goes with a folder of images, which {} is not'.format(
            printable(name)))
    return source


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
                printable(path), len(self._images), printable(depth_folder), len(self._depths)))

    def frames(self) -> Iterator[Frame]:
        """Every image, with its depth."""
        for image, depth in zip(self._images, self._depths):
            yield Frame(read_image(image, False), None if depth is None else _depth(depth))


def _files(folder, endings):
    if not os.path.isdir(folder):
        raise SourceError('{}: there is no such folder'.format(printable(folder)))
    files = [os.path.join(folder, name) for name in sorted(os.listdir(folder))
             if name.lower().endswith(endings) and os.path.isfile(os.path.join(folder, name))]
    if not files:
        raise SourceError('{} has no image ({})'.format(printable(folder), ' '.join(endings)))
    return files


def _depth(path):
    depth = read_depth(path)
    if depth.dtype != np.uint16:
        raise SourceError('{} is no depth of 16 bits, mm'.format(printable(path)))
    return depth
