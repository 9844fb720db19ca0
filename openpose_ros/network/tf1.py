"""TensorFlow by its version 1 interface, which 1.15 and all of 2.x have: `from ... import tf`.

Importing this module takes seconds and some 500 MB: do it only where a graph is run or converted.
"""
import os
import sys

from openpose_ros.network.errors import ModelError
from openpose_ros.network.quiet import without_announcements

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')   # errors only
# oneDNN's convolutions took 0.83 times as long as Eigen's on a CPU. The oneDNN of TensorFlow 2.6,
# the last one for Python 3.6, ends the process (a division by 0) on AMD's processors.
if sys.version_info >= (3, 7):
    os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '1')
try:
    with without_announcements('tensorflow'):
        import tensorflow.compat.v1 as tf
except ImportError as error:
    raise ModelError('TensorFlow cannot be imported ({}): pip install tensorflow'.format(error))

tf.logging.set_verbosity(tf.logging.ERROR)

__all__ = ['tf']
