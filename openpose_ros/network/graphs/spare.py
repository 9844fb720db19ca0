"""Work left out that changes no output: for zeros, and for channels that are always zero.

Graphs are as in transform.py. What is written here is for TFLite's converter: TensorFlow 1.15 and
2.6 themselves silently ignore the dilations of a depthwise convolution.
"""
from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from openpose_ros.network.graphs import transform
from openpose_ros.network.graphs.equalize import has_bias
from openpose_ros.network.graphs.transform import (CONVOLUTIONS, node_of,
                                                   value_of)

# No value of a network is larger: a channel whose weights could not lift it above zero even then is
# silent for good. Those of mobilenet_thin are 1e-10 of the others', those of lightweight_openpose 0.
_LARGEST = 1e6
_TILE = 16  # channels that kernels calculate at once; a part of one costs as much as a whole one


def write_dilations(graph_def: Any, outputs: Sequence[str]) -> Any:
    """With depthwise kernels that have zeros between their taps as dilated ones."""
    nodes = {node.name: node for node in graph_def.node}
    result = []
    for node in graph_def.node:
        weights = value_of(nodes, node.input[1]) if node.op == 'DepthwiseConv2dNative' else None
        if (weights is not None and list(node.attr['strides'].list.i) == [1] * 4
                and node.attr['data_format'].s in (b'', b'NHWC')):
            across, down = (_spacing(weights.any(axes)) for axes in ((0, 2, 3), (1, 2, 3)))
            if across == down > 1:     # of two, TFLite's kernels would have to be asked
                taps = transform.constant(node.name + '/taps', weights[::down, ::across])
                node = transform.copy_of(node)
                node.input[1] = taps.name
                node.attr['dilations'].list.i[:] = [1, down, across, 1]
                result.append(taps)
        result.append(node)
    return transform.prune(transform.graph_like(graph_def, result), outputs)


def _spacing(is_used: np.ndarray) -> int:
    """How far apart the taps of a kernel are along one axis; is_used: of each row or column."""
    last = is_used.size - 1
    return next((step for step in range(last, 1, -1) if last % step == 0 and not np.delete(
        is_used, np.arange(0, last + 1, step)).any()), 1)


def remove_silent(graph_def: Any, outputs: Sequence[str]) -> Any:
    """Without channels of convolutions that a ReLU always makes zero, whole tiles of them."""
    graph = _Graph(graph_def, outputs)
    for node in graph_def.node:
        if node.op == 'Conv2D':
            graph.silence(node)
    result = []
    for node in graph_def.node:
        result.extend(graph.changed.get(node.name, [node]))
    return transform.prune(transform.graph_like(graph_def, result), outputs)


class _Graph:
    """A graph and what is changed of it: {name: the nodes that take this one's place}."""

    def __init__(self, graph_def: Any, outputs: Sequence[str]) -> None:
        self.changed = {}   # type: Dict[str, List[Any]]
        self._nodes = {node.name: node for node in graph_def.node}
        self._ends = {node_of(name) for name in outputs}
        self._readers = transform.readers_of(graph_def)

    def silence(self, node: Any) -> None:
        """Remove the silent outputs of a convolution, where all that read them can do without."""
        weights, chain = value_of(self._nodes, node.input[1]), self._chain(node)
        bias = self._bias(chain)
        if weights is None or bias is None or not self._is_relu(chain[-1]):
            return
        silent = np.flatnonzero(np.abs(weights).sum((0, 1, 2)) * _LARGEST <= -bias)
        kept = -(-(bias.size - silent.size) // _TILE) * _TILE
        if kept < bias.size:
            gone = silent[:bias.size - kept]
            changes = self._changes_behind(chain[-1], gone)
            if changes is not None:
                changes.append((node, 3))
                for changed, axis in changes + [(each, 0) for each in chain[1:]]:
                    self._drop(changed, axis, gone)

    def _chain(self, node: Any) -> List[Any]:
        """The node, the bias and the ReLU that alone read it."""
        chain = [node]
        while True:
            readers = self._readers.get(chain[-1].name, [])
            if chain[-1].name in self._ends or len(readers) != 1 or self._is_relu(chain[-1]) or not (
                    has_bias(readers[0], self._nodes) or self._is_relu(readers[0])):
                return chain
            chain.append(readers[0])

    def _bias(self, chain: List[Any]) -> Optional[np.ndarray]:
        biases = [value_of(self._nodes, node.input[1]) for node in chain[1:]
                  if not self._is_relu(node)]
        return biases[0].reshape(-1) if len(biases) == 1 else None

    @staticmethod
    def _is_relu(node: Any) -> bool:
        return node.op in ('Relu', 'Relu6')

    def _changes_behind(self, node: Any, gone: np.ndarray) -> Optional[List[Any]]:
        """[(node, axis of its constant)] of those that read these zeros; None: they are needed."""
        if node.name in self._ends:
            return None
        changes = []    # type: List[Any]
        for reader in self._readers.get(node.name, []):
            weights = value_of(self._nodes, reader.input[1]) if reader.op in CONVOLUTIONS else None
            if weights is None:
                return None
            changes.append((reader, 2))
            if reader.op != 'Conv2D':
                chain = self._chain(reader)
                behind = self._changes_behind(chain[-1], gone)
                if weights.shape[3] != 1 or behind is None or not self._stays_zero(chain, gone):
                    return None
                changes += [(each, 0) for each in chain[1:]] + behind
        return changes

    def _stays_zero(self, chain: List[Any], gone: np.ndarray) -> bool:
        """Whether zeros in give zeros out of a depthwise convolution with what follows it."""
        bias = self._bias(chain)
        if bias is None:
            return all(map(self._is_relu, chain[1:]))
        return bool((bias[gone] <= 0.).all() if self._is_relu(chain[-1])
                    else (bias[gone] == 0.).all())

    def _drop(self, node: Any, axis: int, gone: np.ndarray) -> None:
        """Take channels out of a node's constant, if it has one."""
        if self._is_relu(node):
            return
        former = self.changed.get(node.name, [node])    # one that reads fewer may write fewer, too
        value = (value_of(self._nodes, node.input[1]) if len(former) == 1
                 else transform.tf.make_ndarray(former[0].attr['value'].tensor))
        constant = transform.constant(node.name + '/heard', np.delete(value, gone, axis))
        node = transform.copy_of(node)
        node.input[1] = constant.name
        self.changed[node.name] = [constant, node]
