"""The planner: what to look at in this image, with so many pixels of the network's input."""
from typing import Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from openpose_ros.looks import crops
from openpose_ros.looks.crops import Settings as CropSettings
from openpose_ros.looks.coverage import Coverage
from openpose_ros.looks.merging import box_corners
from openpose_ros.looks.view import View, whole

MODES = WHOLE, CLOSER, TWICE = 'whole', 'closer', 'twice'
# Share of the people last looked at by crops who must have been found there; with fewer, the
# predictions are wrong, as when the camera turns, and all of the image is looked at at once.
_FOUND = .5
# Height in px of the network's input at which half of the people are found, and how fast that grows:
# between mobilenet_thin and lightweight_openpose on COCO (docs/accuracy.md, "How far?").
_HALF, _STEEPNESS = 90., 4.
# Share of those whom one look at the whole image did not show whom a second in a row does not show
# either. Chosen, not measured.
_AGAIN = .5
# Images in a row at most that are looked at whole for those who are new and large in it: as many as
# the tracker asks for by default to confirm someone.
_MAX_CONFIRMING = 3
# Share by which someone counts as seen once a crop was given to them, at least, so that nobody who
# cannot be found takes all crops. Chosen, not measured.
_SERVED = 1. / 3.


class Settings(NamedTuple):
    """How to plan.

    mode: of MODES. 'closer' follows people by crops; 'twice' looks at every image whole and then
    closely at whoever is small in it, which takes more than one look's time. whole_every: one image
    in so many at least is looked at whole. budget: network px an image at most; 0: 'closer': those
    of one look at the whole image, a little more where crops of fixed shapes do not fit otherwise
    (`slack`); 'twice': any. cost: the budget, where it is 0, as a multiple of what a look at the
    whole image at the usual height takes; 0: not said. crops: see crops.Settings. tile_zoom: how
    many times as large as in the whole image people are seen in the tiles of a scan.
    """

    mode: str = 'whole'
    whole_every: int = 3
    budget: int = 0
    cost: float = 0.
    slack: float = 1.07
    crops: CropSettings = CropSettings()
    tile_zoom: float = 2.

    def problem(self) -> str:
        """What is wrong with these values, in one line; empty when nothing is."""
        if self.mode not in MODES:
            return 'mode must be one of {}'.format(', '.join(MODES))
        if self.whole_every < 1:
            return 'whole_every must be at least 1'
        if self.budget < 0:
            return 'budget must be at least 0'
        smallest = min(width * height for width, height in self.crops.shapes)
        if 0 < self.budget < smallest:
            return 'budget must be 0 or at least {}, the pixels of the smallest crop'.format(
                smallest)
        if not 0. <= self.cost < np.inf:
            return 'cost must be at least 0, and finite'
        return ''

    def in_pixels(self, usual: int) -> 'Settings':
        """The same with `cost` as a budget; usual: network px of a look at the usual height."""
        if self.budget or not self.cost:
            return self
        return self._replace(budget=max(int(self.cost * usual), 1))


class Known(NamedTuple):
    """The people followed, as they are expected to be in this image.

    ids: (n,) 0 for one not confirmed yet. boxes: (n, 4) px: left, top, width, height round their
    parts. scores: (n,) in [0, 1]. found: (n,) bool, whether they were found in the newest image.
    """

    ids: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    found: np.ndarray


NOBODY = Known(np.zeros(0, int), np.zeros((0, 4)), np.zeros(0), np.zeros(0, bool))


class Planner:
    """Plans look after look at the images of one camera; knows nothing of networks or clocks.

    Everybody's turn comes the more urgently, the longer they have probably not been seen. The whole
    image is looked at where more is to be gained of it than of as many crops as the budget allows,
    and every so often in any case, for newcomers; crops go to the most urgent first, and tiles
    where there is nobody to look at or something is left.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was looked at, as when the camera has changed."""
        self._since_whole = None    # type: Optional[int]
        self._whole_in_a_row = 0
        # By id: images since they were seen, each look counting by how probably it shows them.
        self._waited = {}   # type: Dict[int, float]
        self._expected = []     # type: List[int]   # ids looked at by the last image's crops
        self._coverage = Coverage()

    def plan(self, known: Known, image_size: Tuple[int, int], network_size: Tuple[int, int],
             settings: Settings, first: Sequence[int] = ()) -> List[View]:
        """What to look at in this image, one view at least.

        image_size: (width, height) px. network_size: of a look at the whole image. first: ids of
        the people who come first, such as the one about to be approached. In mode 'whole' it is the
        whole image always. Never raises for what people and images may be like.
        """
        everything = whole(image_size, network_size[1], network_size[0])
        views, rows = [everything], []  # type: Tuple[List[View], List[int]]
        if settings.mode == CLOSER:
            views, rows = self._closer(_usable(known, image_size), everything, image_size, settings,
                                       set(first))
        self._coverage.looked(views, image_size)
        is_whole = everything in views
        self._since_whole = 0 if is_whole else (self._since_whole or 0) + 1
        self._whole_in_a_row = self._whole_in_a_row + 1 if is_whole else 0
        self._expected = rows
        return views

    def _closer(self, known, everything, image_size, settings, first):
        """(views, ids of those to whom crops were given)."""
        budget = settings.budget or settings.slack * everything.pixels
        waited = self._urgency(known, first)
        targets = self._targets(known, everything, waited)
        wanted = [target for target in targets if settings.crops.min_gain * everything.scale
                  <= crops.best_zoom(target.box, settings.crops)]
        chosen, due = [], self._is_whole_due(known, settings)
        if not due:
            chosen = crops.crops_round(wanted, image_size, settings.crops, budget)
            due = (self._is_confirming(known, everything, chosen)
                   or self._is_whole_better(known, waited, everything, chosen))
        if due:
            self._wait(known, dict.fromkeys(range(len(waited)), everything.scale), 0.)
            return [everything], []
        scales = {row: view.scale for view, shown in chosen for row in shown}
        self._wait(known, scales, _SERVED)
        views = [view for view, _ in chosen]
        tile = self._tile(everything, image_size, settings,
                          budget - sum(view.pixels for view in views))
        if tile is not None and len(wanted) == len(targets):
            views.append(tile)
        ids = [int(known.ids[row]) for row in scales if known.ids[row]]
        return (views, ids) if views else ([everything], [])

    def _urgency(self, known, first):
        """For each of the people how many images they have waited to be seen, or count as if.

        Who is asked for, or new and not confirmed yet, counts as much as all others.
        """
        waited = [self._waited.get(int(number), 1.) for number in known.ids]
        most = 1. + sum(waited)
        return [each if number and int(number) not in first else most
                for number, each in zip(known.ids, waited)]

    def _wait(self, known, scales, least):
        """Another image, in which the people of these rows are looked at, at these scales."""
        self._waited = {
            int(number): self._waited.get(int(number), 1.) * (1. - max(
                _chance(box, scales[row]), least) if row in scales else 1.) + 1.
            for row, (number, box) in enumerate(zip(known.ids, known.boxes)) if number}

    def _is_whole_due(self, known, settings):
        """Whether this image is to be looked at whole, whatever else there is to be seen.

        Where nobody is known it takes turns with the tiles, for whoever comes in.
        """
        every = settings.whole_every if len(known.ids) else min(settings.whole_every, 2)
        return (self._since_whole is None or self._since_whole >= every - 1
                or self._lost(known))

    def _is_confirming(self, known, everything, chosen):
        """Whether someone is new whom the whole image shows well, and none of these crops does."""
        shown = {row for _, rows in chosen for row in rows}
        return self._whole_in_a_row < _MAX_CONFIRMING and any(
            not number and row not in shown and _chance(box, everything.scale) >= .5
            for row, (number, box) in enumerate(zip(known.ids, known.boxes)))

    def _is_whole_better(self, known, waited, everything, chosen):
        """Whether of those who wait more will probably be seen in the whole image than by crops."""
        by_crops = sum(waited[row] * _chance(known.boxes[row], view.scale)
                       for view, shown in chosen for row in shown)
        again = _AGAIN if self._since_whole == 0 else 0.
        in_whole = 0.
        for each, box, number in zip(waited, known.boxes, known.ids):
            chance = _chance(box, everything.scale)
            in_whole += each * chance * (1. - again * (1. - chance) if number else 1.)
        return bool(waited) and by_crops <= in_whole

    def _lost(self, known):
        """Whether the people last looked at by crops were not where they were expected to be."""
        found = set(known.ids[known.found].tolist())
        return sum(number in found for number in self._expected) < _FOUND * len(self._expected)

    def _targets(self, known, everything, waited):
        """Everybody, who has waited longest first."""
        order = sorted(range(len(waited)), key=lambda row: (-waited[row], -known.scores[row]))
        return [crops.Target(row, known.boxes[row].tolist(), everything.scale) for row in order]

    def _tile(self, everything, image_size, settings, budget):
        """The next tile of the scan, as large as the budget allows; None where none fits."""
        shapes = [(everything.width, everything.height)] + list(settings.crops.shapes)
        shapes = [shape for shape in shapes if shape[0] * shape[1] <= budget]
        zoom = min(settings.tile_zoom * everything.scale, settings.crops.max_zoom)
        if not shapes or zoom < settings.crops.min_gain * everything.scale:
            return None
        shape = max(shapes, key=lambda shape: shape[0] * shape[1])
        return self._coverage.oldest_tile(shape, zoom, image_size)


def second_look(keypoints: np.ndarray, before: View, image_size: Tuple[int, int],
                settings: Settings) -> List[View]:
    """Crops round those who were found in a look `before`, best seen first, and are small in it.

    keypoints: (n, 18, 3) px of the image, best first. The budget is for the look before, too.
    """
    if not len(keypoints):
        return []
    low, high = box_corners(keypoints)
    boxes = np.concatenate((low, high - low), axis=1).tolist()
    targets = [crops.Target(row, box, before.scale) for row, box in enumerate(boxes)]
    left = (settings.budget or np.inf) - before.pixels
    return [view for view, _ in crops.crops_round(targets, image_size, settings.crops, left)]


def _chance(box, scale):
    """How probably someone of this box is found where the network sees them at this scale."""
    height = max(box[2], box[3], 1.) * scale
    return 1. / (1. + (_HALF / height) ** _STEEPNESS)


def _usable(known, image_size):
    """Those with a box that is known and meets the image."""
    boxes = np.asarray(known.boxes, float).reshape(-1, 4)
    with np.errstate(invalid='ignore'):
        good = (np.isfinite(boxes).all(axis=1) & (boxes[:, 0] < image_size[0])
                & (boxes[:, 1] < image_size[1]) & (boxes[:, 0] + boxes[:, 2] > 0)
                & (boxes[:, 1] + boxes[:, 3] > 0))
    return Known(*(np.asarray(column)[good] for column in (
        known.ids, boxes, known.scores, known.found)))
