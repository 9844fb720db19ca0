"""The network: BGR image in, heatmaps and part affinity fields out.

Importing it is quick: TensorFlow is loaded only where a graph has to be read.
"""
from openpose_ros.network.averaging import infer_averaged
from openpose_ros.network.errors import ModelError
from openpose_ros.network.files import LARGEST
from openpose_ros.network.network import Maps, Network, load

__all__ = ['LARGEST', 'Maps', 'ModelError', 'Network', 'load', 'infer_averaged']
