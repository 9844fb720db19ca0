"""The people as markers for RViz.

A marker holds one kind of thing of all people, so each image replaces the last whole, and RViz can
show and hide each kind by its namespace. The messages are made once and filled for each image.
"""
import math

import numpy as np
from geometry_msgs.msg import Point
from rclpy.duration import Duration
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from openpose_ros import drawing
from openpose_ros.body import COCO, NECK, PART_COUNT
from openpose_ros.ros.conversions import messages
from openpose_ros.ros.outputs.base import Output, Seen
from openpose_ros.scene import Camera

VELOCITY = (233, 180, 86)       # BGR; sky blue of the palette of drawing.py's colours

_LIMBS = np.array(COCO.limbs[:len(COCO.limbs) - COCO.extra_limbs])
# The lengths and sizes below are chosen for the eye: m.
_SCORES = (.4, .7)              # between small, middle and large joints
_DIAMETERS = (.03, .045, .06)
_WIDTH = .02                    # of lines
_FACING, _GAZE = .5, .35        # lengths of the arrows; a velocity's is what they walk in 1 s
_WEDGE = np.linspace(-1., 1., 5)    # standard deviations at which a wedge has its corners
_SUNK = .1                      # a wedge's point lies this far below: flat, it has no side view
_LABEL = .12                    # height of its letters
# RViz takes a blank for this wide; where it is 0 it takes it for that of letters 1 m high.
_BLANK = .06
_ABOVE = .25                    # from the highest part to the label
_FIELD_OF_VIEW = 60.            # degrees; of a camera that nothing is known of, for the plane
_PLANE_IDS = 100                # those of the markers on the plane begin here


def _colour(bgr, alpha: float = 1.) -> ColorRGBA:
    blue, green, red = (value / 255. for value in bgr)
    return ColorRGBA(r=red, g=green, b=blue, a=alpha)


_PART_COLOURS = [_colour(drawing.part_colour(part)) for part in range(PART_COUNT)]
_LIMB_COLOURS = [_colour(drawing.limb_colour(limb)) for limb in range(len(_LIMBS))]


class Markers(Output):
    """`~/markers`: limbs, joints, facing and gaze with their uncertainty, velocity and a label.

    Joints are larger where the network is surer. People without a position are drawn on a plane
    before the camera if markers.plane_distance (m) is set.
    """

    topic = '~/markers'
    message_type = MarkerArray

    def __init__(self, node) -> None:
        super().__init__(node)
        self._people = _Figures(0)
        self._plane = _Figures(_PLANE_IDS)
        self._on_plane_before = False
        self._arrows = _Arrows((('facing', drawing.FACING, _FACING),
                                ('gaze', drawing.GAZE, _GAZE), ('velocity', VELOCITY, 1.)))
        self._wedges = _Wedges((('facing_stddev', drawing.FACING, _FACING),
                                ('gaze_stddev', drawing.GAZE, _GAZE)))
        self._labels = {}

    def configure(self, values) -> None:
        self._lifetime = Duration(seconds=values['markers.lifetime']).to_msg()
        self._plane_distance = values['markers.plane_distance']

    def to_message(self, seen: Seen) -> MarkerArray:
        people, up = seen.people, seen.up
        neck = _else(people.points[:, NECK], people.position)
        head = _else(messages.head_positions(people.points), neck)
        markers = self._people.fill(people.points, people.keypoints[..., 2])
        markers += self._arrows.fill((neck, head, people.position),
                                     (people.facing, people.gaze, people.velocity), up)
        markers += self._wedges.fill((neck, head), (people.facing, people.gaze),
                                     (people.facing_stddev, people.gaze_stddev), up)
        markers += self._label(seen)
        for marker in markers:
            marker.header = seen.header
        on_plane = self._on_plane(seen)
        for marker in on_plane:
            marker.header = seen.image_header
        markers += on_plane
        for marker in markers:
            marker.lifetime = self._lifetime
        return MarkerArray(markers=markers)

    def _on_plane(self, seen):
        """Who has no position, at a distance before the camera, in the camera's own frame."""
        keypoints = seen.people.keypoints[np.isnan(seen.people.position).any(axis=1)]
        if not self._plane_distance:
            keypoints = keypoints[:0]
        before, self._on_plane_before = self._on_plane_before, len(keypoints) > 0
        if not (before or self._on_plane_before):
            return []
        height, width = seen.image.shape[:2]
        camera = seen.camera or Camera.from_field_of_view(width, height, _FIELD_OF_VIEW)
        points = camera.unproject(keypoints[..., :2], np.full(keypoints.shape[:2],
                                                              self._plane_distance))
        return self._plane.fill(points, keypoints[..., 2])

    def _label(self, seen):
        """The label of everyone with a position, and the deletion of those that are gone."""
        people = seen.people
        distances = np.linalg.norm(seen.people_in_camera.position, axis=1).tolist()
        heights = np.where(np.isfinite(people.points).all(axis=2), people.points.dot(seen.up),
                           -np.inf).max(axis=1, initial=-np.inf)
        above = np.maximum(heights - people.position.dot(seen.up), 0.) + _ABOVE
        at = people.position + above[:, None] * seen.up
        before, self._labels = self._labels, {}
        for row in np.flatnonzero(np.isfinite(people.position).all(axis=1)).tolist():
            number = int(people.ids[row])
            # Marker ids are int32, and those of people who are not tracked are below 0.
            key = number & 0x7fffffff if number else -1 - row
            label = before.pop(key, None) or new_marker(
                Marker.TEXT_VIEW_FACING, 'label', key, scale=(_BLANK, 0., _LABEL))
            label.text = '{}{:.1f} m'.format('#{} '.format(number) if number else '',
                                             distances[row])
            messages.set_xyz(label.pose.position, at[row])
            self._labels[key] = label
        for label in before.values():
            label.action = Marker.DELETE
        return list(self._labels.values()) + list(before.values())


def _else(points, others):
    """Each point, (n, 3), or the other one where it is unknown."""
    return np.where(np.isfinite(points).all(axis=1, keepdims=True), points, others)


def new_marker(kind: int, namespace: str, number: int, bgr=(255, 255, 255), alpha: float = 1.,
               scale=(1., 1., 1.)) -> Marker:
    """A marker of a kind of visualization_msgs/Marker, at the origin; number: its id."""
    marker = Marker(type=kind, ns=namespace, id=number, action=Marker.ADD,
                    color=_colour(bgr, alpha))
    marker.scale.x, marker.scale.y, marker.scale.z = scale
    marker.pose.orientation.w = 1.
    return marker


class _Points:
    """Points that each image fills anew: to make them takes twice as long as to fill them."""

    def __init__(self):
        self._made = []

    def fill(self, values) -> list:
        """A Point of each of the values (..., 3), good until the next call."""
        rows = values.reshape(-1, 3).tolist()
        self._made.extend(Point() for _ in range(len(rows) - len(self._made)))
        for point, (x, y, z) in zip(self._made, rows):
            point.x, point.y, point.z = x, y, z
        return self._made[:len(rows)]


def _show(marker, points, colours=()) -> Marker:
    """Fill a marker; one without points is deleted, as RViz does not take it."""
    marker.action = Marker.ADD if points else Marker.DELETE
    marker.points, marker.colors = points, list(colours)
    return marker


class _Figures:
    """The limbs and joints of people."""

    def __init__(self, first_id):
        self._points = _Points()
        self._limbs = new_marker(Marker.LINE_LIST, 'limbs', first_id, scale=(_WIDTH, 0., 0.))
        self._joints = [new_marker(Marker.SPHERE_LIST, 'joints', first_id + i, scale=(size,) * 3)
                        for i, size in enumerate(_DIAMETERS)]

    def fill(self, points, scores) -> list:
        """The markers of points (n, 18, 3) m and scores (n, 18)."""
        known = np.isfinite(points).all(axis=2)
        made = self._points.fill(points)
        rows, limbs = np.nonzero(known[:, _LIMBS].all(axis=2))
        ends = (rows[:, None] * PART_COUNT + _LIMBS[limbs]).ravel().tolist()
        colours = [_LIMB_COLOURS[limb] for limb in limbs.repeat(2).tolist()]
        markers = [_show(self._limbs, [made[end] for end in ends], colours)]
        sizes = np.where(known, np.digitize(scores, _SCORES), -1).ravel()
        for size, marker in enumerate(self._joints):
            chosen = np.flatnonzero(sizes == size).tolist()
            markers.append(_show(marker, [made[i] for i in chosen],
                                 [_PART_COLOURS[i % PART_COUNT] for i in chosen]))
        return markers


class _Directions:
    """What is drawn of each person along some directions, a marker a direction.

    All directions are computed as one array: NumPy's calls, not the people, take the time.
    """

    def __init__(self, kinds, markers):
        """kinds: (namespace, colour BGR, length m) of each direction."""
        self._lengths = np.array([length for _, _, length in kinds])
        self._markers = markers
        self._points = _Points()

    def _known(self, starts, directions):
        """Which of starts and directions, k of (n, 3), are known: (k, n); and those as (m, 3)."""
        starts, directions = np.array(starts), np.array(directions)
        known = np.isfinite(starts + directions).all(axis=2)
        return known, starts[known], directions[known], self._lengths.repeat(known.sum(axis=1))

    def _show(self, counts, corners, order):
        """Fill each marker with as many people's corners (m, corners, 3), taken in an order."""
        made = self._points.fill(corners)
        size, end = corners.shape[1], 0
        for marker, count in zip(self._markers, counts.tolist()):
            start, end = end, end + size * count
            _show(marker, [made[i + j] for i in range(start, end, size) for j in order])
        return list(self._markers)


class _Arrows(_Directions):
    """Arrows: a shaft and the two strokes of its head."""

    def __init__(self, kinds):
        super().__init__(kinds, [new_marker(Marker.LINE_LIST, namespace, 0, bgr,
                                            scale=(_WIDTH, 0., 0.)) for namespace, bgr, _ in kinds])

    def fill(self, starts, directions, up) -> list:
        """The markers of arrows from starts along directions, k of (n, 3) each."""
        known, starts, directions, lengths = self._known(starts, directions)
        along = lengths[:, None] * directions
        tips = starts + along
        across, back = .12 * along.dot(messages.cross_matrix(up)), tips - .2 * along
        corners = np.stack((starts, tips, back + across, back - across), axis=1)
        return self._show(known.sum(axis=1), corners, (0, 1, 1, 2, 1, 3))


class _Wedges(_Directions):
    """Wedges of one standard deviation to either side of a direction."""

    _ORDER = [corner for rim in range(1, len(_WEDGE)) for corner in (0, rim, rim + 1)]

    def __init__(self, kinds):
        super().__init__(kinds, [new_marker(Marker.TRIANGLE_LIST, namespace, 0, bgr, alpha=.3)
                                 for namespace, bgr, _ in kinds])

    def fill(self, starts, directions, stddevs, up) -> list:
        """The markers of wedges from starts round directions, k of (n, 3), by stddevs, k of (n,).

        stddevs: rad, about `up`.
        """
        stddevs = np.array(stddevs)
        starts = np.where(np.isfinite(stddevs)[..., None], np.array(starts), np.nan)
        known, starts, forward, lengths = self._known(starts, directions)
        angles = np.minimum(stddevs[known], math.pi)[:, None, None] * _WEDGE[:, None]
        forward = forward[:, None]
        level = forward - forward.dot(up)[..., None] * up
        rim = starts[:, None] + lengths[:, None, None] * (
            forward + (np.cos(angles) - 1.) * level
            + np.sin(angles) * level.dot(messages.cross_matrix(up)))
        corners = np.concatenate(((starts - _SUNK * up)[:, None], rim), axis=1)
        return self._show(known.sum(axis=1), corners, self._ORDER)
