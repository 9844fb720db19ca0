"""The node with a stand-in for a network on a GPU; for tests and benchmarks alone.

Run as a program it is the node, with the same --ros-args:

    python standin_gpu.py MILLISECONDS MAPS.npy --ros-args ...

MAPS.npy holds maps of one image, (h, w, 57): 19 heatmaps, then 38 of the fields.
"""
import sys
import time

import numpy as np

from openpose_ros.network import Network
from openpose_ros.network.models import catalogue


class SleepingBackend:
    """Gives the same maps for every image after a sleep, in which the interpreter is free."""

    on_gpu = True

    def __init__(self, maps: np.ndarray, seconds: float) -> None:
        self._maps = np.ascontiguousarray(maps[..., :19]), np.ascontiguousarray(maps[..., 19:])
        self._seconds = seconds
        self.description = 'stand-in for a GPU, {:g} ms'.format(seconds * 1e3)

    def infer(self, image):
        """(heatmaps, fields), whatever the image is."""
        time.sleep(self._seconds)
        return self._maps


def network(maps: np.ndarray, seconds: float) -> Network:
    """A network on the stand-in."""
    return Network(catalogue.find(catalogue.DEFAULT), SleepingBackend(maps, seconds))


def main() -> int:
    """Run the node."""
    from openpose_ros.ros.node import node
    maps, seconds = np.load(sys.argv[2]), float(sys.argv[1]) * 1e-3
    node.network.load = lambda *_, **__: network(maps, seconds)
    return node.main()


if __name__ == '__main__':
    sys.exit(main())
