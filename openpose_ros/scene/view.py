"""How people appear: each joint's direction in axes that look at the person.

All of the scene's geometry happens in these axes, so that neither the camera's tilt nor where in
the image the person stands matters to the rest: `away` from the camera along the ground, `right`
as the camera sees it, and `up`. A joint's direction is given as tangents: to the right and up per
metre away. For a person `range` metres away along the ground, tangents times range are metres.

A heading says which way a person's front points along the ground, against the ray to them: 0 faces
the camera, pi/2 faces the image's right, pi faces away, -pi/2 the left.
"""
from typing import NamedTuple, Sequence, Union

import numpy as np

from openpose_ros.scene.camera import Camera
from openpose_ros.scene.depth import TORSO_PARTS

# A person seen this steeply from above (sine of the angle off the vertical) has no bearing.
_STEEPEST = .2
# A keypoint with less than this share of the best score of the shoulders and neck is a guess: a hip
# below the image, the eye on the far side.
_GUESS = .35


class View(NamedTuple):
    """People's joints as the camera sees them.

    camera: what they are seen with. keypoints: (n, 18, 2) px, NaN where unseen.
    rays: (n, 18, 3), z = 1, optical frame.
    axes: (n, 3, 3), rows right, away, up: unit vectors in the optical frame.
    right, up: (n, 18) tangents; NaN where unseen or no more than a guess.
    along: (n, 18), metres away per metre of depth.
    scores: (n, 18), 0 where unseen. noise: (n, 1), stddev of a keypoint in either tangent.
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


def look_at(keypoints: np.ndarray, camera: Camera, up: Sequence[float],
            noise: Union[float, np.ndarray]) -> View:
    """View of people from their keypoints, (n, 18, 3) px and score.

    A keypoint outside of the image counts as unseen.

    up: the vertical in the optical frame. noise: stddev of a keypoint, as a share of the image's
    height, of all or (n,). A person whose joints have no bearing has NaN axes.
    """
    up = np.asarray(up, float) / np.linalg.norm(up)
    seen = (keypoints[..., 2] > 0.) & np.isfinite(keypoints).all(axis=-1)
    last = (camera.width - .5, camera.height - .5)
    with np.errstate(invalid='ignore'):
        seen &= ((keypoints[..., :2] >= -.5) & (keypoints[..., :2] <= last)).all(axis=-1)
    pixels = np.where(seen[..., None], keypoints[..., :2], np.nan).astype(float)
    rays = np.concatenate((camera.pixels_to_rays(pixels), np.ones(seen.shape + (1,))), axis=-1)
    axes = _axes(_middle(rays), up)
    right, along, high = np.moveaxis(rays @ axes.transpose(0, 2, 1), -1, 0)
    with np.errstate(invalid='ignore'):
        along = np.where(along > .05, along, np.nan)
    scores = np.where(seen, keypoints[..., 2], 0.)
    trusted = np.where(scores >= _GUESS * scores[:, TORSO_PARTS].max(axis=1, initial=0.,
                                                                     keepdims=True), along, np.nan)
    return View(camera, pixels, rays, axes, right / trusted, high / trusted, along, scores,
                (np.zeros(len(keypoints)) + noise)[:, None] * (camera.height / camera.fy))


def _middle(rays):
    """Mean direction of the torso's seen joints, else of all, (n, 3); NaN for a person unseen."""
    known = np.isfinite(rays[..., 0])
    torso = np.zeros_like(known)
    torso[:, TORSO_PARTS] = known[:, TORSO_PARTS]
    weight = np.where(torso.any(axis=1, keepdims=True), torso, known)[..., None]
    count = weight.sum(axis=1)
    return np.where(weight, rays, 0.).sum(axis=1) / np.where(count > 0, count, np.nan)


def _axes(direction, up):
    direction = direction / np.sqrt((direction ** 2).sum(axis=-1, keepdims=True))
    away = direction - (direction @ up)[:, None] * up
    length = np.sqrt((away ** 2).sum(axis=-1, keepdims=True))
    with np.errstate(invalid='ignore'):
        away = away / np.where(length > _STEEPEST, length, np.nan)
    x, y, z = up
    right = away @ np.array(((0., -z, y), (z, 0., -x), (-y, x, 0.)))    # away × up
    return np.stack((right, away, up + 0. * away), axis=1)
