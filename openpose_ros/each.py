"""One person's numbers after the other, where people are few and NumPy's calls many.

A NumPy call takes as long as some fifty of Python's own sums, however short its arrays are; what is
reckoned of single numbers of each person is quicker so, up to dozens of people.
"""
from typing import Callable

import numpy as np


def of_each(function: Callable, *arrays: np.ndarray) -> np.ndarray:
    """What a function makes of each person's row of the arrays, (results, n), of n > 0 people.

    It is given Python's numbers, or lists of them, and returns a tuple of numbers. Unknown is NaN
    there, too; what a division by 0 or the root of less than 0 is to be is for it to say.
    """
    return np.array([function(*row) for row in zip(*[array.tolist() for array in arrays])],
                    float).T
