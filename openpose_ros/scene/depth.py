"""The depth at every joint, robustly: holes, the background and an arm before the body.

What counts as a valid depth reading is written once, in `_metres`.
"""
import functools
import math
from typing import NamedTuple, Optional

import numpy as np

from openpose_ros.body import (LEFT_HIP, LEFT_SHOULDER, NECK, PART_COUNT,
                               RIGHT_HIP, RIGHT_SHOULDER)
from openpose_ros.each import of_each
from openpose_ros.scene.camera import Camera

TORSO_PARTS = np.array((NECK, RIGHT_SHOULDER, LEFT_SHOULDER, RIGHT_HIP, LEFT_HIP))
IS_TORSO = np.isin(np.arange(PART_COUNT), TORSO_PARTS)
_CORNERS = (RIGHT_SHOULDER, LEFT_SHOULDER, RIGHT_HIP, LEFT_HIP)
# Where between them the torso is read as well: shares of the way across and down, (15,).
_ACROSS, _DOWN = (share.ravel() for share in np.meshgrid((.25, .5, .75),
                                                          np.linspace(.1, .9, 5)))


class DepthSettings(NamedTuple):
    """What counts as a depth reading and which readings belong to a joint.

    nearest, farthest: m; what lies outside is no reading.
    window: half the width of the window round a joint, m on the body.
    samples: readings along the window's side (so samples^2 in all), spread evenly.
    gap: m; sorted readings further apart than this belong to different things.
    needed: share of the window's readings a thing must have to be taken for the joint's.
    reach: m; a joint further than this from the torso's depth is not the person's.
    torso_reach: m; the same for shoulders, hips and neck.
    noise: stddev of a stereo camera's depth over depth squared, 1/m (Intel, "Best-known-methods for
        tuning RealSense D4xx": subpixel 0.08 x z^2 / (focal length x baseline)).
    surface: stddev of where on the body's surface a joint is seen, m.
    """

    nearest: float = .1
    farthest: float = 15.
    window: float = .04
    samples: int = 5
    gap: float = .08
    needed: float = .15
    reach: float = .6
    torso_reach: float = .35
    noise: float = .0025
    surface: float = .012


# How much of a depth's noise is a joint's own, against the others: most of a stereo camera's error is the
# same all over a torso (docs/scene.md), and a joint's depth is the median of 25 readings. Chosen.
_OWN = .75


class Depths(NamedTuple):
    """Depths of people's joints along the optical axis, m.

    joints: (n, 18), of the surface the camera sees; NaN where there is none. stddev: (n, 18), of each
    against the others.
    torso: (n,), the median over shoulders, hips and what lies between them. torso_stddev: (n,).
    """

    joints: np.ndarray
    stddev: np.ndarray
    torso: np.ndarray
    torso_stddev: np.ndarray

    def only(self, people: np.ndarray) -> 'Depths':
        """The same with the depths of all other people, (n,) bool, unknown."""
        return Depths(*(np.where(people[(...,) + (None,) * (field.ndim - 1)], field, np.nan)
                        for field in self))


def depth_problem(depth: np.ndarray, camera: Camera) -> Optional[str]:
    """Why a depth image cannot be used with this camera's, in one line; None where it can."""
    depth = np.asarray(depth)
    if depth.ndim != 2 or 0 in depth.shape:
        return 'the depth image must be (height, width), but is {}'.format(depth.shape)
    if depth.dtype.kind != 'f' and depth.dtype not in (np.uint16, np.int16):
        return ('the depth image must be 16 bit millimetres or floating metres, but is '
                '{}'.format(depth.dtype))
    height, width = depth.shape
    if abs((width * camera.height) / (height * camera.width) - 1.) > .01:
        return ('the depth image of {}x{} has another aspect than the colour camera\'s {}x{}: '
                'publish the depth registered to the colour'.format(
                    width, height, camera.width, camera.height))
    return None


def joint_depths(pixels: np.ndarray, scale: np.ndarray, depth: np.ndarray, camera: Camera,
                 settings: DepthSettings = DepthSettings()) -> Depths:
    """Depth at each joint from the readings round it: the median of the person's own surface.

    pixels: (n, 18, 2) px of the colour image, NaN where unseen. scale: (n,) px that 1 m at the
    person takes in the colour image. depth: (h, w), uint16 mm or floating m, registered to the
    colour image, of any size of its aspect.

    Each window's readings are sorted and cut where neighbours lie more than `gap` apart; the
    joint's depth is the median of the nearest piece that is large enough. The torso's depth is the
    median over its joints and points between them; what lies too far from it is then left out and
    the joints of the torso are read anew, so that neither the wall behind a narrow wrist nor a hand
    before the chest is taken for the joint.
    """
    with np.errstate(invalid='ignore'):     # of what is unseen, and where there is no reading
        readings, between = _readings(pixels, scale, depth, camera, settings)
        near = np.zeros(readings.shape[:2])
        of_torso = readings.take(TORSO_PARTS, axis=1)
        nearest = _surface(of_torso, np.isfinite(of_torso), near[:, :len(TORSO_PARTS)], settings)
        torso = of_each(functools.partial(_torso_depth, settings.torso_reach),
                        np.concatenate((nearest, between), axis=1))[0]
        known = np.isfinite(torso)[:, None]
        reference = np.where(known, torso[:, None], 0.)
        reach = np.where(known, np.where(IS_TORSO, settings.torso_reach, settings.reach), np.inf)
        own = np.abs(readings - reference[..., None]) <= reach[..., None]
        joints = _surface(readings, own, reference * IS_TORSO, settings)
        return Depths(joints, _stddev(joints, settings, _OWN), torso, _stddev(torso, settings))


def _stddev(depth, settings, share=1.):
    return np.hypot(share * settings.noise * depth ** 2, settings.surface)


def _torso_depth(reach, readings):
    """Median depth of one torso, twice: once more without what is not at the torso's depth."""
    torso = _median(readings)
    return _median([each for each in readings if abs(each - torso) <= reach]),


def _read(x, y, depth, camera, settings):
    """Depth at pixels x, y (...) of the colour image, m; NaN where there is no valid reading.

    This is the one place that says what is valid. Integers are millimetres, floats metres; 0,
    negative, NaN, infinite and what lies outside of (nearest, farthest) is no reading.
    """
    height, width = depth.shape
    x = (x + .5) * (width / camera.width)
    y = (y + .5) * (height / camera.height)
    inside = (x >= 0.) & (x < width) & (y >= 0.) & (y < height)
    readings = depth[np.where(inside, y, 0.).astype(np.intp),
                     np.where(inside, x, 0.).astype(np.intp)]
    metres = readings * .001 if readings.dtype.kind in 'iu' else readings.astype(float)
    valid = inside & (metres > settings.nearest) & (metres < settings.farthest)
    return np.where(valid, metres, np.nan)


def _readings(pixels, scale, depth, camera, settings):
    """Sorted readings round each joint, (n, 18, samples^2) m, NaN (last) where there is none.

    And those inside the torso, (n, 15).
    """
    joints = pixels.transpose(2, 0, 1)
    # At least a pixel apart, else a far person's window reads the same pixel again and again.
    half = np.maximum(scale * settings.window, .5 * (settings.samples - 1))[:, None, None]
    windows = joints[..., None] + half * _spread(settings.samples)
    count = windows.shape[2] * windows.shape[3]
    x, y = np.concatenate((windows.reshape(2, -1, count), _inside_torso(joints)), axis=2)
    found = _read(x, y, depth, camera, settings)
    return np.sort(found[:, :count].reshape(windows.shape[1:]), axis=-1), found[:, count:]


@functools.lru_cache()
def _spread(samples):
    """Offsets aside and down of a window's readings from its middle, (2, 1, 1, samples^2)."""
    steps = np.linspace(-1., 1., samples)
    return np.array(np.meshgrid(steps, steps)).reshape(2, 1, 1, -1)


def _inside_torso(pixels):
    """(2, n, 15) px spread inside the shoulders-hips polygon; NaN where a corner is unseen."""
    right_shoulder, left_shoulder, right_hip, left_hip = (pixels[..., part, None]
                                                          for part in _CORNERS)
    top = right_shoulder + _ACROSS * (left_shoulder - right_shoulder)
    bottom = right_hip + _ACROSS * (left_hip - right_hip)
    return top + _DOWN * (bottom - top)


def _surface(readings, own, near, settings):
    """Median of the piece of sorted readings nearest to the depth `near`: (..., samples) to (...).

    A window may show an arm, the body and the wall: in its sorted readings each is a piece, and
    between pieces there is a gap (single-linkage clustering along one axis). NaN where no piece is
    large enough.

    own: (..., samples), which readings count: some that follow each other. near: (...), m; 0 takes
    the piece nearest to the camera.
    """
    begins, ends = _cut(readings, own, settings.gap)
    index = np.arange(readings.shape[-1])
    first = _first_of_piece(begins, index)
    # A piece is judged at its last reading, where both of its ends are known.
    size = index - first + 1
    chosen = ends & own & (size >= max(2., settings.needed * len(index)))
    # By the indices of the chosen alone, for they are few.
    last = np.nonzero(chosen)
    middle = (first[last] + last[-1]) // 2
    median = np.full(readings.shape, np.nan)
    median[last] = readings[last[:-1] + (middle,)]
    distance = np.where(chosen, np.abs(median - near[..., None]), np.inf)
    nearest = distance.argmin(axis=-1)
    return median.take(nearest + len(index) * np.arange(nearest.size).reshape(nearest.shape))


def _cut(readings, own, gap):
    """Whether a piece of sorted readings begins, and whether one ends, at each: (..., samples).

    They are cut where neighbours lie more than `gap` apart, and where those that count end.
    """
    cuts = np.ones(own.shape[:-1] + (own.shape[-1] + 1,), bool)   # before each and after all
    between = cuts[..., 1:-1]
    np.greater(readings[..., 1:] - readings[..., :-1], gap, out=between)
    between |= own[..., 1:] != own[..., :-1]
    return cuts[..., :-1], cuts[..., 1:]


def _first_of_piece(begins, index):
    """Index of the first reading of the piece that each reading is of, (..., samples)."""
    # The last beginning so far is the largest so far: a running maximum for all windows at once, in
    # place of a loop over every window of everybody.
    return np.maximum.accumulate(np.where(begins, index, 0), axis=-1)


def _median(values):
    """The lower median of the finite ones of a list; NaN where there is none."""
    finite = sorted(filter(math.isfinite, values))
    return finite[(len(finite) - 1) // 2] if finite else math.nan
