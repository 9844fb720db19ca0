"""Depth of another camera, as the colour camera would see it.

Source: depth_image_proc's `register` (point by point into the other camera, the nearest counts).
"""
import functools
from typing import Tuple

import numpy as np

from openpose_ros.scene.camera import Camera

_POINTS = 80000    # of the depth image that are carried over, evenly: 320x240 are enough for joints
_CLOSER = .8        # the result's pixels per sampled one of the depth, so that few stay empty
_FARTHEST = 65.     # m; what 16 bits of mm hold


def register(depth: np.ndarray, depth_camera: Camera, camera: Camera, rotation: np.ndarray,
             translation: np.ndarray) -> np.ndarray:
    """The depth image of `camera`, float32 m, NaN where there is no reading.

    depth: (h, w), uint16 mm or floating m, of `depth_camera`. camera: of the colour image; the
    result has its aspect and may be smaller. rotation, translation: (3, 3) and (3,) m, of the depth
    camera in the colour camera's frame: p' = rotation p + translation.
    """
    step = max(1, int(np.ceil(np.sqrt(depth.size / _POINTS))))
    sampled = depth[::step, ::step]
    metres = sampled * np.float32(.001) if depth.dtype.kind in 'iu' else sampled.astype(np.float32)
    with np.errstate(invalid='ignore'):
        valid = (metres > 0.) & (metres < _FARTHEST)
    rays = _rays(depth_camera, depth.shape, step)[valid]
    points = (rays * metres[valid][:, None]).dot(np.asarray(rotation).T) + translation
    share = min(1., _CLOSER * abs(depth_camera.fx / camera.fx) / step)
    small = camera.resized(*_size(camera, share))
    return _draw(small.project(points), points[:, 2], small.width, small.height)


def _draw(pixels, z, width, height):
    """Each point into its pixel; of several the nearest stays."""
    with np.errstate(invalid='ignore'):
        column, row = np.rint(pixels).T
        inside = (column >= 0.) & (column < width) & (row >= 0.) & (row < height)
    at = (row[inside] * width + column[inside]).astype(np.intp)
    z = z[inside].astype(np.float32)
    # The last one written stays. 16 bits are sorted in a tenth of the time of floats.
    order = np.argsort((z.clip(0., _FARTHEST) * 1000.).astype(np.uint16), kind='stable')[::-1]
    result = np.full(width * height, np.nan, np.float32)
    result[at[order]] = z[order]
    return result.reshape(height, width)


def same_view(depth_camera: Camera, camera: Camera) -> bool:
    """Whether both see the same at the same share of their images, to a hundredth of its width."""
    shares = np.array(((0., 0.), (1., 0.), (0., 1.), (1., 1.), (.5, .5))) * .8 + .1
    there = camera.project(depth_camera.unproject(
        shares * (depth_camera.width, depth_camera.height) - .5, np.ones(len(shares))))
    off = (there + .5) / (camera.width, camera.height) - shares
    return bool((np.abs(off) < .01).all())


def _size(camera: Camera, share: float) -> Tuple[int, int]:
    """A size of the camera's aspect: `Camera.resized` takes one that is off by a hundredth."""
    width = max(int(round(camera.width * share)), min(camera.width, 100))
    return width, max(int(round(width * camera.height / camera.width)), 1)


@functools.lru_cache(maxsize=2)
def _rays(camera: Camera, shape: Tuple[int, int], step: int) -> np.ndarray:
    """Rays (h, w, 3), z = 1, of every `step`-th pixel of a depth image of this shape."""
    height, width = shape
    columns, rows = np.meshgrid(np.arange(0, width, step), np.arange(0, height, step))
    rays = camera.resized(width, height).pixels_to_rays(np.stack((columns, rows), axis=-1))
    return np.concatenate((rays, np.ones(rays.shape[:2] + (1,))), axis=-1).astype(np.float32)
