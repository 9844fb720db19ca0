"""A frozen graph of any bytes, through all that reads, changes and runs graphs."""
import os
import tempfile

import numpy as np
from check import one_line

from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import tensors, transform
from openpose_ros.network.graphs.graph import read_graph
from openpose_ros.network.graphs.optimize import simplify
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models.catalogue import from_file

PATH = os.path.join(tempfile.mkdtemp(prefix='fuzz-'), 'graph.pb')


def target(data: bytes) -> None:
    with open(PATH, 'wb') as file:
        file.write(data)
    try:
        graph_def = read_graph(PATH)
        model = tensors.resolve(graph_def, from_file(PATH))
        simple = simplify(graph_def, model)
        simple = transform.write_out_statistics(simple, model.outputs)
        transform.halve_weights(simple, model.outputs)
        tensors.wire(simple, model)
        tensors.wire(graph_def, model)
    except ModelError as error:
        one_line(error)


def small_graph(statistics: bool) -> bytes:
    """A network of two layers with a batch norm, identities and something to fold."""
    random = np.random.RandomState(0)
    with tf.Graph().as_default() as graph:
        image = tf.placeholder(tf.float32, [None, None, None, 3], 'image')
        kernel = tf.constant(random.normal(size=(1, 1, 3, 4)).astype(np.float32), name='w')
        kernel = tf.identity(kernel * tf.constant(2.), 'w_read')
        x = tf.nn.conv2d(image, kernel, [1, 8, 8, 1], 'SAME', name='c')
        one, none = tf.constant(np.ones(4, np.float32)), tf.constant(np.zeros(4, np.float32))
        x = tf.compat.v1.nn.fused_batch_norm(
            x, one, none, None if statistics else none, None if statistics else one,
            is_training=statistics, name='n')[0]
        x = tf.nn.relu(x, name='r')
        ends = [tf.nn.conv2d(x, np.zeros((1, 1, 4, count), np.float32), 1, 'SAME', name=name)
                for name, count in (('heat', 19), ('paf', 38))]
        tf.identity(ends[0], 'heatmaps')
        tf.identity(ends[1], 'pafs')
    return graph.as_graph_def().SerializeToString()


def seeds():
    yield small_graph(False)
    yield small_graph(True)
