"""The article's decoding, written out literally and slowly, to compare ours with.

5x5 maximum filter on each heatmap, ten samples along every candidate limb one pair at a time,
greedy assignment, merging of sets that share a peak. Used by the tests and by the benchmark.
"""
import numpy as np
from scipy.ndimage import maximum_filter

F = np.float32


def find_peaks(heatmaps, threshold):
    """List over parts of lists of (x, y, score)."""
    parts = []
    for part in range(heatmaps.shape[2]):
        heatmap = heatmaps[:, :, part]
        largest = maximum_filter(heatmap, size=5, mode='constant', cval=-np.inf)
        cells = []
        for y, x in zip(*np.nonzero((heatmap == largest) & (heatmap > threshold))):
            if not any(max(abs(x - other_x), abs(y - other_y)) <= 2 for other_y, other_x in cells):
                cells.append((y, x))
        parts.append([(F(x + step(heatmap[y], x)), F(y + step(heatmap[:, x], y)), heatmap[y, x])
                      for y, x in cells])
    return parts


def step(line, i):
    """From cell i of a line to the summit of the parabola through three logarithms."""
    if i in (0, len(line) - 1):
        return 0.
    before, centre, after = np.log(np.maximum(line[i - 1:i + 2], 1e-3))
    curve = 2. * centre - before - after
    return float(np.clip(.5 * (after - before) / curve, -.5, .5)) if curve > 0. else 0.


def score_pair(field_x, field_y, start, end, sample_threshold, needed_samples):
    """Score of one candidate limb, or None."""
    height, width = field_x.shape
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = np.sqrt(dx * dx + dy * dy)
    scale = 1 / max(length, F(1e-6))
    along = np.arange(10, dtype=F) / F(9)
    columns = (start[0] + F(.5) + along * dx).astype(int)
    rows = (start[1] + F(.5) + along * dy).astype(int)
    products = field_x[rows, columns] * (dx * scale) + field_y[rows, columns] * (dy * scale)
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
    """Like openpose_ros.decoding.decode, without upsampling, greedily assigned."""
    peaks = find_peaks(heatmaps[:, :, :len(body.parts)], settings.peak_threshold)
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
