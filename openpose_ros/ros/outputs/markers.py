"""The people as markers for RViz.

A marker holds one kind of thing of all people, so each frame replaces the last whole, and RViz can
show and hide each kind by its namespace.
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
_SCORES = (.4, .7)              # between small, middle and large joints
_DIAMETERS = (.03, .045, .06)   # m
_WIDTH = .02                    # m, of lines
_FACING, _GAZE = .5, .35        # m, lengths of the arrows; a velocity's is what she walks in 1 s
_WEDGE = np.linspace(-1., 1., 5)    # standard deviations at which a wedge has its corners
_LABEL = .12                    # m, height of its letters
_ABOVE = .25                    # m from the highest part to the label
_FIELD_OF_VIEW = 60.            # degrees; of a camera that nothing is known of, for the plane


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
        self._plane = _Figures(100)
        self._arrows = [_Arrows('facing', drawing.FACING, _FACING),
                        _Arrows('gaze', drawing.GAZE, _GAZE), _Arrows('velocity', VELOCITY, 1.)]
        self._wedges = [_Wedges('facing_stddev', drawing.FACING, _FACING),
                        _Wedges('gaze_stddev', drawing.GAZE, _GAZE)]
        self._labels = {}

    def configure(self, values) -> None:
        self._lifetime = Duration(seconds=values['markers.lifetime']).to_msg()
        self._plane_distance = values['markers.plane_distance']

    def build(self, seen: Seen) -> MarkerArray:
        people, up = seen.people, seen.up
        neck = _else(people.points[:, NECK], people.position)
        head = _else(messages.head_positions(people.points), neck)
        facing, gaze, velocity = self._arrows
        facing_wedge, gaze_wedge = self._wedges
        found = self._people.build(people.points, people.keypoints[..., 2])
        found += [facing.build(neck, people.facing, up), gaze.build(head, people.gaze, up),
                  velocity.build(people.position, people.velocity, up),
                  facing_wedge.build(neck, people.facing, people.facing_stddev, up),
                  gaze_wedge.build(head, people.gaze, people.gaze_stddev, up)]
        found += self._label(seen)
        for marker in found:
            marker.header = seen.header
            marker.lifetime = self._lifetime
        return MarkerArray(markers=found + self._on_plane(seen))

    def _on_plane(self, seen):
        """Who has no position, at a distance before the camera, in the camera's own frame."""
        keypoints = seen.people.keypoints[np.isnan(seen.people.position).any(axis=1)]
        if not (self._plane_distance and len(keypoints)):
            keypoints = points = keypoints[:0]
        else:
            height, width = seen.image.shape[:2]
            camera = seen.camera or Camera.from_field_of_view(width, height, _FIELD_OF_VIEW)
            points = camera.unproject(keypoints[..., :2], np.full(keypoints.shape[:2],
                                                                  self._plane_distance))
        found = self._plane.build(points, keypoints[..., 2])
        for marker in found:
            marker.header = seen.image_header
            marker.lifetime = self._lifetime
        return found

    def _label(self, seen):
        """The label of everyone with a position, and the deletion of those that are gone."""
        people = seen.people
        distances = np.linalg.norm(seen.people_in_camera.position, axis=1).tolist()
        heights = np.where(np.isfinite(people.points).all(axis=2), people.points.dot(seen.up),
                           -np.inf).max(axis=1, initial=-np.inf)
        above = np.maximum(heights - people.position.dot(seen.up), 0.) + _ABOVE
        at = people.position + above[:, None] * seen.up
        before, self._labels = self._labels, {}
        for row in np.flatnonzero(np.isfinite(people.position).all(axis=1)):
            number = int(people.ids[row])
            # Marker ids are int32, and those of people who are not tracked are below 0.
            key = number & 0x7fffffff if number else -1 - int(row)
            label = before.pop(key, None) or _label_marker(key)
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


def _marker(kind, namespace, number, bgr=(255, 255, 255), alpha=1., scale=(1., 1., 1.)):
    marker = Marker(type=kind, ns=namespace, id=number, action=Marker.ADD,
                    color=_colour(bgr, alpha))
    marker.scale.x, marker.scale.y, marker.scale.z = scale
    marker.pose.orientation.w = 1.
    return marker


def _label_marker(number):
    return _marker(Marker.TEXT_VIEW_FACING, 'label', number, scale=(0., 0., _LABEL))


class _Points:
    """Points that each frame fills anew: to make them takes twice as long as to fill them."""

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
        self._limbs = _marker(Marker.LINE_LIST, 'limbs', first_id, scale=(_WIDTH, 0., 0.))
        self._joints = [_marker(Marker.SPHERE_LIST, 'joints', first_id + i, scale=(size,) * 3)
                        for i, size in enumerate(_DIAMETERS)]

    def build(self, points, scores) -> list:
        """The markers of points (n, 18, 3) m and scores (n, 18)."""
        known = np.isfinite(points).all(axis=2)
        made = self._points.fill(points)
        rows, limbs = np.nonzero(known[:, _LIMBS].all(axis=2))
        ends = (rows[:, None] * PART_COUNT + _LIMBS[limbs]).ravel().tolist()
        colours = [_LIMB_COLOURS[limb] for limb in limbs.repeat(2).tolist()]
        found = [_show(self._limbs, [made[end] for end in ends], colours)]
        sizes = np.where(known, np.digitize(scores, _SCORES), -1).ravel()
        for size, marker in enumerate(self._joints):
            chosen = np.flatnonzero(sizes == size).tolist()
            found.append(_show(marker, [made[i] for i in chosen],
                               [_PART_COLOURS[i % PART_COUNT] for i in chosen]))
        return found


class _Arrows:
    """An arrow of each person: its shaft and the two strokes of its head."""

    def __init__(self, namespace, bgr, length):
        self._marker = _marker(Marker.LINE_LIST, namespace, 0, bgr, scale=(_WIDTH, 0., 0.))
        self._length = length
        self._points = _Points()

    def build(self, starts, directions, up) -> Marker:
        """Arrows from starts (n, 3) along directions (n, 3), where both are known."""
        known = np.isfinite(starts + directions).all(axis=1)
        starts, along = starts[known], self._length * directions[known]
        tips = starts + along
        across, back = .12 * along.dot(messages.cross_matrix(up)), tips - .2 * along
        corners = self._points.fill(np.stack((starts, tips, back + across, back - across), axis=1))
        return _show(self._marker, [corners[i + j] for i in range(0, len(corners), 4)
                                    for j in (0, 1, 1, 2, 1, 3)])


class _Wedges:
    """A wedge of one standard deviation to either side of each person's direction."""

    def __init__(self, namespace, bgr, length):
        self._marker = _marker(Marker.TRIANGLE_LIST, namespace, 0, bgr, alpha=.3)
        self._length = length
        self._points = _Points()

    def build(self, starts, directions, stddevs, up) -> Marker:
        """Wedges from starts (n, 3) round directions (n, 3) by stddevs (n,) rad about `up`."""
        known = np.isfinite(starts + directions).all(axis=1) & np.isfinite(stddevs)
        starts, forward = starts[known, None], directions[known, None]
        angles = np.minimum(stddevs[known], math.pi)[:, None, None] * _WEDGE[:, None]
        level = forward - forward.dot(up)[..., None] * up
        rim = starts + self._length * (forward + (np.cos(angles) - 1.) * level
                                       + np.sin(angles) * level.dot(messages.cross_matrix(up)))
        corners = self._points.fill(np.concatenate((starts, rim), axis=1))
        size = 1 + len(_WEDGE)
        return _show(self._marker, [
            corners[i + j] for i in range(0, len(corners), size) for corner in range(1, size - 1)
            for j in (0, corner, corner + 1)])
