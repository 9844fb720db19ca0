"""A network in a TensorFlow session: on a GPU, or on a CPU where there is no LiteRT."""
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import tensors
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models.catalogue import Model


class SessionBackend:
    """One session for one frozen graph; images of any size."""

    def __init__(self, graph_def: Any, model: Model, device: str = 'auto',
                 gpu_memory_fraction: Optional[float] = None,
                 threads: Optional[int] = None) -> None:
        """device: 'gpu' raises ModelError where TensorFlow finds none, 'auto' takes the CPU then.

        gpu_memory_fraction: of the whole memory, at most; None: grows as needed.
        """
        wired = tensors.wire(graph_def, tensors.resolve(graph_def, model), batch=None)
        self._session = tf.Session(graph=wired.graph,
                                   config=_config(device, gpu_memory_fraction, threads))
        gpus = [device for device in self._session.list_devices() if device.device_type == 'GPU']
        if device == 'gpu' and not gpus:
            raise ModelError('device gpu was asked for, but TensorFlow {} finds no GPU: install a '
                             'TensorFlow built for it, or take device auto'.format(tf.__version__))
        self.on_gpu = bool(gpus)
        self.description = 'TensorFlow {} on {}'.format(
            tf.__version__, ', '.join('{} ({:,} MB)'.format(
                gpu.name.split('device:')[-1], gpu.memory_limit_bytes >> 20) for gpu in gpus)
            or 'CPU')
        self._takes = wired.image.shape
        # A callable skips the look-up of names that every Session.run does.
        self._run = self._session.make_callable([wired.heatmaps, wired.pafs], [wired.image])

    def infer(self, image: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Heatmaps and part affinity fields of an image (height, width, 3) uint8 BGR."""
        return self.infer_all([image])[0]

    @property
    def batches(self) -> bool:
        """Whether several images are faster in one run: on a GPU, unless an engine takes one only.

        On a CPU a run has all cores busy with one image already.
        """
        return self.on_gpu and self._takes.dims[0].value is None

    def infer_all(self, images: Sequence[np.ndarray]) -> List[Tuple[np.ndarray, np.ndarray]]:
        """The same of several images of one size, in one run."""
        image = images[0]
        if not self._takes.is_compatible_with((len(images),) + image.shape):
            raise ModelError('this graph was made for {}x{}, and cannot be run at {}x{}'.format(
                self._takes[2], self._takes[1], image.shape[1], image.shape[0]))
        try:
            heatmaps, pafs = self._run(np.stack(images) if len(images) > 1 else image[None])
        except tf.errors.OpError as error:
            raise ModelError('TensorFlow cannot run the network at {}x{}: {}'.format(
                image.shape[1], image.shape[0], error.message.strip().split('\n')[0][:200]))
        return list(zip(heatmaps, pafs))


def _config(device: str, gpu_memory_fraction: Optional[float], threads: Optional[int]) -> Any:
    config = tf.ConfigProto(intra_op_parallelism_threads=threads or 0)
    if device == 'cpu':
        config.device_count['GPU'] = 0
    config.gpu_options.allow_growth = True
    if gpu_memory_fraction:
        config.gpu_options.per_process_gpu_memory_fraction = gpu_memory_fraction
    return config
