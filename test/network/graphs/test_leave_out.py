"""Channels of a concatenation that hardly matter are found, and left out of what reads them."""
import numpy as np
import pytest
from graph_runs import OUTPUTS, channels, in_tflite, run

from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import leave_out, transform
from openpose_ros.network.graphs.contributions import Contributions
from openpose_ros.network.models import catalogue
from openpose_ros.network.tf1 import tf

FIRST, COUNT = 12, 20   # channels of the two that are joined; the first are read elsewhere, too
CONSTANT = [1, 2, 7, 13, 30]    # of both: these are the same wherever in the image
PIXELS = np.random.RandomState(1).uniform(-1., 1., (1, 40, 40, 3)).astype(np.float32)


def graph_with_stages(behind='depthwise', faint=()):
    """Two layers joined, two stages that read them; faint: channels that the stages hardly hear."""
    random = np.random.RandomState(0)

    def weights(*shape):
        return np.float32(random.standard_normal(shape) / np.sqrt(shape[0] * shape[2]))

    def layer(values, count, taps=1, constant=()):
        own = weights(taps, taps, values.shape[3], count)
        bias = np.abs(weights(1, 1, 1, count)).ravel()   # so that no ReLU is closed everywhere
        own[..., constant], bias[list(constant)] = 0., 1.
        return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(values, own, 1, 'SAME'), bias))

    def wide(values, scale=1.):
        kernel = weights(3, 3, values.shape[3], 1) * scale
        return tf.nn.depthwise_conv2d(values, kernel, [1] * 4, 'SAME')

    constant = np.array(CONSTANT)
    scale = np.ones((COUNT + FIRST, 1), np.float32)
    scale[list(faint)] = 1e-3
    with tf.Graph().as_default() as made:
        image = tf.placeholder(tf.float32, [1, None, None, 3], 'image')
        first = layer(image, FIRST, 3, constant[constant < FIRST])
        second = layer(wide(first), COUNT, 1, constant[constant >= FIRST] - FIRST)
        joined = tf.concat([tf.nn.max_pool2d(first, 3, 1, 'SAME'), second], 3, name='joined')
        stage = layer(wide(joined, scale), 5)
        if behind == 'convolution':
            stage = layer(joined, 5, 3)
        again = tf.concat([stage, joined], 3, name='again')
        scale = np.concatenate((np.ones((5, 1), np.float32), scale))
        tf.identity(layer(wide(again, scale), 4), 'maps')
    return transform.remove_identities(transform.fold_constants(made.as_graph_def(), OUTPUTS),
                                       OUTPUTS)


def means_of(graph_def):
    """Of the depthwise convolutions' outputs, away from the image's borders."""
    with tf.Graph().as_default() as made:
        tf.import_graph_def(graph_def, name='')
    names = [node.name for node in graph_def.node if node.op == 'DepthwiseConv2dNative']
    with tf.Session(graph=made) as session:
        found = session.run([name + ':0' for name in names], {'image:0': PIXELS})
    return {name: values[0, 8:-8, 8:-8].mean((0, 1)) for name, values in zip(names, found)}


def test_channels_that_never_change_go_without_a_change():
    graph_def = graph_with_stages()
    less, means = leave_out.leave_out(graph_def, OUTPUTS, {'joined': CONSTANT}, means_of(graph_def))
    kept = FIRST + COUNT - len(CONSTANT)
    assert channels(less) == [(3, FIRST), (FIRST, 1), (FIRST, COUNT - 2), (kept, 1), (kept, 5),
                              (kept + 5, 1), (kept + 5, 4)]
    assert sorted(mean.size for mean in means.values()) == [FIRST, kept, kept + 5]
    before, after = run(graph_def, PIXELS), run(less, PIXELS)
    inside = np.s_[:, 8:-8, 8:-8]    # beyond the borders there are zeros, which are not the mean
    assert np.ptp(before[inside]) > .5
    np.testing.assert_allclose(after[inside], before[inside], atol=1e-5)
    np.testing.assert_allclose(in_tflite(less, PIXELS), after, atol=1e-5)


def test_means_follow_their_channels():
    graph_def = graph_with_stages()
    less, means = leave_out.leave_out(graph_def, OUTPUTS, {'joined': CONSTANT}, means_of(graph_def))
    for name, mean in means_of(less).items():
        np.testing.assert_allclose(means[name], mean, atol=1e-5)


@pytest.mark.parametrize('behind, gone, said', [
    ('depthwise', {'nowhere': [0]}, 'no such channels of nowhere'),
    ('depthwise', {'joined': [FIRST + COUNT]}, 'no such channels of joined'),
    ('depthwise', {'joined': [-1]}, 'no such channels of joined'),
    ('depthwise', {'joined': [1, 1]}, 'no such channels of joined'),
    ('depthwise', {'again': [5]}, 'no channels that .* reads can be left out'),
    ('convolution', {'joined': [1]}, 'no channels that .* reads can be left out')])
def test_what_cannot_be_left_out_is_one_line(behind, gone, said):
    graph_def = graph_with_stages(behind)
    with pytest.raises(ModelError, match=said) as error:
        leave_out.leave_out(graph_def, OUTPUTS, gone, means_of(graph_def))
    assert '\n' not in str(error.value)


def contributions_of(graph_def):
    model = catalogue.MODELS[0]._replace(input='image', outputs=tuple(OUTPUTS))
    with tf.Graph().as_default() as made:
        tf.import_graph_def(graph_def, name='model')
        found = Contributions(graph_def, model, made, 'model')
        with tf.Session(graph=made) as session:
            found.add(session, {'model/image:0': PIXELS})
            mean = session.run('model/joined:0', {'model/image:0': PIXELS}).mean((0, 1, 2))
    return found, mean


def test_what_is_hardly_heard_contributes_least():
    found, mean = contributions_of(graph_with_stages(faint=[3, 17, 25]))
    # Those that never change contribute nothing but at the borders of the network's pool.
    assert set(found.least(len(CONSTANT) + 3, mean)['joined']) == {3, 17, 25} | set(CONSTANT)
    with pytest.raises(ModelError, match='32 of the 32 channels of joined cannot be left out'):
        found.least(32, mean)


def test_a_network_without_such_a_concatenation_says_so():
    with pytest.raises(ModelError, match='nothing can be left out of'):
        contributions_of(graph_with_stages('convolution'))
