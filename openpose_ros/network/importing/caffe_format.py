"""Caffe's model files: as much of their protobuf messages as a pose network needs.

No package on PyPI keeps these messages up, so they are declared here. Names, numbers and defaults
are those of Caffe's src/caffe/proto/caffe.proto (BSD-2-Clause). Works with protobuf 3.19, the last
one for Python 3.6, to today's.
"""
import functools
import operator
from typing import Any

import numpy as np
from google.protobuf import (descriptor_pb2, descriptor_pool, message,
                             message_factory, text_format)

from openpose_ros.files import read_regular
from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import LARGEST

_PACKAGE = 'caffe'
_MOST_AXES = 4   # of weights
_POOL_METHODS = ('MAX', 'AVE', 'STOCHASTIC')
# {message: {field: (number, type)}}, or (number, type, default); a type[] is repeated. A field that
# is not here is refused by name in a .prototxt and skipped in a .caffemodel.
_MESSAGES = {
    'BlobShape': {'dim': (1, 'int64[]')},
    'BlobProto': {'num': (1, 'int32'), 'channels': (2, 'int32'), 'height': (3, 'int32'),
                  'width': (4, 'int32'), 'data': (5, 'float[]'), 'shape': (7, 'BlobShape')},
    'FillerParameter': {'type': (1, 'string'), 'value': (2, 'float'), 'min': (3, 'float'),
                        'max': (4, 'float'), 'mean': (5, 'float'), 'std': (6, 'float')},
    'ParamSpec': {'name': (1, 'string'), 'lr_mult': (3, 'float'), 'decay_mult': (4, 'float')},
    'InputParameter': {'shape': (1, 'BlobShape[]')},
    'ConcatParameter': {'axis': (2, 'int32', '1')},
    'ConvolutionParameter': {
        'num_output': (1, 'uint32'), 'bias_term': (2, 'bool', 'true'), 'pad': (3, 'uint32[]'),
        'kernel_size': (4, 'uint32[]'), 'group': (5, 'uint32', '1'), 'stride': (6, 'uint32[]'),
        'weight_filler': (7, 'FillerParameter'), 'bias_filler': (8, 'FillerParameter'),
        'dilation': (18, 'uint32[]')},
    'PoolingParameter': {'pool': (1, 'PoolMethod', 'MAX'), 'kernel_size': (2, 'uint32'),
                         'stride': (3, 'uint32', '1'), 'pad': (4, 'uint32', '0')},
    'PReLUParameter': {'filler': (1, 'FillerParameter'), 'channel_shared': (2, 'bool')},
    'ReLUParameter': {'negative_slope': (1, 'float', '0')},
    'LayerParameter': {
        'name': (1, 'string'), 'type': (2, 'string'), 'bottom': (3, 'string[]'),
        'top': (4, 'string[]'), 'param': (6, 'ParamSpec[]'), 'blobs': (7, 'BlobProto[]'),
        'concat_param': (104, 'ConcatParameter'),
        'convolution_param': (106, 'ConvolutionParameter'),
        'pooling_param': (121, 'PoolingParameter'), 'relu_param': (123, 'ReLUParameter'),
        'prelu_param': (131, 'PReLUParameter'), 'input_param': (143, 'InputParameter')},
    'NetParameter': {
        'name': (1, 'string'), 'input': (3, 'string[]'), 'input_dim': (4, 'int32[]'),
        'force_backward': (5, 'bool'), 'input_shape': (8, 'BlobShape[]'),
        'layer': (100, 'LayerParameter[]')},
}


def read_prototxt(path: str) -> Any:
    """The layers of a network as Caffe's NetParameter. Raises ModelError."""
    net = _new_net()
    try:
        text_format.Parse(read_regular(path, LARGEST).decode('utf-8'), net)
    except (OSError, UnicodeDecodeError, text_format.ParseError) as error:
        raise ModelError('{} is no Caffe network that can be read: {}'.format(
            path, first_line(error)))
    if not net.layer:
        raise ModelError('{} has no layers of the form "layer {{ ... }}"'.format(path))
    return net


def read_caffemodel(path: str) -> Any:
    """The weights of a network as Caffe's NetParameter. Raises ModelError."""
    net = _new_net()
    try:
        net.ParseFromString(read_regular(path, LARGEST))
    except (OSError, message.DecodeError) as error:
        raise ModelError('{} is no .caffemodel that can be read: {}'.format(
            path, first_line(error)))
    if not net.layer:
        raise ModelError('{} has no layers; a file of an old Caffe is brought up to date by '
                         'upgrade_net_proto_binary, which comes with Caffe'.format(path))
    return net


def as_array(blob: Any) -> np.ndarray:
    """The numbers of a BlobProto, float32. Raises ModelError."""
    data = np.array(blob.data, np.float32)
    if blob.HasField('shape'):
        shape = tuple(blob.shape.dim)
    else:
        shape = (blob.num, blob.channels, blob.height, blob.width)
    if len(shape) > _MOST_AXES or min(shape, default=0) < 0:
        raise ModelError('weights of shape {}: the file is damaged'.format(shape[:10]))
    size = functools.reduce(operator.mul, shape, 1)   # in Python's integers, that do not overflow
    if data.size != size:
        raise ModelError('{} weights, where their shape {} says {}: the file is incomplete'.format(
            data.size, shape, size))
    return data.reshape(shape)


def _new_net() -> Any:
    descriptor = _POOL.FindMessageTypeByName(_PACKAGE + '.NetParameter')
    if hasattr(message_factory, 'GetMessageClass'):   # since protobuf 4.22
        return message_factory.GetMessageClass(descriptor)()
    return message_factory.MessageFactory(_POOL).GetPrototype(descriptor)()


def _declare(file: Any, name: str, fields: Any) -> None:
    kinds = descriptor_pb2.FieldDescriptorProto
    declared = file.message_type.add(name=name)
    for field_name, (number, kind, *default) in fields.items():
        repeated = kind.endswith('[]')
        kind = kind[:-2] if repeated else kind
        field = declared.field.add(name=field_name, number=number)
        field.label = kinds.LABEL_REPEATED if repeated else kinds.LABEL_OPTIONAL
        if kind in _MESSAGES:
            field.type, field.type_name = kinds.TYPE_MESSAGE, '.{}.{}'.format(_PACKAGE, kind)
        elif kind == 'PoolMethod':
            field.type, field.type_name = kinds.TYPE_ENUM, '.{}.PoolMethod'.format(_PACKAGE)
        else:
            field.type = getattr(kinds, 'TYPE_' + kind.upper())
            field.options.packed = repeated and kind == 'float'
        if default:
            field.default_value, = default


def _pool() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name='caffe.proto', package=_PACKAGE)
    methods = file.enum_type.add(name='PoolMethod')
    for number, method in enumerate(_POOL_METHODS):
        methods.value.add(name=method, number=number)
    for name, fields in _MESSAGES.items():
        _declare(file, name, fields)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool


_POOL = _pool()
