"""Rotation matrices and unit quaternions, as messages have them: x, y, z, w.

Written out rather than taken from scipy.spatial, which brings 50 MB into the node's memory.
"""
import numpy as np


def quaternions(matrices: np.ndarray) -> np.ndarray:
    """(..., 4) x y z w of rotation matrices (..., 3, 3); of a pair q and -q either.

    Source: S. W. Shepperd, "Quaternion from rotation matrix", 1978: each row of the symmetric
    matrix 4 q q^T can be had from the rotation's sums; the row of its greatest diagonal element is
    the one that loses no digits.
    """
    m = np.asarray(matrices, float)
    a, b, c, d, e, f, g, h, i = m.reshape(m.shape[:-2] + (9,)).T
    products = np.array((
        (1. + a - e - i, d + b, g + c, h - f),
        (d + b, 1. - a + e - i, h + f, c - g),
        (g + c, h + f, 1. - a - e + i, d - b),
        (h - f, c - g, d - b, 1. + a + e + i)))
    best = np.einsum('ii...->i...', products).argmax(axis=0)
    chosen = np.take_along_axis(products, best[None, None], axis=0)[0]
    return (chosen / np.sqrt((chosen * chosen).sum(axis=0))).T


def matrix(x: float, y: float, z: float, w: float) -> np.ndarray:
    """The rotation matrix (3, 3) of a quaternion of any length but 0 (NaN of that)."""
    vector = np.array((x, y, z))
    cross = np.array(((0., -z, y), (z, 0., -x), (-y, x, 0.)))
    with np.errstate(invalid='ignore'):
        return ((w * w - vector.dot(vector)) * np.eye(3) + 2. * np.outer(vector, vector)
                + 2. * w * cross) / np.float64(w * w + vector.dot(vector))
