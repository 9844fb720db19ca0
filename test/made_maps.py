"""Heatmaps and part affinity fields drawn from known people, as networks are trained to give."""
import numpy as np

from openpose_ros.body import COCO

# A person standing upright and facing the camera, COCO-18 order, in cells from the neck.
STANDING = np.array([
    (0, -4), (0, 0), (-3, 0), (-4, 5), (-4, 10), (3, 0), (4, 5), (4, 10), (-2, 10), (-2, 17),
    (-2, 24), (2, 10), (2, 17), (2, 24), (-1, -5), (1, -5), (-2, -4.5), (2, -4.5)], float)


def draw(people, shape, body=COCO, spread=1.2, width=1.):
    """Maps (heatmaps, pafs) of these people.

    people: list of (parts, 2) positions in cells, NaN for a part that is hidden. shape: (H, W).
    spread: standard deviation of a heatmap's Gaussian, width: half width of a limb, in cells.
    """
    rows, columns = np.mgrid[:shape[0], :shape[1]].astype(float)
    heatmaps = np.zeros(tuple(shape) + (body.heatmap_count,), np.float32)
    pafs = np.zeros(tuple(shape) + (body.paf_count,), np.float32)
    for person in people:
        for part, (x, y) in enumerate(person):
            if np.isfinite(x):
                heat = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2. * spread ** 2))
                heatmaps[..., part] = np.maximum(heatmaps[..., part], heat)
        for (start, end), (x_channel, y_channel) in zip(body.limbs, body.paf_channels):
            way = person[end] - person[start]
            length = np.hypot(*way)
            if np.isfinite(length) and length > 0.:
                unit = way / length
                dx, dy = columns - person[start][0], rows - person[start][1]
                along, aside = dx * unit[0] + dy * unit[1], dx * unit[1] - dy * unit[0]
                inside = (along >= -width) & (along <= length + width) & (abs(aside) <= width)
                pafs[inside, x_channel], pafs[inside, y_channel] = unit
    heatmaps[..., -1] = 1. - heatmaps[..., :-1].max(axis=2)
    return heatmaps, pafs
