"""Kinds of markers, and a marker of a kind as the bytes in which it travels (see cdr.py)."""
import struct
from typing import NamedTuple

import numpy as np
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker

from openpose_ros.ros.conversions import cdr

_NO_POINTS, _NO_COLOURS = np.zeros((0, 3)), np.zeros((0, 4), np.float32)


def rgba(bgr) -> np.ndarray:
    """(n, 4) float32 red, green, blue, alpha of opaque colours, n of blue, green, red to 255."""
    return np.array([(red, green, blue, 255.) for blue, green, red in bgr], np.float32) / 255.


def new_marker(kind: int, namespace: str, number: int, bgr=(255, 255, 255), alpha: float = 1.,
               scale=(1., 1., 1.)) -> Marker:
    """A marker of a kind of visualization_msgs/Marker, at the origin; number: its id."""
    marker = Marker(type=kind, ns=namespace, id=number, action=Marker.ADD,
                    color=ColorRGBA(r=bgr[2] / 255., g=bgr[1] / 255., b=bgr[0] / 255., a=alpha))
    marker.scale.x, marker.scale.y, marker.scale.z = scale
    marker.pose.orientation.w = 1.
    return marker


class Shown(NamedTuple):
    """A marker of a kind in one image.

    points: (n, 3) float64 m. colours: (n, 4) float32, or none. position: its bytes.
    """

    kind: 'Kind'
    number: int
    action: int
    points: np.ndarray = _NO_POINTS
    colours: np.ndarray = _NO_COLOURS
    position: bytes = b''
    text: str = ''

    def write(self, writer: cdr.Writer, header: bytes, lifetime: bytes) -> None:
        """Write it; header, lifetime: of the marker, written before."""
        kind = self.kind
        writer.written(header, 4)
        writer.written(kind.name, 4)
        writer.written(struct.pack('<3i', self.number, kind.type, self.action), 4)
        writer.written(self.position + kind.look[len(self.position):], 8)
        writer.written(lifetime + b'\0', 4)    # and frame_locked
        writer.count(len(self.points))
        writer.numbers(self.points)
        writer.count(len(self.colours))
        writer.numbers(self.colours)
        writer.written(kind.before_text, 4)
        writer.text(self.text)
        writer.written(kind.after_text, 4)


class Kind:
    """What is the same of a marker in every image, written once."""

    def __init__(self, marker: Marker) -> None:
        self.number, self.type = marker.id, marker.type
        self.name = cdr.written(marker, 'ns')
        self.look = cdr.written(marker, 'pose', 'scale', 'color')
        fields = list(marker.get_fields_and_field_types())
        rest = fields[fields.index('colors') + 1:]      # some of them are newer than Humble
        text = rest.index('text')
        self.before_text = cdr.written(marker, *rest[:text])
        self.after_text = cdr.written(marker, *rest[text + 1:])

    def showing(self, points: np.ndarray, colours: np.ndarray = _NO_COLOURS) -> Shown:
        """A marker of points, (..., 3) m; without any it is deleted, as RViz does not take it."""
        points = points.reshape(-1, 3)
        return Shown(self, self.number, Marker.ADD if len(points) else Marker.DELETE, points,
                     colours)

    def at(self, number: int, position: np.ndarray, text: str) -> Shown:
        """A marker of this id that is shown at a position, (3,) m, with a text."""
        return Shown(self, number, Marker.ADD, position=position.tobytes(), text=text)

    def gone(self, number: int) -> Shown:
        """The deletion of that of this id."""
        return Shown(self, number, Marker.DELETE)
