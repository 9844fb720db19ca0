"""Eight-bit networks: the equalised graph calculates the same, ranges belong to their graph."""
import json
import os

import numpy as np
import pytest

from openpose_ros import network
from openpose_ros.network.backends import tflite
from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import quantize, tensors, transform
from openpose_ros.network.graphs.calibrate import calibrate
from openpose_ros.network.graphs.equalize import equalize
from openpose_ros.network.graphs.graph import read_graph
from openpose_ros.network import ranges
from openpose_ros.network.models import catalogue
from openpose_ros.network.tf1 import tf

IMAGE = np.random.RandomState(0).randint(0, 256, (96, 128, 3)).astype(np.uint8)


def outputs_of(graph_def, model, image):
    with tf.Graph().as_default() as graph:
        placeholder = tf.placeholder(tf.uint8, [1, None, None, 3])
        found = tf.import_graph_def(
            graph_def, {model.input: tensors.as_input(placeholder, model)}, list(model.outputs))
        with tf.Session(graph=graph) as session:
            return [maps[0] for maps in session.run(found, {placeholder: image[None]})]


def prepared(path):
    graph_def = read_graph(path)
    model = tensors.resolve(graph_def, catalogue.from_file(path))
    return quantize.quantizable(graph_def, model), model


def measured(path, image=IMAGE, **given):
    return calibrate(catalogue.from_file(path), path, [image], **given)


@pytest.mark.parametrize('which', ['small_graph', 'thin', 'v2_small'])
def test_the_equalised_graph_calculates_the_same(which, request):
    path = request.getfixturevalue(which)
    graph_def, model = prepared(path)
    equalized, factors = equalize(graph_def, model.outputs, measured(path))
    assert any(np.ptp(values) > .1 for values in factors.values())   # something was moved
    for before, after in zip(outputs_of(graph_def, model, IMAGE),
                             outputs_of(equalized, model, IMAGE)):
        assert np.abs(before - after).max() < 1e-4


def test_scales_go_into_the_convolutions_behind_them(thin):
    prepared_def, model = prepared(thin)
    nodes = {node.name: node for node in prepared_def.node}
    taps = [transform.value_of(nodes, node.input[1]).shape[:2] for node in prepared_def.node
            if node.op == 'DepthwiseConv2dNative']
    assert len(taps) > 40 and (1, 1) not in taps
    for one, other in zip(outputs_of(read_graph(thin), model, IMAGE),
                          outputs_of(prepared_def, model, IMAGE)):
        assert np.abs(one - other).max() < 1e-4


def test_ranges_are_alike_behind_depthwise_convolutions(thin):
    """All channels that only depthwise convolutions read use the whole of their eight bits."""
    graph_def, model = prepared(thin)
    known = measured(thin)
    _, factors = equalize(graph_def, model.outputs, known)
    name = 'MobilenetV1/Conv2d_5_pointwise/Relu'
    alike = known.by_tensor[name][1] / factors[name]
    assert alike.max() == pytest.approx(1.) and np.median(alike) == pytest.approx(1.)


def test_a_concatenation_and_what_it_joins_share_their_range(thin):
    graph_def, model = prepared(thin)
    fake, _ = quantize.quantize(graph_def, model, measured(thin))
    nodes = {node.name: node for node in fake.node}

    def limits(name):
        return [float(transform.value_of(nodes, place)) for place in nodes[name].input[1:]]

    joined = [limits(name) for name in nodes['feat_concat'].input if name.endswith('/eight_bits')]
    assert len(joined) == 3 and joined[0] == joined[1] == joined[2] == limits(
        'feat_concat/eight_bits')


def test_layers_that_stay_float(thin):
    graph_def, model = prepared(thin)
    known = measured(thin, float_layers='Stage6_')
    assert len(known.float_layers) == 16   # the scales of its last two layers are folded
    fake, _ = quantize.quantize(graph_def, model, known)
    weights = [node.name for node in fake.node if node.op.endswith('PerChannel')]
    assert weights and not any('Stage6_' in name for name in weights)


def test_channels_that_are_left_out(thin, tmp_path):
    graph_def, model = prepared(thin)
    ranges.write(str(tmp_path / 'known.json'), measured(thin, left_out=32))
    known = ranges.read(str(tmp_path / 'known.json'))
    assert {name: len(set(gone)) for name, gone in known.left_out.items()} == {'feat_concat': 32}
    whole, less = (quantize.quantize(graph_def, model, each)[0]
                   for each in (known._replace(left_out={}), known))
    wide = [[transform.value_of({node.name: node for node in made.node}, node.input[1]).shape[2]
             for node in made.node if 'Stage' in node.name and node.op == 'DepthwiseConv2dNative'
             and '_1_depthwise' in node.name] for made in (whole, less)]
    assert wide == [[864] * 2 + [921] * 10, [832] * 2 + [889] * 10]
    exact, = outputs_of(graph_def, model, IMAGE)
    errors = [np.sqrt(np.square(outputs_of(made, model._replace(outputs=(
        'Openpose/concat_stage7:0',)), IMAGE)[0] - exact).mean()) for made in (whole, less)]
    assert errors[1] < 1.5 * errors[0]


def test_eight_bits_give_nearly_the_same_maps(small_graph, tmp_path):
    known = measured(small_graph)
    ranges.write(ranges.beside(small_graph), known)
    exact = network.load(small_graph, 'tflite', precision='float')
    eight = network.load(small_graph, precision='int8')
    assert 'int8' in eight.description and 'float' in exact.description
    for size in ((64, 88), (48, 64), (96, 128)):   # any size, as ever
        first, second = exact.infer(IMAGE, *size), eight.infer(IMAGE, *size)
        assert second.heatmaps.dtype == np.float32 and first.pafs.shape == second.pafs.shape
        for one, other in zip(first[:2], second[:2]):
            assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > .97
            assert np.abs(one - other).max() > 0.
    assert any(name.endswith('.int8.tflite') for name in os.listdir(os.path.dirname(small_graph)))


def test_a_damaged_int8_file_is_made_anew(small_graph):
    ranges.write(ranges.beside(small_graph), measured(small_graph))
    model = catalogue.from_file(small_graph)
    path = tflite.converted(small_graph, 'a', model, ranges.beside(small_graph))
    with open(path, 'r+b') as file:
        file.write(b'damaged!')
    assert tflite.converted(small_graph, 'a', model, ranges.beside(small_graph)) == path
    with open(path, 'rb') as file:
        assert not file.read().startswith(b'damaged!')


@pytest.mark.parametrize('change, said', [
    (lambda content: content.clear(), 'holds no ranges'),
    (lambda content: content.update(kind='others'), 'holds no ranges'),
    (lambda content: content.update(graph_sha256='0' * 64), 'of another graph'),
    (lambda content: content['tensors'].update(nowhere=[[0.], [1.], None]),
     'of another graph: this one has no tensor nowhere'),
    (lambda content: content.update(tensors={}), 'of another graph'),
    (lambda content: content['tensors'].update(image=[[0., 0.], [1., 1.], None]), 'another graph'),
    (lambda content: content['tensors'].update(image=[[0.], ['one'], None]), 'holds no ranges'),
    (lambda content: content['tensors'].update(image=[[2.], [1.], None]), 'holds no ranges'),
    (lambda content: content['tensors'].update(image=[[0.], [1e999], None]), 'holds no ranges'),
    (lambda content: content.update(left_out=[1]), 'holds no ranges'),
    (lambda content: content.update(left_out={'nowhere': [.5]}), 'holds no ranges'),
    (lambda content: content.update(left_out={'nowhere': [1 << 40]}), 'holds no ranges'),
    (lambda content: content.update(left_out={'nowhere': [0]}), 'another graph: it has no such')])
def test_ranges_that_are_none(small_graph, change, said):
    path = ranges.beside(small_graph)
    ranges.write(path, measured(small_graph, graph_sha256='1' * 64))
    with open(path) as file:
        content = json.load(file)
    content['graph_sha256'] = ''
    change(content)
    with open(path, 'w') as file:
        json.dump(content, file)
    with pytest.raises(ModelError, match=said) as error:
        network.load(small_graph, precision='int8')
    assert '\n' not in str(error.value)
    assert not any(name.endswith('.tflite') for name in os.listdir(os.path.dirname(small_graph)))


def test_what_int8_needs(small_graph):
    with pytest.raises(ModelError, match='calibrate small IMAGES_DIR'):
        network.load(small_graph, precision='int8')
    with pytest.raises(ModelError, match='int8 runs in TFLite on a CPU'):
        network.load(small_graph, 'tensorflow', precision='int8')
    with pytest.raises(ModelError, match='precision one of auto, float, int8'):
        network.load(small_graph, precision='int4')


@pytest.mark.parametrize('name', [model.name for model in catalogue.MODELS if model.int8])
def test_the_catalogue_has_ranges_of_what_it_gives_figures_for(name):
    path = ranges.find(name, '/nowhere/graph.pb')
    known = ranges.read(path)
    assert known.source and len(known.by_tensor) > 50
