"""One image for the network, and what that says of it: what goes from stage to stage."""
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from openpose_ros import looks
from openpose_ros.decoding import Settings as DecodingSettings
from openpose_ros.looks import Settings as LooksSettings
from openpose_ros.network.network import Maps
from openpose_ros.orientation import Orientation
from openpose_ros.scene import Settings as SceneSettings


class Settings(NamedTuple):
    """How an image is looked at and finished.

    height, width: px of the network's input; width None keeps the image's aspect.
    scales: multiples of that size whose maps are averaged. flip: average with the mirrored image.
    orientation: how the image is turned for the network; all that is returned is as it was given.
    looks: which parts of the image are looked at. first: ids of the people to be looked at first.
    """

    height: int = 368
    width: Optional[int] = None
    scales: Tuple[float, ...] = (1.,)
    flip: bool = False
    orientation: Orientation = Orientation()
    decoding: DecodingSettings = DecodingSettings()
    scene: SceneSettings = SceneSettings()
    looks: LooksSettings = LooksSettings()
    first: Tuple[int, ...] = ()


class Prepared(NamedTuple):
    """One image, ready for the network.

    settings: by which it is to be looked at and finished. image_size: (width, height), px, as it
    was given. image: the upright one, of that size or a smaller one. views: what is to be looked
    at. parts: what is seen there, in the size of the network's input where the network runs once.
    seconds: of wall time it took.
    """

    settings: Settings
    image_size: Tuple[int, int]
    image: np.ndarray
    views: Sequence[looks.View]
    parts: Sequence[np.ndarray]
    seconds: float


class Region(NamedTuple):
    """A part of the upright image that the network has looked at, and what it says there.

    runs: of the network, in pixels of the view: more than one where maps are averaged.
    """

    maps: Maps
    view: looks.View
    runs: float = 1.

    @property
    def pixels(self) -> float:
        """Pixels of the network's input that it took, all runs together."""
        return self.view.pixels * self.runs


class Look(NamedTuple):
    """What the network says about one image, and all that finishing it needs to know.

    settings: by which it was looked at, and is to be finished. image_size: (width, height), px.
    regions: what was looked at; none where only a try was made. seconds: of wall time, by what was
    done ('resizing', planning included, and 'network').
    """

    settings: Settings
    image_size: Tuple[int, int]
    regions: Tuple[Region, ...]
    seconds: Dict[str, float]

    @property
    def looked_at(self) -> List[Tuple[str, np.ndarray]]:
        """Kind and corners, (2, 2) px of the image as it was given, of each part looked at."""
        return [(region.view.kind, _corners(region.view, self)) for region in self.regions]


def _corners(view: looks.View, look: Look) -> np.ndarray:
    """(left, top) and (right, bottom) of a view, px of the image as it was given."""
    left, top, width, height = view.box
    corners = look.settings.orientation.to_given(
        np.array(((left, top), (left + width - 1., top + height - 1.))), look.image_size)
    return np.array((corners.min(axis=0), corners.max(axis=0) + 1.))
