"""One frame through all rooms: image (and depth) in, people out."""
import time
from typing import Dict, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from openpose_ros.body import to_coco
from openpose_ros.decoding import Settings as DecodingSettings
from openpose_ros.decoding import decode, to_image
from openpose_ros.network import Network
from openpose_ros.network.averaging import run_averaged
from openpose_ros.people import People, people_in_image, transformed
from openpose_ros.scene import UP, Camera
from openpose_ros.scene import Settings as SceneSettings
from openpose_ros.scene import locate_and_explain
from openpose_ros.tracking import Tracker


class Settings(NamedTuple):
    """How an image is looked at.

    height, width: px of the network's input; width None keeps the image's aspect.
    scales: multiples of that size whose maps are averaged. flip: average with the mirrored image.
    """

    height: int = 368
    width: Optional[int] = None
    scales: Tuple[float, ...] = (1.,)
    flip: bool = False
    decoding: DecodingSettings = DecodingSettings()
    scene: SceneSettings = SceneSettings()


class Perceived(NamedTuple):
    """The people seen in one image, and what it cost.

    seconds: of wall time, by what was done ('resizing', 'network', 'decoding', 'scene',
    'tracking').
    image_size: (width, height) of the image, px. problems: why something about them is unknown,
    a line each.
    """

    people: People
    seconds: Dict[str, float]
    image_size: Tuple[int, int]
    problems: Sequence[str] = ()


class Perception:
    """The chain from network to tracking; holds the network and the tracker."""

    def __init__(self, network: Network, settings: Settings = Settings(),
                 tracker: Optional[Tracker] = None) -> None:
        """tracker: None leaves every person without an id."""
        self.network = network
        self.settings = settings
        self.tracker = tracker

    def warm_up(self, width: int, height: int) -> None:
        """Look at a black image of this size, so that the first real one is not the slow one."""
        self.find(np.zeros((height, width, 3), np.uint8))

    def look(self, image: np.ndarray, camera: Optional[Camera] = None,
             depth: Optional[np.ndarray] = None, stamp: Optional[float] = None) -> Perceived:
        """The people in one image: :meth:`find`, then :meth:`place`."""
        return self.place(self.find(image), camera, depth, stamp)

    def find(self, image: np.ndarray) -> Perceived:
        """The people in the plane of one image, (h, w, 3) uint8 BGR."""
        settings = self.settings
        start = time.perf_counter()
        maps = run_averaged(self.network, image, settings.height, settings.width, settings.scales,
                            settings.flip)
        seen = time.perf_counter()
        body = self.network.model.body
        keypoints = decode(maps.heatmaps, maps.pafs, body, settings.decoding)
        keypoints = to_image(keypoints, maps.heatmaps.shape[:2], image.shape[:2])
        people = people_in_image(to_coco(keypoints, body))
        return Perceived(people, {'network': maps.seconds, 'resizing': seen - start - maps.seconds,
                              'decoding': time.perf_counter() - seen}, image.shape[1::-1])

    def place(self, frame: Perceived, camera: Optional[Camera] = None,
              depth: Optional[np.ndarray] = None, stamp: Optional[float] = None,
              up: Sequence[float] = UP, camera_height: Optional[float] = None,
              pose=None) -> Perceived:
        """The people of `frame` in space, followed from frame to frame.

        camera: without it they stay in the image plane. depth: as scene.locate takes it. stamp: s,
        of the image; the tracker needs it. up: unit vector against gravity in the camera's
        optical frame. camera_height: m above the floor; None: unknown. pose: rotation (3, 3) and
        translation (3,) m of the camera in the frame in which to follow and return people; None:
        the camera's own.
        """
        people, problems = frame.people, list(frame.problems)
        start = time.perf_counter()
        if camera is not None:
            people, why = locate_and_explain(people, camera, depth, up, camera_height,
                                             self.settings.scene)
            problems += why
            if pose is not None:
                people = transformed(people, pose.rotation, pose.translation)
        placed = time.perf_counter()
        if self.tracker is not None:
            people = self.tracker.update(people, stamp, frame.image_size,
                                         (0., 0., 0.) if pose is None else pose.translation)
        return Perceived(people, dict(frame.seconds, scene=placed - start,
                                  tracking=time.perf_counter() - placed),
                     frame.image_size, problems)
