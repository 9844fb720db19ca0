"""CMU's Caffe models (a .prototxt and a .caffemodel) to a frozen TensorFlow graph.

Caffe is NCHW with weights OIHW; the graph is NHWC with weights HWIO. The nodes have the names of
the layers as in the article's graph: a convolution L is `L/Conv2D` and `L/BiasAdd`.
"""
from typing import Any, Callable, Dict, Optional, Sequence, Tuple

import numpy as np
from tqdm import tqdm

from openpose_ros.network.errors import ModelError
from openpose_ros.network.importing.caffe_format import (as_array,
                                                         read_caffemodel,
                                                         read_prototxt)
from openpose_ros.network.importing.graph_writer import GraphWriter

INPUT = 'inputs'
# CMU's weights were trained on p / 256 - 0.5 (OpenPose, utilities/openCv.cpp) for a pixel p of 0 to
# 255; the article's graph is fed with q = p / 127.5 - 1, so that p = 127.5 * (q + 1).
PIXEL_SCALE = 127.5 / 256.
PIXEL_OFFSET = 127.5 / 256. - .5
MAX = 0   # PoolingParameter.PoolMethod


def import_caffe(prototxt_path: str, caffemodel_path: str, out_path: str) -> None:
    """Write the network as a frozen graph to `out_path`.

    The graph takes `inputs:0`, (n, height, width, 3) float32, BGR in [-1, 1], of any size; of
    CMU's COCO model the heatmaps are `Mconv7_stage6_L2/BiasAdd:0` and the part affinity fields
    `Mconv7_stage6_L1/BiasAdd:0`. Raises ModelError.
    """
    net = read_prototxt(prototxt_path)
    blobs = {layer.name: layer.blobs for layer in read_caffemodel(caffemodel_path).layer}
    graph = GraphWriter()
    tops = {}   # type: Dict[str, str]   # node that holds each of Caffe's blobs by now
    for name in net.input:
        tops[name] = _emit_input(graph, None, [], [])
    for layer in tqdm(net.layer, desc='layers', unit='layer'):
        try:
            inputs = [_find(tops, bottom) for bottom in layer.bottom]
            _check_ends(layer)
            weights = [as_array(blob) for blob in blobs.get(layer.name, ())]
            tops[layer.top[0]] = _EMIT[layer.type](graph, layer, inputs, weights)
        except ModelError as error:
            raise ModelError('{}: layer {}: {}'.format(prototxt_path, layer.name[:60], error))
    graph.write(out_path)


def _check_ends(layer: Any) -> None:
    if layer.type not in _EMIT:
        raise ModelError('the layer type {} is not known'.format(layer.type[:60]))
    if len(layer.top) != 1:
        raise ModelError('{} outputs, where a {} has one'.format(len(layer.top), layer.type))
    wanted = _INPUTS.get(layer.type, 1)
    if wanted is not None and len(layer.bottom) != wanted:
        raise ModelError('{} inputs, where a {} has {}'.format(
            len(layer.bottom), layer.type, wanted))


def _find(tops: Dict[str, str], name: str) -> str:
    if name not in tops:
        raise ModelError('its input {} comes from no layer before it'.format(name[:60]))
    return tops[name]


def _emit_input(graph: GraphWriter, layer: Any, inputs: Sequence[str],
                weights: Sequence[np.ndarray]) -> str:
    """The image, and the step from [-1, 1] to what CMU's weights were trained on."""
    name = graph.placeholder(INPUT)
    name = graph.add('Mul', 'pixels/scaled', [
        name, graph.constant('pixels/scale', np.float32(PIXEL_SCALE))])
    return graph.add('AddV2', 'pixels', [
        name, graph.constant('pixels/offset', np.float32(PIXEL_OFFSET))])


def _emit_convolution(graph: GraphWriter, layer: Any, inputs: Sequence[str],
                      weights: Sequence[np.ndarray]) -> str:
    settings = layer.convolution_param
    bias_count = 1 if settings.bias_term else 0
    if settings.group != 1:
        raise ModelError('a convolution in groups is not known')
    kernel = _pair(settings.kernel_size, 0)
    if len(weights) != 1 + bias_count:
        raise ModelError('{} arrays of weights in the .caffemodel, where {} are needed'.format(
            len(weights), 1 + bias_count))
    shape = weights[0].shape
    if len(shape) != 4 or shape[0] != settings.num_output or shape[2:] != kernel:
        raise ModelError('weights of shape {}, where the .prototxt says {} outputs of {}'.format(
            shape, settings.num_output, kernel))
    pads = tuple((pad, pad) for pad in _pair(settings.pad, 0))
    node = graph.convolution(
        layer.name + '/Conv2D', inputs[0], weights[0].transpose(2, 3, 1, 0),
        _pair(settings.stride, 1), pads, _pair(settings.dilation, 1))
    for bias in weights[1:]:
        node = graph.add('BiasAdd', layer.name + '/BiasAdd', [
            node, graph.constant(layer.name + '/biases', bias.reshape(-1))], data_format='NHWC')
    return node


def _emit_pooling(graph: GraphWriter, layer: Any, inputs: Sequence[str],
                  weights: Sequence[np.ndarray]) -> str:
    """Caffe rounds the size up, TensorFlow's SAME does too: with 2 by 2 cells they are one."""
    settings = layer.pooling_param
    if (settings.pool, settings.kernel_size, settings.stride, settings.pad) != (MAX, 2, 2, 0):
        raise ModelError('pooling other than the maximum of 2 by 2 is not known')
    return graph.add('MaxPool', layer.name, inputs, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1],
                     padding='SAME', data_format='NHWC')


def _emit_relu(graph: GraphWriter, layer: Any, inputs: Sequence[str],
               weights: Sequence[np.ndarray]) -> str:
    if layer.relu_param.negative_slope:
        raise ModelError('a ReLU with a negative slope is not known')
    return graph.add('Relu', layer.name, inputs)


def _emit_prelu(graph: GraphWriter, layer: Any, inputs: Sequence[str],
                weights: Sequence[np.ndarray]) -> str:
    """relu(x) - slope * relu(-x), in the form and shape of a PReLU to the TFLite converter."""
    if len(weights) != 1:
        raise ModelError('its slopes are not in the .caffemodel')
    name = layer.name
    positive = graph.add('Relu', name + '/positive', inputs)
    negative = graph.add('Relu', name + '/negative', [graph.add('Neg', name + '/neg', inputs)])
    slopes = graph.constant(name + '/slopes', -weights[0].reshape(1, 1, -1))
    negative = graph.add('Mul', name + '/sloped', [slopes, negative])
    return graph.add('AddV2', name, [positive, negative])


def _emit_concat(graph: GraphWriter, layer: Any, inputs: Sequence[str],
                 weights: Sequence[np.ndarray]) -> str:
    if layer.concat_param.axis != 1:
        raise ModelError('a concatenation other than of channels is not known')
    return graph.concat(layer.name, inputs)


def _pair(values: Sequence[int], default: int) -> Tuple[int, int]:
    """Caffe's repeated setting, none, one or (height, width), as (height, width)."""
    values = tuple(values) or (default,)
    if len(values) > 2:
        raise ModelError('{} values, where one or (height, width) is needed'.format(len(values)))
    return values if len(values) == 2 else values * 2


_EMIT = {
    'Input': _emit_input,
    'Convolution': _emit_convolution,
    'Pooling': _emit_pooling,
    'ReLU': _emit_relu,
    'PReLU': _emit_prelu,
    'Concat': _emit_concat,
}   # type: Dict[str, Callable[..., str]]
# How many inputs a type has that has not one, None for any number.
_INPUTS = {'Input': 0, 'Concat': None}   # type: Dict[str, Optional[int]]
