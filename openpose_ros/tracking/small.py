"""Many small matrices at once: what numpy.linalg does, without its cost for each."""
from typing import Tuple

import numpy as np

# The adjugate of a 3x3 matrix m, as indices into its nine numbers: element (i, j) of it is
# m[j+1, i+1] m[j+2, i+2] - m[j+1, i+2] m[j+2, i+1], counted modulo 3.
_I, _J = np.indices((3, 3))
_FACTORS = np.array([(_J + a) % 3 * 3 + (_I + b) % 3 for a, b in ((1, 1), (2, 2), (1, 2), (2, 1))])


def inverse(matrices: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Inverses and determinants of matrices (..., k, k) with k of 2 or 3.

    By cofactors (Cramer's rule), which is exact enough for covariances of a few dimensions.
    """
    if matrices.shape[-1] == 2:
        adjugates = matrices.swapaxes(-1, -2)[..., ::-1, ::-1] * [[1., -1.], [-1., 1.]]
    else:
        numbers = matrices.reshape(matrices.shape[:-2] + (9,))
        factors = numbers.take(_FACTORS, -1)
        adjugates = (factors[..., 0, :, :] * factors[..., 1, :, :]
                     - factors[..., 2, :, :] * factors[..., 3, :, :])
    determinants = (matrices[..., 0, :] * adjugates[..., :, 0]).sum(axis=-1)
    return adjugates / determinants[..., None, None], determinants
