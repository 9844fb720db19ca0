"""A float graph with the ranges written into it from which TFLite makes eight bits.

FakeQuant nodes at the tensors say the range to the converter, so it needs no images; weights get a
step for each output channel. What has no FakeQuant at both ends stays float.
"""
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import leave_out, spare, transform
from openpose_ros.network.graphs.equalize import (ADDITIONS, equalize,
                                                  has_bias)
from openpose_ros.network.graphs.graph import shortened
from openpose_ros.network.graphs.optimize import simplify
from openpose_ros.network.graphs.transform import (CONVOLUTIONS, node_of,
                                                   value_of)
from openpose_ros.network.models.catalogue import Model
from openpose_ros.network.ranges import Ranges

_MEASURED = CONVOLUTIONS + ADDITIONS + ('BiasAdd', 'Relu', 'Relu6', 'Elu', 'MaxPool', 'ConcatV2',
                                        'Pad')
_PASSING = 'Identity', 'StridedSlice'
_STEPS = 127   # of a weight's size: -127 to 127
# An ELU is within 0.007 of -1 below this, less than a step.
_LEAST_BEFORE_ELU = -5.
# What the outputs mean: confidences of 0 to 1, and vectors of a length of 1 at most.
_HEATMAP_RANGE, _PAF_RANGE = (-.1, 1.05), (-1.05, 1.05)


def quantizable(graph_def: Any, model: Model) -> Any:
    """The graph in the form of which ranges are measured and eight bits made."""
    graph_def = simplify(graph_def, model)
    for step in (transform.fold_scales, transform.write_out_statistics):
        graph_def = step(graph_def, model.outputs + (model.input,))
    return graph_def


def measured_tensors(graph_def: Any, outputs: Sequence[str]) -> List[str]:
    """The nodes whose outputs get a range: not those fused into the one that reads them."""
    nodes = {node.name: node for node in graph_def.node}
    readers = transform.readers_of(graph_def)
    ends = {node_of(name) for name in outputs}
    return [node.name for node in graph_def.node
            if node.op == 'Placeholder' or node.op in _MEASURED
            and not (node.op == 'ConcatV2' and node.name in ends)
            and not _is_fused(node, readers.get(node.name, ()), nodes)]


def quantize(graph_def: Any, model: Model, ranges: Ranges) -> Tuple[Any, Model]:
    """The equalised graph with FakeQuant nodes, and the model with its outputs behind them.

    graph_def: as :func:`quantizable` makes it. Raises ModelError where the ranges are of another
    graph.
    """
    _check(graph_def, ranges)
    nodes = {node.name: node for node in graph_def.node}
    graph_def, factors = equalize(graph_def, model.outputs, ranges)
    limits = _limits(graph_def, model, nodes, ranges, factors)
    means = {name: kinds[2] / factors.get(name, 1.) for name, kinds in ranges.by_tensor.items()
             if kinds[2] is not None}
    graph_def, means = leave_out.leave_out(graph_def, model.outputs, ranges.left_out, means)
    graph_def = spare.remove_silent(
        _with_corrected_biases(graph_def, model, means, ranges.float_layers), model.outputs)
    return _with_fake_quant(graph_def, model, limits, set(ranges.float_layers))


def _is_fused(node, readers, nodes) -> bool:
    """Whether TFLite calculates this node and the one that reads it in one step."""
    if not readers:
        return False
    if node.op in CONVOLUTIONS and all(has_bias(reader, nodes) for reader in readers):
        return True
    return (node.op in CONVOLUTIONS + ADDITIONS + ('BiasAdd',)
            and all(reader.op in ('Relu', 'Relu6') for reader in readers))


def _check(graph_def, ranges):
    """Raise ModelError where the ranges name tensors or channels that the graph has not."""
    nodes = {node.name for node in graph_def.node}
    unknown = [name for name in list(ranges.by_tensor) + list(ranges.float_layers)
               if name not in nodes]
    if unknown or not ranges.by_tensor:
        raise ModelError('the ranges are those of another graph: this one has no tensor {}'.format(
            shortened(unknown, 2)))


def _limits(graph_def, model, nodes, ranges, factors) -> Dict[str, Tuple[float, float]]:
    """Least and largest value of each equalised tensor.

    A concatenation and what it joins share theirs, as a pool and a pad do with what they read:
    TFLite would have to convert between steps otherwise.
    """
    limits = {}
    for name, (least, most, _) in ranges.by_tensor.items():
        own = factors.get(name, np.ones(1))
        count = max(least.size, most.size)
        if own.size != count and 1 not in (own.size, count):
            raise ModelError('the ranges are those of another graph: {} has {} channels, not '
                             '{}'.format(name, own.size, count))
        limits[name] = float((least / own).min()), float((most / own).max())
    for node in graph_def.node:   # a range that follows from another
        if node.op == 'Elu' and node.name in limits:
            before = node_of(node.input[0])
            limits.setdefault(before, (_LEAST_BEFORE_ELU, limits[node.name][1]))
            limits[before] = max(limits[before][0], _LEAST_BEFORE_ELU), limits[before][1]
            limits[node.name] = max(limits[node.name][0], -1.), limits[node.name][1]
    for name, meant in zip(model.outputs, (_HEATMAP_RANGE, _PAF_RANGE)):
        if len(model.outputs) == 2:
            for name in (node_of(name), node_of(nodes[node_of(name)].input[0])):
                limits[name] = meant
    for node in reversed(graph_def.node):
        if node.op in ('ConcatV2', 'MaxPool', 'Pad') and node.name in limits:
            shared = [node.name] + [name for name in map(node_of, node.input) if name in limits]
            least, most = zip(*(limits[name] for name in shared))
            limits.update(dict.fromkeys(shared, (min(least), max(most))))
    return limits


def _with_corrected_biases(graph_def, model, means, float_layers):
    """With what the rounding of weights shifts the mean by taken out of the biases.

    Source: bias correction of the same article, with means that were measured.
    """
    nodes = {node.name: node for node in graph_def.node}
    shifts = _mean_shifts(graph_def, nodes, model, means, float_layers)
    result, renamed = [], {}
    for node in graph_def.node:
        node = transform.copy_of(node)
        node.input[:] = [renamed.get(name, name) for name in node.input]
        shift = shifts.get(node.name)
        if shift is None:
            result.append(node)
            continue
        has_own = has_bias(node, nodes)
        bias = transform.constant(node.name + '/corrected', np.float32(
            (value_of(nodes, node.input[1]) if has_own else 0.) - shift))
        result.extend((bias, node))
        if has_own:
            node.input[1] = bias.name
        else:
            renamed[node.name] = node.name + '/biased'
            result.append(transform.make_node(renamed[node.name], 'BiasAdd',
                                              [node.name, bias.name]))
    return transform.graph_like(graph_def, result)


def _mean_shifts(graph_def, nodes, model, means, float_layers) -> Dict[str, np.ndarray]:
    """What the rounding of weights adds to the mean of each output channel.

    By the node that adds the convolution's bias, or the convolution itself where none does.
    """
    readers, ends = transform.readers_of(graph_def), {node_of(name) for name in model.outputs}
    shifts = {}
    for node in graph_def.node:
        source = node_of(node.input[0]) if node.op in CONVOLUTIONS else ''
        mean = means.get(source)
        if mean is None or node.name in float_layers:
            continue
        weights = value_of(nodes, node.input[1]).astype(np.float64)
        wrong = (_rounded(node, weights) - weights).sum((0, 1))
        mean = mean[:, None]
        shift = (mean * wrong).sum(0) if node.op == 'Conv2D' else (mean * wrong).reshape(-1)
        following = readers.get(node.name, [])
        if len(following) == 1 and has_bias(following[0], nodes):
            shifts[following[0].name] = shift
        elif node.name not in ends:
            shifts[node.name] = shift
    return shifts


def _steps(node, weights) -> np.ndarray:
    """The step of each output channel's weights, in the shape in which it broadcasts."""
    axes = (0, 1, 2) if node.op == 'Conv2D' else (0, 1)
    return np.maximum(np.abs(weights).max(axes, keepdims=True), 1e-8) / _STEPS


def _rounded(node, weights) -> np.ndarray:
    steps = _steps(node, weights)
    return np.rint(weights / steps) * steps


def _with_fake_quant(graph_def, model, limits, float_layers) -> Tuple[Any, Model]:
    """FakeQuant nodes behind the tensors and weights of the layers that get eight bits."""
    nodes, readers = {node.name: node for node in graph_def.node}, transform.readers_of(graph_def)
    eight = _eight_bit_nodes(graph_def, nodes, readers, limits, float_layers)
    result, renamed = [], {}
    for node in graph_def.node:
        node = transform.copy_of(node)
        node.input[:] = [renamed.get(node_of(name), name) for name in node.input]
        if node.op == 'Conv2D' and node.name in eight:
            most = _STEPS * _steps(node, value_of(nodes, nodes[node.name].input[1])).reshape(-1)
            fakes = _fake_quant(nodes[node.name].input[1], -most, most, 'PerChannel')
            result.extend(fakes)
            node.input[1] = fakes[-1].name
        result.append(node)
        name = _measured_as(node.name)
        if (node.name in eight and name in limits
                and not _is_fused(node, readers.get(node.name, ()), nodes)):
            fakes = _fake_quant(node.name, min(limits[name][0], 0.), max(limits[name][1], 1e-3))
            result.extend(fakes)
            renamed[node.name] = fakes[-1].name
    outputs = tuple(renamed.get(node_of(name), node_of(name)) + ':0' for name in model.outputs)
    return transform.graph_like(graph_def, result), model._replace(outputs=outputs)


def _measured_as(name: str) -> str:
    """A convolution got its bias after its range was measured."""
    return name[:-len('/biased')] if name.endswith('/biased') else name


def _fake_quant(source, least, most, kind='') -> List[Any]:
    ends = [transform.constant('{}/{}'.format(source, name), np.float32(value))
            for name, value in (('least', least), ('most', most))]
    node = transform.tf.NodeDef(name=source + '/eight_bits', op='FakeQuantWithMinMaxVars' + kind,
                                input=[source] + [end.name for end in ends])
    node.attr['num_bits'].i = 8
    node.attr['narrow_range'].b = bool(kind)   # weights have no step more below than above
    return ends + [node]


def _eight_bit_nodes(graph_def, nodes, readers, limits, float_layers):
    """The convolutions that get eight bits, and the tensors before and behind them."""
    eight = set()
    for node in graph_def.node:
        if node.op in CONVOLUTIONS and node.name not in float_layers:
            end = _end(node, nodes, readers)
            source = node_of(node.input[0])
            if (_measured_as(end) in limits and source in limits or source.endswith('/biased')
                    and _measured_as(source) in limits and _measured_as(end) in limits) and all(
                        reader.op in _MEASURED + _PASSING for reader in readers.get(end, ())):
                eight |= {node.name, end, source}
    for node in graph_def.node:   # what hands eight bits on
        if node.op in ADDITIONS + ('ConcatV2', 'MaxPool', 'Pad') and node.name in limits:
            sources = [name for name in map(node_of, node.input) if name in limits]
            if node.name in eight or sources and all(name in eight for name in sources):
                eight |= set(sources) | {node.name}
    return eight


def _end(node, nodes, readers) -> str:
    """The node at the end of those that TFLite fuses with this one."""
    while _is_fused(node, readers.get(node.name, ()), nodes):
        node = readers[node.name][0]
    return node.name
