"""What the robot's camera sees as rendered people, through the real network.

The tool that renders them is beside the project: FOLDER/tool, with FOLDER/bodies.npz. The room is
drawn round the camera, so it moves with it; the people do not. As it is the same room, light and
noise in every image, the room is drawn once; what is seen while nobody is in view, and what is seen
of people who stand while the robot stands, is the same bit by bit and is drawn and looked at once.
"""
import math
import os
import sys
from typing import Optional

import cv2
import numpy as np
from eyes import CAMERA, VIEW, mounting_of
from simulated_robot import seen_from

from openpose_ros import network
from openpose_ros.perception import Perception
from openpose_ros.scene import Camera
from openpose_ros.tracking import Settings, Tracker

_AHEAD, _WALL, _SIDES = .1, 9., (-4., 4.)       # m
_FIELD_OF_VIEW = 69.
_BESIDE = 1.                    # m beside the image's edge where nothing of anybody is seen


class RenderedEyes:
    """Images and depth of rendered people, each actor another body. image: the last one, BGR."""

    def __init__(self, actors, rng, folder: str, camera: Camera = CAMERA,
                 threads: Optional[int] = None, model: str = 'mobilenet_thin') -> None:
        """threads: of the network; None: all cores. Raises OSError, ImportError: no such tool."""
        sys.path.insert(0, os.path.join(folder, 'tool'))
        import person
        import scene
        self._render, self._actors, self.image = scene.render, actors, None
        scene.room = _Room(getattr(scene.room, 'draw', scene.room))
        scene._shadowed, scene._truth = _shadowed, _no_truth
        self._empty = None              # (look, depth) of what is seen while nobody is in view
        self._last = None, None         # (where who is shown, the same of it)
        self._seen_by = camera
        self._camera = scene.Camera(camera.width, camera.height, _FIELD_OF_VIEW, VIEW.height, 0.)
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
        self._perception = Perception(network.load(model, threads=threads),
                                      tracker=Tracker(Settings(up=(0., 0., 1.))))

    def look(self, time: float, truth, odometry=None, mounting=None):
        """What is perceived (perception.Perceived), in the frame of the odometry or the mounting."""
        mounting = mounting_of(odometry) if mounting is None else mounting
        shown = []
        for actor, person in zip(self._actors, self._people):
            place = seen_from(actor.at(time), truth)
            if actor.is_visible(time) and place.x - _AHEAD > .4:
                shown.append((person, (-place.y, place.x - _AHEAD),
                              place.yaw - math.pi - _twist(person)))
        edge = math.tan(math.radians(.5 * _FIELD_OF_VIEW))
        is_empty = all(abs(x) > z * edge + _BESIDE for _, (x, z), _ in shown)
        places = [(id(person), place, heading) for person, place, heading in shown]
        if not is_empty and places == self._last[0]:
            seen = self._last[1]
        elif not is_empty or self._empty is None:
            rng = np.random.RandomState(self._seed)     # the same room and light in every image
            self.image, depth, _ = self._render(
                self._camera, shown, rng, self._backgrounds, _WALL, _SIDES, 'room') if shown else (
                    self._nobody(), None, None)
            seen = self._perception.look(self.image), depth
            self._last = places, seen
            if is_empty and shown:
                self._empty = seen
        else:
            seen = self._empty
        return self._perception.finish(seen[0], self._seen_by, seen[1], time, mounting)

    def _nobody(self):
        return np.full((self._seen_by.height, self._seen_by.width, 3), 128, np.uint8)


class _Room:
    """The tool's function that draws the empty room, drawn once for each state of its generator."""

    def __init__(self, draw) -> None:
        self.draw = draw
        self._drawn = {}

    def __call__(self, camera, rng, *arguments):
        before = rng.get_state()
        key = before[1].tobytes(), before[2]
        if key not in self._drawn:
            self._drawn = {key: (self.draw(camera, rng, *arguments), rng.get_state())}
        drawn, after = self._drawn[key]
        rng.set_state(after)
        return tuple(np.copy(each) for each in drawn)


def _twist(person):
    """rad by which a body faces aside of its own axes: by its pose, the shoulders and hips turned."""
    return math.atan2(person.facing[0], -person.facing[1])


def _shadowed(points, view, z):
    """The tool's share of light that is cut off at points (n, 3), in a fraction of the time."""
    q = points @ view[:, :3].T + view[:, 3]
    soft = cv2.blur(np.isfinite(z).astype(np.float32), (9, 9), borderType=cv2.BORDER_REFLECT)
    i, j = np.round(q[:, 1]).astype(int), np.round(q[:, 0]).astype(int)
    inside = (i >= 0) & (i < z.shape[0]) & (j >= 0) & (j < z.shape[1])
    out = np.zeros(len(points))
    out[inside] = soft[i[inside], j[inside]]
    return out


def _no_truth(*_):
    """Nobody asks for the truth of an image: the simulation knows it."""
