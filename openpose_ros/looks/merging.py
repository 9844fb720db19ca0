"""Merging: several looks at one image, some at the same people, make each person once."""
from typing import NamedTuple, Sequence, Tuple

import numpy as np

from openpose_ros import body

# Keypoint similarity from which two are one person. Chosen on the 64 images of COCO of
# docs/accuracy.md; what others do is not recorded.
SAME = .2
COMMON = .2   # share of the parts of the one with fewer that both must have; chosen, not measured
# Standard deviation of a part's place among annotators, as a share of the square root of a person's
# area (COCO's keypoint evaluation); the neck as the shoulders.
SIGMAS = np.array([.026, .079, .079, .072, .062, .079, .072, .062, .107, .087, .089, .107, .087,
                   .089, .025, .025, .035, .035])
_VARIANCES = (2. * SIGMAS) ** 2
_FILLED = .53     # share of the box of someone that they fill; chosen, not measured

assert len(SIGMAS) == body.PART_COUNT


class Merged(NamedTuple):
    """People of several looks, each once.

    keypoints: (n, 18, 3) float32, x, y in px of the image, and score. scale: (n,) network px per
    image px of the finest look that found them.
    """

    keypoints: np.ndarray
    scale: np.ndarray


def merge(looks: Sequence[Tuple[np.ndarray, float]]) -> Merged:
    """The people of these looks, each once: the finer look's keypoints win, the coarser's fill in.

    looks: of each the keypoints (n, 18, 3) found, in px of the image, and its scale, network px per
    image px.
    """
    looks = sorted(looks, key=lambda look: -look[1])
    keypoints = np.zeros((0, body.PART_COUNT, 3), np.float32)
    scale = np.zeros(0)
    for found, fineness in looks:
        rows, columns = _pairs(similarity(keypoints, found))
        keypoints[rows] = np.where(keypoints[rows, :, 2:] > 0., keypoints[rows], found[columns])
        new = np.ones(len(found), bool)
        new[columns] = False
        keypoints = np.concatenate((keypoints, found[new]))
        scale = np.concatenate((scale, np.full(np.count_nonzero(new), fineness)))
    return Merged(keypoints, scale)


def similarity(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Object keypoint similarity of everyone in `one` with everyone in `other`, (n, m) in [0, 1].

    Of the parts that both have; 0 where those are too few. The area is that of the larger's box.
    Source: the COCO keypoint evaluation.
    """
    if not len(one) or not len(other):
        return np.zeros((len(one), len(other)))
    both = (one[:, None, :, 2] > 0.) & (other[None, :, :, 2] > 0.)
    common = both.sum(axis=-1)
    fewer = np.minimum((one[..., 2] > 0.).sum(axis=1)[:, None], (other[..., 2] > 0.).sum(axis=1))
    square = ((one[:, None, :, :2] - other[None, ..., :2]) ** 2).sum(axis=-1)
    area = _FILLED * np.maximum(np.maximum(_box_area(one)[:, None], _box_area(other)), 1.)
    alike = np.exp(-square / (2. * area[..., None] * _VARIANCES))
    mean = np.where(both, alike, 0.).sum(axis=-1) / np.maximum(common, 1)
    return np.where((common >= 2) & (common >= COMMON * fewer), mean, 0.)


def _box_area(keypoints):
    low, high = box_corners(keypoints)
    return np.prod(high - low, axis=1)


def box_corners(keypoints: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """The two corners, (n, 2) px each, of the boxes round the parts seen of each person.

    keypoints: (n, parts, 3), everybody with a part at least.
    """
    seen = keypoints[..., 2:] > 0.
    return (np.where(seen, keypoints[..., :2], np.inf).min(axis=1),
            np.where(seen, keypoints[..., :2], -np.inf).max(axis=1))


def _pairs(alike):
    """Rows and columns of the pairs that are one person, most alike first, each of them once."""
    rows, columns = [], []
    for place in np.argsort(-alike, axis=None, kind='stable'):
        row, column = divmod(int(place), alike.shape[1])
        if alike[row, column] < SAME:
            break
        if row not in rows and column not in columns:
            rows.append(row)
            columns.append(column)
    return np.array(rows, int), np.array(columns, int)
