"""Assembly: which connections hold, and the people they make."""

import numpy as np

from openpose_ros.body import Body
from openpose_ros.decoding.affinity import Connections
from openpose_ros.decoding.peaks import Peaks


def assign_greedy(connections: Connections) -> Connections:
    """The best connections such that no peak ends two connections of one limb, best first.

    Of connections with equal scores the first goes first. Cao et al., CVPR 2017, section 2.4.
    """
    order = np.argsort(-connections.score, kind='stable')
    taken = set()
    chosen = []
    limbs, starts, ends = (column[order].tolist() for column in connections[:3])
    for row, limb, start, end in zip(order.tolist(), limbs, starts, ends):
        # A peak belongs to one part and a limb has each part once: (limb, peak) is one end.
        if (limb, start) not in taken and (limb, end) not in taken:
            taken.add((limb, start))
            taken.add((limb, end))
            chosen.append(row)
    return _rows(connections, chosen)


def assign_hungarian(connections: Connections) -> Connections:
    """Like :func:`assign_greedy`, but with the greatest sum of scores for each limb."""
    from scipy.optimize import \
        linear_sum_assignment  # 50 MB that only this choice needs
    chosen = []
    for limb in np.unique(connections.limb):
        rows = np.flatnonzero(connections.limb == limb)
        starts, start = np.unique(connections.start[rows], return_inverse=True)
        ends, end = np.unique(connections.end[rows], return_inverse=True)
        score = np.zeros((len(starts), len(ends)))
        score[start, end] = connections.score[rows]
        row_of = np.full(score.shape, -1)
        row_of[start, end] = rows
        picked = row_of[linear_sum_assignment(-score)]
        chosen.extend(picked[picked >= 0])
    chosen = np.asarray(chosen, int)
    return _rows(connections, chosen[np.argsort(-connections.score[chosen], kind='stable')])


def _rows(connections, rows):
    rows = np.asarray(rows, int)
    return Connections(*(column[rows] for column in connections))


def assemble(connections: Connections, peaks: Peaks, body: Body) -> np.ndarray:
    """Person of every peak, (peaks,) int: 0, 1, ..., or -1 for a peak that belongs to nobody.

    connections: at most one for each end of each limb, best first. They are taken in that order
    and join the people at their two ends, unless that would give one person two of the same part:
    the better connection then stands and the worse is left out. A limb that only confirms
    (`body.extra_limbs`) never starts a person, and comes after all others.
    """
    confirming = connections.limb >= len(body.limbs) - body.extra_limbs
    order = np.argsort(confirming, kind='stable')
    person_of = [-1] * len(peaks.part)
    bit = (1 << peaks.part.astype(np.int64)).tolist()
    parts, members = [], []   # of each person: the set of parts as bits, and the peaks
    for start, end, confirms in zip(connections.start[order].tolist(),
                                    connections.end[order].tolist(), confirming[order].tolist()):
        one, other = person_of[start], person_of[end]
        if one < 0 and other < 0:
            if not confirms:
                person_of[start] = person_of[end] = len(parts)
                parts.append(bit[start] | bit[end])
                members.append([start, end])
        elif one < 0 or other < 0:
            person, peak = (other, start) if one < 0 else (one, end)
            if not parts[person] & bit[peak]:
                person_of[peak] = person
                parts[person] |= bit[peak]
                members[person].append(peak)
        elif one != other and not parts[one] & parts[other]:
            for peak in members[other]:
                person_of[peak] = one
            parts[one] |= parts[other]
            members[one] += members[other]
            parts[other], members[other] = 0, []
    return np.asarray(person_of, int)
