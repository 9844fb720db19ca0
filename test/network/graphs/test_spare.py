"""What is left out of a graph changes nothing of what it calculates."""
import numpy as np
import pytest
from graph_runs import OUTPUTS, channels, in_tflite, run

from openpose_ros.network.graphs import spare, transform
from openpose_ros.network.tf1 import tf

SILENT = np.arange(3, 21)   # of 40 channels: a tile of 16 can go, and two stay


def graph_with_silent_channels(behind='depthwise', bias_behind=-.1):
    """Convolution and ReLU, a depthwise one, one of one tap; eighteen channels are always zero."""
    random = np.random.RandomState(0)

    def weights(*shape):
        return random.standard_normal(shape).astype(np.float32)

    first, bias = weights(3, 3, 3, 40), weights(40)
    first[..., SILENT], bias[SILENT] = 1e-10, -.1
    with tf.Graph().as_default() as made:
        image = tf.placeholder(tf.float32, [None, None, None, 3], 'image')
        result = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(image, first, 1, 'SAME'), bias))
        if behind == 'concatenation':
            result = tf.concat([result, result], 3)
        if behind == 'depthwise':
            result = tf.nn.depthwise_conv2d(result, weights(3, 3, 40, 1), [1] * 4, 'SAME')
            result = tf.nn.relu(tf.nn.bias_add(result, np.full(40, bias_behind, np.float32)))
        wide = tf.nn.conv2d(result, weights(1, 1, 80 if behind == 'concatenation' else 40, 8), 1,
                            'SAME')
        tf.identity(wide, 'maps')
    return transform.fold_constants(made.as_graph_def(), OUTPUTS)


@pytest.mark.parametrize('behind, bias, expected', [
    ('convolution', 0., [(3, 32), (32, 8)]),
    ('depthwise', -.1, [(3, 32), (32, 1), (32, 8)]),
    ('depthwise', 0., [(3, 32), (32, 1), (32, 8)]),
    ('depthwise', .1, [(3, 40), (40, 1), (40, 8)]),     # what was silent is heard again
    ('concatenation', 0., [(3, 40), (80, 8)])])
def test_whole_tiles_of_silent_channels_go(behind, bias, expected):
    graph_def = graph_with_silent_channels(behind, bias)
    less = spare.remove_silent(graph_def, OUTPUTS)
    assert channels(less) == expected
    pixels = np.random.RandomState(1).uniform(0., 255., (1, 21, 17, 3)).astype(np.float32)
    before = run(graph_def, pixels)
    np.testing.assert_allclose(run(less, pixels), before, atol=1e-5 * np.abs(before).max())


def test_channels_that_something_else_needs_stay():
    graph_def = graph_with_silent_channels('convolution')
    relu, = [node.name for node in graph_def.node if node.op == 'Relu']
    assert channels(spare.remove_silent(graph_def, OUTPUTS + [relu + ':0']))[0] == (3, 40)


@pytest.mark.parametrize('spacing, expected', [(1, (5, 5, 1)), (2, (3, 3, 2)), (4, (2, 2, 4))])
def test_zeros_between_taps_are_written_as_a_dilation(tmp_path, spacing, expected):
    random = np.random.RandomState(0)
    kernel = np.zeros((5, 5, 4, 1), np.float32)
    kernel[::spacing, ::spacing] = random.standard_normal(kernel[::spacing, ::spacing].shape)
    with tf.Graph().as_default() as made:
        image = tf.placeholder(tf.float32, [1, 21, 17, 4], 'image')
        tf.identity(tf.nn.depthwise_conv2d(image, kernel, [1] * 4, 'SAME'), 'maps')
    graph_def = transform.fold_constants(made.as_graph_def(), OUTPUTS)
    dilated = spare.write_dilations(graph_def, OUTPUTS)
    nodes = {node.name: node for node in dilated.node}
    convolution, = [node for node in dilated.node if node.op == 'DepthwiseConv2dNative']
    assert (transform.value_of(nodes, convolution.input[1]).shape[:2]
            + (convolution.attr['dilations'].list.i[1],)) == expected
    pixels = random.standard_normal((1, 21, 17, 4)).astype(np.float32)
    np.testing.assert_allclose(in_tflite(dilated, pixels), run(graph_def, pixels), atol=1e-4)
