"""Which way of running a network is the fastest on this CPU: measured once and kept beside it.

It depends on network and processor: TFLite took 0.6 to 1.6 times as long as a TensorFlow session,
and eight bits 0.3 times as long as float where the processor has instructions for them, 0.8 times
where it has not. As TFLite starts in a tenth of the time and spares half a gigabyte of memory,
TensorFlow has to be clearly faster to be preferred; and eight bits, which lose a little, too.
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

TENSORFLOW, TFLITE, INT8 = 'tensorflow', 'tflite', 'int8'
CLEARLY = .9   # one of the others must take less than this share of TFLite's time
SIZE = (368, 488)   # px, height and width of the network's input: 4:3 at the usual height
RUNS = 8


def fastest(graph_path: str, graph_sha256: str, model: Model, threads: Optional[int] = None,
            ranges_path: Optional[str] = None) -> str:
    """TENSORFLOW or INT8 where that is clearly faster than TFLITE with this graph on this CPU.

    ranges_path: of what eight bits are made with; None: they are not asked for. Raises ModelError
    where TFLite cannot be had for the graph.
    """
    if importlib.util.find_spec('tensorflow') is None and not ranges_path:
        return TFLITE
    taken = seconds(graph_path, graph_sha256, model, threads, ranges_path)
    best = min(taken, key=taken.get)
    return best if taken[best] < CLEARLY * taken[TFLITE] else TFLITE


def seconds(graph_path: str, graph_sha256: str, model: Model, threads: Optional[int] = None,
            ranges_path: Optional[str] = None) -> Dict[str, float]:
    """Least CPU time in s of a run in each way there is, measured once and kept.

    Arguments and errors as in :func:`fastest`.
    """
    path = '{}.{}-threads.json'.format(converted(graph_path, graph_sha256, model, ranges_path),
                                       threads or usable_cores())
    taken = _read(path)
    if taken is None:
        taken = subprocess_call.call(
            'measuring {} on this CPU, once'.format(model.name), __name__ + ':measure', model,
            graph_path, graph_sha256, threads, ranges_path)
        with contextlib.suppress(ModelError):   # where it cannot be kept, it is measured again
            write_whole(path, json.dumps(taken).encode())
    return taken


def _read(path: str) -> Optional[Dict[str, float]]:
    """What was measured before; None where nothing was, or it cannot be read."""
    try:
        with open(path) as file:
            seconds = {name: float(value) for name, value in json.load(file).items()}
        return seconds if TFLITE in seconds and set(seconds) <= {TENSORFLOW, TFLITE, INT8} else None
    except (OSError, ValueError, AttributeError, TypeError):
        return None


def measure(model: Model, graph_path: str, graph_sha256: str, threads: Optional[int],
            ranges_path: Optional[str] = None) -> Dict[str, float]:
    """Least seconds of CPU time of a run in each way, the ways taking turns.

    All keep their threads busy, so CPU time ranks them as the clock does on a quiet machine; and
    it hardly changes when the machine has other work at that moment.
    """
    backends = {TFLITE: TfliteBackend(graph_path, graph_sha256, model, threads)}
    if ranges_path:
        backends[INT8] = TfliteBackend(graph_path, graph_sha256, model, threads,
                                       ranges_path=ranges_path)
    if importlib.util.find_spec('tensorflow') is not None:
        from openpose_ros.network.backends.session import SessionBackend
        from openpose_ros.network.graphs.graph import read_graph
        backends[TENSORFLOW] = SessionBackend(read_graph(graph_path), model, 'cpu',
                                              threads=threads)
    image = np.random.RandomState(0).randint(0, 256, SIZE + (3,)).astype(np.uint8)
    least = dict.fromkeys(backends, np.inf)
    for _ in range(RUNS):
        for name, backend in backends.items():
            start = time.process_time()
            backend.infer(image)
            least[name] = min(least[name], time.process_time() - start)
    return least
