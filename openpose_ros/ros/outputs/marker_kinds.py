"""Kinds of markers, and a marker of a kind as the bytes in which it travels (see cdr.py)."""
import struct
from typing import NamedTuple

import numpy as np
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker

from openpose_ros.ros.conversions import cdr

_NOT_LOCKED = b'\0\0\0\0'    # frame_locked, and what is missing to a multiple of 4
_NO_TEXT = cdr.filled(cdr.text(''))
_IDENTITY, _COUNT = struct.Struct('<3i'), struct.Struct('<I')    # id, type and action; of numbers
_SHOWN, _NOT_SHOWN = Marker.ADD, Marker.DELETE     # looked up in a class, slowly
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
        """Write it; header, lifetime: of the marker, written before, the header `filled`.

        All of a marker lies at multiples of 4, and its look (10 float64, 4 float32) at one of 8; so
        do the points, which begin 112 bytes later.
        """
        kind, text = self.kind, cdr.filled(cdr.text(self.text)) if self.text else _NO_TEXT
        writer.written(header + kind.name + _IDENTITY.pack(self.number, kind.type, self.action), 4)
        writer.written(b''.join((
            self.position, kind.look[len(self.position):], lifetime, _NOT_LOCKED,
            _COUNT.pack(len(self.points)), self.points.tobytes(), _COUNT.pack(len(self.colours)),
            self.colours.tobytes(), kind.before_text, text, kind.after_text)), 8)


class Kind:
    """What is the same of a marker in every image, written once."""

    def __init__(self, marker: Marker) -> None:
        self.number, self.type = marker.id, marker.type
        self.name = cdr.filled(cdr.text(marker.ns))
        self.look = cdr.written(marker, 'pose', 'scale', 'color')
        fields = list(marker.get_fields_and_field_types())
        rest = fields[fields.index('colors') + 1:]      # some of them are newer than Humble
        text = rest.index('text')
        self.before_text = cdr.filled(cdr.written(marker, *rest[:text]))
        self.after_text = cdr.written(marker, *rest[text + 1:])

    def showing(self, points: np.ndarray, colours: np.ndarray = _NO_COLOURS) -> Shown:
        """A marker of points, (..., 3) m; without any it is deleted, as RViz does not take it."""
        points = points.reshape(-1, 3)
        return Shown(self, self.number, _SHOWN if len(points) else _NOT_SHOWN, points,
                     colours)

    def at(self, number: int, position: np.ndarray, text: str) -> Shown:
        """A marker of this id that is shown at a position, (3,) m, with a text."""
        return Shown(self, number, _SHOWN, position=position.tobytes(), text=text)

    def gone(self, number: int) -> Shown:
        """The deletion of that of this id."""
        return Shown(self, number, _NOT_SHOWN)
