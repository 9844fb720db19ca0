"""OpenVINO IR: every operation against OpenVINO's own run of it."""
import os

import cv2
import data
import frozen_graphs
import numpy as np
import pytest

from openpose_ros.network import ranges
from openpose_ros.network.errors import ModelError
from openpose_ros.network.importing import import_openvino

openvino = pytest.importorskip('openvino', reason='OpenVINO, which importing an IR needs')
ops = pytest.importorskip('openvino.opset1')

RANDOM = np.random.RandomState(0)
TOLERANCE = 1e-3
CHANNELS = 8
GROUPED = np.array([0, 1, 1, 0, -1])   # OIHW as GOIHW with one input a group; 0 keeps a size


def weights(*shape, random=RANDOM):
    """Random weights that keep the size of what goes through them."""
    spread = np.sqrt(2. / np.prod(shape[1:]))
    return (random.standard_normal(shape) * spread).astype(np.float32)


def convolve(x, kernel, strides=(1, 1), begin=(0, 0), end=None, dilations=(1, 1)):
    kernel = ops.constant(kernel) if isinstance(kernel, np.ndarray) else kernel
    make = ops.group_convolution if len(kernel.shape) == 5 else ops.convolution
    return make(x, kernel, list(strides), list(begin), list(end or begin), list(dilations))


def fake_quantize(x, low, high, *out):
    limits = (low, high) + (out or (low, high))
    return ops.fake_quantize(x, *(ops.constant(np.float32(limit)) for limit in limits), levels=256)


def quantised(*shape):
    """Weights as a quantised build holds them: 8-bit, less a zero point, times a scale."""
    whole = ops.constant(RANDOM.randint(-127, 128, shape).astype(np.int8))
    per_output = (shape[0],) + (1,) * (len(shape) - 1)
    zero = ops.constant(RANDOM.randint(-5, 6, per_output).astype(np.float32))
    scale = ops.constant(RANDOM.uniform(.002, .004, per_output).astype(np.float32))
    return ops.multiply(ops.subtract(ops.convert(whole, 'f32'), zero), scale)


def saved(folder, layers, channels=3, outputs=(6, 4)):
    """A model of `layers`, a function from image to features, with fields and heatmaps on top.

    What is on top is the same in every model with as many features.
    """
    random = np.random.RandomState(1)
    image = ops.parameter([1, channels, 32, 48], np.float32, name='data')
    features = layers(image)
    results = [ops.result(convolve(features, weights(count, features.shape[1], 1, 1,
                                                     random=random)))
               for count in outputs]
    path = os.path.join(str(folder), 'model.xml')
    openvino.save_model(openvino.Model(results, [image], 'model'), path, compress_to_fp16=False)
    return path


def openvino_run(model, image):
    """Heatmaps and fields by OpenVINO in single precision, NHWC."""
    model.reshape([1, 3] + list(image.shape[:2]))
    compiled = openvino.compile_model(model, 'CPU', {'INFERENCE_PRECISION_HINT': 'f32'})
    fields, maps = compiled(image.transpose(2, 0, 1)[None]).values()
    return maps.transpose(0, 2, 3, 1), fields.transpose(0, 2, 3, 1)


def check_equal(xml, out, sizes=((32, 48), (40, 56), (35, 53))):
    import_openvino(xml, out)
    for size in sizes:
        image = RANDOM.uniform(0., 2., size + (3,)).astype(np.float32)
        expected = openvino_run(openvino.Core().read_model(xml), image)
        found = frozen_graphs.run(out, image, 'image:0', 'heatmaps:0', 'pafs:0')
        for ours, theirs in zip(found, expected):
            assert ours.shape == theirs.shape
            assert np.abs(ours - theirs).max() < TOLERANCE
            assert np.abs(theirs).max() > .05   # the comparison means something


@pytest.fixture
def out(tmp_path):
    return str(tmp_path / 'graph.pb')


def test_network_of_all_operations(tmp_path, out):
    def layers(x):
        x = ops.multiply(x, ops.constant(np.full((1, 1, 1, 1), .5, np.float32)))
        x = ops.add(x, ops.constant(weights(1, 3, 1, 1)))
        x = convolve(x, quantised(CHANNELS, 3, 3, 3), strides=(2, 2), begin=(1, 1))
        x = ops.relu(ops.add(x, ops.constant(weights(1, CHANNELS, 1, 1))))
        kernel = ops.reshape(quantised(CHANNELS, 1, 3, 3), GROUPED, special_zero=True)
        y = ops.elu(convolve(x, kernel, begin=(2, 2), dilations=(2, 2)), 1.)
        x = ops.add(x, y)
        kernel = fake_quantize(ops.constant(weights(CHANNELS, CHANNELS, 3, 3)), -.2, .15)
        y = convolve(x, kernel, begin=(2, 2), dilations=(2, 2))
        y = ops.subtract(y, ops.constant(weights(1, CHANNELS, 1, 1)))
        return ops.convert(ops.concat([x, y, ops.multiply(x, y)], 1), 'f32')
    check_equal(saved(tmp_path, layers), out)


@pytest.mark.parametrize('settings', [
    dict(),
    dict(begin=(1, 1)),
    dict(begin=(0, 1), end=(1, 0)),
    dict(begin=(0, 2), end=(2, 0)),
    dict(begin=(2, 2)),
    dict(begin=(1, 1), strides=(2, 2)),
    dict(begin=(0, 0), end=(1, 1), strides=(2, 2)),
    dict(begin=(1, 1), strides=(2, 1)),
    dict(begin=(2, 2), dilations=(2, 2)),
    dict(begin=(3, 2), dilations=(3, 2)),
    dict(begin=(1, 1), dilations=(2, 2)),
], ids=str)
@pytest.mark.parametrize('shape', [(CHANNELS, CHANNELS, 3, 3), (CHANNELS, 1, 1, 3, 3),
                                   (CHANNELS, 3, 1, 3, 3), (CHANNELS, CHANNELS, 2, 5)], ids=str)
def test_convolutions(tmp_path, out, shape, settings):
    check_equal(saved(tmp_path, lambda x: convolve(
        convolve(x, weights(CHANNELS, 3, 1, 1)), weights(*shape), **settings)), out)


def test_constants_in_any_place(tmp_path, out):
    constant = ops.constant(weights(1, 3, 1, 1))
    check_equal(saved(tmp_path, lambda x: ops.add(
        ops.subtract(constant, x), ops.multiply(constant, ops.add(constant, x)))), out)


def test_half_precision_weights(tmp_path, out):
    def layers(x):
        return convolve(x, ops.convert(ops.constant(weights(8, 3, 3, 3).astype(np.float16)), 'f32'))
    check_equal(saved(tmp_path, layers), out)


def test_quantised_activations_stay_float(tmp_path, out):
    kernel = weights(CHANNELS, 3, 3, 3)
    import_openvino(saved(tmp_path, lambda x: fake_quantize(convolve(x, kernel), -2., 2.)), out)
    bare = saved(tmp_path, lambda x: convolve(x, kernel))
    image = RANDOM.uniform(0., 2., (32, 48, 3)).astype(np.float32)
    expected = openvino_run(openvino.Core().read_model(bare), image)
    for ours, theirs in zip(frozen_graphs.run(out, image, 'image:0', 'heatmaps:0', 'pafs:0'),
                            expected):
        assert np.abs(ours - theirs).max() < TOLERANCE
    known = ranges.read(ranges.imported(out)).by_tensor   # for eight bits
    assert known and all((least, most) == (-2., 2.) for least, most, _ in known.values())


def test_published_network(out):
    """A quantised build in half precision, on both sides without either."""
    xml = data.path('weights', 'human-pose-estimation-0001.FP16-INT8.xml')
    image = cv2.imread(data.path('peer', 'images', 'apink2.jpg'))
    image = cv2.resize(image, (320, 240)).astype(np.float32)
    import_openvino(xml, out)
    found = frozen_graphs.run(out, image, 'image:0', 'heatmaps:0', 'pafs:0')
    assert [maps.shape for maps in found] == [(1, 30, 40, 19), (1, 30, 40, 38)]
    for ours, theirs in zip(found, openvino_run(single_precision(xml), image)):
        assert np.abs(ours - theirs).max() < TOLERANCE


def single_precision(xml):
    """The model without FakeQuantize, its constants widened to float32."""
    model = openvino.Core().read_model(xml)
    for node in model.get_ops():
        if node.get_type_name() == 'FakeQuantize':
            node.output(0).replace(node.input_value(0))
        elif node.get_type_name() == 'Convert':
            node.output(0).replace(ops.convert(node.input_value(0), 'f32').output(0))
        elif node.get_element_type() == openvino.Type.f16 and node.get_type_name() == 'Constant':
            node.output(0).replace(ops.constant(node.data.astype(np.float32)).output(0))
    model.validate_nodes_and_infer_types()
    return model


@pytest.mark.parametrize('layers, said', [
    (lambda x: ops.sigmoid(x), 'Sigmoid is not known'),
    (lambda x: ops.elu(x, .5), 'Elu with alpha 0.5 is not known'),
    (lambda x: fake_quantize(x, 0., 1., 0., 2.), 'another range'),
    (lambda x: ops.concat([x, x], 2), 'Concat other than of channels'),
    (lambda x: ops.add(x, ops.constant(weights(1, 3, 32, 48))), 'only for one image size'),
    (lambda x: ops.convolution(x, ops.constant(weights(4, 3, 3, 3)), [2, 2], [0, 0], [0, 0], [1, 1],
                               auto_pad='same_upper'), 'auto_pad same_upper'),
    (lambda x: convolve(convolve(x, weights(4, 3, 1, 1)), weights(2, 2, 2, 3, 3)),
     'GroupConvolution with 2 inputs a group'),
    (lambda x: ops.reshape(x, ops.constant(np.array([1, 3, 24, 64], np.int64)), False),
     'Reshape is not known'),
    (lambda x: ops.add(x, ops.relu(ops.constant(weights(1, 3, 1, 1)))),
     'Relu is known only of a tensor and constants'),
    (lambda x: ops.fake_quantize(x, x, x, x, x, 256),
     'FakeQuantize is known only of a tensor and constants'),
])
def test_the_unknown_is_refused_by_name(tmp_path, out, layers, said):
    check_refused(saved(tmp_path, layers), out, said)


def test_other_inputs_and_outputs_are_refused(tmp_path, out):
    def layers(x):
        return convolve(x, weights(CHANNELS, x.shape[1], 1, 1))
    check_refused(saved(tmp_path, layers, channels=1), out, r'where \(n, 3, height, width\)')
    check_refused(saved(tmp_path, layers, outputs=(6, 4, 2)), out, '1 inputs and 3 outputs')


def test_broken_files_are_refused(tmp_path, out):
    check_refused(str(tmp_path / 'none.xml'), out, 'none.xml is missing')
    xml = saved(tmp_path, ops.relu)
    os.truncate(xml[:-3] + 'bin', 10)
    check_refused(xml, out, 'model.xml')
    os.remove(xml[:-3] + 'bin')
    check_refused(xml, out, 'model.bin is missing')
    xml = saved(tmp_path, ops.relu)
    os.truncate(xml, 1000)
    check_refused(xml, out, 'no OpenVINO IR that can be read')


def check_refused(xml, out, said):
    with pytest.raises(ModelError, match=said) as caught:
        import_openvino(xml, out)
    assert '\n' not in str(caught.value)
    assert not os.path.exists(out)
