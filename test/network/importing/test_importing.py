"""The graphs that importing writes: where they run, and how files are chosen and written."""
import os

import frozen_graphs
import numpy as np
import pytest
import tensorflow.compat.v1 as tf

from openpose_ros.network import importing
from openpose_ros.network.errors import ModelError
from openpose_ros.network.importing.graph_writer import GraphWriter

# Every operation and attribute that TensorFlow 1.15 knows, as far as these graphs use them.
KNOWN = {
    'Placeholder': {'dtype', 'shape'}, 'Const': {'dtype', 'value'}, 'Identity': {'T'},
    'Mul': {'T'}, 'Sub': {'T'}, 'AddV2': {'T'}, 'Neg': {'T'}, 'Relu': {'T'}, 'Elu': {'T'},
    'BiasAdd': {'T', 'data_format'}, 'Pad': {'T', 'Tpaddings'}, 'ConcatV2': {'T', 'N', 'Tidx'},
    'Conv2D': {'T', 'strides', 'padding', 'data_format', 'dilations'},
    'DepthwiseConv2dNative': {'T', 'strides', 'padding', 'data_format', 'dilations'},
    'MaxPool': {'T', 'ksize', 'strides', 'padding', 'data_format'},
}


def convolution(graph, name, source, inputs=3, outputs=4, stride=1, pad=1, dilation=1, **more):
    weights = np.random.RandomState(0).standard_normal((3, 3, inputs, outputs))
    return graph.convolution(name, source, weights.astype(np.float32), (stride, stride),
                             ((pad, pad), (pad, pad)), (dilation, dilation), **more)


@pytest.fixture
def graph():
    """One of every node."""
    graph = GraphWriter()
    x = graph.placeholder('image')
    x = convolution(graph, 'strided', x, stride=2)
    x = graph.add('BiasAdd', 'biased', [x, graph.constant('bias', np.ones(4, np.float32))],
                  data_format='NHWC')
    x = graph.add('Elu', 'elu', [x])
    x = convolution(graph, 'depthwise', x, 4, 1, pad=2, dilation=2, depthwise=True)
    x = convolution(graph, 'dilated', x, 4, 4, pad=2, dilation=2)
    x = graph.add('MaxPool', 'pool', [x], ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME',
                  data_format='NHWC')
    positive = graph.add('Relu', 'positive', [x])
    negative = graph.add('Relu', 'negative', [graph.add('Neg', 'neg', [x])])
    scaled = graph.add('Mul', 'scaled', [negative, graph.constant('scale', np.float32(.1))])
    y = graph.concat('both', [graph.add('Sub', 'sub', [positive, scaled]),
                              graph.add('AddV2', 'sum', [positive, scaled])])
    graph.add('Identity', 'heatmaps', [y])
    return graph


def test_only_what_tensorflow_1_15_knows(graph, tmp_path):
    path = str(tmp_path / 'graph.pb')
    graph.write(path)
    written = frozen_graphs.read(path)
    assert {node.op for node in written.node} == set(KNOWN)
    for node in written.node:
        assert set(node.attr) <= KNOWN[node.op], node.name
    assert written.versions.producer == 134


def test_tflite_agrees(graph, tmp_path):
    interpreter = pytest.importorskip('ai_edge_litert.interpreter')
    path = str(tmp_path / 'graph.pb')
    graph.write(path)
    image = np.random.RandomState(1).uniform(-1., 1., (32, 48, 3)).astype(np.float32)
    expected, = frozen_graphs.run(path, image, 'image:0', 'heatmaps:0')
    converter = tf.lite.TFLiteConverter.from_frozen_graph(
        path, ['image'], ['heatmaps'], {'image': (1,) + image.shape})
    lite = interpreter.Interpreter(model_content=converter.convert())
    lite.allocate_tensors()
    lite.set_tensor(lite.get_input_details()[0]['index'], image[None])
    lite.invoke()
    found = lite.get_tensor(lite.get_output_details()[0]['index'])
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_written_whole_or_not_at_all(graph, tmp_path, monkeypatch):
    path = tmp_path / 'new' / 'graph.pb'
    graph.write(str(path))
    before = path.read_bytes()

    def full(source, target):
        raise OSError(28, 'no space left')
    monkeypatch.setattr(os, 'replace', full)
    with pytest.raises(ModelError, match='cannot write .*no space left'):
        graph.write(str(path))
    assert path.read_bytes() == before
    assert os.listdir(str(path.parent)) == ['graph.pb']


def test_a_depthwise_kernel_is_spread(tmp_path):
    """Some versions of TensorFlow ignore the dilations of a depthwise convolution."""
    path = str(tmp_path / 'graph.pb')
    graph = GraphWriter()
    image = np.random.RandomState(1).standard_normal((16, 20, 3)).astype(np.float32)
    kernel = np.random.RandomState(2).standard_normal((3, 3, 3, 1)).astype(np.float32)
    graph.convolution('out', graph.placeholder('image'), kernel, (1, 1), ((3, 3), (2, 2)), (3, 2),
                      depthwise=True)
    graph.write(path)
    padded = np.pad(image, ((3, 3), (2, 2), (0, 0)), 'constant')
    expected = sum(padded[3 * i:3 * i + 16, 2 * j:2 * j + 20] * kernel[i, j, :, 0]
                   for i in range(3) for j in range(3))
    np.testing.assert_allclose(frozen_graphs.run(path, image, 'image:0', 'out:0')[0][0], expected,
                               atol=1e-4)


def test_nodes_that_do_not_fit_are_refused(tmp_path):
    graph = GraphWriter()
    convolution(graph, 'first', graph.placeholder('image'), inputs=5)
    with pytest.raises(ModelError, match='do not fit together'):
        graph.write(str(tmp_path / 'graph.pb'))
    assert os.listdir(str(tmp_path)) == []


def test_the_file_says_how_it_is_imported(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(importing, 'import_openvino', lambda *paths: calls.append(paths))
    monkeypatch.setattr(importing, 'import_caffe', lambda *paths: calls.append(paths))
    prototxt, caffemodel = str(tmp_path / 'a.prototxt'), str(tmp_path / 'b.caffemodel')
    for path in (prototxt, caffemodel):
        open(path, 'w').close()
    for source in ('m.xml', 'm.bin', prototxt, caffemodel):
        importing.import_model(source, 'out.pb')
    assert calls == [('m.xml', 'out.pb')] * 2 + [(prototxt, caffemodel, 'out.pb')] * 2


def test_a_choice_of_files_is_refused(tmp_path):
    caffemodel = str(tmp_path / 'pose.caffemodel')
    with pytest.raises(ModelError, match='needs one .prototxt beside it; .* has none'):
        importing.import_model(caffemodel, 'out.pb')
    for name in ('a.prototxt', 'b.prototxt'):
        (tmp_path / name).write_text('')
    with pytest.raises(ModelError, match='has a.prototxt, b.prototxt'):
        importing.import_model(caffemodel, 'out.pb')
    with pytest.raises(ModelError, match='missing'):
        importing.import_model(str(tmp_path / 'no' / 'pose.prototxt'), 'out.pb')
    with pytest.raises(ModelError, match='pose.onnx cannot be imported'):
        importing.import_model('pose.onnx', 'out.pb')
