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
from openpose_ros.each import of_each
from openpose_ros.scene.camera import Camera
from openpose_ros.scene.depth import IS_TORSO, TORSO_PARTS

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
    rights, ups: the middles' tangents. torso_axis: (2, n), right and up, the direction from hips to
    neck in the image; up where unseen. head: (2, n, 5), right and up of the head's parts.
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
    torso_axis: np.ndarray
    head: np.ndarray


def look_at(keypoints: np.ndarray, camera: Camera, up: Sequence[float],
            noise: Union[float, np.ndarray]) -> View:
    """View of people from their keypoints, (n, 18, 3) px and score.

    A keypoint outside of the image counts as unseen.

    up: the vertical in the optical frame. noise: stddev of a keypoint, as a share of the image's
    height, of all or (n,). A person whose joints have no bearing has NaN axes.
    """
    up = np.asarray(up, float) / math.sqrt(sum(each * each for each in up))
    with np.errstate(invalid='ignore'):
        seen = _seen(keypoints, camera)
        pixels = np.where(seen[..., None], keypoints[..., :2], np.nan).astype(float)
        rays = np.ones(seen.shape + (3,))
        rays[..., :2] = camera.pixels_to_rays(pixels)
        axes = _axes(_towards(rays), up)
        turned = axes @ rays.transpose(0, 2, 1)
        along = turned[:, 1]
        along = np.where(along > .05, along, np.nan)
    scores = np.where(seen, keypoints[..., 2], 0.)
    best = np.maximum.reduce(scores.take(TORSO_PARTS, axis=1), axis=1, initial=0., keepdims=True)
    tangents = turned.take(_RIGHT_AND_UP, axis=1).transpose(1, 0, 2) / np.where(
        scores >= _GUESS * best, along, np.nan)
    return View(camera, pixels, rays, axes, tangents[0], tangents[1], along, scores,
                (np.zeros(len(keypoints)) + noise)[:, None] * (camera.height / camera.fy),
                *_middles(tangents), head=tangents.take(proportions.HEAD_PARTS, axis=2))


_RIGHT_AND_UP = np.array((0, 2))    # of the axes


def _seen(keypoints, camera):
    """Which parts are seen, within the image, (n, 18)."""
    last = np.array((camera.width - .5, camera.height - .5, _MOST))
    return np.logical_and.reduce((keypoints >= _FIRST) & (keypoints <= last), axis=2)


# Within which x, y and score are of who is seen: a score over 0 that is not infinite.
_FIRST, _MOST = np.array((-.5, -.5, np.nextafter(0., 1.))), np.finfo(float).max


def _middles(tangents):
    """(rights, ups, torso_axis) of tangents (2, n, 18)."""
    known = np.isfinite(tangents)
    count = known.astype(float) @ _MIDDLES
    means = np.where(known, tangents, 0.) @ _MIDDLES / np.where(count > 0., count, np.nan)
    found = of_each(_of_body, *tangents, *means) if tangents.shape[1] else np.zeros((12, 0))
    return Middles(*found[:5]), Middles(*found[5:10]), found[10:]


def _of_body(right, up, rights, ups):
    """The Middles to the right and up, and the torso's axis, of one person."""
    rights.append(_neck(right))
    ups.append(_neck(up))
    hips, _, ankles, _, neck = ups
    ups[2] -= _lifted(up[RIGHT_ANKLE], up[LEFT_ANKLE], hips, ankles)
    aside, rise = rights[4] - rights[0], neck - hips
    length = math.hypot(aside, rise)
    axis = (aside / length, rise / length) if length > 0. else (0., 1.)
    return (*rights, *ups, *axis)


def _neck(tangents):
    """The neck's tangent, else the shoulders' middle's."""
    if math.isfinite(tangents[NECK]):
        return tangents[NECK]
    return .5 * (tangents[RIGHT_SHOULDER] + tangents[LEFT_SHOULDER])


def _lifted(right, left, hips, ankles):
    """How much the middle of the ankles is over that of feet on the ground, all tangents up.

    A foot may be higher in the image for standing further away; what a stride does not explain of
    the ankles' difference is a foot in the air, and half of it lifts their middle.
    """
    size = (hips - min(right, left)) / proportions.LEG.mean
    excess = abs(right - left) - _STRIDE * max(size, 0.) * abs(ankles)
    return .5 * excess if excess > 0. else 0.


def _towards(rays):
    """The direction of the torso's seen joints together, else of all, (n, 3); 0 where none is."""
    known = np.isfinite(rays[..., 0])
    torso = known & IS_TORSO
    weight = np.where(np.logical_or.reduce(torso, axis=1, keepdims=True), torso, known)
    return (weight[:, None].astype(float) @ np.where(known[..., None], rays, 0.))[:, 0]


def _axes(direction, up):
    """Right, away and up, (n, 3, 3), of who is in a direction (n, 3) of any length."""
    away = direction - (direction @ up)[:, None] * up
    length = np.sqrt(np.add.reduce(away * away, axis=1, keepdims=True))
    whole = np.sqrt(np.add.reduce(direction * direction, axis=1, keepdims=True))
    away = away / np.where(length > _STEEPEST * whole, length, np.nan)
    x, y, z = up
    axes = np.empty((len(away), 3, 3))
    axes[:, 0] = away @ np.array(((0., -z, y), (z, 0., -x), (-y, x, 0.)))    # away × up
    axes[:, 1], axes[:, 2] = away, up + 0. * away
    return axes
