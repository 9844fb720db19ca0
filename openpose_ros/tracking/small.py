"""Many small matrices at once: what numpy.linalg does, without its cost for each."""
from typing import Tuple

import numpy as np

_NEXT = np.array([1, 2, 0])
_AFTER = np.array([2, 0, 1])


def inverse(matrices: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Inverses and determinants of matrices (..., k, k) with k of 1, 2 or 3.

    By cofactors (Cramer's rule), which is exact enough for covariances of a few dimensions.
    """
    size = matrices.shape[-1]
    if size == 1:
        cofactors = np.ones_like(matrices)
    elif size == 2:
        cofactors = matrices[..., ::-1, ::-1] * [[1., -1.], [-1., 1.]]
    else:
        below, under = matrices[..., _NEXT, :], matrices[..., _AFTER, :]
        cofactors = below[..., _NEXT] * under[..., _AFTER] - below[..., _AFTER] * under[..., _NEXT]
    determinants = (matrices[..., 0, :] * cofactors[..., 0, :]).sum(axis=-1)
    return cofactors.swapaxes(-1, -2) / determinants[..., None, None], determinants
