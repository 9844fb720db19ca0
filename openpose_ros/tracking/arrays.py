"""Helpers for arrays: rows that grow and shrink together, and many small matrices at once."""
from typing import Tuple, Union

import numpy as np

# The adjugate of a 3x3 matrix m, as indices into its nine numbers: element (i, j) of it is
# m[j+1, i+1] m[j+2, i+2] - m[j+1, i+2] m[j+2, i+1], counted modulo 3.
_I, _J = np.indices((3, 3))
_FACTORS = np.array([(_J + a) % 3 * 3 + (_I + b) % 3 for a, b in ((1, 1), (2, 2), (1, 2), (2, 1))])

_NOTHING = np.array([np.nan, 0.])   # by whether something is known, what to add to it


class Rows:
    """Base of what is remembered of many things at once: arrays of one row a thing.

    COLUMNS: the arrays' names and what a new row holds; an array's shape and type are those it was
    made with, its first axis the rows.
    """

    COLUMNS = {}    # type: dict

    def add(self, count: int) -> None:
        """Append `count` rows of which nothing is known."""
        for name, fill in self.COLUMNS.items():
            old = getattr(self, name)
            new = np.full((count,) + old.shape[1:], fill, old.dtype)
            setattr(self, name, np.concatenate([old, new]))

    def keep(self, rows: np.ndarray) -> None:
        """Drop all rows but these (boolean mask or indices)."""
        for name in self.COLUMNS:
            setattr(self, name, getattr(self, name)[rows])


def inverse(matrices: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Inverses and determinants of matrices (..., k, k) with k of 2 or 3.

    By cofactors (Cramer's rule), which is exact enough for covariances of a few dimensions, and
    takes 20 microseconds where numpy.linalg's inv and det take 60.
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


def indices(rows: Union[np.ndarray, slice], count: int) -> np.ndarray:
    """Of `count` rows those that a slice, or indices, mean."""
    return np.arange(count)[rows]


def or_zero(values: np.ndarray) -> np.ndarray:
    """The same with 0 where they are NaN."""
    return np.where(np.isnan(values), 0., values)


def where_known(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values (..., any more axes) with NaN where not `known`, (...) bool; themselves if all are."""
    if False not in known.ravel().tolist():
        return values
    nothing = _NOTHING.take(known)
    return values + nothing.reshape(known.shape + (1,) * (np.ndim(values) - known.ndim))


def outer(vectors: np.ndarray) -> np.ndarray:
    """Outer product of each vector (..., k) with itself, (..., k, k)."""
    return vectors[..., :, None] * vectors[..., None, :]


def interleaved(even: np.ndarray, odd: np.ndarray) -> np.ndarray:
    """Rows of both in turn, (2 n, ...), beginning with `even` (n, ...)."""
    both = np.empty((2 * len(even),) + even.shape[1:], even.dtype)
    both[0::2], both[1::2] = even, odd
    return both
