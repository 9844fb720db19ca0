"""The network: BGR picture in, heatmaps and part affinity fields out."""
from openpose_ros.network.errors import ModelError
from openpose_ros.network.network import Maps, Network, load

__all__ = ['Maps', 'ModelError', 'Network', 'load']
