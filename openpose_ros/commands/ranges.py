"""`openpose benchmark --range`: how small, and so how far away, people may be to be found."""
import os
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import cv2
import numpy as np
from tqdm import tqdm

from openpose_ros import image_files, looks, proportions
from openpose_ros.commands import evaluate, tables
from openpose_ros.network import Network
from openpose_ros.network.network import Maps
from openpose_ros.perception import Mounting, Perceived, Perception, Settings
from openpose_ros.scene import Camera
from openpose_ros.tracking import Tracker

STATURE = 1.7    # m, of the person whose distance is given
CAMERAS = {'640x480, 60 deg': Camera.from_field_of_view(640, 480, 60.),
           '1280x720, 69 deg': Camera.from_field_of_view(1280, 720, 69.)}
SHRUNK = (1., .5, .25)    # how much smaller images are looked at, besides as they are
# How a still scene is watched as a camera would show it, image after image: the whole image and the
# nine tiles of a scan in turn, and then some to be followed.
CROP = .7        # height of a crop over that of the whole image, as the node has it
RATE = 15.       # Hz
WATCHED = 30     # images
JUDGED = 6       # the last of them, in half of which a person must be found
FOUND = .5                # object keypoint similarity from which a person counts as found
# Height of a person in the network's input, px: between these a person is in one bin.
EDGES = (12., 18., 24., 34., 48., 68., 96., 136., 192., 272., 384.)
SHARES = (.5, .75)
MIN_LABELS = 8    # keypoints a person needs to be counted
_MARKERS = 'os^Dv'
_TICKS = (1, 2, 3, 5, 10, 20, 30)   # m


class Sighting(NamedTuple):
    """A labelled person in one image at one size.

    height: px of the network's input; found: whether they were; error: median distance of their
    seen keypoints from the labels as a share of their height, NaN when they were not found.
    """

    height: float
    found: bool
    error: float


def measure(networks: Dict[str, Network], heights: Sequence[int], truth: Any,
            images_dir: str, closer: bool = False) -> List[Dict[str, Any]]:
    """Print two tables; returns a row for each model, height of the network and bin of EDGES.

    networks: by model. closer: measure looking closer, too, at the same cost: each image is watched
    for a while, as it takes turns; its model is called `MODEL, closer`. `share` is the share of
    people found, `error` the median error of those.
    """
    rows = []
    for model, loaded in networks.items():
        for height in heights:
            for way, settings in ways_of(height, closer).items():
                print('{}{}, height {}'.format(model, way, height))
                sightings = look(Perception(loaded, settings), truth, images_dir, height)
                rows += [dict(model=model + way, height=height, **figures)
                         for figures in binned(sightings)]
    _print(rows)
    return rows


def ways_of(height: int, closer: bool) -> Dict[str, Settings]:
    """The ways of looking that are compared, by what is added to the model's name."""
    ways = {'': Settings(height=height)}
    if closer:
        ways[', closer'] = Settings(height=height, looks=looks.Settings(
            mode=looks.CLOSER, crops=looks.crops_of_height(int(round(CROP * height)))))
    return ways


class _Remembering:
    """A network that remembers what it said of each part of one image; such scenes stand still."""

    batches = False

    def __init__(self, loaded: Network) -> None:
        self.model, self._loaded, self._known = loaded.model, loaded, {}
        self.resized = loaded.resized

    def infer(self, image: np.ndarray, height: int, width: Optional[int] = None) -> Maps:
        part = hash(image.tobytes()), height, width
        if part not in self._known:
            self._known[part] = self._loaded.infer(image, height, width)
        return self._known[part]


def watch(loaded: Network, settings: Settings, pixels: np.ndarray, camera: Optional[Camera] = None,
          mounting: Mounting = Mounting()) -> List[Perceived]:
    """The last JUDGED of WATCHED images of a scene that stands still, its people followed.

    Looked at whole always, it is the same in every image: then few are enough.
    """
    perception = Perception(_Remembering(loaded), settings, Tracker())
    count = WATCHED if settings.looks.mode == looks.CLOSER else 2 * JUDGED
    return [perception.perceive(pixels, camera, stamp=number / RATE, mounting=mounting)
            for number in range(count)][-JUDGED:]


def look(perception: Perception, truth: Any, images_dir: str,
         height: Optional[int] = None) -> List[Sighting]:
    """Every labelled person who counts, in each image as it is and shrunk.

    height: px, of the whole image, in which the heights of people are given; None: that of the
    perception's look at it.
    """
    from pycocotools.cocoeval import Params

    # Twice the deviations, as COCO's own evaluation takes them.
    deviations = 2. * Params('keypoints').kpt_oks_sigmas
    sightings = []
    for image in tqdm(sorted(truth.imgs.values(), key=lambda image: image['id']), unit='image'):
        labels = [label for label in truth.imgToAnns[image['id']]
                  if not label['iscrowd'] and label['num_keypoints'] >= MIN_LABELS]
        labels = [label for label in labels if np.isfinite(standing_height(label))]
        if not labels:
            continue
        pixels = image_files.read_image(os.path.join(images_dir, image['file_name']), False)
        for factor in SHRUNK:
            seen = [_compared(labels, found.people.keypoints, factor, deviations,
                              (height or perception.settings.height) / float(pixels.shape[0]))
                    for found in _perceived(perception, shrunk(pixels, factor))]
            sightings += [judged(person) for person in zip(*seen)]
    return sightings


def _perceived(perception, pixels):
    """One image as one look sees it, or the last images of a scene that is watched."""
    if perception.settings.looks.mode == looks.CLOSER:
        return watch(perception.network, perception.settings, pixels)
    return [perception.perceive(pixels)]


def judged(sightings: Sequence[Sighting]) -> Sighting:
    """What several images of one person come to: found where at least half of them found them."""
    errors = [sighting.error for sighting in sightings if sighting.found]
    if 2 * len(errors) < len(sightings):
        return Sighting(sightings[0].height, False, np.nan)
    return Sighting(sightings[0].height, True, float(np.median(errors)))


def shrunk(pixels: np.ndarray, factor: float) -> np.ndarray:
    """The image as if all were further away: smaller, at the top left of a grey one."""
    if factor == 1.:
        return pixels
    size = tuple(int(round(side * factor)) for side in pixels.shape[1::-1])
    canvas = np.full_like(pixels, 128)
    canvas[:size[1], :size[0]] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return canvas


def standing_height(label: Dict[str, Any]) -> float:
    """Height in px a labelled person has, or would have if they stood; NaN when it can't be said.

    The height of their box, or what their torso is to a stature if that is more: they may sit, or
    be cut off. Foreshortening only ever shrinks either.
    """
    keypoints = np.array(label['keypoints'], float).reshape(17, 3)
    middles = []
    for pair in ('shoulder', 'hip'):
        both = keypoints[[evaluate.COCO_DATASET_PARTS.index(side + pair)
                          for side in ('left_', 'right_')]]
        if not both[:, 2].any():
            return np.nan
        middles.append(both[both[:, 2] > 0, :2].mean(axis=0))
    torso = np.linalg.norm(middles[0] - middles[1])
    return max(label['bbox'][3], torso * STATURE / proportions.TORSO.mean)


def _compared(labels, found, factor, deviations, scale):
    """A Sighting of each label, `found` (n, 18, 3) being in px of the shrunk image."""
    found = np.array([evaluate.as_coco(person) for person in found]).reshape(-1, 17, 3)
    truth = np.array([label['keypoints'] for label in labels], float).reshape(-1, 17, 3)
    areas = np.array([label['area'] for label in labels]) * factor ** 2
    # A cell's centre stays where it is under scaling, not its corner.
    places = (truth[..., :2] + .5) * factor - .5
    distances = np.linalg.norm(places[:, None] - found[None, ..., :2], axis=-1)
    seen = found[None, ..., 2] > 0.
    labelled = truth[:, None, :, 2] > 0.
    similarity = np.exp(-distances ** 2 / (2. * areas[:, None, None] * deviations ** 2)) * seen
    similarity = (similarity * labelled).sum(axis=-1) / labelled.sum(axis=-1)
    heights = np.array([standing_height(label) for label in labels]) * factor
    errors = np.full(len(labels), np.nan)
    from scipy.optimize import \
        linear_sum_assignment  # memory that only this command needs
    for row, column in zip(*linear_sum_assignment(-similarity)):
        if similarity[row, column] >= FOUND:
            both = labelled[row, 0] & seen[0, column]
            errors[row] = np.median(distances[row, column, both]) / heights[row]
    return [Sighting(height * scale, bool(np.isfinite(error)), error)
            for height, error in zip(heights, errors)]


def binned(sightings: Sequence[Sighting]) -> List[Dict[str, Any]]:
    """People, share found and median error in each bin of EDGES that has anybody."""
    rows = []
    for low, high in zip(EDGES[:-1], EDGES[1:]):
        inside = [sighting for sighting in sightings if low <= sighting.height < high]
        if inside:
            errors = [sighting.error for sighting in inside if sighting.found]
            rows.append({'from_px': low, 'to_px': high, 'people': len(inside),
                         'share': round(len(errors) / float(len(inside)), 4),
                         'error': round(float(np.median(errors)), 4) if errors else None})
    return rows


def min_height(rows: Sequence[Dict[str, Any]], share: float) -> Optional[float]:
    """Height in px of the network's input from which on this share of people is found.

    rows: of one model and height, as :func:`binned` gives them. Interpolated between the middles of
    the bins, from the largest people down; None where not even those are found as often.
    """
    middles = np.log([row['from_px'] * row['to_px'] for row in rows]) / 2.
    shares = np.array([row['share'] for row in rows])
    below = np.flatnonzero(shares < share)
    if not len(below):
        return float(np.exp(middles[0]))
    last = below[-1]
    if last == len(rows) - 1:
        return None
    part = (share - shares[last]) / (shares[last + 1] - shares[last])
    return float(np.exp(middles[last] + part * (middles[last + 1] - middles[last])))


def distance(camera: Camera, network_height: int, height: float) -> float:
    """How far away, m, a person of STATURE is who is `height` px high in the network's input."""
    return STATURE * camera.fy * network_height / (camera.height * height)


def _print(rows):
    tables.print_table(
        'Share found (median error of the keypoints, as a share of the height) by the height of '
        'people in the network\'s input, px', *by_height(rows))
    tables.print_table('How far people of {} m are found'.format(STATURE), *reach(rows))


def by_height(rows: Sequence[Dict[str, Any]]) -> Tuple[List[str], List[List[str]]]:
    """A table (header, rows) of what :func:`measure` gives: share found by people's height."""
    bins = sorted({(row['from_px'], row['to_px']) for row in rows})
    cells = {(row['model'], row['height'], row['from_px']): '{:.2f}{}'.format(
        row['share'], '' if row['error'] is None else ' ({:.1%})'.format(row['error']))
        for row in rows}
    return ['model', 'height'] + ['{:.0f}-{:.0f}'.format(low, high) for low, high in bins], [
        [model, str(height)] + [cells.get((model, height, low), '') for low, _ in bins]
        for model, height in _groups(rows)]


def reach(rows: Sequence[Dict[str, Any]]) -> Tuple[List[str], List[List[str]]]:
    """A table (header, rows) of what :func:`measure` gives: from how far SHARES are found."""
    return ['model', 'height', 'share', 'from px'] + [name + ', m' for name in CAMERAS], [
        [model, str(height), '{:.0%}'.format(share)] + _reach(height, min_height(group, share))
        for (model, height), group in _groups(rows).items() for share in SHARES]


def _reach(network_height, height):
    if height is None:
        return ['never'] + [''] * len(CAMERAS)
    return ['{:.0f}'.format(height)] + [
        '{:.1f}'.format(distance(camera, network_height, height)) for camera in CAMERAS.values()]


def _groups(rows):
    """Rows by model and height of the network."""
    groups = {}
    for row in rows:
        groups.setdefault((row['model'], row['height']), []).append(row)
    return groups


def plot(plotter: Any, rows: Sequence[Dict[str, Any]]) -> Any:
    """Share found and error against distance, for each camera: colour is the model, the mark the
    height of the network's input.
    """
    figure, grid = plotter.subplots(2, len(CAMERAS), figsize=(6. * len(CAMERAS), 7), sharex='col',
                                    sharey='row')
    models = list(dict.fromkeys(row['model'] for row in rows))
    heights = list(dict.fromkeys(row['height'] for row in rows))
    for (name, camera), (shares, errors) in zip(CAMERAS.items(), grid.T):
        for (model, height), group in _groups(rows).items():
            middles = [(row['from_px'] * row['to_px']) ** .5 for row in group]
            far = [distance(camera, height, middle) for middle in middles]
            style = {'color': 'C{}'.format(models.index(model)), 'markersize': 4,
                     'marker': _MARKERS[heights.index(height) % len(_MARKERS)]}
            shares.plot(far, [row['share'] for row in group], **style)
            errors.plot(far, [np.nan if row['error'] is None else 100. * row['error']
                              for row in group], label='{}, {}'.format(model, height), **style)
        shares.set(title=name, ylabel='share found', ylim=(0., 1.))
        errors.set(xscale='log', xlabel='distance of a person of {} m, m'.format(STATURE),
                   ylabel='median error of keypoints, % of height', ylim=(0., None))
        errors.minorticks_off()
        errors.set(xticks=_TICKS, xticklabels=_TICKS, xlim=(_TICKS[0], _TICKS[-1]))
    for axes in grid.flat:
        axes.grid(alpha=.3, which='both')
    grid[1, 0].legend(fontsize=7)
    return figure
