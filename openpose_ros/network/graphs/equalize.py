"""Channels made alike in range, so that one step of eight bits a tensor does for all of them.

A ReLU, a bias, a pool or a concatenation lets a factor per channel through, so it may be taken out
of a convolution's outputs and put into the weights that read them: the network calculates the same.
Source: Nagel, van Baalen, Blankevoort, Welling, Data-Free Quantization Through Weight Equalization
and Bias Correction, ICCV 2019; towards ordinary convolutions as in Xiao et al., SmoothQuant, ICML
2023. Graphs are as :func:`optimize.simplify` leaves them.
"""
from typing import Any, Dict, List, NamedTuple, Sequence

import numpy as np

from openpose_ros.network.graphs import transform
from openpose_ros.network.graphs.transform import (CONVOLUTIONS, node_of,
                                                   value_of)
from openpose_ros.network.ranges import Ranges

ADDITIONS = ('Add', 'AddV2')
_PASSING = ('BiasAdd', 'Relu', 'MaxPool', 'Identity', 'Pad')
# A channel's range counts as this share of the tensor's largest at least: one that was silent while
# ranges were measured must not be blown up a thousandfold. So do the ranges of OpenVINO's IR.
_LEAST_SHARE = .01
# How much of the range goes into an ordinary convolution's weights, which have one step for all
# their inputs (the exponent of SmoothQuant). Chosen by the error of mobilenet_thin's fields:
# benchmark/rounding.py measures it for half of this share to nearly all.
INTO_WEIGHTS = .65


class Equalized(NamedTuple):
    """graph_def: calculates the same. factors: of each node's output, by which it was divided."""

    graph_def: Any
    factors: Dict[str, np.ndarray]


class _Channels:
    """Outputs of a convolution that share their factors with whatever they are added to."""

    def __init__(self, count: int, is_fixed: bool) -> None:
        self.count = count
        self.is_fixed = is_fixed   # whether something that is not linear needs them as they are
        self.readers = []          # type: List[Tuple[str, int]]   # convolution, its first input
        self._same_as = None

    def root(self) -> '_Channels':
        return self._same_as.root() if self._same_as else self

    def unite(self, other: '_Channels') -> None:
        first, second = self.root(), other.root()
        if first is not second:
            second._same_as = first
            first.is_fixed |= second.is_fixed
            first.readers += second.readers


def equalize(graph_def: Any, outputs: Sequence[str], ranges: Ranges) -> Equalized:
    """The graph with factors moved from convolutions to those that read them.

    ranges: of the tensors that convolutions read; where one is not known, its channels stay.
    """
    nodes = {node.name: node for node in graph_def.node}
    channels = _trace(graph_def, nodes, outputs)
    roots = {group.root() for groups in channels.values() for group in groups}
    chosen = {group: _factors(group, nodes, ranges) for group in roots}
    factors = {name: np.concatenate([chosen[group.root()] for group in groups])
               for name, groups in channels.items()}
    return Equalized(_with_factors(graph_def, nodes, factors, outputs), factors)


def has_bias(node: Any, nodes: Dict[str, Any]) -> bool:
    """Whether this node adds one constant to each channel."""
    value = value_of(nodes, node.input[1]) if node.op in ADDITIONS + ('BiasAdd',) else None
    return value is not None and value.ndim == 1


def _trace(graph_def, nodes, outputs) -> Dict[str, List[_Channels]]:
    """What the channels of each node's output are, in order; nodes are in the order of running."""
    channels = {}   # type: Dict[str, List[_Channels]]
    for node in graph_def.node:
        sources = [channels[name] for name in map(node_of, node.input) if name in channels]
        if node.op in CONVOLUTIONS:
            weights = value_of(nodes, node.input[1])
            first = 0
            for group in sources[0] if sources else ():
                group.root().readers.append((node.name, first))
                first += group.count
            depthwise = node.op != 'Conv2D'
            channels[node.name] = [_Channels(
                weights.shape[2] * weights.shape[3] if depthwise else weights.shape[3],
                depthwise and weights.shape[3] != 1)]
        elif sources and (node.op in _PASSING or len(sources) == 1 and has_bias(node, nodes)):
            channels[node.name] = sources[0]
        elif node.op == 'ConcatV2' and len(sources) == len(node.input) - 1:
            channels[node.name] = [group for groups in sources for group in groups]
        elif node.op in ADDITIONS and len(sources) == 2 and _alike(*sources):
            for one, other in zip(*sources):
                one.unite(other)
            channels[node.name] = sources[0]
        else:
            _fix(sources)
            if node.op == 'Elu' and sources:
                channels[node.name] = [_Channels(sum(group.count for group in sources[0]), True)]
    _fix(channels[node_of(name)] for name in outputs if node_of(name) in channels)
    return channels


def _alike(one, other):
    return [group.count for group in one] == [group.count for group in other]


def _fix(sources):
    for groups in sources:
        for group in groups:
            group.root().is_fixed = True


def _factors(group, nodes, ranges) -> np.ndarray:
    """What these channels are divided by: the largest then has a range of 1.

    Into depthwise weights, which have a step for each channel, all of the range may go.
    """
    known = [(nodes[name], first) for name, first in group.readers
             if node_of(nodes[name].input[0]) in ranges.by_tensor]
    if group.is_fixed or not known or len(known) != len(group.readers):
        return np.ones(group.count)
    places = [slice(first, first + group.count) for _, first in known]
    largest = np.max([ranges.largest(node_of(node.input[0]), place.stop)[place]
                      for (node, _), place in zip(known, places)], axis=0)
    if not largest.max():
        return np.ones(group.count)
    largest = np.maximum(largest, _LEAST_SHARE * largest.max())
    shares = [_weight_share(value_of(nodes, node.input[1]))[place]
              for (node, _), place in zip(known, places) if node.op == 'Conv2D']
    if not shares:
        return largest
    weights = np.maximum(np.max(shares, axis=0), 1e-3)
    factors = largest ** INTO_WEIGHTS / weights ** (1. - INTO_WEIGHTS)
    return factors * np.max(largest / factors)


def _weight_share(weights):
    """The largest weight of each input, as a share of the largest of that output."""
    largest = np.abs(weights).max((0, 1))
    return (largest / np.maximum(largest.max(0), 1e-12)).max(1)


def _with_factors(graph_def, nodes, factors, outputs):
    """Weights times the factors of what they read, weights and biases by those of their outputs."""
    result = []
    for node in graph_def.node:
        own = factors.get(node.name)
        if own is None or not (node.op in CONVOLUTIONS or has_bias(node, nodes)):
            result.append(node)
            continue
        value = value_of(nodes, node.input[1]).astype(np.float64)
        read = factors.get(node_of(node.input[0]))
        if node.op == 'Conv2D':
            value = value / own
            value = value if read is None else value * read[:, None]
        elif node.op in CONVOLUTIONS:
            value = value / own.reshape(value.shape[2:])
            value = value if read is None else value * read[:, None]
        else:
            value = value / own
        node = transform.copy_of(node)
        constant = transform.constant(node.name + '/equalized', value.astype(np.float32))
        node.input[1] = constant.name
        result.extend((constant, node))
    return transform.prune(transform.graph_like(graph_def, result), outputs)
