"""Which backend is the faster on this CPU: measured once and kept beside the model.

It depends on network and processor: TFLite took 0.6 to 1.6 times as long as a TensorFlow session.
As it starts in a tenth of the time and spares half a gigabyte of memory, TensorFlow has to be
clearly faster to be preferred.
"""
import contextlib
import importlib.util
import json
import time
from typing import Dict, Optional

import numpy as np

from openpose_ros.network import subprocess_call
from openpose_ros.network.backends.tflite import (TfliteBackend, converted,
                                                  usable_cores)
from openpose_ros.network.errors import ModelError
from openpose_ros.network.files import write_whole
from openpose_ros.network.models.catalogue import Model

CLEARLY = .9   # TensorFlow's time must be less than this share of TFLite's
SIZE = (368, 488)   # px, height and width of the network's input: 4:3 at the usual height
RUNS = 8


def tensorflow_is_faster(graph_path: str, graph_sha256: str, model: Model,
                         threads: Optional[int] = None) -> bool:
    """Whether a TensorFlow session is clearly faster than TFLite with this graph on this CPU.

    Raises ModelError where TFLite cannot be had for it.
    """
    path = '{}.{}-threads.json'.format(converted(graph_path, graph_sha256, model),
                                       threads or usable_cores())
    if importlib.util.find_spec('tensorflow') is None:
        return False
    seconds = _read(path)
    if seconds is None:
        seconds = subprocess_call.call('measuring {} on this CPU, once'.format(model.name),
                             __name__ + ':measure', model, graph_path, graph_sha256, threads)
        with contextlib.suppress(ModelError):   # where it cannot be kept, it is measured again
            write_whole(path, json.dumps(seconds).encode())
    return seconds['tensorflow'] < CLEARLY * seconds['tflite']


def _read(path: str) -> Optional[Dict[str, float]]:
    """What was measured before; None where nothing was, or it cannot be read."""
    try:
        with open(path) as file:
            seconds = json.load(file)
        return {name: float(seconds[name]) for name in ('tensorflow', 'tflite')}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def measure(model: Model, graph_path: str, graph_sha256: str,
            threads: Optional[int]) -> Dict[str, float]:
    """Least seconds of CPU time of a run by each backend, the two taking turns.

    Both keep all their threads busy, so CPU time ranks them as the clock does on a quiet machine;
    and it hardly changes when the machine has other work at that moment.
    """
    from openpose_ros.network.backends.session import SessionBackend
    from openpose_ros.network.graphs.graph import read_graph
    backends = {'tflite': TfliteBackend(graph_path, graph_sha256, model, threads),
                'tensorflow': SessionBackend(read_graph(graph_path), model, 'cpu',
                                             threads=threads)}
    image = np.random.RandomState(0).randint(0, 256, SIZE + (3,)).astype(np.uint8)
    least = dict.fromkeys(backends, np.inf)
    for _ in range(RUNS):
        for name, backend in backends.items():
            start = time.process_time()
            backend.infer(image)
            least[name] = min(least[name], time.process_time() - start)
    return least
