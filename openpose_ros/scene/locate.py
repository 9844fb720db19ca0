"""People of an image, with depth or without, as people in space: the room's one function."""
import math
from typing import List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from openpose_ros.people import (SOURCE_DEPTH, SOURCE_MONOCULAR, SOURCE_NONE,
                                 People)
from openpose_ros import circle, proportions
from openpose_ros.scene.attention import attention, head_pitch
from openpose_ros.scene.arms import inflate_occluded_depth
from openpose_ros.scene.camera import Camera
from openpose_ros.scene.depth import (DepthSettings, depth_problem,
                                      joint_depths)
from openpose_ros.scene.facing import doubts, torso_likelihood
from openpose_ros.scene.gaze import couple_torso_and_head, head_likelihood
from openpose_ros.scene.ground import stances
from openpose_ros.scene.pairs import left_of_right
from openpose_ros.scene.position import (axis_range, place,
                                         surface_range)
from openpose_ros.scene.size import (Estimate, choose, heights,
                                     upright_size)
from openpose_ros.scene.stature import Sized, by_depth, on_the_ground
from openpose_ros.scene.view import look_at

UP = (0., -1., 0.)    # of a camera that is level, in its optical frame

# Body size relative to what is seen of it, as a factor either way, beyond which a depth is not
# used: twice what a child of 5 is off. Chosen.
_BELIEVABLE_SIZE = 1.8
_THICKNESS = .12        # m; from a torso's surface to its axis while its heading is not known
_INPUT_HEIGHT = 368.    # px, the default height of the network's input
# Power of what the head says of the torso, in what images say together: who looks aside does so in
# many of them. Chosen: by 1 the head draws the torso after it (of 120 simulated people whom a robot
# looks at from all sides 97 are faced well instead of 109, the leaning man is 1 degree worse), by .25
# front and back are found too late (6 degrees worse by lightweight_openpose).
HEAD_OVER_TIME = .5
# What is said of the deviations of facing and gaze, as a share of what their probabilities say. Chosen:
# with all of it 1 to 3 % more of the facings lie within one, more than 80 of lightweight_openpose's; with
# .9 less than 92 within two of the leaning man's.
_SAID = np.array((.95, 1.))[:, None]


class Located(NamedTuple):
    """People in space, and in one line each what kept something from being known."""

    people: People
    problems: List[str]


class Settings(NamedTuple):
    """What locating people assumes and when it would rather not answer.

    keypoint_noise: stddev of a keypoint in the network's input, px.
    depth: what counts as a depth reading.
    torso_radii: how far a person stands behind the surface a depth camera sees, from the front,
        from behind and from the side, m; (0, 0, 0) leaves them on it.
    tilt_stddev: rad; how well the vertical is known (chosen, a judgement: about half a degree by
        TF or a spirit level).
    max_stddev: rad; a heading less certain than this is unknown.
    min_stddev: rad; no heading is called more certain than this.
    """

    keypoint_noise: float = 2.2
    depth: DepthSettings = DepthSettings()
    torso_radii: Tuple[float, float, float] = proportions.TORSO_RADII
    tilt_stddev: float = math.radians(.4)
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
           settings: Settings = Settings(),
           input_height: Union[float, np.ndarray] = _INPUT_HEIGHT) -> People:
    """The same people with their points, positions, facing and gaze, in the optical frame.

    depth: (h, w), uint16 mm or floating m, registered to the colour image, of any size of its
    aspect; None without. up: the vertical in the optical frame (see `up_of_tilt`). camera_height: m
    over level ground, where known. input_height: px, of the whole image at the scale at which the
    network saw them, of all or (n,): on it a keypoint's noise depends.

    The stature is known where depth or the ground measure it; else the position is that of an adult
    of proportions.STATURE, with a deviation that says it may be a child's.

    Never raises for what a camera or network may deliver: what cannot be known is NaN and
    SOURCE_NONE, and `locate_and_explain` says why.
    """
    return locate_and_explain(people, camera, depth, up, camera_height, settings,
                              input_height).people


def locate_and_explain(people: People, camera: Camera, depth: Optional[np.ndarray] = None,
                       up: Sequence[float] = UP, camera_height: Optional[float] = None,
                       settings: Settings = Settings(),
                       input_height: Union[float, np.ndarray] = _INPUT_HEIGHT) -> Located:
    """What `locate` returns, and in one line each what kept something from being known."""
    if not people.count:
        return Located(people, [])
    if not _is_direction(up):
        return Located(people, ['the vertical {} is no direction'.format(tuple(up))])
    view = look_at(people.keypoints, camera, up, settings.keypoint_noise / input_height)
    rise = heights(view)
    upright = upright_size(view, rise)
    ground = stances(view, rise, upright, camera_height, settings.tilt_stddev)
    depths, problems = _depths(view, upright, depth, settings)
    sized, surface = _sized(view, upright, ground, depths)
    size = with_default_size(sized.size)
    if depths is not None:
        depths = inflate_occluded_depth(view, size.value, depths)

    headings, told, torso = _headings(view, size, depths, input_height, settings.tilt_stddev)
    (facing, gaze), (turn, looks), (facing_stddev, gaze_stddev) = _directions(
        headings, view, rise.upright, settings)
    pitch = head_pitch(view, size, looks)
    gaze = np.cos(pitch.value)[:, None] * gaze + np.sin(pitch.value)[:, None] * view.axes[:, 2]

    axis = None if surface is None else axis_range(surface, turn, settings.torso_radii,
                                                   _relative(sized.stature.value))
    sized = _range(sized, axis, upright, ground, torso.size_given(headings[0]))
    where = place(view, sized.range, size.value, turn, depths)
    source = SOURCE_MONOCULAR if depths is None else np.where(
        np.isfinite(depths.torso), SOURCE_DEPTH, SOURCE_MONOCULAR)
    sources = _source(source, np.array((where.position[:, 0], facing_stddev, gaze_stddev)))
    located = people._replace(
        points=where.points, position=where.position, position_covariance=where.covariance,
        position_source=sources[0], facing=facing, facing_stddev=facing_stddev,
        facing_source=sources[1], heading=turn, headings=told, gaze=gaze, gaze_stddev=gaze_stddev,
        gaze_pitch_stddev=pitch.stddev, gaze_source=sources[2],
        attention=attention(headings[1], pitch, view),
        stature=sized.stature.value, stature_stddev=sized.stature.stddev)
    return Located(located, problems + _why_unknown(view, rise.upright, where.position,
                                                     sized.misfit))


def _sized(view, upright, ground, depths):
    """What is known of size and range before the heading is; the torso's surface, if by depth."""
    if depths is None:
        return on_the_ground(upright, ground), None
    surface = surface_range(view, depths)
    known = np.isfinite(surface.value)
    deep = by_depth(upright, Estimate(surface.value + _THICKNESS, surface.stddev))
    if known.all():
        return deep, surface
    return _where(known, deep, on_the_ground(upright, ground)), surface


def _relative(stature):
    """Sizes relative to the adult of the proportions, (n,); 1 where the stature is unknown."""
    return np.where(np.isfinite(stature), stature / proportions.STATURE, 1.)


def _range(sized, axis, upright, ground, size):
    """Size and range once the heading is known: by depth, else from apparent size and ground.

    axis: range of the torso's axis by depth, None without any. size: apparent size, with what the
    widths of shoulders and hips say of it. It holds what the ground says; beside the ground only
    what is independent of it counts.
    """
    if axis is not None:
        known = np.isfinite(axis.value)
        if known.all():
            return sized._replace(range=axis)
    if ground:
        grounded = sum(np.isfinite(stance.range.value) for stance in ground) > 0
        size = choose(grounded & np.isfinite(upright.value), upright, size)
    alone = on_the_ground(size, ground)
    return alone if axis is None else _where(known, sized._replace(range=axis), alone)


def _where(condition, one, other):
    """The one Sized where the condition, (n,), holds and the other where it does not."""
    return Sized(*(choose(condition, a, b) for a, b in zip(one[:3], other[:3])),
                 misfit=np.where(condition, one.misfit, other.misfit))


def _headings(view, size, depths, input_height, tilt_stddev):
    """Probabilities (2, n, headings) of the torso's and the head's heading; what the torso says.

    In between (n, 2, headings), the torso's as it counts over time, and without the head.
    """
    height = proportions.STATURE * size.value * view.camera.fy * input_height / view.camera.height
    pairs = left_of_right(np.array((view.right, view.up)))
    mistaken, confused = doubts(pairs[0][0], view, size, height)
    torso = torso_likelihood(pairs, view, size, depths, mistaken, tilt_stddev)
    each = np.array((torso.likelihood, head_likelihood(view, size, height)))
    other = couple_torso_and_head(each[::-1])
    probability = np.concatenate((
        each * other, each[:1] * other[:1] ** HEAD_OVER_TIME, each[:1]))
    probability /= np.add.reduce(probability, axis=2, keepdims=True)
    probability += confused[:, None] * (circle.opposite(probability) - probability)
    return probability[:2], probability[2:].transpose(1, 0, 2), torso


def _is_direction(up):
    up = np.asarray(up, float)
    # Far from 1 the squares overflow, or vanish.
    return up.shape == (3,) and 1e-9 < np.linalg.norm(up) < 1e9


def with_default_size(size: Estimate) -> Estimate:
    """An apparent size, a very wide guess where nothing is known of it, so that all can go on."""
    return choose(np.isfinite(size.value), size, Estimate(.3, .3))


def _depths(view, size, depth, settings):
    """Depths of everyone's joints, unknown where they cannot be had or true; and why so.

    None where nobody has any.
    """
    if depth is None:
        return None, []
    problem = depth_problem(depth, view.camera)
    if problem:
        return None, [problem]
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
    wrong = untrue | missing
    return None if wrong.all() else depths.only(~wrong), problems


def _directions(probability, view, upright, settings):
    """Unit vectors in the optical frame, headings and stddevs, of probabilities (2, n, headings).

    NaN where too uncertain, and of who is not upright: of who lies it would mean nothing.
    """
    turn, stddev = np.array(circle.estimate(probability.reshape(-1, circle.COUNT))).reshape(
        (2,) + probability.shape[:2])
    unknown = ~(stddev <= settings.max_stddev) | np.isnan(view.axes[:, 0, 0]) | ~upright
    turn = np.where(unknown, np.nan, turn)
    vector = np.sin(turn)[..., None] * view.axes[:, 0] - np.cos(turn)[..., None] * view.axes[:, 1]
    return vector, turn, np.where(unknown, np.nan, np.maximum(_SAID * stddev, settings.min_stddev))


def _source(source, value):
    return np.where(np.isfinite(value), source, SOURCE_NONE).astype(np.uint8)


def _why_unknown(view, upright, position, misfit):
    unknown, problems = np.isnan(position[:, 0]), []
    if unknown.any():
        steep = np.isnan(view.axes[:, 0, 0]) & np.isfinite(view.rays).all(axis=-1).any(axis=1)
        problems += ['the position of {} of {} people is unknown: {}'.format(
                         these.sum(), len(these), why)
                     for these, why in (
                         (steep, 'the camera looks at them from straight above or below'),
                         (unknown & ~steep, 'too little of them shows')) if these.any()]
    if not upright.all():
        problems.append('{} of {} people are not upright: which way they face is unknown (or is '
                        'the camera tilted otherwise than it is said to be?)'.format(
                            (~upright).sum(), len(upright)))
    elsewhere = misfit > .5
    if elsewhere.any():
        problems.append('the ground is not used for {} of {} people: it does not fit their size '
                        '(do they stand on it, and is the camera\'s height and tilt right?)'.format(
                            elsewhere.sum(), len(misfit)))
    return problems
