"""The article's decoding, written out literally and slowly, to compare ours with.

5x5 maximum filter on each enlarged heatmap, ten samples along every candidate limb one pair at a
time, greedy assignment, merging of sets that share a peak. Used by the tests and by the benchmark.
"""
import cv2
import numpy as np
from scipy.ndimage import maximum_filter

F = np.float32


def find_peaks(heatmaps, threshold, factor):
    """List over parts of lists of (x, y, score), in cells of the heatmaps as they are."""
    parts = []
    for part in range(heatmaps.shape[2]):
        heatmap = cv2.resize(heatmaps[:, :, part], None, fx=factor, fy=factor,
                             interpolation=cv2.INTER_CUBIC)
        largest = maximum_filter(heatmap, size=5, mode='constant', cval=-np.inf)
        cells = []
        for y, x in zip(*np.nonzero((heatmap == largest) & (heatmap > threshold))):
            if not any(max(abs(x - other_x), abs(y - other_y)) <= 2 for other_y, other_x in cells):
                cells.append((y, x))
        parts.append([(smaller(x + step(heatmap[y], x), factor),
                       smaller(y + step(heatmap[:, x], y), factor), heatmap[y, x])
                      for y, x in cells])
    return parts


def smaller(place, factor):
    """A place in an enlarged map as one in the map itself; cell centres are at whole numbers."""
    return F((place + .5) / factor - .5)


def step(line, i):
    """From cell i of a line to the summit of the parabola through three logarithms."""
    if i in (0, len(line) - 1):
        return 0.
    before, centre, after = np.log(np.maximum(line[i - 1:i + 2], 1e-3))
    curve = 2. * centre - before - after
    return float(np.clip(.5 * (after - before) / curve, -.5, .5)) if curve > 0. else 0.


def between(field, y, x):
    """The field between its cells, by bilinear interpolation."""
    height, width = field.shape
    y, x = min(max(y, 0.), height - 1.), min(max(x, 0.), width - 1.)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    low, far = y - top, x - left
    return ((field[top, left] * (1. - far) + field[top, right] * far) * (1. - low)
            + (field[bottom, left] * (1. - far) + field[bottom, right] * far) * low)


def score_pair(field_x, field_y, start, end, sample_threshold, needed_samples):
    """Score of one candidate limb, or None."""
    height, width = field_x.shape
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = np.sqrt(dx * dx + dy * dy)
    scale = 1 / max(length, F(1e-6))
    along = np.arange(10, dtype=F) / F(9)
    products = np.array([between(field_x, start[1] + part * dy, start[0] + part * dx) * dx * scale
                         + between(field_y, start[1] + part * dy, start[0] + part * dx) * dy * scale
                         for part in along])
    score = products.mean() + min(.5 * height / max(length, 1e-6) - 1., 0.)
    if (products > sample_threshold).sum() >= needed_samples and score > 0.:
        return score
    return None


def find_connections(pafs, peaks, body, sample_threshold, needed_samples):
    """All connections kept by greedy assignment: (score, confirms, (part, peak), (part, peak))."""
    kept = []
    for limb, ((a, b), (x, y)) in enumerate(zip(body.limbs, body.paf_channels)):
        candidates = []
        for i, start in enumerate(peaks[a]):
            for j, end in enumerate(peaks[b]):
                score = score_pair(pafs[:, :, x], pafs[:, :, y], start, end, sample_threshold,
                                   needed_samples)
                if score is not None:
                    candidates.append((score, i, j))
        used_starts, used_ends = set(), set()
        for score, i, j in sorted(candidates, key=lambda candidate: -candidate[0]):
            if i not in used_starts and j not in used_ends:
                used_starts.add(i)
                used_ends.add(j)
                confirms = limb >= len(body.limbs) - body.extra_limbs
                kept.append((score, confirms, (a, i), (b, j)))
    return kept


def merge(connections):
    """People as sets of (part, peak): best connection first, never two of one part."""
    people = []
    for score, confirms, start, end in sorted(connections, key=lambda c: (c[1], -c[0])):
        touched = [person for person in people if person & {start, end}]
        union = set.union({start, end}, *touched)
        parts = [part for part, _ in union]
        if (confirms and not touched) or len(parts) != len(set(parts)):
            continue
        people = [person for person in people if person not in touched] + [union]
    return people


def decode(heatmaps, pafs, body, settings):
    """Like openpose_ros.decoding.decode, greedily assigned."""
    peaks = find_peaks(heatmaps[:, :, :len(body.parts)], settings.peak_threshold,
                       settings.upsampling)
    people = merge(find_connections(pafs, peaks, body, settings.sample_threshold,
                                    settings.needed_samples))
    found = []
    for person in people:
        keypoints = np.full((len(body.parts), 3), np.nan, F)
        keypoints[:, 2] = 0.
        for part, peak in person:
            x, y, score = peaks[part][peak]
            keypoints[part] = x, y, min(score, 1.)
        total = keypoints[:, 2].sum()
        if len(person) >= settings.min_parts and total >= settings.min_score * len(person):
            found.append(keypoints)
    found.sort(key=lambda keypoints: -keypoints[:, 2].sum())
    return np.array(found, F).reshape(-1, len(body.parts), 3)
