"""The chain of all rooms for one image: it is prepared, looked at by the network, and finished.

`Perception.look_at` needs the network alone, `prepare` and `finish` the CPU alone, so one image may
be prepared while the network looks at the one before and the one before that is finished; they
share nothing but what is set before all begin.
"""
import math
import time
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from openpose_ros import looks
from openpose_ros.body import Body, to_coco
from openpose_ros.decoding import Settings as DecodingSettings
from openpose_ros.decoding import decode, to_image
from openpose_ros.look import Look, Prepared, Region, Settings
from openpose_ros.mounting import Mounting
from openpose_ros.network import Network
from openpose_ros.network.averaging import fit_parts, infer_parts
from openpose_ros.network.network import input_size, usual_pixels
from openpose_ros.orientation import Orientation
from openpose_ros.people import People, people_in_image
from openpose_ros.scene import Camera, Level, Vertical, locate_and_explain
from openpose_ros.tracking import Tracker

_SAID_STDDEV = math.radians(3.)    # chosen: of a tilt that is only said, before people confirm it
_MAX_INTERVAL = .5   # s, for which people are predicted ahead to the next image
_NOW = 1e-6          # s

__all__ = ['Look', 'Mounting', 'Perceived', 'Perception', 'Prepared', 'Region', 'Settings']


class Perceived(NamedTuple):
    """The people seen in one image, and what it cost.

    people: in the frame of the mounting, tracked. people_in_camera: the same in the camera's
    optical frame. camera: that was used; None where people are only in the image plane. up, floor:
    those of the mounting. image_size: (width, height) of the image, px. seconds: of wall time, by
    what was done ('resizing', 'network', 'decoding', 'scene', 'tracking'). problems: why something
    about them is unknown, a line each. mounting: that was used. vertical: as found from people who
    stand, used where only the camera's height is known; None where it is not found. look: from
    which they are.
    """

    people: People
    people_in_camera: People
    camera: Optional[Camera]
    up: np.ndarray
    floor: Optional[float]
    image_size: Tuple[int, int]
    seconds: Dict[str, float]
    problems: Sequence[str] = ()
    mounting: Mounting = Mounting()
    vertical: Optional[Vertical] = None
    look: Optional[Look] = None


class Perception:
    """The chain from network to tracking; holds the network and the tracker.

    `prepare`, `look_at` and `finish` may run on three threads at a time, each for one image. Who is
    followed is known to what is prepared as of the last image that was finished when that begins.
    """

    def __init__(self, network: Network, settings: Settings = Settings(),
                 tracker: Optional[Tracker] = None) -> None:
        """tracker: None leaves every person without an id."""
        self.network = network
        self.settings = settings
        self.tracker = tracker
        self._level = None    # type: Optional[Level]
        self._planner = looks.Planner()
        # Given by the one stage whole, read by the other: where people are expected next.
        self._expected = looks.NOBODY
        self._stamp = None  # type: Optional[float]

    def warm_up(self, width: int, height: int) -> None:
        """Look at a black image of this size, so that the first real one is not the slow one."""
        self.look(np.zeros((height, width, 3), np.uint8))
        if self.settings.looks.mode != looks.WHOLE:
            for width, height in self.settings.looks.crops.shapes:
                self.network.infer(np.zeros((height, width, 3), np.uint8), height, width)

    def forget(self) -> None:
        """Start afresh: another camera, or another time."""
        if self.tracker is not None:
            self.tracker.reset()
        self._expected, self._stamp = looks.NOBODY, None

    def perceive(self, image: np.ndarray, camera: Optional[Camera] = None,
                 depth: Optional[np.ndarray] = None, stamp: Optional[float] = None,
                 mounting: Mounting = Mounting()) -> Perceived:
        """The people in one image: :meth:`look`, then :meth:`finish`."""
        return self.finish(self.look(image), camera, depth, stamp, mounting)

    def look(self, image: np.ndarray, settings: Optional[Settings] = None) -> Look:
        """What the network says about one image: :meth:`prepare`, then :meth:`look_at`."""
        return self.look_at(self.prepare(image, settings))

    def prepare(self, image: np.ndarray, settings: Optional[Settings] = None,
                size: Optional[Tuple[int, int]] = None) -> Prepared:
        """What of one image, (h, w, 3) uint8 BGR, goes into the network.

        settings: instead of those of the perception. size: (width, height) px of an image of which
        this is a smaller copy; it can only be looked at whole. Raises ModelError.
        """
        settings = self.settings if settings is None else settings
        start, size = time.perf_counter(), image.shape[1::-1] if size is None else size
        image = settings.orientation.upright(image)
        upright_size = settings.orientation.upright_size(size)
        network_size = (input_size(upright_size, settings.height, settings.width,
                                   self.network.model.stride) if image.size else (1, 1))
        if settings.looks.cost:
            settings = settings._replace(looks=settings.looks.in_pixels(
                usual_pixels(upright_size) if image.size else 1))
        views = self._planner.plan(self._expected, upright_size, network_size, settings.looks,
                                   settings.first)
        return self._prepared(image, views, settings, size, start)

    def _prepared(self, image, views, settings, size, start):
        parts = ([image] if settings.looks.mode == looks.WHOLE
                 else [looks.cut(image, view) for view in views])
        parts = fit_parts(self.network, parts, _sizes(views), settings.scales, settings.flip)
        return Prepared(settings, size, image, views, parts, time.perf_counter() - start)

    def look_at(self, prepared: Prepared) -> Look:
        """What the network says about one image. Raises ModelError."""
        start, settings = time.perf_counter(), prepared.settings
        regions = self._infer(prepared)
        if settings.looks.mode == looks.TWICE:
            found = _found(regions, self.network.model.body, settings.decoding)
            views = looks.second_look(found.keypoints, prepared.views[0],
                                      prepared.image.shape[1::-1], settings.looks)
            regions += self._infer(self._prepared(prepared.image, views, settings,
                                                  prepared.image_size, start))
        in_network = sum(region.maps.seconds for region in regions)
        return Look(settings, prepared.image_size, tuple(regions), {
            'network': in_network,
            'resizing': prepared.seconds + time.perf_counter() - start - in_network})

    def _infer(self, prepared):
        """A Region of each view."""
        views, settings = prepared.views, prepared.settings
        maps = infer_parts(self.network, prepared.parts, _sizes(views), settings.scales,
                           settings.flip)
        runs = sum(np.square(settings.scales)) * (1 + settings.flip)
        return [Region(each, view, runs) for each, view in zip(maps, views)]

    def finish(self, look: Look, camera: Optional[Camera] = None,
               depth: Optional[np.ndarray] = None, stamp: Optional[float] = None,
               mounting: Mounting = Mounting()) -> Perceived:
        """The people of a look in space, followed from image to image.

        camera: without it they stay in the image plane. depth: as scene.locate takes it. stamp: s,
        of the image; the tracker needs it.
        """
        start = time.perf_counter()
        people, scale = self.find_scaled(look)
        found = time.perf_counter()
        if not mounting.known:
            camera = None
        scene, vertical = look.settings.scene, None
        if camera is not None and mounting.rotation is None:
            if mounting.floor is not None:
                vertical = self._find_vertical(people, camera, mounting, stamp)
            scene = scene._replace(tilt_stddev=vertical.stddev if vertical else _SAID_STDDEV)
            mounting = mounting._replace(up=vertical.up) if vertical else mounting
        people, problems = self._place(people, scale, look, camera, depth, mounting, scene)
        placed = time.perf_counter()
        if self.tracker is not None:
            people = self._track(people, scale, look, stamp, mounting)
        in_camera = mounting.to_camera(people)
        seconds = dict(look.seconds, decoding=found - start, scene=placed - found,
                       tracking=time.perf_counter() - placed)
        return Perceived(people, in_camera, camera, mounting.up, mounting.floor, look.image_size,
                         seconds, problems, mounting, vertical, look)

    def find(self, look: Look) -> People:
        """The people of a look in the image plane."""
        return self.find_scaled(look)[0]

    def find_scaled(self, look: Look) -> Tuple[People, np.ndarray]:
        """The same, and network px per image px at which each was seen, (people,)."""
        found = _found(look.regions, self.network.model.body, look.settings.decoding)
        keypoints, orientation = found.keypoints, look.settings.orientation
        if orientation != Orientation():
            keypoints[..., :2] = orientation.to_given(keypoints[..., :2], look.image_size)
        return people_in_image(keypoints), found.scale

    def _track(self, people, scale, look, stamp, mounting):
        """The people followed; from now on it is known where they will be in the next image."""
        closer = look.settings.looks.mode == looks.CLOSER
        looked_at = noise = None
        if closer:
            looked_at = [tuple(corners[0]) + tuple(corners[1] - corners[0])
                         for _, corners in look.looked_at]
            noise = looks.KEYPOINT_NOISE / np.maximum(scale, 1e-6)
        people = self.tracker.update(people, stamp, look.image_size, mounting.camera_position(),
                                     looked_at, noise, mounting.up)
        if closer:
            self._expected = self._expect(look, stamp)
        return people

    def _expect(self, look, stamp):
        """The people followed as they will be in the next image, px of the upright one."""
        before, self._stamp = self._stamp, stamp
        interval = 0. if before is None else min(max(stamp - before, 0.), _MAX_INTERVAL)
        expected = self.tracker.predicted(stamp + interval)
        if not len(expected.ids):
            return looks.NOBODY
        boxes = expected.boxes
        corners = look.settings.orientation.to_upright(
            np.stack((boxes[:, :2], boxes[:, :2] + boxes[:, 2:]), axis=1), look.image_size)
        low, high = corners.min(axis=1), corners.max(axis=1)
        return looks.Known(expected.ids, np.concatenate((low, high - low), axis=1),
                           expected.scores, expected.time_since_update <= interval + _NOW)

    def _find_vertical(self, people, camera, mounting, stamp):
        """The vertical, a Vertical, by all people who have stood so far; None before any has."""
        if self._level is None or self._level.said != tuple(mounting.up):
            self._level = Level(mounting.up)
        self._level.observe(people, camera, mounting.camera_height(), stamp)
        return self._level.vertical

    def _place(self, people, scale, look, camera, depth, mounting, scene):
        """(the same in space, in the mounting's frame; what kept something from being known)."""
        if camera is None or not people.count:
            return people, []
        # A keypoint's noise is that of the scale at which the network saw them.
        input_height = scale * look.settings.orientation.upright_size(look.image_size)[1]
        people, problems = locate_and_explain(people, camera, depth, mounting.up_in_camera(),
                                              mounting.camera_height(), scene, input_height)
        return mounting.from_camera(people), problems


def _found(regions: Sequence[Region], body: Body, settings: DecodingSettings) -> looks.Merged:
    """The people in all that was looked at, each once, in px of the upright image."""
    found = [(_keypoints(region, body, settings), region.view.scale) for region in regions]
    if len(found) == 1:
        keypoints, scale = found[0]
        return looks.Merged(keypoints, np.full(len(keypoints), scale))
    return looks.merge(found)


def _keypoints(region: Region, body: Body, settings: DecodingSettings) -> np.ndarray:
    """Keypoints (n, 18, 3) of the people of one region, px of the upright image."""
    left, top, width, height = region.view.box
    heatmaps, pafs, _ = region.maps
    keypoints = to_image(decode(heatmaps, pafs, body, settings), heatmaps.shape[:2],
                         (height, width))
    keypoints[..., :2] += np.array((left, top), np.float32)
    return to_coco(keypoints, body)


def _sizes(views):
    """(height, width) px of the network's input of each."""
    return [(view.height, view.width) for view in views]
