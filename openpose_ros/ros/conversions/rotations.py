"""Rotation matrices and unit quaternions, as messages have them: x, y, z, w.

Written out rather than taken from scipy.spatial, which brings 50 MB into the node's memory.
"""
import numpy as np

# 4 q q^T but for 1 on its diagonal: of the nine numbers of a matrix, row by row, (9, 16).
_PRODUCTS = np.array((
    (1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1),
    (0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, -1, 0, 0, -1, 0),
    (0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0),
    (0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0),
    (-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1),
    (0, 0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, -1, 0, 0, 0),
    (0, 0, 1, 0, 0, 0, 0, -1, 1, 0, 0, 0, 0, -1, 0, 0),
    (0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0),
    (-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1)), float)
_DIAGONAL = slice(0, 16, 5)


def quaternions(matrices: np.ndarray) -> np.ndarray:
    """(..., 4) x y z w of rotation matrices (..., 3, 3); of a pair q and -q either.

    Source: S. W. Shepperd, "Quaternion from rotation matrix", 1978: each row of the symmetric
    matrix 4 q q^T can be had from the rotation's sums; the row of its greatest diagonal element is
    the one that loses no digits.
    """
    m = np.asarray(matrices, float)
    products = m.reshape(-1, 9) @ _PRODUCTS
    products[:, _DIAGONAL] += 1.
    best = products[:, _DIAGONAL].argmax(axis=1)
    chosen = products.reshape(-1, 4, 4)[np.arange(len(best)), best]
    length = np.sqrt(np.add.reduce(chosen * chosen, axis=1, keepdims=True))
    return (chosen / length).reshape(m.shape[:-2] + (4,))


def matrix(x: float, y: float, z: float, w: float) -> np.ndarray:
    """The rotation matrix (3, 3) of a quaternion of any length but 0 (NaN of that)."""
    vector = np.array((x, y, z))
    cross = np.array(((0., -z, y), (z, 0., -x), (-y, x, 0.)))
    with np.errstate(invalid='ignore'):
        return ((w * w - vector.dot(vector)) * np.eye(3) + 2. * np.outer(vector, vector)
                + 2. * w * cross) / np.float64(w * w + vector.dot(vector))
