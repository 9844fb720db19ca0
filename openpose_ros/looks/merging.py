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


# Standard deviation of a keypoint along an axis, px of the network's input: what both networks have
# against the labels of COCO (0.28 to 0.34 cells). What half or twice of it does is not measured.
KEYPOINT_NOISE = 2.4
# Looks whose keypoints are further apart than so many standard deviations do not mean the same
# place. Chosen; half of it, or twice, moves AP by .005 at most (docs/accuracy.md).
_APART = 3.


class Merged(NamedTuple):
    """People of several looks, each once.

    keypoints: (n, 18, 3) float32, x, y in px of the image, and score. scale: (n,) network px per
    image px of the finest look that found them.
    """

    keypoints: np.ndarray
    scale: np.ndarray


def merge(looks: Sequence[Tuple[np.ndarray, float]]) -> Merged:
    """The people of these looks, each once, their keypoints the mean of all who saw them.

    looks: of each the keypoints (n, 18, 3) found, in px of the image, and its scale, network px per
    image px. Each look counts by its information (the scale squared, as its noise is that of the
    network's px) times its score; where two are too far apart to mean one place, the one that
    counts more wins. The score is the higher one: what a score is worth differs with the scale, and
    someone whom another look has seen, too, is not less certain for it.
    """
    looks = sorted(looks, key=lambda look: -look[1])
    keypoints = np.zeros((0, body.PART_COUNT, 3), np.float32)
    weights, scale = np.zeros((0, body.PART_COUNT)), np.zeros(0)
    for found, fineness in looks:
        rows, columns = _pairs(similarity(keypoints, found))
        weight = fineness ** 2 * found[..., 2]
        keypoints[rows], weights[rows] = _joined(
            keypoints[rows], weights[rows], found[columns], weight[columns],
            _APART * 2. ** .5 * KEYPOINT_NOISE / fineness)
        new = np.ones(len(found), bool)
        new[columns] = False
        keypoints = np.concatenate((keypoints, found[new]))
        weights = np.concatenate((weights, weight[new]))
        scale = np.concatenate((scale, np.full(np.count_nonzero(new), fineness)))
    return Merged(keypoints, scale)


def _joined(one, one_weight, other, other_weight, apart):
    """(keypoints, weights) of the same people as two looks have them; weights: (n, parts)."""
    heavier = one_weight >= other_weight
    joined = np.where(heavier[..., None], one, other)
    with np.errstate(invalid='ignore'):    # a part that was not seen is NaN, and far from all
        same = np.linalg.norm(one[..., :2] - other[..., :2], axis=-1) <= apart
    total = np.where(same, one_weight + other_weight, 1.)
    mean = (one[..., :2] * one_weight[..., None] + other[..., :2] * other_weight[..., None]
            ) / total[..., None]
    joined[..., :2] = np.where(same[..., None], mean, joined[..., :2])
    joined[..., 2] = np.maximum(one[..., 2], other[..., 2])
    return joined, np.where(same, total, np.maximum(one_weight, other_weight))


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
