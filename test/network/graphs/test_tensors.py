"""Which tensors are the image and the maps: named, found, or asked for in one line."""
import numpy as np
import pytest

from openpose_ros.body import COCO
from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import tensors
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models.catalogue import Pixels, find, from_file


def made_graph(ends, inputs=('data',)):
    """A graph whose end nodes have these names and numbers of channels."""
    with tf.Graph().as_default() as graph:
        images = [tf.placeholder(tf.float32, [None, None, None, 3], name) for name in inputs]
        for name, channels in ends:
            weights = tf.constant(np.ones((1, 1, 3, channels), np.float32))
            tf.nn.conv2d(images[0], weights, [1, 8, 8, 1], 'SAME', name=name)
    return graph.as_graph_def()


def found(graph_def, **given):
    model = tensors.resolve(graph_def, from_file('mine.pb', **given))
    return model.input, model.outputs


def refused(graph_def, **given):
    with pytest.raises(ModelError) as error:
        found(graph_def, **given)
    assert '\n' not in str(error.value)
    return str(error.value)


def test_one_output_is_found():
    graph_def = made_graph([('maps', 57), ('other', 8)])
    assert found(graph_def) == ('data:0', ('maps:0',))


def test_two_outputs_are_found_by_their_channels():
    graph_def = made_graph([('second', 38), ('first', 19)])
    assert found(graph_def) == ('data:0', ('first:0', 'second:0'))


def test_only_what_nothing_else_uses_is_an_output():
    graph_def = made_graph([('maps', 57)])
    earlier = graph_def.node.add(name='after', op='Identity', input=['maps'])
    earlier.attr['T'].type = tf.float32.as_datatype_enum
    assert found(graph_def) == ('data:0', ('after:0',))


def test_given_names_go_first():
    graph_def = made_graph([('a', 57), ('b', 57)], ('x', 'y'))
    assert found(graph_def, input='x', outputs=('b',)) == ('x:0', ('b:0',))


def test_what_cannot_be_told_is_listed():
    said = refused(made_graph([('a', 57), ('b', 57), ('c', 5)]))
    assert 'a:0 (57)' in said and 'b:0 (57)' in said and 'c:0 (5)' in said
    said = refused(made_graph([('maps', 57)], ('x', 'y')))
    assert 'x:0' in said and 'y:0' in said


def test_a_name_the_graph_has_not_is_answered_with_those_it_has():
    said = refused(made_graph([('maps', 57)]), outputs=('heatmaps:0', 'pafs:0'))
    assert 'heatmaps:0 or pafs:0' in said and 'maps:0 (57)' in said and 'data:0' in said


def test_a_graph_like_one_of_the_catalogue_is_fed_like_it(small_graph_file):
    with open(small_graph_file, 'rb') as file:
        graph_def = tf.GraphDef.FromString(file.read())
    model = tensors.resolve(graph_def, from_file('mine.pb'))
    known = find('openpose_coco')
    assert (model.input, model.outputs) == (known.input, known.outputs)
    assert model.pixels == Pixels('bgr', 2. / 255., -1.)
    own = Pixels('rgb')
    assert tensors.resolve(graph_def, from_file('mine.pb', pixels=own)).pixels == own


def test_outputs_with_other_channels_are_refused():
    model = from_file('mine.pb', input='data:0', outputs=('a:0', 'b:0'), pixels=Pixels())
    with pytest.raises(ModelError, match='38 and 19 channels; the body coco_18 needs 19 [+] 38'):
        tensors.wire(made_graph([('a', 38), ('b', 19)]), model)


@pytest.mark.parametrize('pixels', [Pixels(), Pixels('rgb'), Pixels('bgr', 2. / 255., -1.),
                                    Pixels('rgb', 1. / 256., -.5)])
def test_pixels_reach_the_network_as_it_takes_them(pixels):
    count = COCO.heatmap_count + COCO.paf_count
    weights = np.random.RandomState(0).standard_normal((1, 1, 3, count)).astype(np.float32)
    with tf.Graph().as_default() as graph:
        source = tf.placeholder(tf.float32, [None, None, None, 3], 'data')
        tf.nn.conv2d(source, tf.constant(weights), [1, 1, 1, 1], 'SAME', name='maps')
    model = from_file('mine.pb', input='data:0', outputs=('maps:0',), pixels=pixels)
    wired = tensors.wire(graph.as_graph_def(), model)
    image = np.random.RandomState(1).randint(0, 256, (1, 4, 6, 3)).astype(np.uint8)
    with tf.Session(graph=wired.graph) as session:
        heatmaps, pafs = session.run([wired.heatmaps, wired.pafs], {wired.image: image})
    taken = image[..., ::-1] if pixels.order == 'rgb' else image
    expected = (taken * pixels.scale + pixels.offset) @ weights[0, 0]
    np.testing.assert_allclose(heatmaps, expected[..., :19], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(pafs, expected[..., 19:], rtol=1e-4, atol=1e-3)
