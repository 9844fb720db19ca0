"""What a network costs for one image: arithmetic and memory traffic, counted from its graph."""
from typing import Dict, NamedTuple, Optional

import numpy as np

from openpose_ros.network.graphs import tensors, transform
from openpose_ros.network.graphs.graph import read_graph
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models import fetch
from openpose_ros.network.models.catalogue import Model


class Cost(NamedTuple):
    """The work of one image of width x height px.

    macs: multiplications with addition (two operations each), of convolutions and products of
        matrices; by_operation: the same by kind. parameters: numbers in the constants.
    activations: numbers that these operations read and write; all others (bias, ReLU, batch norm)
        can be done on the way, and are not counted.
    model: its entry of the catalogue, with the tensors that were found.
    """

    model: Model
    width: int
    height: int
    macs: int
    by_operation: Dict[str, int]
    parameters: int
    activations: int

    def traffic(self, bytes_per_number: int) -> int:
        """Bytes to and from memory when no layer's input or output stays in a cache."""
        return bytes_per_number * (self.parameters + self.activations)

    def floor(self, flops: float, bandwidth: float, bytes_per_number: int) -> float:
        """The least seconds on a processor of this many operations/s and bytes/s (a roofline)."""
        return max(2 * self.macs / flops, self.traffic(bytes_per_number) / bandwidth)


def describe(model: Model, width: int, height: int, model_dir: Optional[str] = None) -> Cost:
    """Count the work of a model's graph at this size of input. Raises ModelError."""
    path, _ = fetch.checked_graph(model, model_dir)
    graph_def = read_graph(path)
    model = tensors.resolve(graph_def, model)
    graph_def = transform.prune(graph_def, model.outputs + (model.input,))
    wired = tensors.wire(graph_def, model, height, width)
    macs, activations = {}, 0   # type: Dict[str, int]
    for operation in wired.graph.get_operations():
        work = _MACS.get(operation.type)
        if work:
            source, weights = (_shape(tensor) for tensor in operation.inputs[:2])
            result = _shape(operation.outputs[0])
            macs[operation.type] = macs.get(operation.type, 0) + work(source, weights, result)
            activations += int(np.prod(source) + np.prod(result))
    parameters = sum(_size(node) for node in graph_def.node if node.op == 'Const')
    return Cost(model, width, height, sum(macs.values()), macs, parameters, activations)


# From the shapes of the input (NHWC), the weights (HWIO) and the output.
_MACS = {
    'Conv2D': lambda source, weights, result: int(np.prod(result) * np.prod(weights[:3])),
    'DepthwiseConv2dNative': lambda source, weights, result: int(
        np.prod(result) * np.prod(weights[:2])),
    'MatMul': lambda source, weights, result: int(np.prod(result) * weights[0]),
}


def _shape(tensor):
    return [size or 1 for size in tensor.shape.as_list()]


def _size(node):
    shape = node.attr['value'].tensor.tensor_shape
    is_float = node.attr['dtype'].type in (tf.float32.as_datatype_enum, tf.float16.as_datatype_enum)
    return int(np.prod([dim.size for dim in shape.dim])) if is_float else 0
