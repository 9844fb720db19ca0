"""Channels of a concatenation left out that hardly any output depends on.

What they give on the average goes into the biases behind them, so nothing is lost but how they
vary. mobilenet_thin's stages read one concatenation of 864 channels by twelve wide depthwise
convolutions, which eight bits do not make cheaper. Graphs are as in transform.py.
"""
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import transform
from openpose_ros.network.graphs.equalize import has_bias
from openpose_ros.network.graphs.transform import (CONVOLUTIONS, node_of,
                                                   value_of)

_PASSING = 'Relu', 'Relu6', 'MaxPool'


def leave_out(graph_def: Any, outputs: Sequence[str], channels: Dict[str, Sequence[int]],
              means: Dict[str, np.ndarray]) -> Tuple[Any, Dict[str, np.ndarray]]:
    """The graph without these channels of these concatenations, and the means without them.

    means: of each channel of the nodes' outputs. What reads the concatenations must be depthwise
    convolutions that one convolution reads, or further concatenations. Raises ModelError where
    something else does, or what is named is not there.
    """
    for name in sorted(channels):
        work = _Work(graph_def, outputs, means)
        work.leave_out(name, np.asarray(channels[name], int))
        graph_def, means = work.result()
    return graph_def, means


def can_leave_out(graph_def: Any, outputs: Sequence[str], name: str) -> bool:
    """Whether channels of this concatenation can go, those of the first and of the last input."""
    nodes = {node.name: node for node in graph_def.node}
    means = {node.name: np.zeros(value_of(nodes, node.input[1]).shape[2])
             for node in graph_def.node if node.op == 'DepthwiseConv2dNative'}
    work = _Work(graph_def, outputs, means)
    try:
        work.leave_out(name, np.array([0, work.count(name) - 1]))
    except ModelError:
        return False
    return True


class _Work:
    """One concatenation: which channels of which nodes are taken, in which order."""

    def __init__(self, graph_def: Any, outputs: Sequence[str],
                 means: Dict[str, np.ndarray]) -> None:
        self._graph_def, self._outputs, self._means = graph_def, outputs, means
        self._nodes = {node.name: node for node in graph_def.node}
        self._ends = {node_of(name) for name in outputs}
        self._readers = transform.readers_of(graph_def)
        self._values = {}   # type: Dict[str, np.ndarray]   # of the constant that a node reads
        self._taken = {}    # type: Dict[str, np.ndarray]   # of a node's channels
        self._slices = {}   # type: Dict[str, List[Any]]    # behind a node, for the concatenation

    def leave_out(self, name: str, gone: np.ndarray) -> None:
        concat = self._nodes.get(name)
        counts = [self.count(source) for source in self._sources(concat)]
        if (not counts or not all(counts) or not gone.size or gone.min() < 0
                or gone.max() >= sum(counts) or np.unique(gone).size != gone.size):
            raise ModelError('the ranges are those of another graph: it has no such channels of '
                             '{} to leave out'.format(name))
        self._behind_concat(concat, gone, sum(counts))
        first = 0
        for source, count in zip(self._sources(concat), counts):
            own = gone[(gone >= first) & (gone < first + count)] - first
            if own.size:
                self._before(source, concat, own, count)
            first += count

    def result(self) -> Tuple[Any, Dict[str, np.ndarray]]:
        nodes = []
        for node in self._graph_def.node:
            if node.name in self._values:
                value = transform.constant(node.name + '/kept', self._values[node.name])
                node = transform.copy_of(node)
                node.input[1] = value.name
                nodes.append(value)
            elif node.op == 'ConcatV2':
                node = transform.copy_of(node)
                node.input[:] = [
                    self._slices[each][-1].name if each in self._slices and node.name in self._taken
                    else each for each in node.input]
            nodes.append(node)
            nodes.extend(self._slices.get(node.name, ()))
        means = {name: mean[self._taken[name]] if name in self._taken and mean.size > 1 else mean
                 for name, mean in self._means.items()}
        return transform.prune(transform.graph_like(self._graph_def, nodes), self._outputs), means

    @staticmethod
    def _sources(concat: Any) -> List[str]:
        return [] if concat is None or concat.op != 'ConcatV2' else [
            node_of(name) for name in concat.input[:-1]]

    def count(self, name: str) -> int:
        """How many channels a node's output has; 0: that is not known."""
        node = self._nodes[name]
        if node.op == 'ConcatV2':
            counts = [self.count(source) for source in self._sources(node)]
            return sum(counts) if all(counts) else 0
        if has_bias(node, self._nodes):
            return self._value(node).size
        if node.op in CONVOLUTIONS and self._value(node) is not None:
            shape = self._value(node).shape
            return shape[3] if node.op == 'Conv2D' else shape[2] * shape[3]
        return self.count(node_of(node.input[0])) if node.op in _PASSING else 0

    def _value(self, node: Any) -> Any:
        """What is now the constant of a convolution or a bias."""
        return self._values.get(node.name, value_of(self._nodes, node.input[1]))

    def _refuse(self, node: Any) -> None:
        raise ModelError('no channels that {} reads can be left out: the ranges are those of '
                         'another graph'.format(node.name))

    def _take(self, node: Any, axis: int, indices: np.ndarray) -> None:
        self._values[node.name] = np.take(self._value(node), indices, axis)

    def _behind_concat(self, concat: Any, gone: np.ndarray, count: int) -> None:
        kept = np.delete(np.arange(count), gone)
        self._taken[concat.name] = kept
        for reader in self._readers.get(concat.name, []):
            if reader.op == 'ConcatV2':
                first, counts = 0, [self.count(name) for name in self._sources(reader)]
                if not all(counts):
                    self._refuse(reader)
                for source, own in zip(self._sources(reader), counts):
                    if source == concat.name:
                        self._behind_concat(reader, gone + first, sum(counts))
                    first += own
            else:
                self._mean_into_bias(reader, kept, gone)
        if concat.name in self._ends:
            self._refuse(concat)

    def _mean_into_bias(self, node: Any, kept: np.ndarray, gone: np.ndarray) -> None:
        """Take channels out of a depthwise convolution and the one behind it."""
        wide, bias = self._one_reader(node), None
        if wide is not None and wide.op == 'Conv2D':
            bias = self._one_reader(wide)
        if (node.op != 'DepthwiseConv2dNative' or self._value(node).shape[3] != 1 or bias is None
                or not has_bias(bias, self._nodes)
                or np.size(self._means.get(node.name)) != self._value(node).shape[2]):
            self._refuse(node)
        weights = self._value(wide)
        self._values[bias.name] = np.float32(self._value(bias) + self._means[node.name][gone].dot(
            weights.sum((0, 1), dtype=np.float64)[gone]))
        self._take(node, 2, kept)
        self._take(wide, 2, kept)
        self._taken[node.name] = kept

    def _one_reader(self, node: Any) -> Any:
        readers = self._readers.get(node.name, [])
        return readers[0] if len(readers) == 1 and node.name not in self._ends else None

    def _before(self, source: str, concat: Any, gone: np.ndarray, count: int) -> None:
        """Take channels out of what is concatenated, or put them last and cut them off."""
        path = [self._nodes[source]]
        while path[-1].op in _PASSING or has_bias(path[-1], self._nodes):
            path.append(self._nodes[node_of(path[-1].input[0])])
        kept = np.delete(np.arange(count), gone)
        on_path = {concat.name} | {node.name for node in path}
        others = [reader for node in path for reader in self._readers[node.name]
                  if reader.name not in on_path]
        if path[-1].op != 'Conv2D' or on_path & self._ends:
            self._refuse(path[-1])
        if others:
            self._slices[source] = _slice(source, kept.size)
            kept = np.concatenate((kept, gone))
        for node in path:
            self._taken[node.name] = kept
            if node.op == 'Conv2D' or has_bias(node, self._nodes):
                self._take(node, 3 if node.op == 'Conv2D' else 0, kept)
        for reader in others:
            self._reorder(reader, kept)

    def _reorder(self, node: Any, order: np.ndarray) -> None:
        """What else reads channels that are put into another order."""
        if node.op == 'Conv2D':
            self._take(node, 2, order)
            return
        if node.op in CONVOLUTIONS and self._value(node).shape[3] == 1:
            self._take(node, 2, order)
        elif has_bias(node, self._nodes):
            self._take(node, 0, order)
        elif node.op not in _PASSING:
            self._refuse(node)
        self._taken[node.name] = order
        for reader in self._readers.get(node.name, []):
            self._reorder(reader, order)
        if node.name in self._ends:
            self._refuse(node)


def _slice(source: str, count: int) -> List[Any]:
    """The first channels of a node's output."""
    nodes = [transform.constant('{}/first/{}'.format(source, name), np.int32(value))
             for name, value in (('begin', [0] * 4), ('end', [0, 0, 0, count]),
                                 ('strides', [1] * 4))]
    node = transform.make_node(source + '/first', 'StridedSlice',
                               [source] + [each.name for each in nodes])
    node.attr['Index'].type = transform.tf.int32.as_datatype_enum
    node.attr['begin_mask'].i = node.attr['end_mask'].i = 0b0111    # all rows, columns, images
    return nodes + [node]
