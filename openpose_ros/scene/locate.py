"""People of an image, with depth or without, as people in space: the room's one function."""
import math
from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from openpose_ros.people import (SOURCE_DEPTH, SOURCE_MONOCULAR, SOURCE_NONE,
                                 People)
from openpose_ros import circle, proportions
from openpose_ros.scene.arms import inflate_occluded_depth
from openpose_ros.scene.camera import Camera
from openpose_ros.scene.depth import (DepthSettings, depth_problem,
                                      joint_depths, unknown_depths)
from openpose_ros.scene.facing import torso_likelihood
from openpose_ros.scene.gaze import couple_torso_and_head, head_likelihood
from openpose_ros.scene.position import (ground_range, half_thickness, place,
                                         surface_range)
from openpose_ros.scene.size import (Estimate, choose, fuse, range_of, size_at,
                                     upright_size)
from openpose_ros.scene.view import look_at

UP = (0., -1., 0.)    # of a camera that is level, in its optical frame

# Body size relative to an adult's, as a factor either way, beyond which a depth is not believed.
_BELIEVABLE_SIZE = 1.8


class Located(NamedTuple):
    """People in space, and in one line each what kept something from being known."""

    people: People
    problems: List[str]


class Settings(NamedTuple):
    """What locating people assumes and when it would rather not answer.

    keypoint_noise: stddev of a keypoint as a share of the image's height.
    depth: what counts as a depth reading.
    torso_radii: half the torso's horizontal section, to the side and the front, m: a person stands
        that far behind the surface a depth camera sees; (0, 0) leaves her on it.
    max_stddev: rad; a heading less certain than this is unknown.
    min_stddev: rad; no heading is called more certain than this.
    """

    keypoint_noise: float = 1. / 160.
    depth: DepthSettings = DepthSettings()
    torso_radii: Tuple[float, float] = proportions.TORSO_RADII
    max_stddev: float = math.radians(60.)
    min_stddev: float = math.radians(2.)


def up_of_tilt(pitch: float, roll: float = 0.) -> Tuple[float, float, float]:
    """The vertical in the optical frame of a camera tilted by these angles, rad.

    pitch: positive looks down (REP-103). roll: positive turns the camera clockwise as it looks.
    """
    return (-math.cos(pitch) * math.sin(roll), -math.cos(pitch) * math.cos(roll),
            -math.sin(pitch))


def locate(people: People, camera: Camera, depth: Optional[np.ndarray] = None,
           up: Sequence[float] = UP, camera_height: Optional[float] = None,
           settings: Settings = Settings()) -> People:
    """The same people with their points, positions, facing and gaze, in the optical frame.

    depth: (h, w), uint16 mm or floating m, registered to the colour image, of any size of its
    aspect; None without. up: the vertical in the optical frame (see `up_of_tilt`). camera_height: m
    over level ground, where known.

    Never raises for what a camera or network may deliver: what cannot be known is NaN and
    SOURCE_NONE, and `locate_and_explain` says why.
    """
    return locate_and_explain(people, camera, depth, up, camera_height, settings).people


def locate_and_explain(people: People, camera: Camera, depth: Optional[np.ndarray] = None,
                       up: Sequence[float] = UP, camera_height: Optional[float] = None,
                       settings: Settings = Settings()) -> Located:
    """What `locate` returns, and in one line each what kept something from being known."""
    if not people.count:
        return Located(people, [])
    if not _is_direction(up):
        return Located(people, ['the vertical {} is no direction'.format(tuple(up))])
    view = look_at(people.keypoints, camera, up, settings.keypoint_noise)
    upright, ground = upright_size(view), ground_range(view, camera_height)
    depths, problems = _depths(view, upright, depth, settings)
    surface = surface_range(view, depths)
    size = with_default_size(fuse(upright, size_at(ground), size_at(surface)))
    depths = inflate_occluded_depth(view, size.value, depths)

    torso, head = torso_likelihood(view, size, depths), head_likelihood(view, size, depths)
    headings = circle.normalized(np.stack((
        torso.loglikelihood + couple_torso_and_head(head),
        head + couple_torso_and_head(torso.loglikelihood))))
    (facing, gaze), (turn, _), (facing_stddev, gaze_stddev) = _directions(headings, view, settings)

    size = torso.size_given(headings[0])
    distance = _distance(surface, half_thickness(turn, settings.torso_radii), upright, ground, size)
    where = place(view, distance, size.value, turn, depths)
    source = np.where(np.isfinite(depths.torso), SOURCE_DEPTH, SOURCE_MONOCULAR)
    located = people._replace(
        points=where.points, position=where.position, position_covariance=where.covariance,
        position_source=_source(source, where.position[:, 0]),
        facing=facing, facing_stddev=facing_stddev, facing_source=_source(source, facing_stddev),
        gaze=gaze, gaze_stddev=gaze_stddev, gaze_source=_source(source, gaze_stddev))
    return Located(located, problems + _why_unknown(view, where.position))


def _is_direction(up):
    up = np.asarray(up, float)
    # Far from 1 the squares overflow, or vanish.
    return up.shape == (3,) and 1e-9 < np.linalg.norm(up) < 1e9


def with_default_size(size: Estimate) -> Estimate:
    """An apparent size, a very wide guess where nothing is known of it, so that all can go on."""
    return choose(np.isfinite(size.value), size, Estimate(.3, .3))


def _depths(view, size, depth, settings):
    """Depths of everyone's joints, unknown where they cannot be had or true; and why so."""
    if depth is None:
        return unknown_depths(len(view.right)), []
    problem = depth_problem(depth, view.camera)
    if problem:
        return unknown_depths(len(view.right)), [problem]
    count, problems = len(view.right), []
    size = with_default_size(size)
    depths = joint_depths(view.keypoints, size.value * abs(view.camera.fx), np.asarray(depth),
                          view.camera, settings.depth)
    missing = np.isnan(depths.torso)
    if missing.any():
        problems.append('no valid depth on {} of {} people'.format(missing.sum(), count))
    with np.errstate(invalid='ignore'):
        mismatch = np.abs(np.log(size.value * surface_range(view, depths).value))
        untrue = mismatch > np.log(_BELIEVABLE_SIZE) + 2. * size.stddev / size.value
    if untrue.any():
        problems.append('the depth of {} of {} people does not fit their size: is it of the same '
                        'moment, and registered?'.format(untrue.sum(), count))
    return depths.only(~untrue & ~missing), problems


def _distance(surface, thickness, upright, ground, size):
    """Range of each torso's axis: by depth, else from her apparent size and the ground."""
    # `size` holds what the ground says; beside the ground only what is independent of it counts.
    alone = np.isnan(ground.value) & np.isfinite(upright.value)
    without_depth = fuse(choose(alone, range_of(size), range_of(upright)), ground)
    with_depth = Estimate(surface.value + thickness, surface.stddev)
    return choose(np.isfinite(surface.value), with_depth, without_depth)


def _directions(probability, view, settings):
    """Unit vectors in the optical frame, headings and stddevs, of probabilities (2, n, headings).

    NaN where too uncertain.
    """
    turn, stddev = (each.reshape(probability.shape[:2]) for each in circle.estimate(
        probability.reshape(-1, circle.COUNT)))
    unknown = ~(stddev <= settings.max_stddev) | np.isnan(view.axes[:, 0, 0])
    turn = np.where(unknown, np.nan, turn)
    vector = np.sin(turn)[..., None] * view.axes[:, 0] - np.cos(turn)[..., None] * view.axes[:, 1]
    return vector, turn, np.where(unknown, np.nan, np.maximum(stddev, settings.min_stddev))


def _source(source, value):
    return np.where(np.isfinite(value), source, SOURCE_NONE).astype(np.uint8)


def _why_unknown(view, position):
    unknown = np.isnan(position[:, 0])
    steep = np.isnan(view.axes[:, 0, 0]) & np.isfinite(view.rays).all(axis=-1).any(axis=1)
    return ['the position of {} of {} people is unknown: {}'.format(these.sum(), len(these), why)
            for these, why in (
                (steep, 'the camera looks at them from straight above or below'),
                (unknown & ~steep, 'too little of them shows')) if these.any()]
