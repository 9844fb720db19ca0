"""Scripted people who walk, hide, leave and sit down before a camera, and what is detected of them.

The camera is level, 1.2 m above the floor, 640x480, in its optical frame (x right, y down, z
forward). A body is eighteen joints; whoever is nearer hides what is behind their torso and legs.
"""
from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from openpose_ros import body
from openpose_ros.people import (SOURCE_DEPTH, SOURCE_MONOCULAR, People,
                                 people_in_image)

WIDTH, HEIGHT, FOCAL = 640, 480, 525.
CAMERA_HEIGHT = 1.2
HIPS_HEIGHT, SEAT_HEIGHT = 0.92, 0.5
HALF_BODY = 0.22            # m, what a body hides to either side of its middle
MIN_JOINTS = 6            # a person of whom fewer can be seen is not detected

# Joints of a standing adult relative to the middle of the hips, m: forward, left, up.
STANDING = np.array([
    (.10, 0, .72), (0, 0, .52), (0, -.18, .52), (0, -.22, .24), (.04, -.22, 0.), (0, .18, .52),
    (0, .22, .24), (.04, .22, 0.), (0, -.10, 0.), (0, -.10, -.42), (0, -.10, -.84), (0, .10, 0.),
    (0, .10, -.42), (0, .10, -.84), (.08, -.03, .76), (.08, .03, .76), (0, -.08, .74),
    (0, .08, .74)])
SITTING = STANDING.copy()
SITTING[[9, 12], 0], SITTING[[9, 12], 2] = .42, 0.
SITTING[[10, 13], 0], SITTING[[10, 13], 2] = .42, -.42
# How far a joint swings forward and back while walking, m; left and right in opposite phase.
SWING = np.zeros(body.PART_COUNT)
SWING[[body.RIGHT_KNEE, body.RIGHT_ANKLE, body.LEFT_ELBOW, body.LEFT_WRIST]] = .15, .32, .10, .25
SWING[[body.LEFT_KNEE, body.LEFT_ANKLE, body.RIGHT_ELBOW, body.RIGHT_WRIST]] = (
    -.15, -.32, -.10, -.25)

Waypoint = Tuple[float, float, float]


class Role(NamedTuple):
    """What one person does.

    path: (time s, x m, z m) through which they go evenly; they are nowhere before the first and
    after the last. sits: (from, to) s of their sitting. faces: rad, their yaw where they stand (0
    is the camera, pi / 2 the image's right); None keeps the direction they last walked in.
    """

    path: Sequence[Waypoint]
    sits: Tuple[float, float] = (np.inf, np.inf)
    faces: Optional[float] = None


class Truth(NamedTuple):
    """What really happens, for f images of n people.

    stamps: (f,) s. keypoints: (f, n, 18, 2) px, without noise. points: (f, n, 18, 3) m. position:
    (f, n, 3) m. yaw: (f, n) rad. visible: (f, n, 18) bool, in the image and not hidden. present:
    (f, n) bool, they are in the image, hidden or not.
    """

    stamps: np.ndarray
    keypoints: np.ndarray
    points: np.ndarray
    position: np.ndarray
    yaw: np.ndarray
    visible: np.ndarray
    present: np.ndarray

    @property
    def detectable(self) -> np.ndarray:
        """Of whom enough can be seen, (f, n) bool."""
        return self.visible.sum(axis=2) >= MIN_JOINTS

    @property
    def longest_hidden(self) -> float:
        """The longest time, s, that anyone is in the image but cannot be seen."""
        longest = 0
        for hidden in (self.present & ~self.detectable).T:
            ends = np.flatnonzero(np.diff(np.concatenate([[False], hidden, [False]])))
            longest = max(longest, np.diff(ends)[::2].max(initial=0))
        return longest * (self.stamps[1] - self.stamps[0])


class Detector(NamedTuple):
    """What a network and the scene room make of the truth.

    misses, false_people: per person and frame. keypoint_noise: px. space: 'depth', 'monocular',
    'none', or 'flicker' (any of the three, changing from frame to frame). facing_noise: rad and
    facing_flips: share of frames, by depth and monocular.
    """

    misses: float = 0.10
    false_people: float = 0.02
    keypoint_noise: float = 4.
    space: str = 'depth'
    position_noise: float = 0.03
    facing_noise: Tuple[float, float] = (np.radians(6.), np.radians(12.))
    facing_flips: Tuple[float, float] = (0., 0.03)


def act(roles: Sequence[Role], rate: float, duration: float) -> Truth:
    """Play the roles for `duration` s at `rate` frames per second."""
    stamps = np.arange(0., duration, 1. / rate)
    places, yaws, sitting, walked = zip(*(_move(role, stamps) for role in roles))
    position, yaw = np.stack(places, axis=1), np.stack(yaws, axis=1)
    points = _pose(position, yaw, np.stack(sitting, axis=1), np.stack(walked, axis=1))
    keypoints = _project(points)
    visible = _visible(points, keypoints)
    centre = keypoints[:, :, [body.NECK, body.RIGHT_HIP, body.LEFT_HIP]]
    present = _in_image(centre).all(axis=2) | (visible.sum(axis=2) >= MIN_JOINTS)
    return Truth(stamps, keypoints, points, position, yaw, visible, present)


def yaw_vector(yaw: np.ndarray) -> np.ndarray:
    """Unit vectors (..., 3) in the optical frame: 0 faces the camera, pi / 2 the right."""
    return np.stack([np.sin(yaw), np.zeros_like(yaw), -np.cos(yaw)], axis=-1)


def detect(truth: Truth, rng: np.random.Generator,
           detector: Detector = Detector()) -> List[Tuple[float, People]]:
    """What is detected of it: (stamp, people in random order) of every frame."""
    height = rng.normal(0., 0.06, truth.yaw.shape[1])   # what monocular range gets wrong for good
    frames = []
    for f, stamp in enumerate(truth.stamps):
        who = np.flatnonzero(truth.detectable[f] & (rng.random(len(height)) >= detector.misses))
        who = rng.permutation(who)
        keypoints = truth.keypoints[f, who]
        shown = truth.visible[f, who] & (rng.random(keypoints.shape[:2]) > 0.03)
        points, yaw, error = truth.points[f, who], truth.yaw[f, who], height[who]
        for _ in range(rng.binomial(truth.present[f].sum(), detector.false_people)):
            ghost = _ghost(rng)
            keypoints = np.concatenate([keypoints, _project(ghost)])
            shown = np.concatenate([shown, rng.random((1, body.PART_COUNT)) < 0.7])
            points, yaw = np.concatenate([points, ghost]), np.append(yaw, rng.uniform(-3., 3.))
            error = np.append(error, 0.)
        frames.append((stamp, _measure(keypoints, shown, points, yaw, error, rng, detector)))
    return frames


def _measure(keypoints: np.ndarray, shown: np.ndarray, points: np.ndarray, yaw: np.ndarray,
             height: np.ndarray, rng: np.random.Generator, detector: Detector) -> People:
    """Noisy people of true keypoints, points and yaws; what is not `shown` is not seen."""
    n = len(yaw)
    noisy = keypoints + rng.normal(0., detector.keypoint_noise, keypoints.shape)
    scores = np.where(shown, rng.uniform(0.4, 0.9, shown.shape), 0.)
    noisy = np.where(shown[..., None], noisy, np.nan)
    found = people_in_image(np.concatenate([noisy, scores[..., None]], axis=2))
    kinds = {'depth': (SOURCE_DEPTH,), 'monocular': (SOURCE_MONOCULAR,), 'none': (0,),
             'flicker': (0, SOURCE_DEPTH, SOURCE_MONOCULAR)}[detector.space]
    source = rng.choice(kinds, n).astype(np.uint8)
    depth = source == SOURCE_DEPTH
    place = points.reshape(n, body.PART_COUNT, 3)[:, [body.RIGHT_HIP, body.LEFT_HIP]].mean(axis=1)
    ray = place / np.maximum(np.linalg.norm(place, axis=1, keepdims=True), 1e-9)
    along = ray[:, :, None] * ray[:, None]
    distance = np.linalg.norm(place, axis=1)
    spread = np.where(depth, detector.position_noise, 0.10 * distance)
    off = rng.normal(0., 1., (n, 3)) * detector.position_noise
    off += ray * (distance * (height + rng.normal(0., 0.04, n)) * ~depth)[:, None]
    covariance = (detector.position_noise ** 2 * np.eye(3)
                  + (spread ** 2 * ~depth)[:, None, None] * along)
    turn = np.choose(depth, detector.facing_noise[::-1])
    flips = np.pi * (rng.random(n) < np.choose(depth, detector.facing_flips[::-1]))
    facing = yaw_vector(yaw + rng.normal(0., 1., n) * turn + flips)
    known = source > 0
    joints = points + off[:, None] + rng.normal(0., 0.03, points.shape)
    return found._replace(
        points=np.where((known[:, None] & shown)[..., None], joints, np.nan),
        position=np.where(known[:, None], place + off, np.nan),
        position_covariance=np.where(known[:, None, None], covariance, np.nan),
        position_source=source, facing=np.where(known[:, None], facing, np.nan),
        facing_stddev=np.where(known, turn, np.nan), facing_source=source)


def _move(role: Role, stamps: np.ndarray) -> Tuple[np.ndarray, ...]:
    """Hips (f, 3) m, NaN while they are nowhere; yaw (f,); share of sitting (f,); metres walked."""
    times, x, z = np.array(role.path, float).T
    here = (stamps >= times[0]) & (stamps <= times[-1])
    place = np.stack([_eased(stamps, times, x), _eased(stamps, times, z)], axis=1)
    step = np.gradient(place, stamps, axis=0)
    speed = np.linalg.norm(step, axis=1)
    walking = speed > 0.3
    if role.faces is None:
        last = np.maximum.accumulate(np.where(walking, np.arange(len(stamps)), 0))
        last[:np.argmax(walking)] = np.argmax(walking)
        step = step[last]
        heading = np.arctan2(step[:, 0], -step[:, 1])
    else:
        heading = np.where(walking, np.arctan2(step[:, 0], -step[:, 1]), role.faces)
    sits = np.clip(np.minimum(stamps - role.sits[0], role.sits[1] - stamps) / 0.8, 0., 1.)
    height = HIPS_HEIGHT + (SEAT_HEIGHT - HIPS_HEIGHT) * sits
    hips = np.stack([place[:, 0], CAMERA_HEIGHT - height, place[:, 1]], axis=1)
    hips[~here] = np.nan
    walked = np.cumsum(speed) * (stamps[1] - stamps[0])
    return hips, np.unwrap(heading), sits, np.where(walking, walked, np.nan)


def _eased(stamps: np.ndarray, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Piecewise linear through the waypoints, corners rounded over 0.4 s."""
    around = np.linspace(-0.2, 0.2, 9)
    return np.interp(stamps[:, None] + around, times, values).mean(axis=1)


def _pose(hips: np.ndarray, yaw: np.ndarray, sits: np.ndarray, walked: np.ndarray) -> np.ndarray:
    """Joints (..., 18, 3) m in the optical frame."""
    share = sits[..., None, None]
    joints = (1. - share) * STANDING + share * SITTING
    phase = np.where(np.isfinite(walked), np.sin(2. * np.pi * walked / 1.4), 0.)
    joints[..., 0] += phase[..., None] * SWING
    forward, left, up = joints[..., 0], joints[..., 1], joints[..., 2]
    sine, cosine = np.sin(yaw)[..., None], np.cos(yaw)[..., None]
    offset = np.stack([forward * sine + left * cosine, -up, left * sine - forward * cosine], -1)
    return hips[..., None, :] + offset


def _project(points: np.ndarray) -> np.ndarray:
    """Pixels (..., 2) of points in the optical frame; NaN behind the camera."""
    z = np.where(points[..., 2:] > 0.2, points[..., 2:], np.nan)
    return points[..., :2] / z * FOCAL + [(WIDTH - 1) / 2., (HEIGHT - 1) / 2.]


def _in_image(pixels: np.ndarray) -> np.ndarray:
    with np.errstate(invalid='ignore'):
        return ((pixels >= 0.) & (pixels <= [WIDTH - 1, HEIGHT - 1])).all(axis=-1)


def _visible(points: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
    """Which joints are in the image and not behind someone nearer, (f, n, 18) bool."""
    seen = _in_image(keypoints)
    depth = points[..., 2].mean(axis=2)
    middle = keypoints[:, :, [body.NECK, body.RIGHT_HIP, body.LEFT_HIP], 0].mean(axis=2)
    top, bottom = keypoints[..., 1].min(axis=2), keypoints[..., 1].max(axis=2)
    with np.errstate(invalid='ignore'):
        for q in range(points.shape[1]):
            half = (HALF_BODY * FOCAL / depth[:, q])[:, None, None]
            behind = (np.abs(keypoints[..., 0] - middle[:, q, None, None]) < half)
            behind &= keypoints[..., 1] > top[:, q, None, None]
            behind &= keypoints[..., 1] < bottom[:, q, None, None]
            seen &= ~(behind & (depth > depth[:, q, None] + 0.2)[..., None])
    return seen


def _ghost(rng: np.random.Generator) -> np.ndarray:
    """Joints (1, 18, 3) m of someone who is not there, somewhere in the image."""
    z = rng.uniform(1.5, 6.)
    hips = np.array([[rng.uniform(-0.5, 0.5) * z, rng.uniform(-0.2, 0.5), z]])
    return _pose(hips, rng.uniform(-np.pi, np.pi, 1), np.zeros(1), np.full(1, np.nan))


def _across(start: float, z: float, speed: float, rightwards: bool = True) -> Role:
    """Walk through the whole image at a distance of z."""
    reach = 0.75 * z
    side = 1. if rightwards else -1.
    return Role([(start, -side * reach, z), (start + 2. * reach / speed, side * reach, z)])


# Each script: roles and duration, s. Nobody is hidden for more than a second.
SCRIPTS = {
    'two cross': ([_across(0., 3., 1.2), _across(0., 4., 1.2, False)], 6.),
    'hide behind a standing person': (
        [Role([(0., 0., 2.2), (12., 0., 2.2)], faces=0.), _across(1., 4., 0.9),
         _across(4., 3.5, 1., False)], 12.),
    'stop behind and turn back': (
        [Role([(0., 0., 2.5), (12., 0., 2.5)], faces=0.),
         Role([(0., -1.8, 4.), (2.4, -.25, 4.), (2.9, -.25, 4.), (5.5, -1.8, 4.), (12., -1.8, 4.)],
              faces=0.)], 12.),
    'leave and enter': (
        [_across(0., 3., 1.3), _across(5., 3., 1.3), _across(7., 4.5, 1.1, False),
         Role([(0., 1., 5.), (12., 1., 5.)], faces=0.)], 12.),
    'sit down': (
        [Role([(0., -1.5, 4.), (2.5, 0.8, 3.), (12., 0.8, 3.)], (3., 9.), faces=0.),
         Role([(0., 1.6, 5.), (3., -0.8, 3.5), (12., -0.8, 3.5)], (3.5, 20.), faces=0.5)], 12.),
    'walk up and away': (
        [Role([(0., 0.5, 6.), (3.5, 0.3, 2.), (5.5, 0.3, 2.), (9., 0.6, 6.), (10., 0.6, 6.)]),
         Role([(0., -0.8, 2.), (4., -0.6, 6.), (8., -0.8, 2.5), (10., -0.8, 2.5)])], 10.),
    'side by side': (
        [_across(0., 3., 1.2), _across(0.45, 3.6, 1.2), _across(0.8, 4.8, 1.2, False)], 8.),
}


def crowd(count: int, rate: float, duration: float, rng: np.random.Generator) -> Truth:
    """So many people walking through or strolling about, stopping and turning.

    Nobody is hidden for more than a second at a time nor for more than a fifth of their time, and
    no two come closer to each other than half a metre.
    """
    roles = []      # type: List[Role]
    while len(roles) < count:
        role = _stroll(duration, rng) if rng.random() < 0.75 else _pass(duration, rng)
        truth = act(roles + [role], 5., duration)
        apart = np.linalg.norm(truth.position[:, :-1] - truth.position[:, -1:], axis=2)
        seen = (truth.detectable & truth.present).sum(axis=0) / truth.present.sum(axis=0)
        if (truth.longest_hidden <= 1. and not (apart < 0.5).any() and seen.min() >= 0.8):
            roles.append(role)
    return act(roles, rate, duration)


def _pass(duration: float, rng: np.random.Generator) -> Role:
    """Through the image from one side to the other, not quite straight."""
    near, far = rng.uniform(2.2, 7., 2)
    side, start = rng.choice([-1., 1.]), rng.uniform(-2., duration - 4.)
    length = np.hypot(0.75 * (near + far), far - near)
    return Role([(start, -side * 0.75 * near, near),
                 (start + length / rng.uniform(0.9, 1.5), side * 0.75 * far, far)])


def _stroll(duration: float, rng: np.random.Generator) -> Role:
    """From place to place at a walking pace with long stops; sits at one of them now and then."""
    time, place, path, sits = 0., None, [], (np.inf, np.inf)
    while time < duration:
        z = rng.uniform(3., 9.)
        goal = np.array([rng.uniform(-0.5, 0.5) * z, z])
        if place is not None:
            time += np.linalg.norm(goal - place) / rng.uniform(0.8, 1.5)
        stop = rng.uniform(2., 6.)
        path += [(time, goal[0], goal[1]), (time + stop, goal[0], goal[1])]
        if rng.random() < 0.2:
            sits = (time + 0.3, time + stop - 0.3)
        time, place = time + stop, goal
    return Role(path, sits)


def distances(truth: Truth, frame: int, people: People, in_space: bool) -> np.ndarray:
    """How far each person tracked is from each who is present, (present, tracked) m.

    In space between the hips; else in the image, the mean over the joints of the tracked.
    """
    who = np.flatnonzero(truth.present[frame])
    if in_space:
        off = truth.position[frame, who][:, None] - people.position
        return np.linalg.norm(off, axis=2)
    off = truth.keypoints[frame, who][:, None] - people.keypoints[..., :2]
    shown = people.keypoints[..., 2] > 0.
    off = np.where(shown[..., None], off, 0.)
    pixels = np.linalg.norm(off, axis=3).sum(axis=2) / np.maximum(shown.sum(axis=1), 1)
    return pixels * truth.position[frame, who, 2][:, None] / FOCAL
