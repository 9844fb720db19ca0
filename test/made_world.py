"""A network that sees made-up people in whatever part of its image it is shown: no weights at all."""
import numpy as np
from made_maps import draw

from openpose_ros import looks, network
from openpose_ros.body import COCO

# Share of people found by their height in the network's input, px: mobilenet_thin's at height 368 on
# COCO (docs/accuracy.md).
HEIGHTS, SHARES = (41., 57., 81., 114., 162., 229., 323.), (.03, .14, .35, .54, .74, .83, .93)
NOISE = looks.KEYPOINT_NOISE


def marked(width, height):
    """An image, (height, width, 3) uint8, each pixel of which tells where it is."""
    y, x = np.mgrid[:height, :width]
    return np.stack((x & 255, y & 255, (x >> 8) | (y >> 8) << 4), axis=2).astype(np.uint8)


class MadeWorld:
    """Sees `people`, (n, 18, 2) px of the `marked` image, which may be set anew for each image.

    Each look finds someone by chance, the more likely the larger they are in it, and whoever reaches
    out of it not at all.
    """

    batches = False

    class model:
        body, stride = COCO, 8

    def __init__(self, people, seed=0):
        self.people, self._rng = np.asarray(people, float), np.random.RandomState(seed)

    def resized(self, image, height, width):
        return image

    def infer(self, image, height=368, width=None):
        low, high = (_place(image[place, place]) for place in (0, -1))
        scale = np.array((width, height)) / (high + 1. - low)
        seen = []
        for person in self.people:
            person = (person + .5 - low) * scale
            tall = np.ptp(person[:, 1])
            chance = np.interp(np.log(tall), np.log(HEIGHTS), SHARES) * (tall > HEIGHTS[0] * .7)
            inside = ((person >= 0.) & (person <= (width, height))).all()
            if self._rng.uniform() < chance and inside:
                person = person + self._rng.normal(0., NOISE, person.shape)
                seen.append(person / 8. - .5)
        return network.Maps(*(draw(seen, (height // 8, width // 8)) + (.01,)))


def _place(pixel):
    x, y, high = (int(value) for value in pixel)
    return np.array((x + ((high & 15) << 8), y + ((high >> 4) << 8)), float)
