"""How people appear: each joint's direction in axes that look at the person.

All of the scene's geometry happens in these axes, so that neither the camera's tilt nor where in
the image the person stands matters to the rest: `away` from the camera along the ground, `right`
as the camera sees it, and `up`. A joint's direction is given as tangents: to the right and up per
metre away. For a person `range` metres away along the ground, tangents times range are metres.

A heading says which way a person's front points along the ground, against the ray to them: 0 faces
the camera, pi/2 faces the image's right, pi faces away, -pi/2 the left.
"""
import math
from typing import NamedTuple, Sequence, Union

import numpy as np

from openpose_ros import proportions
from openpose_ros.body import (LEFT_ANKLE, LEFT_HIP, LEFT_KNEE, LEFT_SHOULDER,
                               NECK, PART_COUNT, RIGHT_ANKLE, RIGHT_HIP,
                               RIGHT_KNEE, RIGHT_SHOULDER)
from openpose_ros.scene.camera import Camera
from openpose_ros.scene.depth import TORSO_PARTS

# A person seen this steeply from above (sine of the angle off the vertical) has no bearing.
_STEEPEST = .2
# A keypoint with less than this share of the best score of the shoulders and neck is a guess: a hip
# below the image, the eye on the far side.
_GUESS = .35
_STRIDE = .3    # m; how much further away one foot is than the other, of who stands or walks


class Middles(NamedTuple):
    """Tangents of the middles of parts that go together, (n,) each; NaN where none of them shows.

    neck: the neck's, else the shoulders' middle (which is what the neck's keypoint means).
    """

    hips: np.ndarray
    knees: np.ndarray
    ankles: np.ndarray
    head: np.ndarray
    neck: np.ndarray


# Of which parts each of them is the mean, (18, 4).
_MIDDLES = np.zeros((PART_COUNT, 4))
_TORSO = np.isin(np.arange(PART_COUNT), TORSO_PARTS)
for _column, _parts in enumerate(((RIGHT_HIP, LEFT_HIP), (RIGHT_KNEE, LEFT_KNEE),
                                  (RIGHT_ANKLE, LEFT_ANKLE), proportions.HEAD_PARTS)):
    _MIDDLES[list(_parts), _column] = 1.


class View(NamedTuple):
    """People's joints as the camera sees them.

    camera: what they are seen with. keypoints: (n, 18, 2) px, NaN where unseen.
    rays: (n, 18, 3), z = 1, optical frame.
    axes: (n, 3, 3), rows right, away, up: unit vectors in the optical frame.
    right, up: (n, 18) tangents; NaN where unseen or no more than a guess.
    along: (n, 18), metres away per metre of depth.
    scores: (n, 18), 0 where unseen. noise: (n, 1), stddev of a keypoint in either tangent.
    rights, ups: the middles' tangents.
    """

    camera: Camera
    keypoints: np.ndarray
    rays: np.ndarray
    axes: np.ndarray
    right: np.ndarray
    up: np.ndarray
    along: np.ndarray
    scores: np.ndarray
    noise: np.ndarray
    rights: Middles
    ups: Middles

    @property
    def torso_axis(self) -> np.ndarray:
        """The direction from hips to neck in the image, (right, up), (2, n); up where unseen."""
        axis = np.array((self.rights.neck - self.rights.hips, self.ups.neck - self.ups.hips))
        length = np.hypot(*axis)
        return np.where(length > 0., axis / np.where(length > 0., length, 1.), ((0.,), (1.,)))


def look_at(keypoints: np.ndarray, camera: Camera, up: Sequence[float],
            noise: Union[float, np.ndarray]) -> View:
    """View of people from their keypoints, (n, 18, 3) px and score.

    A keypoint outside of the image counts as unseen.

    up: the vertical in the optical frame. noise: stddev of a keypoint, as a share of the image's
    height, of all or (n,). A person whose joints have no bearing has NaN axes.
    """
    up = np.asarray(up, float) / math.sqrt(sum(each * each for each in up))
    seen = _seen(keypoints, camera)
    pixels = np.where(seen[..., None], keypoints[..., :2], np.nan).astype(float)
    rays = np.ones(seen.shape + (3,))
    rays[..., :2] = camera.pixels_to_rays(pixels)
    axes = _axes(_middle(rays, seen), up)
    right, along, high = (axes @ rays.transpose(0, 2, 1)).transpose(1, 0, 2)
    with np.errstate(invalid='ignore'):
        along = np.where(along > .05, along, np.nan)
    scores = np.where(seen, keypoints[..., 2], 0.)
    best = np.maximum.reduce(scores[:, TORSO_PARTS], axis=1, initial=0., keepdims=True)
    tangents = np.array((right, high)) / np.where(scores >= _GUESS * best, along, np.nan)
    return View(camera, pixels, rays, axes, tangents[0], tangents[1], along, scores,
                (np.zeros(len(keypoints)) + noise)[:, None] * (camera.height / camera.fy),
                *_middles(tangents))


def _seen(keypoints, camera):
    """Which parts are seen, within the image, (n, 18)."""
    x, y, score = keypoints.transpose(2, 0, 1)
    with np.errstate(invalid='ignore'):
        return ((x >= -.5) & (x <= camera.width - .5) & (y >= -.5) & (y <= camera.height - .5)
                & (score > 0.) & (score < np.inf))


def _middles(tangents):
    """The Middles of tangents (2, n, 18), for each of both."""
    known = np.isfinite(tangents)
    count = known.astype(float) @ _MIDDLES
    means = np.where(known, tangents, 0.) @ _MIDDLES / np.where(count > 0., count, np.nan)
    of_shoulders = .5 * (tangents[..., RIGHT_SHOULDER] + tangents[..., LEFT_SHOULDER])
    neck = np.where(known[..., NECK], tangents[..., NECK], of_shoulders)
    hips, knees, ankles, head = means.transpose(2, 0, 1)
    ankles[1] -= _lifted(tangents[1], hips[1], ankles[1])
    return [Middles(*each) for each in zip(hips, knees, ankles, head, neck)]


def _lifted(up, hips, ankles):
    """How much the middle of the ankles is over that of feet on the ground, (n,), tangents.

    A foot may be higher in the image for standing further away; what a stride does not explain of
    the ankles' difference is a foot in the air, and half of it lifts their middle.
    """
    right, left = up[:, RIGHT_ANKLE], up[:, LEFT_ANKLE]
    apart = np.abs(right - left)
    size = (hips - np.minimum(right, left)) / proportions.LEG.mean
    excess = apart - _STRIDE * np.maximum(size, 0.) * np.abs(ankles)
    return np.where(excess > 0., .5 * excess, 0.)


def _middle(rays, seen):
    """Mean direction of the torso's seen joints, else of all, (n, 3); NaN for a person unseen."""
    known = seen & np.isfinite(rays[..., 0])
    torso = known & _TORSO
    weight = np.where(np.logical_or.reduce(torso, axis=1, keepdims=True), torso, known)
    count = np.add.reduce(weight, axis=1, dtype=float)[:, None]
    return np.add.reduce(np.where(weight[..., None], rays, 0.), axis=1) / np.where(
        count > 0., count, np.nan)


def _axes(direction, up):
    away = direction - (direction @ up)[:, None] * up
    length = np.sqrt(np.add.reduce(away * away, axis=1, keepdims=True))
    whole = np.sqrt(np.add.reduce(direction * direction, axis=1, keepdims=True))
    with np.errstate(invalid='ignore'):
        away = away / np.where(length > _STEEPEST * whole, length, np.nan)
    x, y, z = up
    axes = np.empty((len(away), 3, 3))
    axes[:, 0] = away @ np.array(((0., -z, y), (z, 0., -x), (-y, x, 0.)))    # away × up
    axes[:, 1], axes[:, 2] = away, up + 0. * away
    return axes
