"""OpenVINO IR (an .xml beside its .bin) to a frozen TensorFlow graph.

IR is NCHW with weights OIHW (grouped: GOIHW); the graph is NHWC with weights HWIO. What hangs on
constants alone, as quantised weights do, is computed here; the rest becomes one TensorFlow node
each. Source of the operations' meaning: OpenVINO's operation set specification, opset1.
"""
import os
from typing import Any, Callable, Dict, Union

import numpy as np

from openpose_ros.network import ranges
from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import sha256_of
from openpose_ros.network.importing.graph_writer import GraphWriter

INPUT = 'image'
HEATMAPS = 'heatmaps'
PAFS = 'pafs'

Value = Union[np.ndarray, str]   # a constant, or the name of a node of the graph


def import_openvino(xml_path: str, out_path: str) -> None:
    """Write the network of `xml_path` and the .bin beside it as a frozen graph to `out_path`.

    The graph takes `image:0`, (n, height, width, 3) float32 as the IR's own input is scaled and
    ordered (Open Model Zoo's: raw BGR, 0 to 255), of any size, and gives `heatmaps:0` and `pafs:0`,
    the outputs with fewer and with more channels. FakeQuantize of weights is computed, that of
    activations left out: see docs/importing.md for the measurement. Raises ModelError.
    """
    try:
        graph = _import(_read(xml_path), xml_path)
        graph.write(out_path)
        if graph.ranges:
            ranges.write(ranges.imported(out_path), ranges.Ranges(
                {name: (least, most, None) for name, (least, most) in graph.ranges.items()},
                sha256_of(out_path), source=os.path.basename(xml_path)))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError('{} is damaged: {}'.format(xml_path, first_line(error)))


def _import(model: Any, xml_path: str) -> GraphWriter:
    """The graph of a model of OpenVINO; one that contradicts itself raises all sorts of things."""
    if len(model.inputs) != 1 or len(model.outputs) != 2:
        raise ModelError('{}: {} inputs and {} outputs, where an image goes in and heatmaps and '
                         'part affinity fields come out'.format(
                             xml_path, len(model.inputs), len(model.outputs)))
    graph = GraphWriter()
    values = {}   # type: Dict[str, Value]
    for node in model.get_ordered_ops():
        try:
            values[node.get_friendly_name()] = _translate(node, values, graph)
        except ModelError as error:
            raise ModelError('{}: {}: {}'.format(
                xml_path, node.get_friendly_name()[:60], error))
    outputs = sorted(model.outputs, key=lambda output: output.get_partial_shape()[1].get_length())
    for name, output in zip((HEATMAPS, PAFS), outputs):
        graph.add('Identity', name, [values[output.get_node().get_friendly_name()]])
    return graph


def _read(xml_path: str) -> Any:
    try:
        import openvino
    except ImportError:
        raise ModelError('importing {} needs the package openvino: pip install openvino, or import '
                         'on another computer and copy the graph'.format(xml_path))
    bin_path = os.path.splitext(xml_path)[0] + '.bin'
    for path in (xml_path, bin_path):
        if not os.path.isfile(path):
            raise ModelError('{} is missing: an OpenVINO IR is an .xml with the .bin of the same '
                             'name beside it'.format(path))
    try:
        return openvino.Core().read_model(xml_path, bin_path)
    except RuntimeError as error:
        raise ModelError('{} is no OpenVINO IR that can be read: {}'.format(
            xml_path, str(error).strip().splitlines()[-1]))


def _translate(node: Any, values: Dict[str, Value], graph: GraphWriter) -> Value:
    """The node's value where all that it takes is constant, else the name of its graph node."""
    kind = node.get_type_name()
    if kind == 'Constant':
        return _widened(node.data)
    inputs = [values[source.get_node().get_friendly_name()] for source in node.input_values()]
    if inputs and all(isinstance(value, np.ndarray) for value in inputs) and kind in _COMPUTE:
        return _COMPUTE[kind](node, *inputs)
    if kind not in _EMIT:
        raise ModelError('the operation {} is not known'.format(kind))
    if kind not in _OF_ANYTHING and any(isinstance(value, str) != (place == 0)
                                        for place, value in enumerate(inputs)):
        raise ModelError('{} is known only of a tensor and constants, in this order'.format(kind))
    return _EMIT[kind](graph, node, *inputs)


def _widened(array: np.ndarray) -> np.ndarray:
    """Half precision as float32, in which everything is computed; integers as they are."""
    return array.astype(np.float32 if array.dtype.kind == 'f' else array.dtype)


def _compute_convert(node: Any, value: np.ndarray) -> np.ndarray:
    is_float = node.get_attributes()['destination_type'] in ('f16', 'f32', 'f64', 'bf16')
    return value.astype(np.float32 if is_float else np.int64)


def _compute_reshape(node: Any, value: np.ndarray, shape: np.ndarray) -> np.ndarray:
    if node.get_attributes()['special_zero']:
        shape = [size or value.shape[axis] for axis, size in enumerate(shape)]
    return value.reshape(shape)


def _compute_fake_quantize(node: Any, value: np.ndarray, in_low: np.ndarray, in_high: np.ndarray,
                           out_low: np.ndarray, out_high: np.ndarray) -> np.ndarray:
    steps = node.get_attributes()['levels'] - 1
    share = (np.clip(value, in_low, in_high) - in_low) / (in_high - in_low)
    return (np.rint(share * steps) / steps * (out_high - out_low) + out_low).astype(np.float32)


def _emit_parameter(graph: GraphWriter, node: Any) -> str:
    shape = node.get_output_partial_shape(0)
    if shape.rank.get_length() != 4 or shape[1] != 3:
        raise ModelError('the input is {}, where (n, 3, height, width) is expected'.format(shape))
    return graph.placeholder(INPUT)


def _emit_same(graph: GraphWriter, node: Any, value: str) -> str:
    return value


def _emit_fake_quantize(graph: GraphWriter, node: Any, value: str, in_low: np.ndarray,
                        in_high: np.ndarray, out_low: np.ndarray, out_high: np.ndarray) -> str:
    """Left out, but for its range: activations stay float, which is the more accurate."""
    if not (np.allclose(in_low, out_low) and np.allclose(in_high, out_high)):
        raise ModelError('a FakeQuantize that maps to another range is not known')
    if isinstance(value, str):
        graph.ranges[value] = np.float64(in_low).reshape(-1), np.float64(in_high).reshape(-1)
    return value


def _emit_arithmetic(op: str) -> Callable[..., str]:
    def emit(graph: GraphWriter, node: Any, *values: Value) -> str:
        name = node.get_friendly_name()
        tensors = [value for value in values if isinstance(value, str)]
        constants = [_channels_last(value) for value in values if not isinstance(value, str)]
        if op == 'AddV2' and constants and constants[0].ndim == 1:
            bias = graph.constant(name + '/bias', constants[0])
            return graph.add('BiasAdd', name, [tensors[0], bias], data_format='NHWC')
        operands = [value if isinstance(value, str) else
                    graph.constant(name + '/constant', constants[0]) for value in values]
        return graph.add(op, name, operands)
    return emit


def _channels_last(constant: np.ndarray) -> np.ndarray:
    """An operand broadcast over (n, channels, height, width), for (n, height, width, channels).

    One value per channel comes back with one axis, one value in all without any.
    """
    if constant.size == 1:
        return constant.reshape(())
    shape = (1,) * (4 - constant.ndim) + constant.shape
    if shape[0] != 1 or shape[2:] != (1, 1):
        raise ModelError('an operand of shape {} holds only for one image size'.format(shape))
    return constant.reshape(-1)


def _emit_convolution(graph: GraphWriter, node: Any, value: str, weights: np.ndarray) -> str:
    """OIHW to HWIO."""
    return _convolution(graph, node, value, weights.transpose(2, 3, 1, 0), depthwise=False)


def _emit_group_convolution(graph: GraphWriter, node: Any, value: str, weights: np.ndarray) -> str:
    """GOIHW with one input a group to HWGO; both number the outputs group by group."""
    if weights.shape[2] != 1:
        raise ModelError('GroupConvolution with {} inputs a group is not known'.format(
            weights.shape[2]))
    return _convolution(graph, node, value, weights[:, :, 0].transpose(2, 3, 0, 1), depthwise=True)


def _convolution(graph: GraphWriter, node: Any, value: str, weights: np.ndarray,
                 depthwise: bool) -> str:
    attributes = node.get_attributes()
    if attributes['auto_pad'] not in ('explicit', 'valid'):
        raise ModelError('auto_pad {} is not known'.format(attributes['auto_pad']))
    pads = tuple(zip(attributes['pads_begin'], attributes['pads_end']))
    return graph.convolution(node.get_friendly_name(), value, weights,
                             tuple(attributes['strides']), pads, tuple(attributes['dilations']),
                             depthwise)


def _emit_elu(graph: GraphWriter, node: Any, value: str) -> str:
    if node.get_attributes()['alpha'] != 1.:
        raise ModelError('Elu with alpha {} is not known'.format(node.get_attributes()['alpha']))
    return graph.add('Elu', node.get_friendly_name(), [value])


def _emit_relu(graph: GraphWriter, node: Any, value: str) -> str:
    return graph.add('Relu', node.get_friendly_name(), [value])


def _emit_concat(graph: GraphWriter, node: Any, *values: Value) -> str:
    if node.get_attributes()['axis'] not in (1, -3) or not all(
            isinstance(value, str) for value in values):
        raise ModelError('a Concat other than of channels is not known')
    return graph.concat(node.get_friendly_name(), values)


_COMPUTE = {
    'Add': lambda node, a, b: a + b,
    'Subtract': lambda node, a, b: a - b,
    'Multiply': lambda node, a, b: a * b,
    'Convert': _compute_convert,
    'Reshape': _compute_reshape,
    'FakeQuantize': _compute_fake_quantize,
}   # type: Dict[str, Callable[..., np.ndarray]]

_EMIT = {
    'Parameter': _emit_parameter,
    'Result': _emit_same,
    'Convert': _emit_same,   # between float32 and half precision
    'FakeQuantize': _emit_fake_quantize,
    'Add': _emit_arithmetic('AddV2'),
    'Subtract': _emit_arithmetic('Sub'),
    'Multiply': _emit_arithmetic('Mul'),
    'Convolution': _emit_convolution,
    'GroupConvolution': _emit_group_convolution,
    'Elu': _emit_elu,
    'Relu': _emit_relu,
    'Concat': _emit_concat,
}   # type: Dict[str, Callable[..., str]]

_OF_ANYTHING = ('Add', 'Subtract', 'Multiply', 'Concat')   # of tensors and constants in any order
