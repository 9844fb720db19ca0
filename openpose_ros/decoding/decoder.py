"""Decoding: from a network's maps to people."""
import itertools
import math
from typing import List, NamedTuple, Tuple

import cv2
import numpy as np

from openpose_ros.body import COCO, Body
from openpose_ros.decoding.affinity import SAMPLES, find_connections
from openpose_ros.decoding.assembly import assemble, greatest_sum
from openpose_ros.decoding.peaks import Peaks, find_peaks

ASSIGNMENTS = 'greedy', 'hungarian'


class MapsError(ValueError):
    """Maps that cannot be decoded; the message is one line that says why."""


class Settings(NamedTuple):
    """What counts as a part, a connection and a person.

    peak_threshold: what the heatmap must exceed at a peak, (0, 1).
    sample_threshold: what the field along a limb must exceed at a sample, [0, 1).
    needed_samples: how many of the ten samples must, 1 to 10.
    assignment: 'greedy' (the paper's: best connection first) or 'hungarian' (greatest sum).
    min_parts: parts a person must have.
    min_score: mean score of the parts they have, [0, 1).
    upsampling: factor by which the heatmaps are enlarged before peaks are sought (1, 2, 4).
    max_peaks: of each part; the highest are taken.
    """

    peak_threshold: float = .05
    sample_threshold: float = .05
    needed_samples: int = 8
    assignment: str = 'greedy'
    min_parts: int = 4
    min_score: float = .2
    upsampling: int = 2
    max_peaks: int = 1000

    def problem(self) -> str:
        """What is wrong with these values, in one line; empty when nothing is."""
        if not 0. < self.peak_threshold < 1.:
            return 'peak_threshold must lie between 0 and 1'
        if not 0. <= self.sample_threshold < 1.:
            return 'sample_threshold must be at least 0 and below 1'
        if not 1 <= self.needed_samples <= SAMPLES:
            return 'needed_samples must be 1 to {}'.format(SAMPLES)
        if self.assignment not in ASSIGNMENTS:
            return 'assignment must be one of {}'.format(', '.join(sorted(ASSIGNMENTS)))
        if self.min_parts < 1:
            return 'min_parts must be at least 1'
        if not 0. <= self.min_score < 1.:
            return 'min_score must be at least 0 and below 1'
        if self.upsampling not in (1, 2, 4):
            return 'upsampling must be 1, 2 or 4'
        if self.max_peaks < 1:
            return 'max_peaks must be at least 1'
        return ''


def decode(heatmaps: np.ndarray, pafs: np.ndarray, body: Body = COCO,
           settings: Settings = Settings()) -> np.ndarray:
    """People found in one image's maps, best first: (people, parts, 3) float32.

    heatmaps: (H, W, parts + 1) float32, the background last. pafs: (H, W, 2 * limbs) float32.
    Each keypoint is x, y in map cells (0 is the centre of the first cell) and a score in [0, 1]; a
    part that was not seen has x, y NaN and score 0. Raises MapsError for maps that do not fit the
    body or each other or that hold NaN or infinity, ValueError for impossible settings.
    """
    impossible = settings.problem()
    if impossible:
        raise ValueError(impossible)
    problem = _problem(heatmaps, pafs, body)
    if problem:
        raise MapsError(problem)
    heatmaps = np.ascontiguousarray(heatmaps, np.float32)
    pafs = np.ascontiguousarray(pafs, np.float32)
    peaks = find_peaks(heatmaps, settings.peak_threshold, settings.upsampling, settings.max_peaks,
                       len(body.parts))
    connections = find_connections(pafs, peaks, body, settings.sample_threshold,
                                   settings.needed_samples)
    if settings.assignment == 'hungarian':
        connections = greatest_sum(connections)
    people = [rows for rows in assemble(connections, peaks, body)
              if len(rows) >= settings.min_parts]
    return _plausible(_keypoints(people, peaks, body), people, settings.min_score)


def to_image(keypoints: np.ndarray, map_shape: Tuple[int, int],
             image_shape: Tuple[int, int]) -> np.ndarray:
    """Keypoints in map cells as keypoints in px of the image the maps were made of.

    keypoints: (people, parts, 3). map_shape, image_shape: (height, width). The centre of cell i
    lies at (i + 0.5) * scale - 0.5 px, the scale being exact along each axis.
    """
    keypoints = keypoints.copy()
    scale = np.array((image_shape[1] / float(map_shape[1]), image_shape[0] / float(map_shape[0])),
                     np.float32)
    keypoints[..., :2] = (keypoints[..., :2] + np.float32(.5)) * scale - np.float32(.5)
    return keypoints


def _problem(heatmaps, pafs, body):
    """Why these maps cannot be decoded, in one line; empty when they can."""
    for name, maps, channels in (('heatmaps', heatmaps, body.heatmap_count),
                                 ('part affinity fields', pafs, body.paf_count)):
        if maps.ndim != 3 or maps.shape[2] != channels or not maps.size:
            return 'the {} are of shape {}: {} needs (height, width, {})'.format(
                name, maps.shape, body.name, channels)
        if maps.dtype.kind not in 'fiub':
            return 'the {} are no numbers but {}'.format(name, maps.dtype)
        if not math.isfinite(_sum(maps)):
            return ('the {} hold values that are not finite: the network\'s file is damaged, or '
                    'made for other pixels'.format(name))
    if heatmaps.shape[:2] != pafs.shape[:2]:
        return 'heatmaps of {}x{} do not go with part affinity fields of {}x{}'.format(
            *(heatmaps.shape[1::-1] + pafs.shape[1::-1]))
    return ''


def _sum(maps):
    """Of all numbers of the maps; a NaN or infinity stays one in it. A quarter of NumPy's time."""
    rows = np.ascontiguousarray(maps, np.float32).reshape(len(maps), -1)
    return cv2.reduce(rows, 0, cv2.REDUCE_SUM).sum()


def _keypoints(people: List[List[int]], peaks: Peaks, body: Body) -> np.ndarray:
    """x, y, score of people of whom the rows of their peaks are given: (people, parts, 3)."""
    keypoints = np.empty((len(people), len(body.parts), 3), np.float32)
    keypoints[...] = np.nan, np.nan, 0.
    rows = np.array(list(itertools.chain.from_iterable(people)), int)
    person = np.arange(len(people)).repeat([len(each) for each in people])
    values = np.array((peaks.x, peaks.y, np.minimum(peaks.score, np.float32(1.))))
    keypoints[person, peaks.part[rows]] = values[:, rows].T
    return keypoints


def _plausible(keypoints, people, min_score):
    """The people whose parts were seen well enough, best first."""
    total = keypoints[..., 2].sum(axis=1).tolist()
    good = [person for person, rows in enumerate(people)
            if total[person] >= min_score * len(rows)]
    good.sort(key=total.__getitem__, reverse=True)
    return keypoints[good]
