"""Images in, heatmaps and part affinity fields out."""
import glob
import os
import time
from typing import Any, NamedTuple, Optional, Tuple, Union

import cv2
import numpy as np

from openpose_ros.network.backends.speed import tensorflow_is_faster
from openpose_ros.network.backends.tflite import TfliteBackend
from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import LARGEST
from openpose_ros.network.models import catalogue, fetch
from openpose_ros.network.models.catalogue import Model

BACKENDS = ('auto', 'tensorflow', 'tflite')
DEVICES = ('auto', 'gpu', 'cpu')
HEIGHT = 368   # px, of the network's input by default; what OpenPose was trained at
MAX_PIXELS = 1 << 23   # of the network's input by default; more takes gigabytes
# Files that a machine with an NVIDIA GPU has: a PC, a Jetson, Windows' Linux.
GPU_FILES = ('/dev/nvidia[0-9]*', '/dev/nvhost-gpu', '/dev/nvgpu', '/dev/dxg')


class Maps(NamedTuple):
    """What a network says about one image.

    heatmaps: (H, W, parts + 1) float32, the last the background. pafs: (H, W, 2 * limbs) float32.
    H and W are the size of the network's input divided by its stride (8), so that map cell (i, j)
    covers the image's own size divided by (H, W). seconds: of wall time in the network alone.
    """

    heatmaps: np.ndarray
    pafs: np.ndarray
    seconds: float


class Network:
    """A loaded network; use it from one thread at a time.

    model: its entry of the catalogue. description: one line on what runs it, and on what.
    max_pixels: of the network's input at most; may be set.
    """

    def __init__(self, model: Model, backend: Any, note: str = '') -> None:
        self.model = model
        self.description = '{}: {}{}'.format(model.name, backend.description, note)
        self.max_pixels = MAX_PIXELS
        self._backend = backend

    @property
    def on_gpu(self) -> bool:
        """Whether it runs on a GPU, so that the CPU is free meanwhile."""
        return self._backend.on_gpu

    def infer(self, image: np.ndarray, height: int = HEIGHT, width: Optional[int] = None) -> Maps:
        """The maps of an image, (h, w, 3) uint8 BGR.

        height, width: px of the network's input, taken to the next multiple of its stride; width
        None keeps the image's aspect. Raises ModelError on an image that is none, and for an
        input of more than `max_pixels`. That the maps hold no NaN is for the decoding to check.
        """
        width, height = self._input_size(image, height, width)
        resized = _resized(image, width, height)
        start = time.perf_counter()
        heatmaps, pafs = self._backend.infer(resized)
        seconds = time.perf_counter() - start
        return Maps(heatmaps, pafs, seconds)

    def _input_size(self, image, height, width):
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise ModelError('an image is (height, width, 3) uint8 BGR, not {} {}'.format(
                image.shape, image.dtype))
        if not image.size:
            raise ModelError('the image is empty: {}x{}'.format(*image.shape[1::-1]))
        width, height = input_size(image.shape[1::-1], height, width, self.model.stride)
        if width * height > self.max_pixels:
            raise ModelError('an image of {}x{} would go into the network as {}x{}, more than '
                             '{:,} pixels: crop it, or give a smaller size'.format(
                                 image.shape[1], image.shape[0], width, height, self.max_pixels))
        return width, height


def load(model: Union[str, Model] = catalogue.DEFAULT, backend: str = 'auto', device: str = 'auto',
         gpu_memory_fraction: Optional[float] = None, threads: Optional[int] = None,
         model_dir: Optional[str] = None, max_bytes: int = LARGEST) -> Network:
    """Load a network: by its name in the catalogue, the path of its frozen graph, or a Model.

    backend: 'tensorflow', 'tflite' (CPU), or 'auto': TensorFlow on a GPU; on a CPU the one that is
    faster there, which is measured the first time; TensorFlow where there is no interpreter for
    TFLite or the graph cannot be converted. device: 'gpu' (an
    error where TensorFlow finds none), 'cpu' or 'auto'. gpu_memory_fraction: of the GPU's memory at
    most; None: as needed. threads: of the CPU; None: all cores. model_dir: where models lie, see
    fetch.models_folder. max_bytes: of the graph's file. Raises ModelError.
    """
    if backend not in BACKENDS or device not in DEVICES:
        raise ModelError('backend is one of {}, device one of {}; not {} and {}'.format(
            ', '.join(BACKENDS), ', '.join(DEVICES), backend, device))
    if backend == 'tflite' and device == 'gpu':
        raise ModelError('TFLite runs on the CPU here: for the GPU take backend tensorflow')
    entry = catalogue.find(model) if isinstance(model, str) else model
    path, sha256 = fetch.checked_graph(entry, model_dir, max_bytes)

    def session() -> Any:
        from openpose_ros.network.backends.session import SessionBackend
        from openpose_ros.network.graphs.graph import read_graph
        return SessionBackend(read_graph(path), entry, device, gpu_memory_fraction, threads)

    if backend == 'tensorflow' or device == 'gpu':
        return Network(entry, session())
    if backend == 'tflite':
        return Network(entry, TfliteBackend(path, sha256, entry, threads))
    if device == 'auto' and gpu_may_be_here():
        loaded = session()
        if loaded.on_gpu:
            return Network(entry, loaded)
    try:
        tflite = TfliteBackend(path, sha256, entry, threads, with_tensorflow=False)
        if tensorflow_is_faster(path, sha256, entry, threads):
            return Network(entry, session(), ' (faster here than TFLite)')
        return Network(entry, tflite)
    except ModelError as error:
        return Network(entry, session(), ' (no TFLite: {})'.format(error))


def gpu_may_be_here() -> bool:
    """Whether it is worth the seconds to load TensorFlow and ask it for a GPU."""
    return (os.environ.get('CUDA_VISIBLE_DEVICES') not in ('', '-1')
            and any(glob.glob(pattern) for pattern in GPU_FILES))


def input_size(image_size: Tuple[int, int], height: int = HEIGHT, width: Optional[int] = None,
               stride: int = 8) -> Tuple[int, int]:
    """(width, height) px of a network's input for an image of this (width, height)."""
    height = _multiple(height, stride)
    if width is None:
        width = image_size[0] * height / image_size[1]
    return _multiple(width, stride), height


def _multiple(value, step):
    return max(1, int(round(value / step))) * step


def _resized(image, width, height):
    """The image in the network's size.

    Linear interpolation looks at two rows, so an image that shrinks more is halved first. On 64
    COCO images INTER_AREA, linear and cubic differed by AP 0.005 at most, and INTER_AREA takes 11
    ms for 1280x720 where this takes 1.
    """
    try:
        while image.shape[0] >= 2 * height and image.shape[1] >= 2 * width:
            image = cv2.resize(image, (image.shape[1] // 2, image.shape[0] // 2))
        if image.shape[:2] != (height, width):
            image = cv2.resize(image, (width, height))
    except cv2.error as error:
        raise ModelError('OpenCV cannot resize an image of {}x{}: {}'.format(
            image.shape[1], image.shape[0], first_line(error)))
    return np.ascontiguousarray(image)
