"""What the robot's camera sees as rendered people, through the real network.

The tool that renders them is beside the project: FOLDER/tool, with FOLDER/bodies.npz. The room is
drawn round the camera, so it moves with it; the people do not.
"""
import math
import os
import sys

import numpy as np
from eyes import CAMERA, VIEW, mounting_of
from simulated_robot import seen_from

from openpose_ros import network
from openpose_ros.perception import Perception
from openpose_ros.tracking import Settings, Tracker

_AHEAD, _WALL, _SIDES = .1, 9., (-4., 4.)       # m
_FIELD_OF_VIEW = 69.


class RenderedEyes:
    """Images and depth of rendered people, each actor another body. image: the last one, BGR."""

    def __init__(self, actors, rng, folder: str, model: str = 'mobilenet_thin') -> None:
        """Raises OSError or ImportError where the tool is missing."""
        sys.path.insert(0, os.path.join(folder, 'tool'))
        import person
        import scene
        self._render, self._actors, self.image = scene.render, actors, None
        self._camera = scene.Camera(CAMERA.width, CAMERA.height, _FIELD_OF_VIEW, VIEW.height, 0.)
        self._backgrounds = scene.coco_backgrounds()
        self._seed = rng.randint(2 ** 31)
        bodies = person.Bodies(os.path.join(folder, 'bodies.npz'))
        self._people = []
        for _ in actors:
            body = rng.randint(len(bodies.vertices))
            pose = person.Pose(rng, 'stand')
            pose.head_yaw *= .3
            self._people.append(person.Person(rng, bodies, body, pose,
                                              person.Look(rng, bodies, body)))
        self._perception = Perception(network.load(model), tracker=Tracker(
            Settings(up=(0., 0., 1.))))

    def look(self, time: float, truth, odometry=None, mounting=None):
        """What is perceived (perception.Perceived), in the frame of the odometry or the mounting."""
        mounting = mounting_of(odometry) if mounting is None else mounting
        shown = []
        for actor, person in zip(self._actors, self._people):
            place = seen_from(actor.at(time), truth)
            if actor.is_visible(time) and place.x - _AHEAD > .4:
                shown.append((person, (-place.y, place.x - _AHEAD), place.yaw - math.pi))
        rng = np.random.RandomState(self._seed)     # the same room and light in every image
        image, depth, _ = self._render(self._camera, shown, rng, self._backgrounds, _WALL, _SIDES,
                                       'room') if shown else (self._nobody(), None, None)
        self.image = image
        return self._perception.perceive(image, CAMERA, depth, time, mounting)

    def _nobody(self):
        return np.full((CAMERA.height, CAMERA.width, 3), 128, np.uint8)
