"""BGR picture in, heatmaps and part affinity fields out."""
import os
import time
from typing import NamedTuple, Optional

import cv2
import numpy as np

from openpose_ros.network import catalogue


class Maps(NamedTuple):
    heatmaps: np.ndarray
    pafs: np.ndarray
    seconds: float


class Network:
    def __init__(self, model, backend):
        self.model = model
        self._backend = backend

    def prepare(self, width: int, height: int) -> None:
        self._backend.run(np.zeros((height, width, 3), np.uint8))

    def run(self, image: np.ndarray, height: int = 368, width: Optional[int] = None) -> Maps:
        if width is None:
            width = max(16, int(round(image.shape[1] * height / image.shape[0] / 16.)) * 16)
        picture = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        start = time.perf_counter()
        maps, = self._backend.run(picture)
        count = self.model.body.heatmap_count
        return Maps(maps[..., :count], maps[..., count:], time.perf_counter() - start)


def load(model, backend='auto', device='auto', gpu_memory_fraction=None, threads=None,
         model_dir=None) -> Network:
    from openpose_ros.network import session
    entry = catalogue.find(model)
    folder = model_dir or os.environ.get('OPENPOSE_MODEL_DIR') or os.path.join(
        os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'openpose_ros')
    with open(os.path.join(folder, entry.name, entry.graph), 'rb') as file:
        graph_def = session.tf.GraphDef.FromString(file.read())
    return Network(entry, session.SessionBackend(graph_def, entry))
