"""A network in TFLite, on a CPU, without TensorFlow in the process."""
import collections
import hashlib
import importlib
import json
import os
import stat
import sys
import tempfile
from typing import Any, Callable, Optional, Tuple

import numpy as np

from openpose_ros.files import read_regular
from openpose_ros.network import subprocess_call
from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import sha256_of, write_whole
from openpose_ros.network import ranges
from openpose_ros.network.models.catalogue import Model
from openpose_ros.network.models.fetch import models_folder
from openpose_ros.network.quiet import without_announcements

# Bump it when convert.py comes to write something else for the same graph.
FORMAT = 2
INT8_FORMAT = 4   # the same of eight bits: quantize.py, equalize.py
# An interpreter is planned for one size of image; several scales alternate between a few.
SIZES_KEPT = 4


class TfliteBackend:
    """Interpreters for one network, one a size of image."""

    def __init__(self, graph_path: str, graph_sha256: str, model: Model,
                 threads: Optional[int] = None, with_tensorflow: bool = True,
                 ranges_path: Optional[str] = None) -> None:
        """Convert the graph unless that has been done. Raises ModelError where it cannot be.

        threads: None: all cores this process may use. with_tensorflow: use the interpreter within
        TensorFlow where there is no other; it brings TensorFlow into the process, and TensorFlow
        2.6's takes twice the time of a session. ranges_path: of what eight bits are made with;
        None: float.
        """
        self._make, package = find_interpreter(with_tensorflow)
        self._threads = threads or usable_cores()
        self._body = model.body
        self._name = model.name
        self._path = converted(graph_path, graph_sha256, model, ranges_path)
        self._by_size = collections.OrderedDict()
        self.on_gpu = False
        self.description = 'TFLite ({}, {}) on CPU, {} thread{}{}'.format(
            package, 'int8' if ranges_path else 'float', self._threads, 's' * (self._threads > 1),
            _place(self._path, graph_path))

    def infer(self, image: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Heatmaps and part affinity fields of an image (height, width, 3) uint8 BGR."""
        size = image.shape[:2]
        try:
            if size not in self._by_size:
                self._by_size[size] = self._prepared(size)
                if len(self._by_size) > SIZES_KEPT:
                    self._by_size.popitem(last=False)
            self._by_size.move_to_end(size)
            interpreter, source, outputs = self._by_size[size]
            interpreter.set_tensor(source, image[None])
            interpreter.invoke()
            heatmaps, pafs = (_as_float(interpreter.get_tensor(output['index'])[0], output)
                              for output in outputs)
        except (RuntimeError, ValueError) as error:
            raise ModelError('TFLite cannot run {} at {}x{}: {}'.format(
                self._name, size[1], size[0], first_line(error)))
        return heatmaps, pafs

    def _prepared(self, size):
        """An interpreter for this size, the index of its input and what its outputs are."""
        with without_announcements('tflite'):
            interpreter = self._make(model_path=self._path, num_threads=self._threads)
            source = interpreter.get_input_details()[0]['index']
            interpreter.resize_tensor_input(source, (1,) + size + (3,))
            interpreter.allocate_tensors()
        by_channels = {output['shape'][-1]: output for output in interpreter.get_output_details()}
        return interpreter, source, (by_channels[self._body.heatmap_count],
                                     by_channels[self._body.paf_count])


def _as_float(values: np.ndarray, output: Any) -> np.ndarray:
    """Eight bits as the numbers they stand for."""
    if values.dtype == np.float32:
        return values
    scale, zero = output['quantization']
    return (values.astype(np.float32) - np.float32(zero)) * np.float32(scale)


def find_interpreter(with_tensorflow: bool = True) -> Tuple[Callable[..., Any], str]:
    """The class of the interpreter and the package it is from. Raises ModelError."""
    for package in ('ai_edge_litert', 'tflite_runtime'):
        try:
            return importlib.import_module(package + '.interpreter').Interpreter, package
        except ImportError:
            pass
    if with_tensorflow:
        from openpose_ros.network.tf1 import tf
        return tf.lite.Interpreter, 'tensorflow {}'.format(tf.__version__)
    raise ModelError('there is no TFLite interpreter: pip install {}'.format(
        'ai-edge-litert' if sys.version_info >= (3, 9) else
        'tflite-runtime (ai-edge-litert is for Python 3.9 and later), or take TensorFlow'))


def converted(graph_path: str, graph_sha256: str, model: Model,
              ranges_path: Optional[str] = None) -> str:
    """Path of the TFLite file of this graph, beside it; made the first time. Raises ModelError.

    ranges_path: of what eight bits are made with; None: float. Where no file can be written beside
    the graph it is in the folder of all models, else in a temporary one.
    """
    meaning = [FORMAT, graph_sha256, model.input, model.outputs, model.pixels, model.body]
    if ranges_path:
        ranges.read(ranges_path, graph_sha256)   # of another graph: said before all else
        meaning += [INT8_FORMAT, sha256_of(ranges_path)]
    key = hashlib.sha256(json.dumps(meaning).encode()).hexdigest()[:16]
    stem, _ = os.path.splitext(os.path.basename(graph_path))
    name = '{}.{}{}.tflite'.format(stem, key, '.int8' if ranges_path else '')
    folders = _folders(graph_path, model)
    for folder in folders:
        if _is_as_converted(os.path.join(folder, name)):
            return os.path.join(folder, name)
    place = next(filter(_is_writable, folders), None)
    if place is None:
        raise ModelError('{}: the converted network can be written nowhere ({}): make one of them '
                         'writable'.format(model.name, ', '.join(folders)))
    path = os.path.join(place, name)
    subprocess_call.call('converting {} to TFLite{}, once'.format(
        model.name, ', int8' if ranges_path else ''),
        'openpose_ros.network.graphs.convert:convert', model, graph_path, path, ranges_path)
    write_whole(path + '.sha256', sha256_of(path).encode())
    return path


def _folders(graph_path: str, model: Model) -> Tuple[str, ...]:
    """Where a converted file may be, the best place first."""
    try:
        number = os.getuid()
    except AttributeError:   # Windows
        number = 0
    ours = os.path.join(tempfile.gettempdir(), 'openpose_ros-{}'.format(number))
    folders = os.path.dirname(graph_path), os.path.join(models_folder(), model.name)
    return folders + ((os.path.join(ours, model.name),) if _is_ours(ours, number) else ())


def _is_ours(folder: str, user: int) -> bool:
    """Whether nobody else can have put something into a folder of everybody's; it may be missing."""
    try:
        status = os.lstat(folder)
    except OSError:
        return True
    return stat.S_ISDIR(status.st_mode) and status.st_uid == user and not status.st_mode & 0o022


def _is_writable(folder: str) -> bool:
    """Whether files can be written there."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _place(path: str, graph_path: str) -> str:
    """A note where the converted file is not beside the graph."""
    folder = os.path.dirname(path)
    return '' if folder == os.path.dirname(graph_path) else (
        ' (its folder cannot be written to: converted in {})'.format(folder))


def _is_as_converted(path: str) -> bool:
    """Whether the file is there as it was written: an interpreter may die of another."""
    try:
        return read_regular(path + '.sha256', 64).decode() == sha256_of(path)
    except (OSError, ValueError):   # ModelError is a ValueError
        return False


def usable_cores() -> int:
    """The number of cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:   # not on Linux
        return os.cpu_count() or 1
