"""A synthetic crowd: people of known pose as a network and a depth camera would see them.

A person is a 3-D skeleton with a body of capsules round it. Keypoints are its joints through a
(distorted) camera with noise; the depth image is rendered from the capsules, so that a near arm
hides a far shoulder as it does in truth. Nothing is shared with what is tested but the camera and
the order of the parts.

World frame: the ground is y = 0, x to the right, y up, z forward; the camera stands `height` m over
the origin and is tilted down by `pitch`.
"""
from typing import NamedTuple, Tuple

import cv2
import numpy as np

from openpose_ros import body

_HIPS_DROP = .03    # m; how far the middle of the hips lies under that of their keypoints
# Joints of the standing body in (left, forward, up) of the middle of the hips' keypoints, m. The
# left half.
# Arms, from the neck: elbow, wrist. Legs: knee, ankle. Head, from its middle: nose, eye, ear.
_ARM = {'hanging': ((.21, .02, -.27), (.22, .08, -.51)),
        'raised': ((.23, .14, -.16), (.10, .34, -.05))}
_LEGS = {'standing': ((.11, .01, -.41), (.11, -.02, -.82)),
         'sitting': ((.16, .40, .03), (.16, .42, -.37))}
_HIP_HEIGHT = {'standing': .91, 'sitting': .48}    # m over the ground
_HEAD = ((0., .10, -.01), (.032, .08, .025), (.072, 0., 0.))
_HEAD_RADIUS = .085
# m; the chest has its full depth only so far under the shoulders, so that it hides none of them. Of
# the shoulders' difference in depth the surface then shows .88, .83, .71, .53 at headings of 20,
# 30, 42, 60 degrees and .52, .63, .81 at 120, 137, 155. Rendered people (56 bodies, both networks):
# .83, .81, .80, .59 and .53, .63, .71; were it 0: .69, .55, .50, .31 and .36, .47, .50.
_CHEST_DROP = .09


class Person(NamedTuple):
    """position: of the hips' midpoint over the ground, (x, z) m. heading, head_turn: rad; heading 0
    faces the camera's -z, pi/2 faces +x; head_turn is the head's against the torso. size: relative.
    shoulders, hips, torso, neck (to the ears): m at size 1. arms: how the right and left are held.
    lean, nod: rad forward, of the torso and of the head.
    """

    position: Tuple[float, float]
    heading: float
    head_turn: float = 0.
    posture: str = 'standing'
    arms: Tuple[str, str] = ('hanging', 'hanging')
    size: float = 1.
    shoulders: float = .33
    hips: float = .22
    torso: float = .46
    neck: float = .2
    lean: float = 0.
    nod: float = 0.


class Viewpoint(NamedTuple):
    """Where the camera is: height over the ground, m, and pitch, rad, positive looking down."""

    height: float = 1.1
    pitch: float = 0.


def random_person(rng, position, heading, posture='standing'):
    """A person as they come: sizes spread, head turned, arms held this way or that."""
    arms = tuple(rng.choice(('hanging', 'raised'), 2, p=(.85, .15)))
    return Person(position, heading, head_turn=rng.normal(0., np.radians(15.)), posture=posture,
                  arms=arms, size=rng.normal(1., .055), shoulders=rng.normal(.33, .025),
                  hips=rng.normal(.22, .025), torso=rng.normal(.455, .03),
                  neck=rng.normal(.2, .015), lean=np.radians(rng.normal(5., 5.)),
                  nod=np.radians(rng.normal(7., 10.)))


def joints(person, view=Viewpoint()):
    """Joints of a person in the camera's optical frame, (18, 3) m."""
    local = np.zeros((body.PART_COUNT, 3))
    legs, hip_height = _LEGS[person.posture], _HIP_HEIGHT[person.posture]
    neck = np.array((0., np.sin(person.lean), np.cos(person.lean))) * person.torso
    middle = neck + (0., .035 + .1 * np.sin(person.lean), person.neck)
    local[body.NECK] = neck
    for side, (shoulder, elbow, wrist, hip, knee, ankle, eye, ear), arm in (
            (-1., (body.RIGHT_SHOULDER, body.RIGHT_ELBOW, body.RIGHT_WRIST, body.RIGHT_HIP,
                   body.RIGHT_KNEE, body.RIGHT_ANKLE, body.RIGHT_EYE, body.RIGHT_EAR), 0),
            (1., (body.LEFT_SHOULDER, body.LEFT_ELBOW, body.LEFT_WRIST, body.LEFT_HIP,
                  body.LEFT_KNEE, body.LEFT_ANKLE, body.LEFT_EYE, body.LEFT_EAR), 1)):
        mirror = np.array((side, 1., 1.))
        local[shoulder] = neck + (side * .5 * person.shoulders, 0., 0.)
        local[[elbow, wrist]] = neck + mirror * _ARM[person.arms[arm]]
        local[hip] = (side * .5 * person.hips, 0., 0.)
        local[[knee, ankle]] = mirror * legs
        local[[eye, ear]] = middle + _head(mirror * _HEAD[1:], person)
    local[body.NOSE] = middle + _head(np.array(_HEAD[:1]), person)[0]
    return _to_camera(local * person.size, person, hip_height * person.size, view)


def hips(person, view=Viewpoint()):
    """The hips' midpoint in the optical frame, (3,) m: what is called a person's position."""
    keypoints = joints(person, view)[[body.RIGHT_HIP, body.LEFT_HIP]].mean(axis=0)
    return keypoints - _HIPS_DROP * person.size * up(view)


def front(heading, view=Viewpoint()):
    """Unit vector of a heading in the optical frame, (3,)."""
    return _camera_axes(view) @ (np.sin(heading), 0., -np.cos(heading))


def up(view=Viewpoint()):
    """The vertical in the optical frame, (3,)."""
    return _camera_axes(view) @ (0., 1., 0.)


def keypoints(people, camera, rng, view=Viewpoint(), noise=3.):
    """What a network would see: (n, 18, 3) float32 of x, y px and score.

    A part outside of the image is unseen; one of the head is unseen when it has turned away; a
    joint that the body hides is guessed a little worse.
    """
    found = np.full((len(people), body.PART_COUNT, 3), np.nan, np.float32)
    found[..., 2] = 0.
    for row, person in zip(found, people):
        at = joints(person, view)
        pixels = camera.project(at)
        hidden = _hidden(at)
        worse = np.where(hidden, 1.5, 1.)[:, None]
        pixels = pixels + rng.normal(0., 1., pixels.shape) * worse * noise
        inside = ((pixels > -.5) & (pixels < (camera.width - .5, camera.height - .5))).all(axis=1)
        seen = inside & _reported(at, rng)
        row[seen, :2] = pixels[seen]
        score = np.where(hidden, .4, .7) + rng.normal(0., .06, len(row))
        row[seen, 2] = np.clip(score, .2, 1.)[seen]
    return found


def depth(people, camera, rng=None, view=Viewpoint(), wall=6., noise=.0025, around=None):
    """The registered depth image, (h, w) uint16 mm: capsules before a wall.

    noise: stddev of the depth over its square, 1/m, as an Intel RealSense D435's (Intel,
    "Best-known-methods for tuning RealSense D4xx"), correlated over neighbouring pixels as block
    matching makes it; edges and one pixel in fifty have no reading. No noise without `rng`, nor
    farther than `around` px from the box round the people; None: it is everywhere.
    """
    rays = _rays(camera)
    image = z = np.full(rays[0].shape[:2], float(wall))
    for person in people:
        for a, b, radius in _capsules(joints(person, view), person.size):
            _render(z, rays, camera, a, b, radius)
    if around is not None:
        z = image[_box(image < wall, around)]
    if rng is not None and z.size:
        edges = cv2.dilate(z, np.ones((3, 3))) - cv2.erode(z, np.ones((3, 3))) > .15
        # White noise blurred, then scaled back to a standard deviation of 1.
        z += noise * z ** 2 * 5.3 * cv2.GaussianBlur(rng.normal(0., 1., z.shape), (0, 0), 1.5)
        z[edges | (rng.random_sample(z.shape) < .02)] = 0.
    return np.round(image * 1000.).astype(np.uint16)


def covered(people, camera, view=Viewpoint()):
    """Whether somebody else is before each of their joints, (n, 18) bool."""
    at = np.array([joints(person, view) for person in people]).reshape(-1, body.PART_COUNT, 3)
    found = np.zeros(at.shape[:2], bool)
    rays = _rays(camera)
    for i, person in enumerate(people):
        z = np.full(rays[0].shape[:2], np.inf)
        for a, b, radius in _capsules(at[i], person.size):
            _render(z, rays, camera, a, b, radius)
        column, row = np.round(camera.project(at)).astype(int).clip(
            0, (camera.width - 1, camera.height - 1)).transpose(2, 0, 1)
        others = np.arange(len(people)) != i
        found[others] |= (z[row, column] < at[..., 2])[others]
    return found


def _box(mask, around):
    """Slices round what is true, and so many px more; of nothing where nothing is."""
    sides = []
    for axis in (1, 0):
        at = np.flatnonzero(mask.any(axis=axis))
        sides.append(slice(max(at[0] - around, 0), at[-1] + 1 + around) if len(at) else slice(0))
    return tuple(sides)


def _head(points, person):
    """Points of the head in (left, forward, up), nodded forward, then turned as a heading turns."""
    left, forward, up = points.T
    c, s = np.cos(person.nod), np.sin(person.nod)
    forward, up = c * forward + s * up, c * up - s * forward
    c, s = np.cos(person.head_turn), np.sin(person.head_turn)
    # A heading grows as the person turns to their own left.
    return np.stack((c * left + s * forward, c * forward - s * left, up), axis=-1)


def _camera_axes(view):
    """World to optical frame, (3, 3)."""
    c, s = np.cos(view.pitch), np.sin(view.pitch)
    return np.array(((1., 0., 0.), (0., -c, -s), (0., -s, c)))


def _to_camera(local, person, hip_height, view):
    c, s = np.cos(person.heading), np.sin(person.heading)
    left, forward = np.array((c, 0., s)), np.array((s, 0., -c))
    axes = np.stack((left, forward, (0., 1., 0.)))
    world = local @ axes + (person.position[0], hip_height, person.position[1])
    return (world - (0., view.height, 0.)) @ _camera_axes(view).T


def _capsules(at, size):
    """The body as (end, end, radius) in the optical frame."""
    right, left = at[body.RIGHT_SHOULDER], at[body.LEFT_SHOULDER]
    hip_right, hip_left = at[body.RIGHT_HIP], at[body.LEFT_HIP]
    ears = at[[body.RIGHT_EAR, body.LEFT_EAR]]
    skull = ears.mean(axis=0)
    crown = skull + .4 * (skull - at[body.NECK]) - .25 * (at[body.NOSE] - skull)
    chest = .11 * size
    inner = .35    # the chest's two columns, as a share from the outer joint to the middle
    for outer, other, hip, other_hip in ((right, left, hip_right, hip_left),
                                         (left, right, hip_left, hip_right)):
        top, bottom = outer + inner * (other - outer), hip + .2 * (other_hip - hip)
        down = (bottom - top) / np.linalg.norm(bottom - top)
        yield top + _CHEST_DROP * size * down, bottom, chest
    yield right, left, .06 * size
    yield at[body.NECK], skull, .055 * size
    yield skull, crown, _HEAD_RADIUS * size
    for a, b, radius in (
            (body.RIGHT_SHOULDER, body.RIGHT_ELBOW, .05), (body.RIGHT_ELBOW, body.RIGHT_WRIST, .04),
            (body.LEFT_SHOULDER, body.LEFT_ELBOW, .05), (body.LEFT_ELBOW, body.LEFT_WRIST, .04),
            (body.RIGHT_HIP, body.RIGHT_KNEE, .08), (body.RIGHT_KNEE, body.RIGHT_ANKLE, .055),
            (body.LEFT_HIP, body.LEFT_KNEE, .08), (body.LEFT_KNEE, body.LEFT_ANKLE, .055)):
        yield at[a], at[b], radius * size


def _rays(camera):
    """Rays of all pixels of a camera, (h, w, 3), z = 1, and their squared lengths, (h, w)."""
    if camera not in _RAYS:
        x, y = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
        rays = camera.pixels_to_rays(np.stack((x, y), axis=-1))
        rays = np.concatenate((rays, np.ones(rays.shape[:2] + (1,))), axis=-1)
        _RAYS[camera] = rays, (rays ** 2).sum(-1)
    return _RAYS[camera]


_RAYS = {}


def _render(z, rays, camera, a, b, radius):
    """Draw a capsule into a depth image, only where it can be."""
    if min(a[2], b[2]) <= radius + .1:
        return
    ends = camera.project(np.stack((a, b)))
    reach = 1.5 * radius * camera.fx / (min(a[2], b[2]) - radius)
    x0, y0 = np.maximum(np.floor(ends.min(axis=0) - reach), 0).astype(int)
    x1, y1 = np.maximum(np.ceil(ends.max(axis=0) + reach), 0).astype(int) + 1
    part = z[y0:y1, x0:x1]
    if part.size:
        np.minimum(part, _capsule_depth([of_all[y0:y1, x0:x1] for of_all in rays], a, b, radius),
                   out=part)


def _capsule_depth(rays, a, b, radius):
    """Depth at which rays first meet a capsule, inf where they do not."""
    rays, dd = rays
    axis = b - a
    length2 = axis @ axis
    da, aa = rays @ axis, a @ axis
    # The cylinder: |r d - a - share axis| = radius, share = (r d - a).axis / length2.
    with np.errstate(invalid='ignore', divide='ignore'):
        depth = _first_root(dd - da ** 2 / length2, rays @ a - da * aa / length2,
                            a @ a - aa ** 2 / length2 - radius ** 2)
        share = (depth * da - aa) / length2
    depth = np.where((share >= 0.) & (share <= 1.), depth, np.inf)
    for centre in (a, b):
        depth = np.minimum(depth, _first_root(dd, rays @ centre, centre @ centre - radius ** 2))
    return depth


def _first_root(p, q, r):
    """Smaller root of p x^2 - 2 q x + r = 0, inf where there is none."""
    inside = q * q - p * r
    with np.errstate(invalid='ignore', divide='ignore'):
        return np.where(inside >= 0., (q - np.sqrt(np.maximum(inside, 0.))) / p, np.inf)


def _towards_camera(at):
    """Cosine between each part of the head's outward direction and that to the camera."""
    skull = at[[body.RIGHT_EAR, body.LEFT_EAR]].mean(axis=0)
    parts = (body.NOSE, body.RIGHT_EYE, body.LEFT_EYE, body.RIGHT_EAR, body.LEFT_EAR)
    out = at[list(parts)] - skull
    view = -skull / np.linalg.norm(skull)
    return dict(zip(parts, out @ view / np.linalg.norm(out, axis=1)))


def _reported(at, rng):
    """Whether a network reports each part: one that has turned away mostly not."""
    reported = np.ones(body.PART_COUNT, bool)
    towards = _towards_camera(at)
    for part, cosine in towards.items():
        limit = -.3 if part != body.NOSE else -.4
        # From behind a network places an ear at the edge of the hair.
        behind = part in (body.RIGHT_EAR, body.LEFT_EAR) and towards[body.NOSE] < -.5
        reported[part] = cosine + rng.normal(0., .1) > (limit - .4 if behind else limit)
    return reported


def _hidden(at):
    """Whether the person's own body is before each of their joints."""
    hidden = np.zeros(body.PART_COUNT, bool)
    for part, cosine in _towards_camera(at).items():
        hidden[part] = cosine < -.1
    for right, left in ((body.RIGHT_SHOULDER, body.LEFT_SHOULDER), (body.RIGHT_HIP, body.LEFT_HIP)):
        rays = at[[right, left], :2] / at[[right, left], 2:]
        apart = np.linalg.norm(rays[0] - rays[1]) * at[right, 2]
        hidden[right if at[right, 2] > at[left, 2] else left] = apart < .11
    return hidden
