"""The people as markers for RViz.

A marker holds one kind of thing of all people, so each image replaces the last whole, and RViz can
show and hide each kind by its namespace.
"""
import math

import numpy as np
from rclpy.duration import Duration
from visualization_msgs.msg import Marker, MarkerArray

from openpose_ros import drawing
from openpose_ros.body import COCO, NECK, PART_COUNT
from openpose_ros.ros.conversions import cdr, messages
from openpose_ros.ros.outputs.base import Seen, SerializedOutput
from openpose_ros.ros.outputs.marker_kinds import Kind, new_marker, rgba
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


_PART_COLOURS = rgba([drawing.part_colour(part) for part in range(PART_COUNT)])
_LIMB_COLOURS = rgba([drawing.limb_colour(limb) for limb in range(len(_LIMBS))])


class Markers(SerializedOutput):
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
        self._label = Kind(new_marker(Marker.TEXT_VIEW_FACING, 'label', 0,
                                      scale=(_BLANK, 0., _LABEL)))
        self._labelled = frozenset()    # ids of the labels that are shown

    def configure(self, values) -> None:
        self._lifetime = cdr.written(Duration(seconds=values['markers.lifetime']).to_msg())
        self._plane_distance = values['markers.plane_distance']

    def serialized(self, seen: Seen) -> bytes:
        people, up = seen.people, seen.up
        neck = _else(people.points[:, NECK], people.position)
        head = _else(messages.head_positions(people.points), neck)
        starts = np.array((neck, head, people.position))
        directions = np.array((people.facing, people.gaze, people.velocity))
        markers = self._people.markers(people.points, people.keypoints[..., 2])
        markers += self._arrows.markers(starts, directions, up)
        markers += self._wedges.markers(starts[:2], directions[:2], np.array((
            people.facing_stddev, people.gaze_stddev)), up)
        markers += self._labels(seen)
        on_plane = self._on_plane(seen)
        writer = cdr.Writer()
        writer.count(len(markers) + len(on_plane))
        for header, these in ((seen.header, markers), (seen.image_header, on_plane)):
            header = cdr.filled(cdr.header(header))
            for marker in these:
                marker.write(writer, header, self._lifetime)
        return bytes(writer)

    def _on_plane(self, seen):
        """Who has no position, at a distance before the camera, in the camera's own frame."""
        keypoints = seen.people.keypoints[np.isnan(seen.people.position).any(axis=1)]
        if not self._plane_distance:
            keypoints = keypoints[:0]
        before, self._on_plane_before = self._on_plane_before, len(keypoints) > 0
        if not (before or self._on_plane_before):
            return []
        width, height = seen.size
        camera = seen.camera or Camera.from_field_of_view(width, height, _FIELD_OF_VIEW)
        points = camera.unproject(keypoints[..., :2], np.full(keypoints.shape[:2],
                                                              self._plane_distance))
        return self._plane.markers(points, keypoints[..., 2])

    def _labels(self, seen):
        """The label of everyone with a position, and the deletion of those that are gone."""
        people = seen.people
        up, distances = seen.up, np.sqrt(np.add.reduce(seen.people_in_camera.position ** 2, axis=1))
        heights = np.fmax.reduce(people.points.dot(up), axis=1, initial=-np.inf)
        above = np.maximum(heights - people.position.dot(up), 0.) + _ABOVE
        at = people.position + above[:, None] * up
        markers = []
        for row, (number, distance) in enumerate(zip(people.ids.tolist(), distances.tolist())):
            if math.isfinite(distance):
                # Marker ids are int32, and those of people who are not tracked are below 0.
                key = number & 0x7fffffff if number else -1 - row
                text = '{}{:.1f} m'.format('#{} '.format(number) if number else '', distance)
                markers.append(self._label.at(key, at[row], text))
        before, self._labelled = self._labelled, {marker.number for marker in markers}
        return markers + [self._label.gone(key) for key in sorted(before - self._labelled)]


def _else(points, others):
    """Each point, (n, 3), or the other one where it is unknown."""
    known = np.logical_and.reduce(np.isfinite(points), axis=1, keepdims=True)
    return np.where(known, points, others)


class _Figures:
    """The limbs and joints of people."""

    def __init__(self, first_id):
        self._limbs = Kind(new_marker(Marker.LINE_LIST, 'limbs', first_id, scale=(_WIDTH, 0., 0.)))
        self._joints = [
            Kind(new_marker(Marker.SPHERE_LIST, 'joints', first_id + i, scale=(size,) * 3))
            for i, size in enumerate(_DIAMETERS)]

    def markers(self, points, scores) -> list:
        """The markers of points (n, 18, 3) m and scores (n, 18)."""
        known = np.logical_and.reduce(np.isfinite(points), axis=2)
        rows, limbs = (known[:, _LIMBS[:, 0]] & known[:, _LIMBS[:, 1]]).nonzero()
        ends = rows[:, None] * PART_COUNT + _LIMBS[limbs]
        points = points.reshape(-1, 3)
        markers = [self._limbs.showing(points[ends.ravel()], _LIMB_COLOURS[limbs.repeat(2)])]
        sizes = np.where(known, (scores >= _SCORES[0]) * 1 + (scores >= _SCORES[1]), -1).ravel()
        for size, kind in enumerate(self._joints):
            chosen = (sizes == size).nonzero()[0]
            markers.append(kind.showing(points.take(chosen, axis=0),
                                        _PART_COLOURS.take(chosen % PART_COUNT, axis=0)))
        return markers


class _Directions:
    """What is drawn of each person along some directions, a marker a direction.

    All directions are computed as one array: NumPy's calls, not the people, take the time.
    """

    def __init__(self, kinds, markers):
        """kinds: (namespace, colour BGR, length m) of each direction."""
        self._lengths = np.array([length for _, _, length in kinds])
        self._kinds = [Kind(marker) for marker in markers]

    def _known(self, starts, directions):
        """Which of starts and directions (k, n, 3) are known, (k, n), and how many, (k,).

        And those as (m, 3), and the length of each as it is drawn.
        """
        known = np.logical_and.reduce(np.isfinite(starts + directions), axis=2)
        counts = np.add.reduce(known, axis=1, dtype=int)
        return known, counts, starts[known], directions[known], self._lengths.repeat(counts)

    def _showing(self, counts, corners):
        """A marker of each direction of as many people's corners (m, corners, 3)."""
        ends = counts.cumsum().tolist()
        return [kind.showing(corners[end - count:end])
                for kind, count, end in zip(self._kinds, counts.tolist(), ends)]


class _Arrows(_Directions):
    """Arrows: a shaft and the two strokes of its head."""

    def __init__(self, kinds):
        super().__init__(kinds, [new_marker(Marker.LINE_LIST, namespace, 0, bgr,
                                            scale=(_WIDTH, 0., 0.)) for namespace, bgr, _ in kinds])

    def markers(self, starts, directions, up) -> list:
        """The markers of arrows from starts along directions, (k, n, 3) each."""
        _, counts, starts, directions, lengths = self._known(starts, directions)
        along = lengths[:, None] * directions
        tips = starts + along
        across, back = .12 * along.dot(messages.cross_matrix(up)), tips - .2 * along
        corners = np.array((starts, tips, tips, back + across, tips, back - across))
        return self._showing(counts, corners.transpose(1, 0, 2))


class _Wedges(_Directions):
    """Wedges of one standard deviation to either side of a direction."""

    _ORDER = np.array([corner for rim in range(1, len(_WEDGE)) for corner in (0, rim, rim + 1)])

    def __init__(self, kinds):
        super().__init__(kinds, [new_marker(Marker.TRIANGLE_LIST, namespace, 0, bgr, alpha=.3)
                                 for namespace, bgr, _ in kinds])

    def markers(self, starts, directions, stddevs, up) -> list:
        """The markers of wedges from starts round directions (k, n, 3), by stddevs (k, n).

        stddevs: rad, about `up`.
        """
        starts = np.where(np.isfinite(stddevs)[..., None], starts, np.nan)
        known, counts, starts, forward, lengths = self._known(starts, directions)
        angles = np.minimum(stddevs[known], math.pi)[:, None, None] * _WEDGE[:, None]
        forward = forward[:, None]
        level = forward - forward.dot(up)[..., None] * up
        rim = starts[:, None] + lengths[:, None, None] * (
            forward + (np.cos(angles) - 1.) * level
            + np.sin(angles) * level.dot(messages.cross_matrix(up)))
        corners = np.concatenate(((starts - _SUNK * up)[:, None], rim), axis=1)
        return self._showing(counts, corners.take(self._ORDER, axis=1))
