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
    x, y, z = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    products = np.empty(m.shape[:-2] + (4, 4))
    for row, square in enumerate((1. + x - y - z, 1. - x + y - z, 1. - x - y + z, 1. + x + y + z)):
        products[..., row, row] = square
    for one, other, value in (
            (0, 1, m[..., 1, 0] + m[..., 0, 1]), (0, 2, m[..., 0, 2] + m[..., 2, 0]),
            (1, 2, m[..., 2, 1] + m[..., 1, 2]), (0, 3, m[..., 2, 1] - m[..., 1, 2]),
            (1, 3, m[..., 0, 2] - m[..., 2, 0]), (2, 3, m[..., 1, 0] - m[..., 0, 1])):
        products[..., one, other] = products[..., other, one] = value
    best = np.einsum('...ii->...i', products).argmax(axis=-1)[..., None, None]
    chosen = np.take_along_axis(products, best, axis=-2)[..., 0, :]
    return chosen / np.linalg.norm(chosen, axis=-1, keepdims=True)


def matrix(x: float, y: float, z: float, w: float) -> np.ndarray:
    """The rotation matrix (3, 3) of a quaternion of any length but 0 (NaN of that)."""
    vector = np.array((x, y, z))
    cross = np.array(((0., -z, y), (z, 0., -x), (-y, x, 0.)))
    with np.errstate(invalid='ignore'):
        return ((w * w - vector.dot(vector)) * np.eye(3) + 2. * np.outer(vector, vector)
                + 2. * w * cross) / np.float64(w * w + vector.dot(vector))
