"""Which rows go with which columns at the least total cost.

Written out rather than taken from scipy.optimize, which brings 50 MB into the node's memory. Nearly
all people fit one track only, so next to nothing is left to be searched.
"""
from typing import Tuple

import numpy as np


def least_cost_pairs(cost: np.ndarray, limit: float) -> Tuple[np.ndarray, np.ndarray]:
    """The pairs of least total cost, where leaving two alone costs `limit`: rows, columns.

    cost: (n, m); what is `limit` or more, or not finite, makes no pair. Rows ascend.
    """
    possible = np.isfinite(cost) & (cost < limit)
    rows, = np.logical_or.reduce(possible, axis=1).nonzero()
    if not len(rows):
        return rows, rows
    table = np.where(possible, cost, limit)
    columns = table.argmin(axis=1)[rows]
    if len(set(columns.tolist())) == len(rows):     # each has the best there is for them
        return rows, columns
    alone = possible & (possible.sum(axis=0) == 1) & (possible.sum(axis=1) == 1)[:, None]
    rows, columns = alone.nonzero()   # who fits only each other goes together in any case
    contested = possible & ~alone
    some_rows = np.flatnonzero(contested.any(axis=1))
    some_columns = np.flatnonzero(contested.any(axis=0))
    table = np.where(contested, cost, limit)[np.ix_(some_rows, some_columns)]
    chosen_rows, chosen_columns = _assign(table)
    made = table[chosen_rows, chosen_columns] < limit
    rows = np.concatenate((rows, some_rows[chosen_rows[made]]))
    columns = np.concatenate((columns, some_columns[chosen_columns[made]]))
    order = np.argsort(rows)
    return rows[order], columns[order]


def _assign(cost: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """All rows, or all columns where there are fewer, assigned at the least total cost.

    cost: (n, m), finite. By shortest augmenting paths: D. F. Crouse, "On implementing 2D
    rectangular assignment algorithms", IEEE Transactions on Aerospace and Electronic Systems, 2016.
    In plain lists, which for a few people are faster than arrays.
    """
    if cost.shape[0] > cost.shape[1]:
        columns, rows = _assign(cost.T)
        return rows, columns
    table = cost.tolist()
    row_price, column_price = [0.] * cost.shape[0], [0.] * cost.shape[1]
    row_of = [-1] * cost.shape[1]
    for row in range(len(table)):
        _augment(table, row, row_of, row_price, column_price)
    row_of = np.array(row_of)
    columns = np.flatnonzero(row_of >= 0)
    return row_of[columns], columns


def _augment(table, row, row_of, row_price, column_price):
    """Assign one row more, along the cheapest path of changes; updates the lists in place."""
    distance = [float('inf')] * len(row_of)     # of the cheapest path to each column so far
    before = [-1] * len(row_of)                 # the column which that path comes from; -1: `row`
    unreached, reached = list(range(len(row_of))), []
    current, column, length = row, -1, 0.
    while current >= 0:
        start = length - row_price[current]
        costs, came_from = table[current], column
        for each in unreached:
            further = start + costs[each] - column_price[each]
            if further < distance[each]:
                distance[each], before[each] = further, came_from
        column = min(unreached, key=distance.__getitem__)
        unreached.remove(column)
        reached.append(column)
        length, current = distance[column], row_of[column]
    row_price[row] += length
    for each in reached[:-1]:
        row_price[row_of[each]] += length - distance[each]
        column_price[each] -= length - distance[each]
    while column >= 0:
        row_of[column] = row if before[column] < 0 else row_of[before[column]]
        column = before[column]
