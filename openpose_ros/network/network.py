"""Images in, heatmaps and part affinity fields out."""
import glob
import os
import time
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, Union

import cv2
import numpy as np

from openpose_ros.network import choice, ranges
from openpose_ros.network.backends import speed
from openpose_ros.network.backends.tflite import (TfliteBackend,
                                                   find_interpreter)
from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import LARGEST
from openpose_ros.network.models import catalogue, fetch
from openpose_ros.network.models.catalogue import Model

BACKENDS = ('auto', 'tensorflow', 'tflite')
DEVICES = ('auto', 'gpu', 'cpu')
PRECISIONS = ('auto', 'float', 'int8')
MIN_SHARE_OF_AP = .98   # of float, which eight bits must keep to be taken unasked; chosen
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
    """A loaded network; let it infer from one thread at a time.

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
        resized = self.resized(image, height, width)
        start = time.perf_counter()
        heatmaps, pafs = self._backend.infer(resized)
        seconds = time.perf_counter() - start
        return Maps(heatmaps, pafs, seconds)

    def resized(self, image: np.ndarray, height: int, width: Optional[int] = None) -> np.ndarray:
        """The image as :meth:`infer` takes it without a thing to do; from any thread."""
        return resize_for(self.model, image, height, width, self.max_pixels)

    @property
    def batches(self) -> bool:
        """Whether several images of one size are faster in one run."""
        return bool(getattr(self._backend, 'batches', False))

    def infer_all(self, images: Sequence[np.ndarray], height: int, width: int) -> List[Maps]:
        """The maps of several images at one size, in one run; for a network that `batches`.

        seconds of each: its share of the time of them all.
        """
        resized = [self.resized(image, height, width) for image in images]
        start = time.perf_counter()
        found = self._backend.infer_all(resized)
        seconds = (time.perf_counter() - start) / len(images)
        return [Maps(heatmaps, pafs, seconds) for heatmaps, pafs in found]


def load(model: Union[str, Model] = catalogue.DEFAULT, backend: str = 'auto', device: str = 'auto',
         gpu_memory_fraction: Optional[float] = None, threads: Optional[int] = None,
         model_dir: Optional[str] = None, max_bytes: int = LARGEST,
         precision: str = 'auto', tensors: str = '') -> Network:
    """Load a network: by its name in the catalogue, the path of its frozen graph, or a Model.

    'auto' is the catalogue's default on a GPU and, on a CPU, what :func:`choice.choose` takes.

    backend: 'tensorflow', 'tflite' (CPU), or 'auto': TensorFlow on a GPU; on a CPU the one that is
    faster there, which is measured the first time; TensorFlow where there is no interpreter for
    TFLite or the graph cannot be converted. device: 'gpu' (an
    error where TensorFlow finds none), 'cpu' or 'auto'. gpu_memory_fraction: of the GPU's memory at
    most; None: as needed. threads: of the CPU; None: all cores. model_dir: where models lie, see
    fetch.models_folder. max_bytes: of the graph's file. precision: 'float', 'int8' (TFLite only),
    or 'auto': eight bits on a CPU where they are measured as clearly faster and the catalogue says
    that they lose less than a fiftieth. tensors: 'IN,HEATMAPS,PAFS' of a graph whose tensors
    cannot be told. Raises ModelError.
    """
    _check_choices(backend, device, precision)
    entry, chosen = _entry(model, backend, device, precision, tensors, threads, model_dir)
    path, sha256 = fetch.checked_graph(entry, model_dir, max_bytes)

    def session(note: str = '') -> Network:
        from openpose_ros.network.backends.session import SessionBackend
        from openpose_ros.network.graphs.graph import read_graph
        return Network(entry, SessionBackend(read_graph(path), entry, device, gpu_memory_fraction,
                                             threads), note)

    if backend == 'tensorflow' or device == 'gpu':
        return session()
    if backend == 'auto' and precision != 'int8' and device == 'auto' and gpu_may_be_here():
        loaded = session()
        if loaded.on_gpu:
            return loaded
    loaded = _on_cpu(session, entry, path, sha256, backend, precision, threads)
    loaded.description += chosen
    return loaded


def _entry(model: Union[str, Model], backend: str, device: str, precision: str, tensors: str,
           threads: Optional[int], model_dir: Optional[str]) -> Tuple[Model, str]:
    """What is to be loaded, and a note on why, where that was left open."""
    if not isinstance(model, str):
        return model, ''
    if model != catalogue.AUTO:
        return catalogue.find(model, tensors), ''
    if device == 'gpu' or backend == 'tensorflow' or (
            device == 'auto' and backend == 'auto' and precision != 'int8' and gpu_may_be_here()):
        return catalogue.find(catalogue.DEFAULT), ''
    return choice.choose(model_dir, threads, precision != 'float')


def _on_cpu(session: Callable[[str], Network], entry: Model, path: str, sha256: str, backend: str,
            precision: str, threads: Optional[int]) -> Network:
    """The network in the way that is asked for, or is the fastest, on a CPU."""
    try:
        if backend == 'auto' and precision != 'int8':
            find_interpreter(with_tensorflow=False)
        way, ranges_path, note = _fastest(entry, path, sha256, threads, precision, backend)
        if way == speed.TENSORFLOW and backend == 'auto':
            return session(' (faster here than TFLite)')
        return Network(entry, TfliteBackend(
            path, sha256, entry, threads, ranges_path=ranges_path if way == speed.INT8 else None),
            note)
    except ModelError as error:
        if backend == 'tflite' or precision == 'int8':
            raise
        return session(' (no TFLite: {})'.format(error))


def _fastest(entry: Model, path: str, sha256: str, threads: Optional[int],
             precision: str, backend: str) -> Tuple[str, Optional[str], str]:
    """One of speed's ways of running, the ranges for int8, and a note on why it is not int8."""
    if precision == 'int8':
        return speed.INT8, ranges.of_int8(entry.name, path), ''
    note = ''
    if precision == 'auto' and _loses_little(entry) and ranges.find(entry.name, path):
        try:
            find_interpreter(with_tensorflow=False)   # TensorFlow 2.6's takes far longer in int8
            found = ranges.find(entry.name, path)
            way = speed.fastest(path, sha256, entry, threads, found)
            return way, found, '' if way == speed.INT8 else ' (int8 is not clearly faster here)'
        except ModelError as error:
            note = ' (no int8: {})'.format(error)
    if backend == 'tflite':
        return speed.TFLITE, None, note
    return speed.fastest(path, sha256, entry, threads), None, note


def _loses_little(entry: Model) -> bool:
    """Whether eight bits may be taken unasked: where the catalogue's figures say it."""
    return bool(entry.float32 and entry.int8
                and entry.int8.ap >= MIN_SHARE_OF_AP * entry.float32.ap)


def _check_choices(backend: str, device: str, precision: str) -> None:
    if backend not in BACKENDS or device not in DEVICES or precision not in PRECISIONS:
        raise ModelError('backend is one of {}, device one of {}, precision one of {}; not {}, {} '
                         'and {}'.format(', '.join(BACKENDS), ', '.join(DEVICES),
                                         ', '.join(PRECISIONS), backend, device, precision))
    if backend == 'tflite' and device == 'gpu':
        raise ModelError('TFLite runs on the CPU here: for the GPU take backend tensorflow')
    if precision == 'int8' and (backend == 'tensorflow' or device == 'gpu'):
        raise ModelError('int8 runs in TFLite on a CPU: take backend auto or tflite, device auto '
                         'or cpu')


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


def usual_pixels(image_size: Tuple[int, int]) -> int:
    """Pixels of a network's input for an image of this (width, height) at the usual height."""
    width, height = input_size(image_size)
    return width * height


def resize_for(model: Model, image: np.ndarray, height: int, width: Optional[int] = None,
               max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """The image in the size of the network's input, as :meth:`Network.infer` takes it."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ModelError('an image is (height, width, 3) uint8 BGR, not {} {}'.format(
            image.shape, image.dtype))
    if not image.size:
        raise ModelError('the image is empty: {}x{}'.format(*image.shape[1::-1]))
    width, height = input_size(image.shape[1::-1], height, width, model.stride)
    if width * height > max_pixels:
        raise ModelError('an image of {}x{} would go into the network as {}x{}, more than '
                         '{:,} pixels: crop it, or give a smaller size'.format(
                             image.shape[1], image.shape[0], width, height, max_pixels))
    return _resized(image, width, height)


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
