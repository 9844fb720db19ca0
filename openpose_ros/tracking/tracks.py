"""All that is remembered of the people followed, in arrays of one row a person."""
from typing import Sequence, Tuple

import numpy as np

from openpose_ros.body import PART_COUNT
from openpose_ros.people import SOURCE_MONOCULAR, SOURCE_NONE, People
from openpose_ros.tracking.association import Looks
from openpose_ros.tracking.direction_filter import Heading
from openpose_ros.tracking.imm import Motion, Noise
from openpose_ros.tracking.rows import Rows
from openpose_ros.tracking.settings import Settings
from openpose_ros.tracking.smoothing import MEMORY, Joints, gain

OUTLIER_GATE = 25.          # squared Mahalanobis distance: five sigma
PATIENCE = 3                # outliers in a row after which a position is believed
STILL_SPEED, START_SPEED = 0.03, 1.             # m/s, of someone standing, of someone just seen
SCALE_CUTOFF = 1.           # Hz, of the smoothing of the px per metre
# Share of a measurement's variance that is the same in successive frames (the unknown height of a
# body, the camera's calibration), by source: none, depth, monocular. Smoothing cannot reduce it.
SHARED = np.array([0., 0.1, 0.5])
_PLANE = np.eye(2)


class Tracks(Rows):
    """The people followed, in rows: their state after the newest frame.

    ids: (n,) uint32, 0 for someone not believed yet. hits: (n,) detections so far. followed,
    unseen: (n,) s since the first and since the last of them. row: (n,) index of this frame's
    detection, -1 for none. scores: (n,) and part_scores: (n, 18), of the last detection. image,
    space: the motion of the whole body in px and in m; image.scale is the px per metre. anchor:
    (n, 2), origin: (n, 3), the places of the body that joints (px) and points (m) were carried to.
    source: (n,) of the position. shared: (n, 3, 3) m^2, the part of the position's covariance that
    smoothing cannot reduce. heading: rows 2 i and 2 i + 1 are the facing and the gaze of person i.
    """

    COLUMNS = {'ids': 0, 'hits': 0, 'followed': 0., 'unseen': 0., 'row': -1, 'scores': 0.,
               'part_scores': 0., 'anchor': 0., 'origin': np.nan, 'source': SOURCE_NONE,
               'shared': 0.}

    def __init__(self, settings: Settings) -> None:
        self.image = Motion(2)
        self.space = Motion(3)
        self.heading = Heading(settings.up)
        self.joints = Joints(2)
        self.points = Joints(3)
        self.configure(settings)
        self.ids = np.zeros(0, np.uint32)
        self.hits = np.zeros(0, int)
        self.followed = np.zeros(0)
        self.unseen = np.zeros(0)
        self.row = np.zeros(0, int)
        self.scores = np.zeros(0, np.float32)
        self.part_scores = np.zeros((0, PART_COUNT), np.float32)
        self.anchor = np.zeros((0, 2))
        self.origin = np.zeros((0, 3))
        self.source = np.zeros(0, np.uint8)
        self.shared = np.zeros((0, 3, 3))

    def configure(self, settings: Settings) -> None:
        """Use these settings from now on, but for `up`."""
        self.settings = settings
        self.image.noise = self.space.noise = Noise(
            settings.still_drift, settings.acceleration, STILL_SPEED, START_SPEED, settings.dwell)
        self.heading.drift, self.heading.dwell = settings.still_turn, settings.dwell
        self.heading.flip_frames = settings.flip_frames
        self.heading.strong_stddev = settings.strong_facing_stddev
        for joints in (self.joints, self.points):
            joints.min_cutoff, joints.cutoff_slope = settings.min_cutoff, settings.cutoff_slope

    def add(self, count: int) -> None:
        """Append `count` people of whom nothing is known."""
        super().add(count)
        for part in (self.image, self.space, self.joints, self.points):
            part.add(count)
        self.heading.add(2 * count)

    def keep(self, rows: np.ndarray) -> None:
        """Drop all people but these (boolean mask)."""
        super().keep(rows)
        for part in (self.image, self.space, self.joints, self.points):
            part.keep(rows)
        self.heading.keep(np.repeat(rows, 2))

    def predict(self, dt: float) -> None:
        """Move everybody on by `dt` seconds."""
        self.followed = self.followed + dt
        self.unseen = self.unseen + dt
        self.row[:] = -1
        for motion in (self.image, self.space, self.heading):
            motion.predict(dt)
        self._carry(dt)

    def rescale(self, factor: float) -> None:
        """Go on in images that are so many times as large as those before."""
        offset = .5 * factor - .5   # (0, 0) is the middle of a pixel
        self.image.rescale(factor, offset)
        self.joints.rescale(factor, offset)
        self.anchor = factor * self.anchor + offset

    def looks(self) -> Looks:
        """Everybody as she should look now."""
        _, anchor_covariance = self.image.moving      # the same in x as in y
        position, covariance = self.space.moving
        return Looks(
            keypoints=self.joints.places, seen=self.joints.age <= self.unseen[:, None] + MEMORY,
            scale=self.image.scale, anchor_variance=anchor_covariance[:, 0, 0],
            position=position, position_covariance=covariance + self.shared,
            located=self.space.known)

    def update(self, rows: np.ndarray, columns: np.ndarray, people: People, found: Looks,
               shift: np.ndarray, camera: Sequence[float], dt: float) -> None:
        """Take in one detection of each person of these rows.

        rows, columns: (m,) indices of the person and of the detection, which `people` gives as
        measured and `found` made ready. shift: (m, 2) px, how far each body is from where it was
        expected in the image. camera: m, its position. dt: s since the last frame.
        """
        if not len(rows):
            return
        people, found = people.select(columns), found.select(columns)
        self.hits[rows] += 1
        self.unseen[rows] = 0.
        self.row[rows] = columns
        self.scores[rows] = people.scores
        self.part_scores[rows] = np.where(found.seen, people.keypoints[..., 2], 0.)
        anchor = self.anchor[rows] + shift
        self._see(rows, anchor, found, dt)
        self._locate(rows, people.position_source, found)
        self._turn(rows, people, camera, dt)
        self._carry()
        keypoints = np.where(found.seen[..., None], found.keypoints, np.nan)
        self.joints.update(rows, keypoints - (anchor - self.anchor[rows])[:, None],
                           self.image.scale[rows], dt)
        jitter = _or_zero(people.position - self.origin[rows])
        self.points.update(rows, people.points - jitter[:, None], 1., dt)

    def forget(self) -> None:
        """Give up positions and directions that were not measured for too long."""
        for motion in (self.space, self.heading):
            motion.known &= motion.age <= self.settings.max_age

    def people(self, measured: People) -> People:
        """Everybody as she is published; `measured` is this frame's detections.

        Someone who was not detected is predicted, with the parts she last showed and with scores
        that fall to 0 within `max_age`.
        """
        confidence = np.maximum(1. - self.unseen / max(self.settings.max_age, 1e-9), 0.)
        places = np.where(self.part_scores[..., None] > 0., self.joints.places, np.nan)
        scores = self.part_scores * confidence[:, None]
        shown = self.points.age <= self.unseen[:, None] + 1e-6
        mean, covariance = self.space.estimate()
        directions, stddev, sources = self.heading.estimate()
        unknown = np.full(len(self.ids), np.nan)    # not followed yet
        people = People(
            keypoints=np.concatenate([places, scores[..., None]], axis=2).astype(np.float32),
            scores=(self.scores * confidence).astype(np.float32),
            points=np.where(shown[..., None], self.points.places, np.nan),
            position=mean[:, :3], position_covariance=covariance[:, :3, :3] + self.shared,
            position_source=np.where(self.space.known, self.source, SOURCE_NONE).astype(np.uint8),
            facing=directions[0::2], facing_stddev=stddev[0::2], facing_source=sources[0::2],
            gaze=directions[1::2], gaze_stddev=stddev[1::2], gaze_source=sources[1::2],
            velocity=mean[:, 3:], velocity_covariance=covariance[:, 3:, 3:],
            gaze_pitch_stddev=unknown, attention=unknown, stature=unknown, stature_stddev=unknown,
            ids=self.ids.copy())
        self._leave_raw(people, measured)
        return people

    def within(self, image_size: Tuple[int, int]) -> np.ndarray:
        """Of whom at least half is in an image of this width and height in px, (n,) bool."""
        shown = self.part_scores > 0.
        places = self.joints.places
        inside = ((places >= 0.) & (places <= np.subtract(image_size, 1))).all(axis=2)
        return 2 * (shown & inside).sum(axis=1) >= shown.sum(axis=1)

    def _leave_raw(self, people: People, measured: People) -> None:
        """Put what is not to be smoothed back as it was measured, where it was."""
        names = [name for name in ('keypoints', 'points', 'position', 'facing', 'gaze')
                 if not getattr(self.settings, 'smooth_' + name)]
        if not names:
            return
        now = np.flatnonzero(self.row >= 0)
        found = measured.select(self.row[now])
        for name in names:
            value = getattr(found, name)
            known = np.isfinite(value).any(axis=tuple(range(1, value.ndim)))
            for field in (name, name + '_covariance', name + '_stddev'):
                if hasattr(people, field):
                    getattr(people, field)[now[known]] = getattr(found, field)[known]

    def _see(self, rows: np.ndarray, anchor: np.ndarray, found: Looks, dt: float) -> None:
        """Take in where bodies are in the image and how large they look."""
        weight = np.where(self.hits[rows] > 1, gain(SCALE_CUTOFF, dt), 1.)
        old = self.image.scale[rows]
        self.image.scale[rows] = old * (found.scale / old) ** weight
        covariance = found.anchor_variance[:, None, None] * _PLANE
        self.image.update(rows, anchor, covariance, OUTLIER_GATE, 1)

    def _locate(self, rows: np.ndarray, sources: np.ndarray, found: Looks) -> None:
        """Take in where bodies are in space.

        Where the source changes the error that all measurements of the old one shared is no longer
        shared, so it counts as uncertainty.
        """
        known = found.located
        rows, sources, covariance = rows[known], sources[known], found.position_covariance[known]
        changed = rows[self.space.known[rows] & (sources != self.source[rows])]
        self.space.widen(changed, self.shared[changed])
        self.space.update(rows, found.position[known], covariance, OUTLIER_GATE, PATIENCE)
        self.source[rows] = sources
        self.shared[rows] = SHARED[sources][:, None, None] * covariance

    def _turn(self, rows: np.ndarray, people: People, camera: Sequence[float], dt: float) -> None:
        """Take in which way bodies and heads face."""
        directions = _interleaved(people.facing, people.gaze)
        known = np.isfinite(directions).all(axis=1)
        mirrors = np.full((2 * len(rows), 3), np.nan)
        alone = np.flatnonzero(people.facing_source == SOURCE_MONOCULAR)
        if len(alone):
            mirrors[2 * alone] = self.space.expected()[rows[alone]] - camera
        self.heading.update(
            _interleaved(2 * rows, 2 * rows + 1)[known], directions[known],
            _interleaved(people.facing_stddev, people.gaze_stddev)[known],
            _interleaved(people.facing_source, people.gaze_source)[known], mirrors[known], dt)

    def _carry(self, dt: float = 0.) -> None:
        """Move joints and points with their bodies, to where these are now known to be."""
        anchor, origin = self.image.expected(), self.space.expected()
        self.joints.move(anchor - self.anchor, dt)
        self.points.move(_or_zero(origin - self.origin), dt)
        self.anchor, self.origin = anchor, origin


def _or_zero(values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), 0., values)


def _interleaved(facing: np.ndarray, gaze: np.ndarray) -> np.ndarray:
    """Rows of both in turn, as the heading has them."""
    both = np.empty((2 * len(facing),) + facing.shape[1:], facing.dtype)
    both[0::2], both[1::2] = facing, gaze
    return both
