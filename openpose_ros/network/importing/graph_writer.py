"""Writes plain frozen TensorFlow graphs, node by node.

Only operations and attributes that TensorFlow 1.15 knows already are written, so that the same file
loads there, in every TensorFlow 2 and in the TFLite converter. All tensors are NHWC float32.
"""
import os
import re
from typing import Any, Sequence, Tuple

import numpy as np

from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import write_whole
from openpose_ros.network.tf1 import tf

MOST_PIXELS = 64   # of a pad, stride or dilation; pose networks have 3, 2 and 16 or so
GRAPH_VERSION = 134   # GraphDef version of TensorFlow 1.15, the oldest that shall read the graph
_FLOAT, _INT = tf.float32.as_datatype_enum, tf.int32.as_datatype_enum
_TYPES = {np.dtype(np.float32): _FLOAT, np.dtype(np.int32): _INT}


class GraphWriter:
    """A frozen graph under construction; every method returns the name of the node it adds."""

    def __init__(self) -> None:
        self._graph = tf.GraphDef()
        self._graph.versions.producer = GRAPH_VERSION
        self._names = set()
        # Least and largest values of nodes' outputs, where the source says them: arrays.
        self.ranges = {}

    def placeholder(self, name: str) -> str:
        """The input: images of any number, height and width with three channels."""
        node = self._node('Placeholder', name)
        node.attr['dtype'].type = _FLOAT
        for size in (-1, -1, -1, 3):
            node.attr['shape'].shape.dim.add().size = size
        return node.name

    def constant(self, name: str, value: np.ndarray) -> str:
        """A constant tensor, float32 or int32."""
        value = np.asarray(value)
        node = self._node('Const', name)
        node.attr['dtype'].type = _TYPES[value.dtype]
        tensor = node.attr['value'].tensor
        tensor.dtype = _TYPES[value.dtype]
        for size in value.shape:
            tensor.tensor_shape.dim.add().size = size
        tensor.tensor_content = value.tobytes()   # in C order whatever the array's own
        return node.name

    def add(self, op: str, name: str, inputs: Sequence[str], **attributes: Any) -> str:
        """An operation on float32 tensors; attributes are strings, integers or lists of them."""
        node = self._node(op, name)
        node.input.extend(inputs)
        node.attr['T'].type = _FLOAT
        for key, value in attributes.items():
            if isinstance(value, str):
                node.attr[key].s = value.encode()
            elif isinstance(value, int):
                node.attr[key].i = value
            else:
                node.attr[key].list.i.extend(value)
        return node.name

    def concat(self, name: str, inputs: Sequence[str]) -> str:
        """Tensors side by side along the channels."""
        axis = self.constant(name + '/axis', np.int32(3))
        node = self.add('ConcatV2', name, list(inputs) + [axis], N=len(inputs))
        self._graph.node[-1].attr['Tidx'].type = _INT
        return node

    def convolution(self, name: str, source: str, weights: np.ndarray, strides: Tuple[int, int],
                    pads: Tuple[Tuple[int, int], Tuple[int, int]], dilations: Tuple[int, int],
                    depthwise: bool = False) -> str:
        """A convolution (as everywhere in this field, a correlation) with zeros around the image.

        weights: (height, width, inputs, outputs), for a depthwise one (height, width, inputs,
        outputs per input). pads: ((top, bottom), (left, right)) px. Raises ModelError where these
        are out of all bounds.
        """
        if not (all(1 <= step <= MOST_PIXELS for step in strides + dilations)
                and all(0 <= pad <= MOST_PIXELS for pad in pads[0] + pads[1])):
            raise ModelError('strides {}, dilations {} and pads {} px are not known'.format(
                strides, dilations, pads))
        if depthwise and dilations != (1, 1):
            # TensorFlow 1.15 and 2.6 silently ignore the dilations of a depthwise convolution:
            # zeros between the taps instead.
            weights, dilations = _dilated(weights, dilations), (1, 1)
        padding = 'SAME' if _is_same(weights.shape, strides, pads, dilations) else 'VALID'
        if padding == 'VALID' and np.any(pads):
            source = self._pad(name + '/pad', source, pads)
        kernel = self.constant(name + '/weights', weights.astype(np.float32))
        return self.add(
            'DepthwiseConv2dNative' if depthwise else 'Conv2D', name, [source, kernel],
            strides=[1, strides[0], strides[1], 1], padding=padding, data_format='NHWC',
            dilations=[1, dilations[0], dilations[1], 1])

    def write(self, path: str) -> None:
        """Check the graph and write it; the file appears whole or not at all.

        Raises ModelError where the nodes do not fit together or the file cannot be written.
        """
        serialized = self._graph.SerializeToString(deterministic=True)
        _check(serialized)
        try:
            os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        except OSError as error:
            raise ModelError('cannot write {}: {}'.format(path, error.strerror))
        write_whole(path, serialized)

    def _pad(self, name: str, source: str, pads: Tuple[Tuple[int, int], ...]) -> str:
        amounts = self.constant(name + '/amounts', np.array([(0, 0), *pads, (0, 0)], np.int32))
        node = self.add('Pad', name, [source, amounts])
        self._graph.node[-1].attr['Tpaddings'].type = _INT
        return node

    def _node(self, op: str, name: str) -> Any:
        name = re.sub(r'[^A-Za-z0-9_./-]', '_', name)
        if name in self._names:
            raise ModelError('two layers are called {}: rename one of them'.format(name))
        self._names.add(name)
        return self._graph.node.add(op=op, name=name)


def _check(serialized: bytes) -> None:
    """TensorFlow's own check of names, types and shapes.

    On a copy, for TensorFlow writes the attributes of its own version into what it imports.
    """
    with tf.Graph().as_default():
        try:
            tf.import_graph_def(tf.GraphDef.FromString(serialized), name='')
        except (ValueError, TypeError, KeyError) as error:
            raise ModelError('the layers do not fit together: {}'.format(first_line(error)))


def _dilated(weights: np.ndarray, dilations: Tuple[int, int]) -> np.ndarray:
    """The same kernel with its taps `dilations` apart and zeros between them."""
    height, width = ((size - 1) * dilation + 1
                     for size, dilation in zip(weights.shape, dilations))
    spread = np.zeros((height, width) + weights.shape[2:], weights.dtype)
    spread[::dilations[0], ::dilations[1]] = weights
    return spread


def _is_same(kernel: Sequence[int], strides: Tuple[int, int],
             pads: Tuple[Tuple[int, int], Tuple[int, int]], dilations: Tuple[int, int]) -> bool:
    """Whether these pads are TensorFlow's SAME, at every size of the image.

    With a stride, SAME depends on the image's size (at even sizes it pads less at the top left
    than a symmetric pad does), so it is never taken for one.
    """
    return strides == (1, 1) and all(
        before + after == (size - 1) * dilation and before == (before + after) // 2
        for size, dilation, (before, after) in zip(kernel, dilations, pads))
