"""Rotation matrices and unit quaternions, as messages have them: x, y, z, w.

Written out rather than taken from scipy.spatial, which brings 50 MB into the node's memory.
"""
import math
from typing import List, Sequence

import numpy as np


def quaternions(matrices: np.ndarray) -> np.ndarray:
    """(..., 4) x y z w of rotation matrices (..., 3, 3); of a pair q and -q either."""
    m = np.asarray(matrices, float)
    return np.array([quaternion(*rows) for rows in m.reshape(-1, 3, 3).tolist()]).reshape(
        m.shape[:-2] + (4,))


def quaternion(first: Sequence[float], second: Sequence[float],
               third: Sequence[float]) -> List[float]:
    """x, y, z, w of a rotation matrix by its rows.

    Source: S. W. Shepperd, "Quaternion from rotation matrix", 1978: each row of the symmetric
    matrix 4 q q^T can be had from the rotation's sums; the row of its greatest diagonal element is
    the one that loses no digits.
    """
    (a, b, c), (d, e, f), (g, h, i) = first, second, third
    rows = ((1. + a - e - i, b + d, c + g, h - f), (b + d, 1. - a + e - i, f + h, c - g),
            (c + g, f + h, 1. - a - e + i, d - b), (h - f, c - g, d - b, 1. + a + e + i))
    x, y, z, w = rows[max(range(4), key=lambda k: rows[k][k])]
    length = math.sqrt(x * x + y * y + z * z + w * w)
    return [x / length, y / length, z / length, w / length]


def matrix(x: float, y: float, z: float, w: float) -> np.ndarray:
    """The rotation matrix (3, 3) of a quaternion of any length but 0 (NaN of that)."""
    vector = np.array((x, y, z))
    cross = np.array(((0., -z, y), (z, 0., -x), (-y, x, 0.)))
    with np.errstate(invalid='ignore'):
        return ((w * w - vector.dot(vector)) * np.eye(3) + 2. * np.outer(vector, vector)
                + 2. * w * cross) / np.float64(w * w + vector.dot(vector))
