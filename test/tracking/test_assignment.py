"""The pairs of least cost, against SciPy's."""
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import linear_sum_assignment

from openpose_ros.tracking.assignment import least_cost_pairs

LIMIT = 9.
COSTS = st.one_of(st.floats(0., 20.), st.integers(0, 10).map(float),   # whole numbers give ties
                  st.sampled_from([LIMIT, np.inf, -np.inf, np.nan]))
TABLES = arrays.arrays(float, arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9),
                       elements=COSTS)


def total(cost, rows, columns):
    """Of the pairs made and of all who are left alone."""
    return cost[rows, columns].sum() + LIMIT * (min(cost.shape) - len(rows))


def by_scipy(cost):
    clipped = np.where(np.isfinite(cost) & (cost < LIMIT), cost, LIMIT)
    rows, columns = linear_sum_assignment(clipped)
    return clipped[rows, columns].sum()


@given(TABLES)
def test_no_other_pairs_cost_less(cost):
    rows, columns = least_cost_pairs(cost, LIMIT)
    assert (np.diff(rows) > 0).all() and len(set(columns.tolist())) == len(columns)
    assert (np.abs(cost[rows, columns]) < LIMIT).all()
    assert abs(total(cost, rows, columns) - by_scipy(cost)) < 1e-9


def test_a_crowd_in_which_everyone_could_be_anyone():
    random = np.random.RandomState(3)
    for shape in ((60, 60), (40, 70), (70, 40)):
        cost = random.uniform(0., 10., shape)
        rows, columns = least_cost_pairs(cost, LIMIT)
        assert len(rows) == min(shape)
        assert abs(total(cost, rows, columns) - by_scipy(cost)) < 1e-9


def test_nobody_goes_with_nobody():
    for shape in ((0, 3), (3, 0), (0, 0)):
        rows, columns = least_cost_pairs(np.zeros(shape), LIMIT)
        assert len(rows) == len(columns) == 0
