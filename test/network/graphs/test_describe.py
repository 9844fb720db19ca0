"""The work counted from graphs, against figures known by hand; and the article's own network."""
import numpy as np
import pytest
from make_openpose_coco import make_openpose_coco

from openpose_ros import network
from openpose_ros.network.graphs.describe import describe
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models import catalogue


def test_a_convolution_counted_by_hand(tmp_path):
    with tf.Graph().as_default() as made:
        source = tf.placeholder(tf.float32, [None, None, None, 3], 'image')
        tf.nn.conv2d(source, tf.constant(np.ones((3, 3, 3, 57), np.float32)), [1, 8, 8, 1], 'SAME',
                     name='maps')
    path = tmp_path / 'one.pb'
    path.write_bytes(made.as_graph_def().SerializeToString())
    cost = describe(catalogue.from_file(str(path)), 64, 32)
    assert cost.macs == 4 * 8 * 57 * 27 and cost.parameters == 57 * 27
    assert cost.activations == 64 * 32 * 3 + 4 * 8 * 57
    assert cost.traffic(2) == 2 * (cost.parameters + cost.activations)
    assert cost.floor(2. * cost.macs, 1e30, 4) == 1. and cost.floor(1e30, 1., 1) == cost.traffic(1)


def test_mobilenet_thin(thin):
    """1.93 M parameters and 4.97 GMAC at 432x368, as others count."""
    cost = describe(catalogue.from_file(thin), 432, 368)
    assert cost.parameters == pytest.approx(1.93e6, rel=.01)
    assert cost.macs == pytest.approx(4.97e9, rel=.01)


def test_the_articles_network_with_few_channels(small_graph):
    model = catalogue.find('openpose_coco')
    cost = describe(catalogue.from_file(small_graph), 64, 48)
    assert (cost.model.input, cost.model.outputs) == (model.input, model.outputs)
    maps = network.load(small_graph, 'tensorflow').infer(np.zeros((96, 128, 3), np.uint8), 48)
    assert maps.heatmaps.shape == (6, 8, 19) and maps.pafs.shape == (6, 8, 38)


def test_the_articles_network_whole(tmp_path):
    """52,311,446 parameters, as CMU's COCO model has them (209 MB)."""
    path = str(tmp_path / 'openpose_coco.pb')
    make_openpose_coco(path)
    cost = describe(catalogue.from_file(path), 432, 368)
    assert cost.parameters == 52311446 and 1e-9 * cost.macs == pytest.approx(159.6, abs=.1)
