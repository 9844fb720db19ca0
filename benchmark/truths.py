"""People whose place, facing and gaze are known: what the scene is measured against.

Three truths, none of them part of the project:

turning man      50 images with depth of one man's upper body 0.9 m away (test/turning_person.py)
rendered people  601 images with depth of 32 bodies, a quarter children, 1 to 12 m away
                 (shared/people)
multiview        a leaning man and a far woman seen by four calibrated cameras; the images are those
                 of Pose2Sim's Demo_SinglePerson, to be put into
                 benchmark_output/multiview/cam0?.mp4 (or set OPENPOSE_MULTIVIEW to their folder)
"""
import json
import os
from typing import Iterator, List, NamedTuple, Optional

import cv2
import data
import numpy as np
import turning_person

from openpose_ros import body
from openpose_ros.looks.merging import similarity
from openpose_ros.scene import Camera

VIDEOS = os.environ.get('OPENPOSE_MULTIVIEW', os.path.join(
    os.path.dirname(__file__), '..', 'benchmark_output', 'multiview'))
TURNING, RENDERED, MULTIVIEW = 'turning man', 'rendered people', 'multiview'
_EVERY = 4             # images of a clip of 60 Hz: neighbours differ little
_NEAR = .12            # of the stature; how far off the median keypoint of a person may be
_STATURE = 1.7         # m, where it is not known


class Person(NamedTuple):
    """What is known of a person, in the optical frame; NaN where it is not.

    pixels: (18, 2) px; NaN where hidden by others or out of the image. size: px of their stature.
    position, facing, gaze: (3,). stature: m. child: bool.
    """

    pixels: np.ndarray
    size: float
    position: np.ndarray
    facing: np.ndarray
    gaze: np.ndarray
    stature: float
    child: bool


class Image(NamedTuple):
    """An image with the people in it.

    name: its own within its truth. read, read_depth: give the image and its depth (or None). up: the
    vertical in the optical frame. camera_height: m; None where unknown.
    """

    name: str
    read: object
    read_depth: object
    camera: Camera
    up: np.ndarray
    camera_height: Optional[float]
    people: List[Person]


def turning_man() -> Iterator[Image]:
    """Images of the turning man, whose position is not known."""
    turning = turning_person.load()
    nowhere = np.full(3, np.nan)
    for name, heading in zip(turning.names, np.radians(turning.headings)):
        front = np.array((np.sin(heading), 0., -np.cos(heading)))
        path = os.path.join(data.FOLDER, 'turning_person', name)
        yield Image(name, _image(path + '.jpg'), _depth(path + '_depth.png'), turning.camera,
                    np.array((0., -1., 0.)), None,
                    [Person(np.full((18, 2), np.nan), np.nan, nowhere, front, front, np.nan, False)])


def rendered_people() -> Iterator[Image]:
    """Images of the rendered people."""
    folder = data.path('..', 'people', 'set')
    with open(os.path.join(folder, 'truth.json')) as file:
        pictures = json.load(file)['pictures']
    for picture in pictures:
        c, path = picture['camera'], os.path.join(folder, picture['name'])
        people = []
        for person in picture['people']:
            state, joints = np.array(person['visibility']), np.array(person['joints'])
            shown = (state == 'seen') | (state == 'self')
            people.append(Person(
                np.where(shown[:, None], person['pixels'], np.nan),
                person['stature'] * c['fy'] / max(np.median(joints[:, 2]), .3),
                np.array(person['position']), np.array(person['facing']), np.array(person['gaze']),
                person['stature'], person['child']))
        camera = Camera.from_info(c['width'], c['height'], 'none', (), (
            c['fx'], 0., c['cx'], 0., c['fy'], c['cy'], 0., 0., 1.))
        yield Image(picture['name'], _image(path + '.jpg'), _depth(path + '_depth.png'), camera,
                    np.array(c['up']), c['above_m'], people)


def multiview() -> Iterator[Image]:
    """Images of the four cameras, one camera after the other; only what is trusted is given."""
    with open(data.path('multiview', 'single.json')) as file:
        truth = json.load(file)
    points = [_numbers(person['points']) for person in truth['people']]
    for view in truth['views']:
        rotation, translation = np.array(view['R']), np.array(view['t'])
        camera = Camera.from_info(view['width'], view['height'], 'plumb_bob', view['d'],
                                  np.ravel(view['k']) if np.size(view['k']) == 9 else (
                                      view['k'][0], 0., view['k'][2], 0., view['k'][1],
                                      view['k'][3], 0., 0., 1.))
        height = float((-rotation.T @ translation)[2])
        clip = os.path.join(VIDEOS, view['name'] + '.mp4')
        for number in range(0, truth['frames'], _EVERY):
            people = []
            for person, joints in zip(truth['people'], points):
                seen = person['in_cameras'][view['name']]
                facing = seen['facing'][number] if person['direction_trusted'] else [np.nan] * 3
                hips = _numbers([seen['hips'][number]])[0]
                people.append(Person(
                    camera.project(joints[number] @ rotation.T + translation),
                    _STATURE * camera.fy / hips[2], hips, _numbers([facing])[0],
                    np.full(3, np.nan), np.nan, False))
            yield Image('{} {}'.format(view['name'], number), _frame(clip, number), lambda: None,
                        camera, rotation @ np.array(truth['up'], float), height, people)


TRUTHS = {TURNING: turning_man, RENDERED: rendered_people, MULTIVIEW: multiview}


def pairs(image: Image, keypoints: np.ndarray, scores: np.ndarray):
    """Who is who: [(row of the truth, row of keypoints)], nearest first.

    The turning man is alone and has no pixels: he is who scores best.
    """
    if not len(keypoints):
        return []
    if np.isnan(image.people[0].size):
        return [(0, int(np.argmax(scores)))]
    cost = np.full((len(image.people), len(keypoints)), np.inf)
    for i, person in enumerate(image.people):
        off = np.linalg.norm(keypoints[..., :2] - person.pixels, axis=-1) / person.size
        for j, both in enumerate(np.isfinite(off)):
            if both.sum() >= 3:
                cost[i, j] = np.median(off[j, both]) + .02 * (1. - both.mean())
    found = []
    while cost.size and cost.min() < _NEAR:
        i, j = np.unravel_index(cost.argmin(), cost.shape)
        found.append((int(i), int(j)))
        cost[i], cost[:, j] = np.inf, np.inf
    return found


def likeness(keypoints, pixels):
    """Keypoint similarity (n, m) of people found (n, 18, 3) and true (m, 18, 2), NaN hidden."""
    there = np.concatenate((np.nan_to_num(pixels), np.isfinite(pixels[..., :1])), axis=2)
    return similarity(keypoints.astype(float), there)


def true_keypoints(image: Image) -> np.ndarray:
    """Keypoints of everyone as a perfect network would find them, (n, 18, 3)."""
    pixels = np.array([person.pixels for person in image.people])
    seen = np.isfinite(pixels[..., :1])
    return np.concatenate((pixels, np.where(seen, .8, 0.)), axis=-1).reshape(
        -1, body.PART_COUNT, 3)


def _image(path):
    return lambda: cv2.imread(path)


def _depth(path):
    return lambda: cv2.imread(path, cv2.IMREAD_UNCHANGED)


def _frame(clip, number):
    def read():
        video = cv2.VideoCapture(clip)
        video.set(cv2.CAP_PROP_POS_FRAMES, number)
        return video.read()[1]
    return read


def _numbers(rows):
    """Nested lists with None as an array with NaN."""
    return np.array(rows, object).astype(float)
