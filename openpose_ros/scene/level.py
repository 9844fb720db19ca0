"""The vertical, found from people who stand: how a camera of known height looks down, and leans.

People stand upright on average, their bodies are of a size people have, and their feet are on the
ground. Each person who stands says of a vertical whether they would stand straight under it, how
tall they would be (from the ray to their feet and the camera's height), and where along them their
hips would be. What all say adds up over a grid of pitch and roll, the past fading, so that a
camera that is moved is followed. Nothing here knows of images or of time but what it is given.
"""
from functools import lru_cache
from typing import List, NamedTuple, Optional, Sequence

import numpy as np

from openpose_ros import proportions
from openpose_ros.body import LEFT_SHOULDER, NECK, RIGHT_SHOULDER
from openpose_ros.people import People
from openpose_ros.scene.camera import Camera
from openpose_ros.scene.ground import ANKLE_HEIGHT
from openpose_ros.scene.size import ANKLES, HIPS, KNEES, mean_of

_STEP = np.radians(3.)
_PITCHES = np.arange(-22, 23) * _STEP
_ROLLS = np.arange(-15, 16) * _STEP
# Chosen, a judgement: how far a camera is from the tilt that is said of it. Less asks for more
# people before a large tilt is accepted; by how many has not been measured.
_PRIOR = np.radians(15.)
_LEANING = .08          # tangent; how far a standing person is from upright, to the side
_HIPS_AT = proportions.LEG.mean / (proportions.LEG.mean + proportions.TORSO.mean)
_HIPS_STDDEV = .04      # of the same share: its spread and a lean forward
_SIZE_STDDEV = .09      # of the logarithm of the stature that is seen: keypoints, ankles' height
_LEAST_TANGENT = .05    # a foot this little under the horizon says nothing of the distance
_NONSENSE = np.exp(-6.)   # likelihood of someone who does not stand as they seem to
_CORRELATED = 2.        # s; images nearer in time show the same stance
_MEMORY = 120.          # s; what is older has faded to a third
# People lean to one side, floors slope. Chosen: on the calibrated cameras it is 2 to 7 degrees off, of which
# 1.5 instead said 1.5 to 3.
_LEAST_STDDEV = np.radians(2.2)


class Vertical(NamedTuple):
    """up: (3,) unit vector in the optical frame. pitch, roll, stddev: rad (see `up_of_tilt`)."""

    up: np.ndarray
    pitch: float
    roll: float
    stddev: float


@lru_cache(maxsize=4)
def _grid(quarter: int) -> np.ndarray:
    """The verticals that are tried, (verticals, 3), of a camera turned by so many right angles."""
    pitch, roll = np.meshgrid(_PITCHES, _ROLLS + quarter * np.pi / 2., indexing='ij')
    return np.stack((-np.cos(pitch) * np.sin(roll), -np.cos(pitch) * np.cos(roll),
                     -np.sin(pitch)), axis=-1).reshape(-1, 3)


class Level:
    """What is known of the vertical; give it the people of each image.

    vertical: None until somebody who stands was seen.
    """

    def __init__(self, up: Sequence[float]) -> None:
        """up: the vertical as it is said to be, in the optical frame."""
        self.said = tuple(float(x) for x in up)
        self.vertical = None    # type: Optional[Vertical]
        self._ups = _grid(int(np.round(np.arctan2(-self.said[0], -self.said[1]) / (np.pi / 2.))))
        off = np.arccos(np.clip(self._ups @ np.array(self.said), -1., 1.))
        self._prior = -np.log(1. + (off / _PRIOR) ** 2)
        self._evidence = np.zeros(len(self._ups))
        self._stamp = None    # type: Optional[float]

    def observe(self, people: People, camera: Camera, camera_height: float,
                stamp: Optional[float] = None) -> None:
        """Take in the people of an image, taken at `stamp`, s, by a camera so high, m.

        Images in quick succession show the same stance: they count for less, or not at all.
        """
        passed = _CORRELATED if stamp is None or self._stamp is None else stamp - self._stamp
        if 0. <= passed < .1 * _CORRELATED:
            return
        people_standing = standing(people, camera)
        self._stamp = stamp
        if not people_standing:
            return
        passed = passed if passed > 0. else _CORRELATED
        self._evidence *= np.exp(-passed / _MEMORY)
        for person in people_standing:
            self._evidence += min(passed / _CORRELATED, 1.) * np.log(
                _likelihood(self._ups, person, camera_height) + _NONSENSE)
        self.vertical = self._estimate()

    def _estimate(self) -> Vertical:
        """The mean of what lies near the most probable vertical, and how far it may be off."""
        log = self._prior + self._evidence
        p = np.exp(log - log.max())
        p /= p.sum()
        up = (p * (self._ups @ self._ups[p.argmax()] > np.cos(3. * _STEP))) @ self._ups
        up /= np.linalg.norm(up)
        spread = p @ np.arccos(np.clip(self._ups @ up, -1., 1.)) ** 2
        return Vertical(up, float(np.arcsin(np.clip(-up[2], -1., 1.))),
                        float(np.arctan2(-up[0], -up[1])),
                        float(np.hypot(np.sqrt(spread), _LEAST_STDDEV)))


def standing(people: People, camera: Camera) -> List[np.ndarray]:
    """Rays (3, 3), z = 1, to the ankles, hips and neck of each person who seems to stand.

    Whether someone does is told from the line from ankles to neck, wherever it points: knees and
    hips lie near to it, the knees half-way between ankles and hips.
    """
    keypoints = np.where(people.keypoints[..., 2:] > 0., people.keypoints[..., :2], np.nan)
    rays = camera.pixels_to_rays(keypoints)
    ankles, knees, hips = (np.stack([mean_of(rays[:, parts, k]) for k in (0, 1)], axis=-1)
                           for parts in (ANKLES, KNEES, HIPS))
    neck = np.where(np.isfinite(rays[:, NECK]), rays[:, NECK],
                    .5 * (rays[:, RIGHT_SHOULDER] + rays[:, LEFT_SHOULDER]))
    body = neck - ankles
    length = np.sqrt((body ** 2).sum(axis=-1, keepdims=True))
    with np.errstate(invalid='ignore', divide='ignore'):
        body = body / length
        along = [((each - ankles) * body).sum(axis=-1) / length[:, 0] for each in (knees, hips)]
        aside = [np.abs((each - ankles)[:, 0] * body[:, 1] - (each - ankles)[:, 1] * body[:, 0])
                 / length[:, 0] for each in (knees, hips)]
        stands = (along[0] > .2) & (along[0] < .45) & (along[1] > .45) & (along[1] < .75) \
            & (aside[0] < .1) & (aside[1] < .1)
    return [np.array([np.append(each[row], 1.) for each in (ankles, hips, neck)])
            for row in np.flatnonzero(stands)]


def _likelihood(ups, rays, camera_height):
    """How well verticals (verticals, 3) fit a person who stands, (verticals,), 1 at best."""
    high = rays @ ups.T
    away = np.sqrt(np.maximum((rays ** 2).sum(axis=1)[:, None] - high ** 2, 1e-12))
    foot, hip, top = high / away
    body = np.maximum(top - foot, 1e-6)
    distance = (camera_height - ANKLE_HEIGHT) / np.maximum(-foot, _LEAST_TANGENT)
    size = np.log(distance * body / (proportions.LEG.mean + proportions.TORSO.mean))
    beside = np.cross(rays[0], rays[2]) @ ups.T / (away[0] * away[2]) / body
    share = (hip - foot) / body
    upright = np.exp(-.5 * ((beside / _LEANING) ** 2 + ((share - _HIPS_AT) / _HIPS_STDDEV) ** 2))
    return upright * sum(
        group.share * np.exp(-.5 * (size - np.log(group.mean)) ** 2
                             / (group.stddev ** 2 + _SIZE_STDDEV ** 2))
        for group in (proportions.ADULTS, proportions.CHILDREN)) * (foot < -_LEAST_TANGENT)
