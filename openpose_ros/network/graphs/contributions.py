"""What each channel of a concatenation contributes to a network's outputs, measured on images."""
from typing import Any, Dict, List, Tuple

import numpy as np

from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import leave_out
from openpose_ros.network.models.catalogue import Model
from openpose_ros.network.tf1 import tf

# Directions in which the outputs are looked at, an image. Chosen: of mobilenet_thin's 96 channels
# half of the directions choose 88 or 90 alike, half of the images 78 or 85.
_DIRECTIONS = 8


class Contributions:
    """By how much the outputs change, to first order, where a channel is its mean everywhere.

    Source: the Taylor expansion of Molchanov, Tyree, Karras, Aila, Kautz, *Pruning Convolutional
    Neural Networks for Resource Efficient Inference*, ICLR 2017; of the outputs in random
    directions, as there are no labels, so of no loss.
    """

    def __init__(self, graph_def: Any, model: Model, graph: Any, prefix: str) -> None:
        """graph: where graph_def has been imported below the name `prefix`. Raises ModelError."""
        self.name = _concatenation(graph_def, model)
        values = graph.get_tensor_by_name('{}/{}:0'.format(prefix, self.name))
        outputs = [graph.get_tensor_by_name('{}/{}'.format(prefix, name))
                   for name in model.outputs]
        self._shapes = [tf.shape(output) for output in outputs]
        self._directions = [tf.placeholder(tf.float32) for _ in model.outputs]
        slope, = tf.gradients([tf.reduce_sum(output * direction) for output, direction in zip(
            outputs, self._directions)], [values])
        self._wanted = [tf.reduce_sum(slope * values, [0, 1, 2]),
                        tf.reduce_sum(slope, [0, 1, 2])]
        self._found = []    # type: List[Tuple[np.ndarray, np.ndarray]]
        self._random = np.random.RandomState(0)

    def add(self, session: Any, fed: Dict[Any, Any]) -> None:
        """Look at one image. fed: what the session is fed with for it."""
        shapes, fed = session.run(self._shapes, fed), dict(fed)
        for _ in range(_DIRECTIONS):
            directions = [self._random.standard_normal(shape) / np.sqrt(shape[1] * shape[2])
                          for shape in shapes]
            fed.update(zip(self._directions, directions))
            self._found.append(tuple(session.run(self._wanted, fed)))

    def least(self, count: int, mean: np.ndarray) -> Dict[str, Tuple[int, ...]]:
        """{name: the channels that contribute least}; mean: of each. Raises ModelError."""
        if not 0 < count < mean.size:
            raise ModelError('{} of the {} channels of {} cannot be left out'.format(
                count, mean.size, self.name))
        changes = [product - slope * mean for product, slope in self._found]
        least = np.argsort(np.square(changes).mean(0))[:count]
        return {self.name: tuple(sorted(int(channel) for channel in least))}


def _concatenation(graph_def: Any, model: Model) -> str:
    """The first concatenation that can do without channels. Raises ModelError where none can."""
    for node in graph_def.node:
        if node.op == 'ConcatV2' and leave_out.can_leave_out(graph_def, model.outputs, node.name):
            return node.name
    raise ModelError('nothing can be left out of {}: it has no concatenation that depthwise '
                     'convolutions read'.format(model.name))
