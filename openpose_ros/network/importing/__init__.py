"""Weights published for other frameworks, imported as frozen TensorFlow graphs."""
from openpose_ros.network.importing.openvino_ir import import_openvino

__all__ = ['import_openvino']
