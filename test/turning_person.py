"""The turning person of the test data: fifty images with depth, all round, and their headings."""
import json
from typing import NamedTuple

import cv2
import data
import numpy as np
from tqdm import tqdm

from openpose_ros.scene import Camera


class Turning(NamedTuple):
    """names: of the files. numbers: (50,) theirs. headings: (50,) degrees, 0 facing the camera."""

    names: list
    numbers: np.ndarray
    headings: np.ndarray
    camera: Camera

    def frames(self, title='turning person'):
        """Each image, (480, 640, 3) BGR, with its depth, (480, 640) mm; shows the progress."""
        for name in tqdm(self.names, title):
            yield (cv2.imread(data.path('turning_person', name + '.jpg')),
                   cv2.imread(data.path('turning_person', name + '_depth.png'),
                              cv2.IMREAD_UNCHANGED))


def load():
    """The Turning person."""
    with open(data.path('turning_person', 'yaw.json')) as file:
        truth = json.load(file)
    names, k = sorted(truth['yaw_deg']), truth['intrinsics']
    return Turning(names, np.array([int(name) for name in names]),
                   np.array([truth['yaw_deg'][name] for name in names]),
                   Camera.from_info(k['width'], k['height'], 'none', (), (
                       k['fx'], 0., k['cx'], 0., k['fy'], k['cy'], 0., 0., 1.)))
