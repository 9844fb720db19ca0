"""Caffe models: layer by layer against a NumPy reference, and cv2.dnn where it reads Caffe."""
import os
import struct

import cv2
import frozen_graphs
import numpy as np
import pytest

from openpose_ros.network.errors import ModelError
from openpose_ros.network.importing import import_caffe

PROTOTXT = """
name: "small"   # shaped like CMU's: two stages, two branches
input: "image"
input_dim: 1
input_dim: 3
input_dim: 1 # set when it runs
input_dim: 1
layer { name: "conv1_1" type: "Convolution" bottom: "image" top: "conv1_1"
  param { lr_mult: 1.0 decay_mult: 1 } param { lr_mult: 2.0 decay_mult: 0 }
  convolution_param { num_output: 6 pad: 1 kernel_size: 3
    weight_filler { type: "gaussian" std: 0.01 } bias_filler { type: "constant" } } }
layer { name: "relu1_1" type: "ReLU" bottom: "conv1_1" top: "conv1_1" }
layer { name: "pool1_stage1" type: "Pooling" bottom: "conv1_1" top: "pool1_stage1"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "conv2_1" type: "Convolution" bottom: "pool1_stage1" top: "conv2_1"
  convolution_param { num_output: 5 pad: 2 kernel_size: 3 dilation: 2 } }
layer { name: "prelu2_1" type: "PReLU" bottom: "conv2_1" top: "conv2_1" }
layer { name: "Mconv7_stage1_L1" type: "Convolution" bottom: "conv2_1" top: "Mconv7_stage1_L1"
  convolution_param { num_output: 4 pad: 1 kernel_size: 3 stride: 2 } }
layer { name: "Mconv7_stage1_L2" type: "Convolution" bottom: "conv2_1" top: "Mconv7_stage1_L2"
  convolution_param { num_output: 3 kernel_size: 3 pad: 1 stride: 2 bias_term: false } }
layer { name: "concat_stage7" type: "Concat" bottom: "Mconv7_stage1_L2" bottom: "Mconv7_stage1_L1"
  top: "net_output" concat_param { axis: 1 } }
"""
# Each layer and its tensor in the graph.
TENSORS = (('conv1_1', 'conv1_1/BiasAdd:0'), ('relu1_1', 'relu1_1:0'),
           ('pool1_stage1', 'pool1_stage1:0'), ('conv2_1', 'conv2_1/BiasAdd:0'),
           ('prelu2_1', 'prelu2_1:0'), ('Mconv7_stage1_L1', 'Mconv7_stage1_L1/BiasAdd:0'),
           ('Mconv7_stage1_L2', 'Mconv7_stage1_L2/Conv2D:0'), ('concat_stage7', 'concat_stage7:0'))
SHAPES = {'conv1_1': [(6, 3, 3, 3), (6,)], 'conv2_1': [(5, 6, 3, 3), (5,)], 'prelu2_1': [(5,)],
          'Mconv7_stage1_L1': [(4, 5, 3, 3), (4,)], 'Mconv7_stage1_L2': [(3, 5, 3, 3)]}


def delimited(number, payload):
    """A length-delimited field of protobuf's wire format."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint(value):
    head = bytes([value & 127 | (128 if value > 127 else 0)])
    return head + varint(value >> 7) if value > 127 else head


def caffemodel(weights, legacy=False, false_shape=None):
    """The bytes of a .caffemodel, with caffe.proto's field numbers written out once more here.

    legacy: with the four sizes of blobs before Caffe had shapes. false_shape: said of all blobs.
    """
    layers = b''
    for name, arrays in weights.items():
        blobs = b''
        for array in arrays:
            if legacy:
                sizes = (1,) * (4 - array.ndim) + array.shape
                shape = b''.join(varint(i << 3) + varint(size) for i, size in enumerate(sizes, 1))
            else:
                shape = delimited(7, delimited(1, b''.join(
                    varint(size % (1 << 64)) for size in false_shape or array.shape)))
            data = struct.pack('<{}f'.format(array.size), *array.ravel())
            blobs += delimited(7, shape + delimited(5, data))
        layers += delimited(100, delimited(1, name.encode()) + blobs)
    return delimited(1, b'small') + layers


@pytest.fixture
def weights():
    random = np.random.RandomState(0)
    return {name: [random.standard_normal(shape).astype(np.float32) for shape in shapes]
            for name, shapes in SHAPES.items()}


@pytest.fixture
def model(tmp_path, weights):
    """Paths of the .prototxt, the .caffemodel and the graph to write."""
    paths = [str(tmp_path / name) for name in ('pose.prototxt', 'pose.caffemodel', 'graph.pb')]
    with open(paths[0], 'w') as file:
        file.write(PROTOTXT)
    with open(paths[1], 'wb') as file:
        file.write(caffemodel(weights))
    return paths


def image(height=22, width=32):
    return np.random.RandomState(1).randint(0, 256, (height, width, 3)).astype(np.float32)


def imported(model, pixels):
    """What every layer of the imported graph gives, fed as the catalogue says: in [-1, 1]."""
    import_caffe(*model)
    return frozen_graphs.run(model[2], pixels / 127.5 - 1., 'inputs:0',
                             *(tensor for _, tensor in TENSORS))


def convolve(x, kernel, bias=0., pad=1, stride=1, dilation=1):
    """Caffe's convolution, literally: the sum over the kernel's taps. x: (h, w, channels)."""
    padded = np.pad(x, ((pad, pad), (pad, pad), (0, 0)), 'constant')
    height, width = (size - 2 * dilation for size in padded.shape[:2])
    return bias + sum(
        padded[i * dilation:i * dilation + height:stride,
               j * dilation:j * dilation + width:stride] @ kernel[:, :, i, j].T
        for i in range(3) for j in range(3))


def reference(pixels, weights):
    """The small network by hand, on CMU's own pixels: p / 256 - 0.5."""
    conv1 = convolve(pixels / 256. - .5, *weights['conv1_1'])
    relu1 = np.maximum(conv1, 0.)
    height, width = pixels.shape[:2]
    pool = relu1.reshape(height // 2, 2, width // 2, 2, -1).max(axis=(1, 3))
    conv2 = convolve(pool, *weights['conv2_1'], pad=2, dilation=2)
    prelu = np.where(conv2 > 0., conv2, weights['prelu2_1'][0] * conv2)
    fields = convolve(prelu, *weights['Mconv7_stage1_L1'], stride=2)
    maps = convolve(prelu, *weights['Mconv7_stage1_L2'], stride=2)
    return conv1, relu1, pool, conv2, prelu, fields, maps, np.dstack([maps, fields])


def check_layers(found, expected):
    for (name, _), ours, theirs in zip(TENSORS, found, expected):
        assert ours.shape[1:] == theirs.shape, name
        np.testing.assert_allclose(ours[0], theirs, rtol=0., atol=1e-3, err_msg=name)


def test_layer_by_layer(model, weights):
    check_layers(imported(model, image()), reference(image(), weights))


@pytest.mark.skipif(not hasattr(cv2.dnn, 'readNetFromCaffe'),
                    reason='this OpenCV does not read Caffe; 3.3 to 4 do')
@pytest.mark.parametrize('size', [(22, 32), (21, 35)])   # odd sizes too: Caffe's pooling rounds up
def test_layer_by_layer_against_opencv(model, size):
    net = cv2.dnn.readNetFromCaffe(*model[:2])
    net.setInput(np.ascontiguousarray((image(*size) / 256. - .5).transpose(2, 0, 1)[None]))
    expected = [net.forward(name)[0].transpose(1, 2, 0) for name, _ in TENSORS]
    check_layers(imported(model, image(*size)), expected)


def test_blobs_of_old(model, weights):
    with open(model[1], 'wb') as file:
        file.write(caffemodel(weights, legacy=True))
    check_layers(imported(model, image()), reference(image(), weights))


def test_input_as_a_layer(model, weights):
    text = PROTOTXT[PROTOTXT.index('layer'):]
    with open(model[0], 'w') as file:
        file.write('layer { name: "data" type: "Input" top: "image" '
                   'input_param { shape { dim: 1 dim: 3 dim: 1 dim: 1 } } }' + text)
    check_layers(imported(model, image()), reference(image(), weights))


@pytest.mark.parametrize('old, new, said', [
    ('type: "PReLU"', 'type: "Crop"', 'layer prelu2_1: the layer type Crop is not known'),
    ('dilation: 2', 'dilation: 2 kernel_w: 3', 'kernel_w'),
    ('kernel_size: 2 stride: 2', 'kernel_size: 3 stride: 2', 'maximum of 2 by 2'),
    ('pool: MAX', 'pool: AVE', 'maximum of 2 by 2'),
    ('bottom: "pool1_stage1"', 'bottom: "pool9"', 'its input pool9 comes from no layer'),
    ('num_output: 5', 'num_output: 7', r'weights of shape \(5, 6, 3, 3\).*says 7 outputs'),
    ('bias_term: false', 'bias_term: true', '1 arrays of weights in the .caffemodel'),
    ('dilation: 2', 'group: 5', 'in groups'),
    ('axis: 1', 'axis: 2', 'other than of channels'),
    ('top: "conv1_1" }', 'top: "conv1_1" relu_param { negative_slope: 0.1 } }', 'negative slope'),
    ('name: "relu1_1"', 'name: "pool1_stage1"', 'two layers are called pool1_stage1'),
    ('bottom: "conv2_1" top: "Mconv7_stage1_L1"', 'bottom: "image" top: "Mconv7_stage1_L1"',
     'do not fit together'),
    ('bottom: "conv1_1" top: "conv1_1" }', 'bottom: "conv1_1" }',
     'layer relu1_1: 0 outputs, where a ReLU has one'),
    ('bottom: "conv1_1" top: "conv1_1" }', 'bottom: "image" bottom: "conv1_1" top: "conv1_1" }',
     'layer relu1_1: 2 inputs, where a ReLU has 1'),
    ('dilation: 2', 'dilation: 2 dilation: 2 dilation: 2', 'layer conv2_1: 3 values'),
    ('pad: 2', 'pad: 4000000000', 'layer conv2_1: strides .* are not known'),
    ('kernel_size: 3 dilation: 2', 'kernel_size: 3 dilation: 0', 'layer conv2_1: strides'),
    ('type: "PReLU"', 'type: "PRe\\013LU"', r'the layer type PRe\\x0bLU is not known'),
    ('name: "prelu2_1"', 'name: "{}"'.format('p' * 5000), 'layer p{60}: its slopes'),
    ('layer {', 'layers {', 'pose.prototxt is no Caffe network'),
    (PROTOTXT, 'name: "empty"', 'pose.prototxt has no layers'),
])
def test_the_unknown_is_refused_by_name(model, old, new, said):
    assert old in PROTOTXT
    with open(model[0], 'w') as file:
        file.write(PROTOTXT.replace(old, new))
    check_refused(model, said)


def test_broken_files_are_refused(model, weights):
    os.truncate(model[1], 500)
    check_refused(model, 'pose.caffemodel is no .caffemodel that can be read')
    with open(model[1], 'wb') as file:
        file.write(delimited(2, delimited(4, b'conv1_1')))   # layers of before 2014
    check_refused(model, 'upgrade_net_proto_binary')
    with open(model[1], 'wb') as file:
        file.write(caffemodel({**weights, 'conv1_1': [np.ones((6, 3, 3, 3), np.float32)]}))
    check_refused(model, 'layer conv1_1: 1 arrays')
    os.remove(model[1])
    check_refused(model, 'pose.caffemodel')
    with open(model[0], 'wb') as file:
        file.write(bytes(range(256)))
    check_refused(model, 'pose.prototxt is no Caffe network')


def test_blobs_that_are_not_what_they_say_are_refused(model, weights):
    for sizes, said in (
            ([6, 3, 3, 4], r'162 weights, where their shape \(6, 3, 3, 4\) says 216'),
            ([6, 3, 3, 3, 1], r'weights of shape \(6, 3, 3, 3, 1\): the file is damaged'),
            ([6, 3, -3, -3], r'weights of shape \(6, 3, -3, -3\): the file is damaged'),
            ([1 << 32, 1 << 32, 1, 1], 'weights, where their shape .* says 18446744073709551616'),
            ([162], r'weights of shape \(162,\), where the .prototxt')):
        with open(model[1], 'wb') as file:
            file.write(caffemodel({'conv1_1': weights['conv1_1'][:1] * 2}, false_shape=sizes))
        check_refused(model, said)


def check_refused(model, said):
    with pytest.raises(ModelError, match=said) as caught:
        import_caffe(*model)
    assert '\n' not in str(caught.value)
    assert not os.path.exists(model[2])
