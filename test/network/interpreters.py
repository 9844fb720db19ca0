"""The interpreter of TFLite, which is not everywhere."""
import pytest

from openpose_ros.network.backends import tflite
from openpose_ros.network.errors import ModelError


def has_interpreter():
    try:
        tflite.find_interpreter(with_tensorflow=False)
    except ModelError:
        return False
    return True


needs_interpreter = pytest.mark.skipif(not has_interpreter(), reason='no TFLite interpreter')
