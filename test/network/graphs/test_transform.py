"""Graphs made cheaper give the same as before; TensorRT is called as its makers ask for."""
import os

import cv2
import data
import numpy as np
import pytest

from openpose_ros import network
from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import graph, optimize, transform
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models import catalogue

RANDOM = np.random.RandomState(0)


def normed_graph(is_training=False, depthwise=False):
    """An image through convolution, batch norm, an identity and some constant arithmetic."""
    with tf.Graph().as_default() as made:
        source = tf.placeholder(tf.float32, [None, None, None, 3], 'image')
        shape = (3, 3, 3, 2) if depthwise else (3, 3, 3, 6)
        weights = tf.constant(RANDOM.standard_normal(shape).astype(np.float32)) * 2. + 0.
        result = (tf.nn.depthwise_conv2d if depthwise else tf.nn.conv2d)(
            source, weights, [1, 1, 1, 1], 'SAME')
        gamma, beta, mean = (tf.constant(RANDOM.standard_normal(6).astype(np.float32))
                             for _ in range(3))
        variance = tf.constant(RANDOM.uniform(.5, 2., 6).astype(np.float32))
        empty = tf.constant(np.zeros(0, np.float32))
        result = tf.raw_ops.FusedBatchNorm(
            x=result, scale=gamma, offset=beta, mean=empty if is_training else mean,
            variance=empty if is_training else variance, epsilon=1e-3,
            is_training=is_training)[0]
        tf.identity(tf.nn.relu(tf.stop_gradient(tf.identity(result))), 'maps')
        tf.add(source, 1., 'not_needed')
    return made.as_graph_def()


def run(graph_def, pixels):
    with tf.Graph().as_default() as made:
        tf.import_graph_def(graph_def, name='')
    with tf.Session(graph=made) as session:
        return session.run('maps:0', {'image:0': pixels})


def operations(graph_def):
    return [node.op for node in graph_def.node]


@pytest.fixture
def pixels():
    return RANDOM.uniform(0., 255., (1, 21, 17, 3)).astype(np.float32)


@pytest.mark.parametrize('depthwise', [False, True])
def test_batch_norms_are_folded_into_convolutions(pixels, depthwise):
    graph_def = normed_graph(depthwise=depthwise)
    model = catalogue.from_file('x.pb', input='image:0', outputs=('maps:0',))
    simple = optimize.simplify(graph_def, model)
    left = operations(simple)
    assert not set(left) & set(transform.BATCH_NORMS) and 'BiasAdd' in left
    assert left.count('Identity') == 1 and 'Mul' not in left and 'StopGradient' not in left
    assert not any(node.name == 'not_needed' for node in simple.node)
    before = run(graph_def, pixels)
    np.testing.assert_allclose(run(simple, pixels), before, atol=1e-4 * np.abs(before).max())


def test_batch_norms_of_the_images_own_statistics_are_written_out(pixels):
    graph_def = normed_graph(is_training=True)
    folded = transform.fold_batch_norms(graph_def, ['maps:0'])
    assert 'FusedBatchNorm' in operations(folded)
    written = transform.write_out_statistics(folded, ['maps:0'])
    assert not set(operations(written)) & set(transform.BATCH_NORMS)
    np.testing.assert_allclose(run(written, pixels), run(graph_def, pixels), atol=1e-4)


def test_a_convolution_that_others_use_too_is_left_alone(pixels):
    graph_def = normed_graph()
    convolution, = [node.name for node in graph_def.node if node.op == 'Conv2D']
    graph_def.node.add(name='also', op='Relu', input=[convolution]).attr['T'].type = 1
    folded = transform.fold_batch_norms(graph_def, ['maps:0', 'also:0'])
    assert 'FusedBatchNorm' in operations(folded)


def test_half_the_file_and_nearly_the_same(pixels):
    graph_def = transform.fold_constants(normed_graph(), ['maps:0'])
    halved = transform.halve_weights(graph_def, ['maps:0'])
    before = run(graph_def, pixels)
    np.testing.assert_allclose(run(halved, pixels), before, atol=2e-3 * np.abs(before).max())
    halves = [node for node in halved.node
              if node.attr['dtype'].type == tf.float16.as_datatype_enum]
    assert len(halves) == 1


@pytest.mark.parametrize('name', ['thin', 'v2_small'])
def test_an_optimised_network_gives_the_same(name, request):
    path = request.getfixturevalue(name)
    model = catalogue.from_file(path)
    done = optimize.optimize(model, tensorrt=False)
    assert done.nodes[1] <= done.nodes[0]
    assert os.path.basename(done.path).endswith('.optimized-fp32-anysize.pb')
    image = cv2.imread(data.path('peer', 'images', 'apink2.jpg'))
    before, after = (network.load(each, 'tensorflow').infer(image, 184)
                     for each in (path, done.path))
    assert np.abs(before.heatmaps - after.heatmaps).max() < 1e-4
    assert np.abs(before.pafs - after.pafs).max() < 1e-4
    half = optimize.optimize(model, 'fp16', tensorrt=False)
    assert os.path.getsize(half.path) < .6 * os.path.getsize(path)
    assert np.abs(network.load(half.path, 'tensorflow').infer(image, 184).heatmaps
                  - before.heatmaps).max() < .05


def test_a_tensorflow_without_tensorrt_says_so_in_one_line(small_graph):
    make, answer = optimize.find_tensorrt()
    if make:
        pytest.skip(answer)
    assert '\n' not in answer and 'no TensorRT' in answer
    done = optimize.optimize(catalogue.from_file(small_graph), 'fp16', (64, 48))
    assert done.tensorrt == answer and done.path.endswith('.optimized-fp16-anysize.pb')


class FakeConverter:
    """Takes what TrtGraphConverter takes, and puts an engine before each output."""

    def __init__(self, **arguments):
        assert not tf.executing_eagerly()
        FakeConverter.arguments = arguments

    def convert(self):
        made = tf.GraphDef()
        made.CopyFrom(self.arguments['input_graph_def'])
        made.node.add(name='engine', op=graph.ENGINE)
        return made


@pytest.fixture
def with_tensorrt(monkeypatch, tmp_path):
    monkeypatch.setenv('OPENPOSE_MODEL_DIR', str(tmp_path / 'models'))   # where engines are noted
    monkeypatch.setattr(optimize, 'find_tensorrt', lambda: (
        lambda *args: optimize._by_converter(FakeConverter, *args), 'TensorRT 8.2.1'))


def test_engines_are_made_for_one_size(small_graph, with_tensorrt):
    done = optimize.optimize(catalogue.from_file(small_graph), 'fp16', (432, 368))
    assert done.path.endswith('small.optimized-fp16-432x368-tensorrt.pb')
    arguments = FakeConverter.arguments
    source, = [node for node in arguments.pop('input_graph_def').node if node.name == 'inputs']
    assert [dim.size for dim in source.attr['shape'].shape.dim] == [1, 368, 432, 3]
    assert arguments == dict(
        nodes_denylist=['Mconv7_stage6_L2/BiasAdd', 'Mconv7_stage6_L1/BiasAdd'], max_batch_size=1,
        max_workspace_size_bytes=1 << 28, precision_mode='FP16', minimum_segment_size=3,
        is_dynamic_op=False, maximum_cached_engines=1)


def test_engines_need_a_size(small_graph, with_tensorrt):
    with pytest.raises(ModelError, match='give it, as in 432x368'):
        optimize.optimize(catalogue.from_file(small_graph))


def test_a_tensorrt_that_fails_is_one_line(small_graph, with_tensorrt, monkeypatch):
    def fail(self):
        raise RuntimeError('out of memory\nand so on')
    monkeypatch.setattr(FakeConverter, 'convert', fail)
    with pytest.raises(ModelError, match='^TensorRT makes no engine: out of memory$'):
        optimize.optimize(catalogue.from_file(small_graph), size=(64, 64))
    monkeypatch.setattr(FakeConverter, 'convert', lambda self: self.arguments['input_graph_def'])
    with pytest.raises(ModelError, match='made no engine'):
        optimize.optimize(catalogue.from_file(small_graph), size=(64, 64))
    assert os.listdir(os.path.dirname(small_graph)) == ['small.pb']
