"""A network in a TensorFlow session (1.15, 2.x)."""
import os

import numpy as np

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')
import tensorflow.compat.v1 as tf  # noqa: E402


class SessionBackend:
    def __init__(self, graph_def, model):
        with tf.Graph().as_default() as graph:
            picture = tf.placeholder(tf.uint8, [None, None, 3], 'picture')
            tensor = tf.cast(picture[None], tf.float32)
            outputs = tf.import_graph_def(graph_def, {model.input: tensor}, list(model.outputs),
                                          name='')
        self._session = tf.Session(graph=graph)
        self._run = self._session.make_callable(outputs, [picture])

    def run(self, picture: np.ndarray):
        return [output[0] for output in self._run(picture)]
