"""What the robot's camera sees: synthetic keypoints and depth of the actors."""
import math

import numpy as np
import synthetic
from simulated_robot import rotation, seen_from

from openpose_ros.people import people_in_image, transformed
from openpose_ros.scene import Camera, locate
from openpose_ros.tracking import Settings, Tracker

# 69 degrees, 640x480, as an Intel RealSense D435's colour camera; 1.1 m high, .1 m ahead of the
# robot's middle, level.
CAMERA = Camera.from_field_of_view(640, 480, 69.)
VIEW = synthetic.Viewpoint(1.1, 0.)
_AHEAD = .1
_DEPTH_SIZE = 320, 240

# How far off keypoints are, as a share of the person's height in the image, by that height in px of
# a network's input 368 high: mobilenet_thin's on rendered people.
_HEIGHTS, _ERRORS = (82., 116., 164., 232.), (.029, .022, .017, .011)
_CORRELATED, _MEMORY = .7, 2.   # share of that variance that stays for so long, s
# (The network's error on somebody who stands is nearly the same from image to image.)

OPTICAL = np.array(((0., 0., 1.), (-1., 0., 0.), (0., -1., 0.)))    # columns: x, y, z of the camera


def camera_pose(robot):
    """Rotation (3, 3) and translation (3,) of the camera in the frame in which the robot is."""
    turn = rotation(robot.yaw)
    return turn.dot(OPTICAL), np.array((robot.x, robot.y, 0.)) + turn.dot((_AHEAD, 0., VIEW.height))


class SyntheticEyes:
    """Keypoints (and depth) of actors, through the scene and the tracker in the odometry's frame.

    has_depth: whether depth goes with the images. tracker: that follows them.
    """

    def __init__(self, actors, rng, has_depth: bool) -> None:
        self._actors, self._rng, self._has_depth = actors, rng, has_depth
        self._noise = np.zeros((len(actors), 18, 2))
        self._stamp = None
        self._camera = CAMERA
        self._small = CAMERA.resized(*_DEPTH_SIZE)
        self.tracker = Tracker(Settings(up=(0., 0., 1.)))

    def look(self, time: float, truth, odometry):
        """The people tracked: in the frame of the odometry, and in the camera's."""
        shown = [(i, self._person(actor, time, truth)) for i, actor in enumerate(self._actors)
                 if actor.is_visible(time)]
        shown = [(i, person) for i, person in shown if person.position[1] > .4]
        people = people_in_image(self._keypoints(shown, time))
        depth = None
        if self._has_depth:
            depth = synthetic.depth([person for _, person in shown], self._small, self._rng, VIEW)
        turn, move = camera_pose(odometry)
        people = locate(people, self._camera, depth, turn.T.dot((0., 0., 1.)), VIEW.height)
        people = self.tracker.update(transformed(people, turn, move), time,
                                     (self._camera.width, self._camera.height), move)
        return people, transformed(people, turn.T, -turn.T.dot(move))

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
        found = synthetic.keypoints([person for _, person in shown], self._camera, self._rng, VIEW,
                                    noise=0.)
        rows = []
        for row, (index, person) in zip(found, shown):
            size = 1.75 * person.size * self._camera.fy / max(person.position[1], .5)
            share = np.interp(size * 368. / self._camera.height, _HEIGHTS, _ERRORS)
            white = self._rng.normal(0., 1., (18, 2))
            # The mean length of an error of two axes is 1.25 of each one's stddev.
            row[:, :2] += share * size / 1.25 * (math.sqrt(_CORRELATED) * self._noise[index]
                                                 + math.sqrt(1. - _CORRELATED) * white)
            if (row[:, 2] > 0.).sum() >= 4:
                rows.append(row)
        return np.array(rows, np.float32).reshape(-1, 18, 3)
