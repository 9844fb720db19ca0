"""Reads and runs frozen graphs."""
import numpy as np
import tensorflow.compat.v1 as tf


def read(path):
    """The GraphDef in a file."""
    with open(str(path), 'rb') as file:
        return tf.GraphDef.FromString(file.read())


def run(path, image, source, *tensors):
    """The values of `tensors`, NHWC, where `source` is fed with one image (h, w, 3)."""
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(read(path), name='')
    with tf.Session(graph=graph) as session:
        return session.run(list(tensors), {source: np.asarray(image, np.float32)[None]})
