"""People as images: the overlay on the camera's image, and the plan seen from above.

Right is vermilion, left is blue and the middle is yellow: colours of Okabe and Ito's palette that
people with any colour vision tell apart ("Color Universal Design", 2008).
"""
import math
from typing import Optional, Sequence, Tuple

import cv2
import numpy as np

from openpose_ros import looks
from openpose_ros.body import COCO
from openpose_ros.people import SOURCE_NAMES, People

RIGHT, LEFT, MIDDLE = (0, 94, 213), (178, 114, 0), (66, 228, 240)   # BGR
FACING, GAZE = (115, 158, 0), (167, 121, 204)
LOOKS = {looks.WHOLE: (160, 160, 160), looks.CROP: (233, 180, 86), looks.TILE: (0, 159, 230)}
_INK, _PAPER, _GRID = (40, 40, 40), (255, 255, 255), (215, 215, 215)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SUBPIXEL = 4   # binary digits after the point that OpenCV draws with
_FARTHEST = 1e5   # px; what lies farther off is not drawn, for OpenCV counts in 32 bits


def part_colour(part: int) -> Tuple[int, int, int]:
    """BGR colour of a COCO-18 part by the side of the body it is on."""
    name = COCO.parts[part]
    return RIGHT if name.startswith('right') else LEFT if name.startswith('left') else MIDDLE


def limb_colour(limb: int) -> Tuple[int, int, int]:
    """BGR colour of a COCO-18 limb: that of its end away from the trunk."""
    return part_colour(COCO.limbs[limb][1])


def overlay(image: np.ndarray, people: People, camera=None) -> np.ndarray:
    """A copy of the image with every skeleton, its id and distance, and facing and gaze.

    image: (height, width, 3) BGR. camera: a scene.Camera, without which there are no arrows. The
    arrows are half a metre long and start at the neck and the nose.
    """
    canvas = image.copy()
    width = max(1, int(round(min(image.shape[:2]) / 200.)))
    for row in range(people.count):
        _draw_skeleton(canvas, people.keypoints[row], width)
        if camera is not None:
            _draw_direction(canvas, camera, people.points[row, 1], people.facing[row], FACING,
                            width)
            _draw_direction(canvas, camera, people.points[row, 0], people.gaze[row], GAZE, width)
        _draw_label(canvas, people.keypoints[row],
                    _label(people.ids[row], np.linalg.norm(people.position[row])), width)
    return canvas


def draw_looks(canvas: np.ndarray, looked_at: Sequence[Tuple[str, np.ndarray]]) -> None:
    """Draw a frame round each part looked at, on the canvas itself.

    looked_at: the kind of each (looks.KINDS) and its corners, (2, 2) px: left top, right bottom.
    """
    width = max(1, int(round(min(canvas.shape[:2]) / 200.)))
    for kind, corners in looked_at:
        low, high = np.clip(np.rint(corners), -2 ** 15, 2 ** 15).astype(int)
        low = np.maximum(low, 0)
        high = np.minimum(high, canvas.shape[1::-1]) - 1
        cv2.rectangle(canvas, tuple(low.tolist()), tuple(high.tolist()), LOOKS[kind], 2 * width)


def _draw_skeleton(canvas, keypoints, width):
    seen = _drawable(keypoints)
    # The shoulder-ear links only help to find people: they are no limbs of a body.
    for limb, (start, end) in enumerate(COCO.limbs[:len(COCO.limbs) - COCO.extra_limbs]):
        if seen[start] and seen[end]:
            cv2.line(canvas, _fixed(keypoints[start]), _fixed(keypoints[end]), limb_colour(limb),
                     2 * width, cv2.LINE_AA, _SUBPIXEL)
    for part in np.flatnonzero(seen):
        radius = width * (1. + 1.5 * min(max(float(keypoints[part, 2]), 0.), 1.))
        cv2.circle(canvas, _fixed(keypoints[part]), int(radius * 2 ** _SUBPIXEL),
                   part_colour(part), cv2.FILLED, cv2.LINE_AA, _SUBPIXEL)


def _drawable(keypoints):
    """Which keypoints, (n, 3), are known and not farther off than OpenCV can draw."""
    with np.errstate(invalid='ignore'):
        return (np.abs(keypoints[:, :2]) < _FARTHEST).all(axis=1) & np.isfinite(keypoints[:, 2])


def _fixed(point):
    """A point in px as the fixed-point integers that OpenCV's drawing takes."""
    return tuple(int(round(float(value) * 2 ** _SUBPIXEL)) for value in point[:2])


def _draw_direction(canvas, camera, start, direction, colour, width):
    """An arrow of half a metre from a point in space, m, where both are known."""
    ends = np.stack((start, start + .5 * direction))
    if not np.isfinite(ends).all() or (ends[:, 2] < .05).any():
        return
    pixels = camera.project(ends)
    if (np.abs(pixels) < _FARTHEST).all():
        cv2.arrowedLine(canvas, _fixed(pixels[0]), _fixed(pixels[1]), colour, 2 * width,
                        cv2.LINE_AA, _SUBPIXEL, .25)


def _label(number, distance):
    parts = []
    if number:
        parts.append('#{}'.format(number))
    if math.isfinite(distance):
        parts.append('{:.1f} m'.format(distance))
    return ' '.join(parts)


def _draw_label(canvas, keypoints, text, width):
    seen = _drawable(keypoints)
    if not text or not seen.any():
        return
    left, top = keypoints[seen, :2].min(axis=0)
    scale = .3 * width + .2
    (wide, high), below = cv2.getTextSize(text, _FONT, scale, 1)
    x, y = int(max(left, 2)), int(max(top - 6 * width, high + 4))
    cv2.rectangle(canvas, (x - 2, y - high - 4), (x + wide + 2, y + below), _INK, cv2.FILLED)
    cv2.putText(canvas, text, (x, y), _FONT, scale, _PAPER, 1, cv2.LINE_AA)


def plan(people: People, size: int = 800, reach: Optional[float] = None,
         up: Sequence[float] = (0., -1., 0.)) -> np.ndarray:
    """The people seen from above: a (size, size, 3) BGR image, the camera at its lower edge.

    Each person is a disc with the ellipse of one standard deviation of their position, an arrow for
    facing and a shorter one for gaze, each in a wedge of one standard deviation, and their id and
    distance along the ground. reach: metres from the camera to the upper edge; by default all
    people fit. up: unit vector against gravity in the camera's optical frame.
    """
    ground = _ground_axes(np.asarray(up, float))
    where = people.position.dot(ground.T)
    known = np.flatnonzero(np.isfinite(where).all(axis=1))
    if reach is None:
        reach = max(3., math.ceil(1. + np.abs(where[known]).max(initial=2.)))
    sheet = _Sheet(size, reach)
    sheet.draw_rings()
    for row in known:
        for direction, stddev, colour, length in (
                (people.gaze[row], people.gaze_stddev[row], GAZE, .45),
                (people.facing[row], people.facing_stddev[row], FACING, .7)):
            sheet.draw_direction(where[row], ground.dot(direction), stddev, colour, length)
        covariance = ground.dot(people.position_covariance[row]).dot(ground.T)
        label = _label(people.ids[row], np.linalg.norm(where[row]))
        sheet.draw_person(where[row], covariance, '{} {}'.format(
            label, SOURCE_NAMES[people.position_source[row]]))
    unplaced = people.count - len(known)
    if unplaced:
        sheet.write('{} more without a position'.format(unplaced), (10, size - 12))
    return sheet.canvas


def _ground_axes(up):
    """(2, 3): the camera's right and its way forward, both level."""
    right = np.array((1., 0., 0.))
    right -= up * right.dot(up)
    right /= np.linalg.norm(right)
    return np.stack((right, np.cross(up, right)))


class _Sheet:
    """A plan being drawn: metres (right of, ahead of the camera) to pixels."""

    def __init__(self, size, reach):
        self.canvas = np.full((size, size, 3), 255, np.uint8)
        self._size = size
        self._reach = reach
        self._scale = (size - 60.) / reach   # px per m

    def _pixel(self, point):
        return np.array((self._size / 2. + point[0] * self._scale,
                         self._size - 30. - point[1] * self._scale))

    def write(self, text, where, colour=_INK):
        cv2.putText(self.canvas, text, (int(where[0]), int(where[1])), _FONT, .5, colour, 1,
                    cv2.LINE_AA)

    def draw_rings(self):
        """A circle for each metre from the camera, and the camera."""
        origin = _fixed(self._pixel((0., 0.)))
        for metre in range(1, int(self._reach * 1.5) + 1):
            cv2.circle(self.canvas, origin, int(metre * self._scale * 2 ** _SUBPIXEL), _GRID, 1,
                       cv2.LINE_AA, _SUBPIXEL)
            self.write('{} m'.format(metre), self._pixel((0., metre)) + (4, -4), (150, 150, 150))
        x, y = self._pixel((0., 0.))
        cv2.fillPoly(self.canvas, [np.array(((x, y - 12), (x - 9, y + 6), (x + 9, y + 6)),
                                             np.int32)], _INK, cv2.LINE_AA)

    def draw_direction(self, start, direction, stddev, colour, length):
        norm = np.linalg.norm(direction)
        if not norm > 0.:
            return
        direction = direction / norm
        if math.isfinite(stddev):
            self._draw_wedge(start, direction, stddev, colour, length)
        cv2.arrowedLine(self.canvas, _fixed(self._pixel(start)),
                        _fixed(self._pixel(start + length * direction)), colour, 3, cv2.LINE_AA,
                        _SUBPIXEL, .25)

    def _draw_wedge(self, start, direction, stddev, colour, length):
        heading = math.atan2(direction[1], direction[0])
        angles = heading + np.linspace(-1., 1., 25) * min(stddev, math.pi)
        rim = start + length * np.column_stack((np.cos(angles), np.sin(angles)))
        outline = np.array([self._pixel(point) for point in np.vstack((start[None], rim))])
        tinted = self.canvas.copy()
        cv2.fillPoly(tinted, [outline.astype(np.int32)], colour, cv2.LINE_AA)
        cv2.addWeighted(tinted, .25, self.canvas, .75, 0., self.canvas)

    def draw_person(self, where, covariance, text):
        if np.isfinite(covariance).all():
            variance, axes = np.linalg.eigh(covariance)
            spread = self._scale * np.sqrt(np.maximum(variance, 0.))
            angle = math.degrees(math.atan2(-axes[1, 1], axes[0, 1]))
            cv2.ellipse(self.canvas, tuple(int(v) for v in self._pixel(where)),
                        (max(int(spread[1]), 1), max(int(spread[0]), 1)), angle, 0., 360.,
                        (150, 150, 150), 1, cv2.LINE_AA)
        cv2.circle(self.canvas, _fixed(self._pixel(where)), 8 << _SUBPIXEL, _INK, cv2.FILLED,
                   cv2.LINE_AA, _SUBPIXEL)
        self.write(text, self._pixel(where) + (14, 4))
