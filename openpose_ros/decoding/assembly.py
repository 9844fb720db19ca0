"""Assembly: which connections hold, and the people they make."""
from typing import List

import numpy as np

from openpose_ros.body import Body
from openpose_ros.decoding.affinity import Connections
from openpose_ros.decoding.peaks import Peaks


def greatest_sum(connections: Connections) -> Connections:
    """Those whose sum of scores is the greatest for each limb, no peak ending two ('hungarian')."""
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
    chosen = np.sort(np.asarray(chosen, int))
    return Connections(*(column[chosen] for column in connections))


def assemble(connections: Connections, peaks: Peaks, body: Body) -> List[List[int]]:
    """The people whom these connections make: of each the rows of their peaks, one of a part.

    The connections are taken best first, of equal scores the first. No peak ends two of one limb:
    the better then holds (Cao et al., CVPR 2017, section 2.4). Those that hold join the people at
    their two ends, unless that would give one person two of the same part: the better connection
    then stands and the worse is left out. A limb that only confirms (`body.extra_limbs`) never
    starts a person, and comes after all others.
    """
    confirming = connections.limb >= len(body.limbs) - body.extra_limbs
    order = np.lexsort((-connections.score, confirming))
    limb, start, end = (column[order] for column in connections[:3])
    # A peak belongs to one part and a limb has each part once: (limb, peak) is one end.
    first = limb * len(peaks.part)
    taken = bytearray(len(body.limbs) * len(peaks.part))
    bit = (1 << peaks.part.astype(np.int64)).tolist()
    person_of = [None] * len(bit)
    people = []       # of each the set of parts as bits, and the peaks
    for a, b, one_end, other_end, confirms in zip(*(column.tolist() for column in (
            start, end, first + start, first + end, confirming[order]))):
        if taken[one_end] or taken[other_end]:
            continue
        taken[one_end] = taken[other_end] = 1
        one, other = person_of[a], person_of[b]
        if one is None and other is None:
            if not confirms:
                person_of[a] = person_of[b] = person = [bit[a] | bit[b], a, b]
                people.append(person)
        elif one is None or other is None:
            person, peak = (other, a) if one is None else (one, b)
            if not person[0] & bit[peak]:
                person_of[peak] = person
                person[0] |= bit[peak]
                person.append(peak)
        elif one is not other and not one[0] & other[0]:
            for peak in other[1:]:
                person_of[peak] = one
            one[0] |= other[0]
            one += other[1:]
            del other[1:]
    return [person[1:] for person in people if len(person) > 1]
