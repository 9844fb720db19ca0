"""A camera that shows the node `openpose` whatever a test tells it to, right or wrong."""
import contextlib
import math
import time
from typing import Callable, Dict, List, NamedTuple

import cv2
import data
import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from node_process import NODE, NodeProcess, Peer
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import Header

from openpose_ros.ros.conversions import images
from openpose_ros.ros.conversions.camera_info import make_camera_info
from openpose_ros.scene import Camera

# Two people are found in the images below at this height, each image in 30 ms. Somebody is
# published from the first image on, and is not predicted for long.
PARAMETERS = {'network_height': 192, 'tracking.min_hits': 1, 'tracking.max_age': .3,
              'image_reliability': 'reliable'}
CAMERA = Camera(640, 480, 617.25, 617.55, 317.39, 245.98, 'none', ())


def image() -> np.ndarray:
    """A real image with two people, who stand before a depth camera."""
    return cv2.imread(data.path('rgbd_two_people', 'color', '00020.png'))


def depth() -> np.ndarray:
    """The depth of that image, uint16 mm."""
    return cv2.imread(data.path('rgbd_two_people', 'depth', '00020.png'), cv2.IMREAD_UNCHANGED)


def stamp_of(seconds: float) -> Time:
    nanoseconds = int(round(seconds * 1e9))
    return Time(sec=nanoseconds // 10 ** 9, nanosec=nanoseconds % 10 ** 9)


def compressed(content: bytes, format_: str = 'jpeg', header=None) -> CompressedImage:
    message = CompressedImage(header=header or Header(), format=format_)
    message.data.frombytes(content)
    return message


class Status(NamedTuple):
    """What the node says of itself on /diagnostics."""

    level: bytes
    message: str
    values: Dict[str, str]


class FaultyCamera(Peer):
    """Plays a camera, its depth and its calibration for one node, and checks on the node.

    process: the node's. skeletons: every SkeletonArray it has published.
    """

    def __init__(self, process: NodeProcess, message_type=Image, topic: str = 'image') -> None:
        super().__init__()
        self.process = process
        self._type, self._topic = message_type, topic
        self.skeletons = self.listen(NODE + '/skeletons')
        self._diagnostics = self.listen('/diagnostics', DiagnosticArray)
        self._good = image()
        self.until(lambda: self.skeletons, lambda: self.send(self.message()), .1)

    def header_of(self, stamp=None, frame: str = 'eye') -> Header:
        """A header. stamp: s or a Time; None: of this moment."""
        header = self.new_header(frame)
        if stamp is not None:
            header.stamp = stamp if isinstance(stamp, Time) else stamp_of(stamp)
        return header

    def message(self, shown=None, stamp=None, frame: str = 'eye'):
        """The message of an image, (h, w, 3) BGR; None: the good one."""
        shown = self._good if shown is None else shown
        header = self.header_of(stamp, frame)
        if self._type is Image:
            return images.write_image(shown, header)
        return compressed(cv2.imencode('.jpg', shown)[1].tobytes(), header=header)

    def send(self, message) -> None:
        """Send an image message, or the bytes of one."""
        self.camera(self._type, self._topic).publish(message)

    def send_depth(self, message, topic: str = 'depth') -> None:
        self.camera(type(message), topic).publish(message)

    def send_info(self, message=None, header=None) -> None:
        """Send a CameraInfo; None: the right one."""
        self.camera(CameraInfo, 'camera_info').publish(
            message or make_camera_info(CAMERA, 640, 480, header or Header()))

    def look(self, message=None):
        """Send an image message and wait until it has been looked at: its skeletons."""
        message = self.message() if message is None else message
        before = len(self.skeletons)
        self.send(message)
        return self.until(lambda: next((found for found in self.skeletons[before:]
                                        if found.header == message.header), None), period=.005)

    def wait(self, seconds: float) -> None:
        """Listen for so long."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end, period=.01)

    def said(self):
        """Function that gives what the node has printed from now on."""
        begin = len(self.process.output())
        return lambda: self.process.output()[begin:]

    def refused(self, message, why: str) -> None:
        """Send an image message, again and again, until the node says why it was left out.

        It says so in its log, but not of every image, and in its diagnostics.
        """
        said, before, begin = self.said(), len(self.skeletons), len(self._diagnostics)
        self.until(lambda: why in said() or any(why in status.values.get('last error', '')
                                                for status in self._statuses(begin)),
                   lambda: self.send(message), .1)
        self.node_is_well()
        assert message.header.stamp not in [found.header.stamp
                                            for found in self.skeletons[before:]]

    def status(self, reached: Callable[[Status], bool], meanwhile=lambda: None,
               period: float = .05) -> Status:
        """The first status from now on of which this is true; `meanwhile` is called till then."""
        begin = len(self._diagnostics)
        return self.until(lambda: next(filter(reached, self._statuses(begin)), None), meanwhile,
                          period)

    def _statuses(self, begin) -> List[Status]:
        return [Status(status.level, status.message,
                       {pair.key: pair.value for pair in status.values})
                for array in self._diagnostics[begin:] for status in array.status
                if status.name.startswith(NODE)]

    def node_is_well(self) -> None:
        """It runs, answers, and looks at the next good images."""
        assert self.process.runs(), self.process.output()
        # Whoever was seen in another image is expected for a while yet.
        self.until(lambda: len(self.look().skeletons) == 2)
        assert self.state() == 'active'
        for wrong in ('Traceback', 'an image was left out', 'RuntimeWarning'):
            assert wrong not in self.process.output(), self.process.output()


def nowhere(skeletons) -> bool:
    """Whether there are people, and nothing is said of where they are."""
    return bool(skeletons) and all(
        skeleton.position_source == skeleton.SOURCE_NONE
        and all(math.isnan(value) for value in (
            skeleton.pose.pose.position.x, skeleton.pose.pose.position.y,
            skeleton.pose.pose.position.z)) for skeleton in skeletons)


def depths_of(skeletons, source) -> list:
    """m before the camera of each person, [] unless all of them are known by this source."""
    if not all(skeleton.position_source == source for skeleton in skeletons):
        return []
    return sorted(skeleton.pose.pose.position.z for skeleton in skeletons)


@contextlib.contextmanager
def node_and_camera(folder, message_type=Image, topic='image', **parameters):
    """A node of its own, with these parameters, and a camera for it, which is given."""
    process = NodeProcess(folder, dict(PARAMETERS, **parameters))
    try:
        process.wait_for_output('ready after')
        camera = FaultyCamera(process, message_type, topic)
        yield camera
        camera.close()
    finally:
        process.kill()
