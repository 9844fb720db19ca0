"""Many small matrices at once: what numpy.linalg does, without its cost for each."""
from typing import Tuple

import numpy as np

# The adjugate of a 3x3 matrix m, as indices into its nine numbers: element (i, j) of it is
# m[j+1, i+1] m[j+2, i+2] - m[j+1, i+2] m[j+2, i+1], counted modulo 3.
_I, _J = np.indices((3, 3))
_FACTORS = [(_J + a) % 3 * 3 + (_I + b) % 3 for a, b in ((1, 1), (2, 2), (1, 2), (2, 1))]


def inverse(matrices: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Inverses and determinants of matrices (..., k, k) with k of 1, 2 or 3.

    By cofactors (Cramer's rule), which is exact enough for covariances of a few dimensions.
    """
    size = matrices.shape[-1]
    if size == 1:
        return 1. / matrices, matrices[..., 0, 0]
    if size == 2:
        adjugates = matrices.swapaxes(-1, -2)[..., ::-1, ::-1] * [[1., -1.], [-1., 1.]]
    else:
        numbers = matrices.reshape(matrices.shape[:-2] + (9,))
        first, second, third, fourth = (numbers.take(each, -1) for each in _FACTORS)
        adjugates = first * second - third * fourth
    determinants = (matrices[..., 0, :] * adjugates[..., :, 0]).sum(axis=-1)
    return adjugates / determinants[..., None, None], determinants
