"""Pinned to one core, as on a machine that shares its cores out, people are the same."""
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import pickle, sys
import numpy as np
sys.path.insert(0, {folder!r})
from made_maps import STANDING, draw
from openpose_ros.body import COCO
from openpose_ros.network import Maps
from openpose_ros.perception import Perception
from openpose_ros.scene import Camera
from openpose_ros.tracking import Tracker

class Network:
    class model:
        body, stride = COCO, 8
    frame = 0
    def resized(self, image, height, width):
        return image
    def infer(self, image, height=368, width=None):
        self.frame += 1
        people = [STANDING + (12. + self.frame, 12.), STANDING * .8 + (38., 14.)]
        return Maps(*(draw(people, (46, 54)) + (.01,)))

perception = Perception(Network(), tracker=Tracker())
camera = Camera.from_field_of_view(432, 368, 60.)
depth = np.full((368, 432), 2500, np.uint16)
for frame in range(8):
    seen = perception.perceive(np.zeros((368, 432, 3), np.uint8), camera, depth, frame * .2)
sys.stdout.buffer.write(pickle.dumps(tuple(seen.people)))
"""


def people(cores):
    """The people that a process of its own finds, which may use these cores only."""
    import openpose_ros
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.dirname(
        openpose_ros.__file__)) + os.pathsep + os.environ.get('PYTHONPATH', ''))
    script = SCRIPT.format(folder=os.path.dirname(os.path.abspath(__file__)))
    return pickle.loads(subprocess.check_output(
        [sys.executable, '-c', script], env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, cores)))


def test_one_core_finds_the_same_people_as_all():
    if not hasattr(os, 'sched_setaffinity') or len(os.sched_getaffinity(0)) < 2:
        pytest.skip('needs Linux and two cores')
    cores = os.sched_getaffinity(0)
    alone, together = people({min(cores)}), people(cores)
    assert len(together[0]) == 2 and together[-1].all()
    for one, other in zip(alone, together):
        np.testing.assert_array_equal(one, other)
