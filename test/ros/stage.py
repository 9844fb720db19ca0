"""Scenes of a long day before the camera, and the camera that plays them."""
import os
import sys
import threading
import time
from typing import Any, Iterator, List, NamedTuple, Optional

import cv2
import data
import encoded
import numpy as np
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import Header

from openpose_ros.ros.conversions import images
from openpose_ros.ros.tools.sources import Frame, open_source
from openpose_ros.ros.conversions.camera_info import make_camera_info
from openpose_ros.scene import Camera as Lens

LARGEST = (1920, 1080)
SIZES = ((640, 480), (320, 240), (1280, 720), (480, 640), (424, 240), (640, 360), (96, 128),
         LARGEST, (200, 300), (800, 400))
RATES = (1., 5., 15., 30., 60., 120., 200.)     # Hz
PATTERNS = ('steady', 'steady', 'bursts', 'pauses')
ACTS = ('two people with depth', 'others', 'coming and going', 'nobody', 'broken images')
MOST_BYTES = 80e6       # a second; the camera shares the node's processor
FIELD_OF_VIEW = 60.     # degrees
_KINDS = 6              # different images in a scene
_FRAME = 'eye'


class Shot(NamedTuple):
    """image: Image or CompressedImage. depth: Image or None. good: whether it can be used."""

    image: Any
    depth: Optional[Image]
    good: bool


class Scene(NamedTuple):
    """shots are shown in turn, each for `dwell` s. pattern: one of PATTERNS. rate: Hz."""

    label: str
    shots: List[Shot]
    dwell: float
    rate: float
    pattern: str
    info: Optional[CameraInfo]


class Stage:
    """Real images with people in them, and without."""

    def __init__(self) -> None:
        """Takes the demo's video where the test data is not here."""
        self._crowd = []
        folder = os.path.join(data.FOLDER, 'rgbd_two_people')
        if os.path.isdir(folder):
            source = open_source(os.path.join(folder, 'color'), os.path.join(folder, 'depth'))
            self._two = list(source.frames())
            self._crowd = list(open_source(os.path.join(data.FOLDER, 'peer', 'images')).frames())
        else:
            sys.path.insert(0, os.path.join(os.path.dirname(data.__file__), 'tracking'))
            import demo_video
            self._two = list(open_source(demo_video.fetch()).frames())[::10]
            self._crowd = self._two[::3]
        noise = np.random.RandomState(0).randint(90, 110, (480, 640, 3)).astype(np.uint8)
        self._nobody = Frame(cv2.GaussianBlur(noise, (0, 0), 5.))

    def scene(self, act: str, size, encoding: str, rate: float, pattern: str, depth: bool,
              info: bool) -> Scene:
        """A scene whose images have this size (width, height) and encoding.

        depth: with depth, where there is any. info: with a calibration.
        """
        frames = {'two people with depth': self._two[:_KINDS], 'others': self._crowd[:_KINDS],
                  'coming and going': [self._two[0], self._nobody, self._crowd[1], self._nobody],
                  'nobody': [self._nobody],
                  'broken images': [self._two[0], self._nobody]}[act]
        shots = [_shot(frame, size, encoding, depth) for frame in frames]
        if act == 'broken images':
            shots.insert(1, _broken(shots[0]))
        bytes_each = np.mean([len(shot.image.data) + len(shot.depth.data if shot.depth else b'')
                              for shot in shots])
        rate = min(rate, MOST_BYTES / bytes_each)
        label = '{}x{} {}, {:.0f} Hz {}, {}{}{}'.format(
            size[0], size[1], encoding, rate, pattern, act, ', depth' if depth else '',
            ', calibrated' if info else '')
        lens = Lens.from_field_of_view(size[0], size[1], FIELD_OF_VIEW)
        return Scene(label, shots, .1 if act == 'two people with depth' else .5, rate, pattern,
                     make_camera_info(lens, size[0], size[1], Header(frame_id=_FRAME))
                     if info else None)


def _shot(frame, size, encoding, depth):
    image = encoded.as_message(cv2.resize(frame.image, size), encoding)
    if not depth or frame.depth is None:
        return Shot(image, None, True)
    return Shot(image, images.write_depth(frame.depth, Header()), True)


def _broken(shot):
    """The same cut short."""
    kind = type(shot.image)
    image = kind(data=shot.image.data[:len(shot.image.data) // 2])
    for name in ('height', 'width', 'encoding', 'step', 'format'):
        if hasattr(image, name):
            setattr(image, name, getattr(shot.image, name))
    return Shot(image, None, False)


class Camera:
    """Plays scenes on a thread of its own, and tells the ledger what it sends."""

    def __init__(self, node, ledger) -> None:
        self._node, self._ledger = node, ledger
        self._changed = threading.Condition()
        self._scene, self._closed = None, False
        self.plug()
        self._thread = threading.Thread(target=self._run, name='camera', daemon=True)
        self._thread.start()

    def plug(self) -> None:
        """Make the publishers."""
        self._publishers = {topic: self._node.create_publisher(kind, topic, 5) for kind, topic in (
            (Image, 'image'), (CompressedImage, 'image/compressed'), (Image, 'depth'),
            (CameraInfo, 'camera_info'))}

    def unplug(self) -> None:
        """Take the publishers away; nothing may be playing."""
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)

    def play(self, scene: Optional[Scene]) -> None:
        """Play this scene from now on; with None nothing is sent any more when it returns."""
        with self._changed:
            self._scene = scene
            self._changed.notify()

    def close(self) -> None:
        """Stop."""
        with self._changed:
            self._scene, self._closed = None, True
            self._changed.notify()
        self._thread.join()

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._scene is not None or self._closed)
                scene = self._scene
            if scene is None:
                return
            self._play(scene)

    def _play(self, scene):
        start = due = time.monotonic()
        for pause in pauses(scene.pattern, scene.rate):
            with self._changed:
                self._changed.wait_for(lambda: self._scene is not scene,
                                       max(0., due - time.monotonic()))
                if self._scene is not scene:
                    return
                shot = int((time.monotonic() - start) / scene.dwell) % len(scene.shots)
                self._show(scene.shots[shot], scene.info)
            due = max(due + pause, time.monotonic())

    def _show(self, shot, info):
        now = self._node.get_clock().now()
        header = Header(stamp=now.to_msg(), frame_id=_FRAME)
        if info is not None:
            info.header = header
            self._publishers['camera_info'].publish(info)
        if shot.depth is not None:
            shot.depth.header = header
            self._publishers['depth'].publish(shot.depth)
        shot.image.header = header
        if shot.good:
            self._ledger.send(now.nanoseconds)
        self._publishers['image' if isinstance(shot.image, Image)
                         else 'image/compressed'].publish(shot.image)


def pauses(pattern: str, rate: float) -> Iterator[float]:
    """Seconds from each image to the next, without end."""
    while True:
        for _ in range(10):
            yield 0. if pattern == 'bursts' else 1. / rate
        if pattern == 'bursts':
            yield min(10. / rate, .5) + .2
        elif pattern == 'pauses':
            yield .5
