"""What the robot's camera sees of the actors, through the product's own perception."""
import math

import cv2
import numpy as np
import synthetic
from simulated_robot import rotation, seen_from

from openpose_ros.body import LEFT_ANKLE, RIGHT_ANKLE
from openpose_ros.people import people_in_image
from openpose_ros.perception import Look, Mounting, Perception, Settings
from openpose_ros.scene import Camera
from openpose_ros.tracking import Settings as TrackingSettings
from openpose_ros.tracking import Tracker

# 69 degrees, 640x480, as an Intel RealSense D435's colour camera; 1.1 m high, .1 m ahead of the
# robot's middle, level.
CAMERA = Camera.from_field_of_view(640, 480, 69.)
VIEW = synthetic.Viewpoint(1.1, 0.)
_AHEAD = .1
_DEPTH_SIZE = 320, 240
_AROUND = 24                    # px of the depth image; no keypoint is farther off a body
_WALL = 12.                     # m from the camera, behind everybody

# How far off keypoints are, as a share of the person's height in the image, by that height in px of
# a network's input 368 high: mobilenet_thin's on rendered people.
_HEIGHTS, _ERRORS = (82., 116., 164., 232.), (.029, .022, .017, .011)
# m that networks set ankles over the synthetic joint, which is .09 over the ground (scene/ground.py)
_ANKLES = .05
_CORRELATED, _MEMORY = .7, 2.   # share of that variance that stays for so long, s
# (The network's error on somebody who stands is nearly the same from image to image.)

OPTICAL = np.array(((0., 0., 1.), (-1., 0., 0.), (0., -1., 0.)))    # columns: x, y, z of the camera


def mounting_of(robot):
    """Where the camera is in the frame in which the robot is at this place."""
    turn = rotation(robot.yaw)
    return Mounting(turn.dot(OPTICAL), np.array((robot.x, robot.y, 0.))
                    + turn.dot((_AHEAD, 0., VIEW.height)), np.array((0., 0., 1.)), 0.)


class _KnownKeypoints(Perception):
    """The chain after the network: the keypoints are known, instead of found in maps."""

    def __init__(self):
        super().__init__(None, tracker=Tracker(TrackingSettings(up=(0., 0., 1.))))
        self.keypoints = np.zeros((0, 18, 3))

    def find_scaled(self, look):
        scale = look.settings.height / look.image_size[1]
        return people_in_image(self.keypoints), np.full(len(self.keypoints), scale)


class SyntheticEyes:
    """Synthetic keypoints (and depth) of actors, followed in the odometry's frame.

    Parts that somebody else is before are unseen.

    has_depth: whether depth goes with the images. draws: whether `image` is made: drawn people.
    """

    def __init__(self, actors, rng, has_depth: bool, draws: bool = False) -> None:
        self._draws, self.image = draws, None
        self._actors, self._rng, self._has_depth = actors, rng, has_depth
        self._noise = np.zeros((len(actors), 18, 2))
        self._stamp = None
        self._camera = CAMERA
        self._small = CAMERA.resized(*_DEPTH_SIZE)
        self._perception = _KnownKeypoints()

    def look(self, time: float, truth, odometry=None, mounting=None):
        """What is perceived (perception.Perceived), in the frame of the odometry or the mounting."""
        mounting = mounting_of(odometry) if mounting is None else mounting
        shown = [(i, self._person(actor, time, truth)) for i, actor in enumerate(self._actors)
                 if actor.is_visible(time)]
        shown = [(i, person) for i, person in shown if person.position[1] > .4]
        self._perception.keypoints = self._keypoints(shown, time)
        depth = None
        if self._has_depth and len(self._perception.keypoints):
            depth = synthetic.depth([person for _, person in shown], self._small, self._rng, VIEW,
                                    _WALL, around=_AROUND)
        if self._draws:
            self.image = _drawn([person for _, person in shown])
        look = Look(Settings(), (self._camera.width, self._camera.height), (), {})
        return self._perception.finish(look, self._camera, depth, time, mounting)

    def _person(self, actor, time, robot):
        """The actor as the synthetic person of the camera's world (x right, z ahead)."""
        place = seen_from(actor.at(time), robot)
        return synthetic.Person((-place.y, place.x - _AHEAD), place.yaw + math.pi, **actor.body)

    def _keypoints(self, shown, time):
        """Keypoints with errors of a network's size, most of which stay from image to image."""
        passed = 0. if self._stamp is None else time - self._stamp
        self._stamp = time
        kept = math.exp(-passed / _MEMORY)
        self._noise = kept * self._noise + math.sqrt(1. - kept ** 2) * self._rng.normal(
            0., 1., self._noise.shape) if passed else self._rng.normal(0., 1., self._noise.shape)
        people = [person for _, person in shown]
        found = synthetic.keypoints(people, self._camera, self._rng, VIEW, noise=0.)
        if len(people) > 1:     # nobody is seen through somebody else
            found[synthetic.covered(people, self._small, VIEW)] = np.nan, np.nan, 0.
        rows = []
        for row, (index, person) in zip(found, shown):
            size = 1.75 * person.size * self._camera.fy / max(person.position[1], .5)
            share = np.interp(size * 368. / self._camera.height, _HEIGHTS, _ERRORS)
            row[[RIGHT_ANKLE, LEFT_ANKLE], 1] -= (
                _ANKLES * self._camera.fy / max(person.position[1], .5))
            white = self._rng.normal(0., 1., (18, 2))
            # The mean length of an error of two axes is 1.25 of each one's stddev.
            row[:, :2] += share * size / 1.25 * (math.sqrt(_CORRELATED) * self._noise[index]
                                                 + math.sqrt(1. - _CORRELATED) * white)
            if (row[:, 2] > 0.).sum() >= 4:
                rows.append(row)
        return np.array(rows, np.float32).reshape(-1, 18, 3)


def _drawn(people):
    """A picture of the synthetic bodies before a wall, (h, w, 3) BGR, shaded by their depth."""
    depth = synthetic.depth(people, CAMERA, view=VIEW).astype(np.float32)
    slope = np.stack((cv2.Sobel(depth, cv2.CV_32F, 1, 0), cv2.Sobel(depth, cv2.CV_32F, 0, 1)))
    steep = np.hypot(*slope) * CAMERA.fx / np.maximum(depth, 1.) / 8.
    is_body = depth < 5990.
    lines = np.arange(CAMERA.height)[:, None, None] / CAMERA.height
    wall = np.broadcast_to(np.where(lines < .62, 205., 165.), depth.shape + (3,))
    shade = (150. / (1. + .3 * np.minimum(steep, 6.)) + 25.)[..., None] * np.array((.9, .75, .6))
    image = np.where(is_body[..., None], shade, wall)
    return cv2.GaussianBlur(np.clip(image, 0., 255.).astype(np.uint8), (3, 3), 0)
