"""Maps averaged over scales and over the mirrored image: slower, and more accurate."""
from typing import Dict, List, Optional, Sequence, Tuple

import cv2
import numpy as np

from openpose_ros.body import Body
from openpose_ros.network.network import Maps, Network


def infer_averaged(network: Network, image: np.ndarray, height: int = 368,
                 width: Optional[int] = None, scales: Sequence[float] = (1.,),
                 flip: bool = False) -> Maps:
    """Like ``network.infer``, averaged over these multiples of the height, each mirrored as well.

    The maps are of the size of the first scale's. Sources: multi-scale search as in OpenPose's
    scale_number; mirroring as usual in pose estimation.
    """
    if not averages(scales, flip):
        return network.infer(image, height, width)
    heatmaps = pafs = None
    seconds = 0.
    runs = [(scale, mirrored) for scale in scales for mirrored in ((False, True) if flip
                                                                   else (False,))]
    for scale, mirrored in runs:
        maps = network.infer(image[:, ::-1] if mirrored else image, int(round(height * scale)),
                           None if width is None else int(round(width * scale)))
        seconds += maps.seconds
        if mirrored:
            maps = mirror(maps, network.model.body)
        if heatmaps is None:
            heatmaps, pafs = np.zeros_like(maps.heatmaps), np.zeros_like(maps.pafs)
        heatmaps += _resized(maps.heatmaps, heatmaps.shape) / len(runs)
        pafs += _resized(maps.pafs, pafs.shape) / len(runs)
    return Maps(heatmaps, pafs, seconds)


def averages(scales: Sequence[float], flip: bool) -> bool:
    """Whether an image goes through the network more than once."""
    return flip or tuple(scales) != (1.,)


def fit_parts(network: Network, parts: Sequence[np.ndarray], sizes: Sequence[Tuple[int, int]],
              scales: Sequence[float] = (1.,), flip: bool = False) -> List[np.ndarray]:
    """What :func:`infer_parts` takes in place of the parts, with nothing left to do but to run.

    It needs no network that is free. Where maps are averaged, the parts as they are.
    """
    if averages(scales, flip):
        return list(parts)
    return [network.resized(part, height, width) for part, (height, width) in zip(parts, sizes)]


def infer_parts(network: Network, parts: Sequence[np.ndarray], sizes: Sequence[Tuple[int, int]],
                scales: Sequence[float] = (1.,), flip: bool = False) -> List[Maps]:
    """The maps of several images, each at its (height, width); see :func:`infer_averaged`.

    Those of one size go through the network in one run, where it is faster so.
    """
    rows = {}   # type: Dict[Tuple[int, int], List[int]]
    for row, size in enumerate(sizes):
        rows.setdefault(size, []).append(row)
    found = [None] * len(parts)     # type: List[Optional[Maps]]
    for (height, width), group in rows.items():
        if len(group) > 1 and not averages(scales, flip) and network.batches:
            maps = network.infer_all([parts[row] for row in group], height, width)
        else:
            maps = [infer_averaged(network, parts[row], height, width, scales, flip)
                    for row in group]
        for row, each in zip(group, maps):
            found[row] = each
    return found


def mirror(maps: Maps, body: Body) -> Maps:
    """The maps of a mirrored image as those of the image itself.

    Left and right change places, and the x component of every field changes its sign.
    """
    parts = body.mirrored + (len(body.parts),)
    limbs = [body.limbs.index((body.mirrored[start], body.mirrored[end]))
             for start, end in body.limbs]
    source = np.zeros(body.paf_count, int)
    sign = np.ones(body.paf_count, np.float32)
    for limb, (x_channel, y_channel) in zip(limbs, body.paf_channels):
        source[x_channel], source[y_channel] = body.paf_channels[limb]
        sign[x_channel] = -1.
    return Maps(np.ascontiguousarray(maps.heatmaps[:, ::-1][..., parts]),
                np.ascontiguousarray(maps.pafs[:, ::-1][..., source] * sign), maps.seconds)


def _resized(maps, shape):
    if maps.shape == shape:
        return maps
    return cv2.resize(maps, shape[1::-1], interpolation=cv2.INTER_CUBIC)
