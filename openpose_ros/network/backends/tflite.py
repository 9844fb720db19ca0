"""A network in TFLite, on a CPU, without TensorFlow in the process."""
import collections
import hashlib
import importlib
import json
import os
import sys
from typing import Any, Callable, Optional, Tuple

import numpy as np

from openpose_ros.files import read_regular
from openpose_ros.network import subprocess_call
from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import sha256_of, write_whole
from openpose_ros.network.models.catalogue import Model
from openpose_ros.network.models.fetch import models_folder
from openpose_ros.network.quiet import without_announcements

# Bump it when convert.py comes to write something else for the same graph.
FORMAT = 1
# An interpreter is planned for one size of image; several scales alternate between a few.
SIZES_KEPT = 4


class TfliteBackend:
    """Interpreters for one network, one a size of image."""

    def __init__(self, graph_path: str, graph_sha256: str, model: Model,
                 threads: Optional[int] = None, with_tensorflow: bool = True) -> None:
        """Convert the graph unless that has been done. Raises ModelError where it cannot be.

        threads: None: all cores this process may use. with_tensorflow: use the interpreter within
        TensorFlow where there is no other; it brings TensorFlow into the process, and TensorFlow
        2.6's takes twice the time of a session.
        """
        self._make, package = find_interpreter(with_tensorflow)
        self._threads = threads or usable_cores()
        self._body = model.body
        self._name = model.name
        self._path = converted(graph_path, graph_sha256, model)
        self._by_size = collections.OrderedDict()
        self.on_gpu = False
        self.description = 'TFLite ({}) on CPU, {} thread{}'.format(
            package, self._threads, 's' * (self._threads > 1))

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
            heatmaps, pafs = (interpreter.get_tensor(output)[0] for output in outputs)
        except (RuntimeError, ValueError) as error:
            raise ModelError('TFLite cannot run {} at {}x{}: {}'.format(
                self._name, size[1], size[0], first_line(error)))
        return heatmaps, pafs

    def _prepared(self, size):
        """An interpreter for this size, the index of its input and those of its outputs."""
        with without_announcements('tflite'):
            interpreter = self._make(model_path=self._path, num_threads=self._threads)
            source = interpreter.get_input_details()[0]['index']
            interpreter.resize_tensor_input(source, (1,) + size + (3,))
            interpreter.allocate_tensors()
        by_channels = {output['shape'][-1]: output['index']
                       for output in interpreter.get_output_details()}
        return interpreter, source, (by_channels[self._body.heatmap_count],
                                     by_channels[self._body.paf_count])


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


def converted(graph_path: str, graph_sha256: str, model: Model) -> str:
    """Path of the TFLite file of this graph, beside it; made the first time. Raises ModelError."""
    meaning = json.dumps([FORMAT, graph_sha256, model.input, model.outputs, model.pixels,
                          model.body])
    key = hashlib.sha256(meaning.encode()).hexdigest()[:16]
    path = '{}.{}.tflite'.format(os.path.splitext(graph_path)[0], key)
    if not _is_as_converted(path):
        if not os.access(os.path.dirname(path), os.W_OK):
            folder = os.path.join(models_folder(), model.name)
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, os.path.basename(path))
        if not _is_as_converted(path):
            subprocess_call.call('converting {} to TFLite, once'.format(model.name),
                       'openpose_ros.network.graphs.convert:convert', model, graph_path, path)
            write_whole(path + '.sha256', sha256_of(path).encode())
    return path


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
