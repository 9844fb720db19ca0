"""All that is remembered of the people followed, in arrays of one row a person."""
from typing import Sequence, Tuple

import numpy as np

from openpose_ros.body import PART_COUNT
from openpose_ros.people import SOURCE_MONOCULAR, SOURCE_NONE, People
from openpose_ros.tracking.arrays import Rows, interleaved
from openpose_ros.tracking.association import Observations
from openpose_ros.tracking.direction_filter import DirectionFilter
from openpose_ros.tracking.imm import MotionFilter, Noise
from openpose_ros.tracking.settings import Settings
from openpose_ros.tracking.smoothing import MEMORY, JointFilter, gain
from openpose_ros.tracking.stature import StatureFilter

OUTLIER_GATE = 25.          # squared Mahalanobis distance: five sigma
PATIENCE = 3                # outliers in a row after which a position is taken over
STILL_SPEED, START_SPEED = 0.03, 1.             # m/s, of someone standing, of someone just seen
SCALE_CUTOFF = 1.           # Hz, of the smoothing of the px per metre
ATTENTION_CUTOFF = 1.       # Hz, of the smoothing of attention: a third of a second
# Share of a measurement's variance that is the same in successive images (the unknown height of a
# body, the camera's calibration), by source: none, depth, monocular. Smoothing cannot reduce it.
SHARED = np.array([0., 0.6, 1.])
# s in which that share may become another: as a velocity it is wrong by that.
SHARED_TIME = 2.
_PLANE = np.eye(2)


class Tracks(Rows):
    """The people followed, in rows: their state after the newest image.

    ids: (n,) uint32, 0 for a tentative track. hits: (n,) detections so far. followed: (n,) s since
    the first of them. time_since_update: (n,) s since the last. missed: (n,) s of these in which
    they were looked at and not found. row: (n,) index of this image's detection, -1 for none.
    scores: (n,) and part_scores: (n, 18), of the last detection.
    image, space: the motion of the whole body in px and in m; image.scale is the px per metre.
    joints (px), points (m): the parts' offsets from where image and space say that the body is.
    source: (n,) of the position. shared: (n, 3, 3) m^2, the part of the position's covariance that
    smoothing cannot reduce. directions: rows 2 i and 2 i + 1 are the facing and the gaze of i.
    attention: (n,), NaN where unknown.
    """

    COLUMNS = {'ids': 0, 'hits': 0, 'followed': 0., 'time_since_update': 0., 'missed': 0.,
               'row': -1, 'scores': 0., 'part_scores': 0., 'source': SOURCE_NONE, 'shared': 0.,
               'attention': np.nan}

    def __init__(self, settings: Settings) -> None:
        self.image = MotionFilter(2)
        self.space = MotionFilter(3)
        self.directions = DirectionFilter(settings.up)
        self.statures = StatureFilter()
        self.joints = JointFilter(2)
        self.points = JointFilter(3)
        self.configure(settings)
        self.ids = np.zeros(0, np.uint32)
        self.hits = np.zeros(0, int)
        self.followed = np.zeros(0)
        self.time_since_update = np.zeros(0)
        self.missed = np.zeros(0)
        self.row = np.zeros(0, int)
        self.scores = np.zeros(0, np.float32)
        self.part_scores = np.zeros((0, PART_COUNT), np.float32)
        self.source = np.zeros(0, np.uint8)
        self.shared = np.zeros((0, 3, 3))
        self.attention = np.zeros(0)

    def configure(self, settings: Settings) -> None:
        """Use these settings from now on, but for `up`."""
        self.settings = settings
        self.image.noise = self.space.noise = Noise(
            settings.still_drift, settings.acceleration, STILL_SPEED, START_SPEED, settings.dwell)
        self.directions.drift, self.directions.dwell = settings.still_turn, settings.dwell
        self.directions.flip_frames = settings.flip_frames
        self.directions.strong_stddev = settings.strong_facing_stddev
        for joints in (self.joints, self.points):
            joints.min_cutoff, joints.cutoff_slope = settings.min_cutoff, settings.cutoff_slope

    def add(self, count: int) -> None:
        """Append `count` people of whom nothing is known."""
        super().add(count)
        for part in (self.image, self.space, self.statures, self.joints, self.points):
            part.add(count)
        self.directions.add(2 * count)

    def keep(self, rows: np.ndarray) -> None:
        """Drop all people but these (boolean mask)."""
        super().keep(rows)
        for part in (self.image, self.space, self.statures, self.joints, self.points):
            part.keep(rows)
        self.directions.keep(np.repeat(rows, 2))

    def predict(self, dt: float) -> None:
        """Move everybody on by `dt` seconds."""
        self.followed = self.followed + dt
        self.time_since_update = self.time_since_update + dt
        self.row[:] = -1
        for each in (self.image, self.space, self.directions, self.joints, self.points):
            each.predict(dt)

    def rescale(self, factor: float) -> None:
        """Go on in images that are so many times as large as those before."""
        self.image.rescale(factor, .5 * factor - .5)    # (0, 0) is the middle of a pixel
        self.joints.rescale(factor)

    @property
    def keypoints(self) -> np.ndarray:
        """Where the parts are in the image, seen lately or not, (n, 18, 2) px."""
        return self.image.position()[:, None] + self.joints.offsets

    def observed(self) -> Observations:
        """Everybody as they should be seen now."""
        _, anchor_covariance = self.image.moving      # the same in x as in y
        position, covariance = self.space.moving
        return Observations(
            keypoints=self.keypoints,
            seen=self.joints.age <= self.time_since_update[:, None] + MEMORY,
            scale=self.image.scale, noise=np.zeros(len(self.ids)),
            anchor_variance=anchor_covariance[:, 0, 0],
            position=position, position_covariance=covariance + self.shared,
            located=self.space.known)

    def predicted(self, dt: float) -> Tuple[np.ndarray, ...]:
        """The fields of a tracker.Predicted, `dt` s after the newest image."""
        confidence = self._confidence()
        mean = self.image.state()
        shown = self.part_scores > 0.
        places = (mean[:, :2] + dt * mean[:, 2:])[:, None] + self.joints.offsets
        keypoints = np.concatenate([np.where(shown[..., None], places, np.nan),
                                    (self.part_scores * confidence[:, None])[..., None]], axis=2)
        y = places[..., 1]
        height = np.where(shown, y, -np.inf).max(axis=1) - np.where(shown, y, np.inf).min(axis=1)
        return (self.ids.copy(), keypoints, self.scores * confidence, height,
                self.time_since_update + dt)

    def update(self, rows: np.ndarray, columns: np.ndarray, people: People, found: Observations,
               anchor: np.ndarray, camera_position: Sequence[float], dt: float) -> None:
        """Take in one detection of each person of these rows.

        rows, columns: (m,) indices of the person and of the detection, which `people` gives as
        measured and `found` made ready. anchor: (m, 2) px, where each body was found in the image.
        camera_position: m. dt: s since the last image.
        """
        if not len(rows):
            return
        if columns.tolist() != list(range(people.count)):
            people, found = people.select(columns), found.select(columns)
        # As rows ascend, so many are all; a slice of an array is cheaper than the rows of it.
        these = slice(None) if len(rows) == len(self.ids) else rows
        self.hits[these] += 1
        self.time_since_update[these] = self.missed[these] = 0.
        self.row[these] = columns
        self.scores[these] = people.scores
        self.part_scores[these] = np.where(found.seen, people.keypoints[..., 2], 0.)
        self._update_image(rows, these, anchor, found, dt)
        self.statures.update(rows, people.stature, people.stature_stddev)
        self._update_space(rows, people, found, camera_position)
        self._update_directions(rows, people, camera_position, dt)
        keypoints = np.where(found.seen[..., None], found.keypoints, np.nan)
        self.joints.update(these, keypoints - anchor[:, None], self.image.scale[these], dt)
        self.points.update(these, people.points - people.position[:, None], 1., dt)

    def miss(self, dt: float, looked_at: np.ndarray) -> None:
        """Who was not detected though they were `looked_at`, (n,) bool, has been missed so long."""
        self.missed += dt * (looked_at & (self.row < 0))

    def forget(self) -> None:
        """Give up positions and directions that were not measured for too long."""
        limit = self.settings.max_age + self.time_since_update - self.missed
        self.space.known &= self.space.age <= limit
        self.directions.known &= self.directions.age <= limit.repeat(2)

    def people(self, measured: People) -> People:
        """Everybody as published; `measured` is this image's detections.

        Someone who was not detected is predicted, with the parts they last showed and with scores
        that fall to 0 within `max_age` of being missed.
        """
        confidence = self._confidence()
        keypoints = np.empty((len(self.ids), PART_COUNT, 3), np.float32)
        keypoints[..., :2] = np.where(self.part_scores[..., None] > 0., self.keypoints, np.nan)
        keypoints[..., 2] = self.part_scores * confidence[:, None]
        shown = self.points.age <= self.time_since_update[:, None] + 1e-6
        mean, covariance = self.space.combined()
        directions, stddev, sources = self.directions.estimate()
        gaze_pitch_stddev = np.where(self.directions.known, self.directions.elevation_variance,
                                     np.nan)[1::2] ** .5
        stature, stature_stddev = self.statures.estimate()
        people = People(
            keypoints=keypoints, scores=(self.scores * confidence).astype(np.float32),
            points=np.where(shown[..., None], mean[:, None, :3] + self.points.offsets, np.nan),
            position=mean[:, :3], position_covariance=covariance[:, :3, :3] + self.shared,
            position_source=np.where(self.space.known, self.source, SOURCE_NONE).astype(np.uint8),
            facing=directions[0::2], facing_stddev=stddev[0::2], facing_source=sources[0::2],
            gaze=directions[1::2], gaze_stddev=stddev[1::2], gaze_source=sources[1::2],
            velocity=mean[:, 3:],
            velocity_covariance=covariance[:, 3:, 3:] + self.shared / SHARED_TIME ** 2,
            gaze_pitch_stddev=gaze_pitch_stddev,
            attention=np.where(self.directions.known[1::2], self.attention, np.nan),
            stature=stature, stature_stddev=stature_stddev, ids=self.ids.copy())
        self._leave_raw(people, measured)
        return people

    def within(self, regions: Sequence[Tuple[float, float, float, float]]) -> np.ndarray:
        """Of whom at least half is in one of these regions (x, y, width, height) px, (n,) bool."""
        shown = self.part_scores > 0.
        x, y = np.moveaxis(self.keypoints, -1, 0)
        half, inside = .5 * shown.sum(axis=1), np.zeros(len(self.ids), bool)
        for left, top, width, height in regions:    # (0, 0) is the middle of a pixel
            these = ((x >= left) & (x <= left + width - 1.) & (y >= top)
                     & (y <= top + height - 1.) & shown)
            inside |= these.sum(axis=1) >= half
        return inside

    def _confidence(self) -> np.ndarray:
        """Factor on the scores, (n,): from 1 to 0 as time passes in which they are missed."""
        return np.maximum(1. - self.missed / max(self.settings.max_age, 1e-9), 0.)

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

    def _update_image(self, rows: np.ndarray, these, anchor: np.ndarray, found: Observations,
                      dt: float) -> None:
        """Take in where bodies are in the image and how large they look."""
        weight = np.where(self.hits[these] > 1, gain(SCALE_CUTOFF, dt), 1.)
        old = self.image.scale[these]
        self.image.scale[these] = old * (found.scale / old) ** weight
        covariance = found.anchor_variance[:, None, None] * _PLANE
        self.image.update(rows, anchor, covariance, OUTLIER_GATE, 1)

    def _update_space(self, rows: np.ndarray, people: People, found: Observations,
                      camera_position: Sequence[float]) -> None:
        """Take in where bodies are in space.

        Where nothing but proportions told how far, the stature measured before does. Where
        the source changes the error that all measurements of the old one shared is no longer
        shared, so it counts as uncertainty.
        """
        known = found.located
        rows, sources, position, covariance = (each[known] for each in (
            rows, people.position_source, found.position, found.position_covariance))
        unsized = (sources == SOURCE_MONOCULAR) & np.isnan(people.stature[known])
        if unsized.any():
            position[unsized], covariance[unsized] = self.statures.refine(
                rows[unsized], position[unsized], covariance[unsized], camera_position)
        changed = rows[self.space.known[rows] & (sources != self.source[rows])]
        self.space.widen(changed, self.shared[changed])
        self.space.update(rows, position, covariance, OUTLIER_GATE, PATIENCE)
        self.source[rows] = sources
        self.shared[rows] = SHARED[sources][:, None, None] * covariance

    def _update_directions(self, rows: np.ndarray, people: People,
                           camera_position: Sequence[float], dt: float) -> None:
        """Take in which way bodies and heads face, and whether they look at the camera."""
        directions = interleaved(people.facing, people.gaze)
        known = np.isfinite(directions).all(axis=1)
        level = np.zeros(len(rows))     # a facing is horizontal
        mirrors = np.full((2 * len(rows), 3), np.nan)
        alone = np.flatnonzero(people.facing_source == SOURCE_MONOCULAR)
        if len(alone):
            mirrors[2 * alone] = self.space.position()[rows[alone]] - camera_position
        self.directions.update(
            interleaved(2 * rows, 2 * rows + 1)[known], directions[known],
            interleaved(people.facing_stddev, people.gaze_stddev)[known],
            interleaved(level, people.gaze_pitch_stddev)[known],
            interleaved(people.facing_source, people.gaze_source)[known], mirrors[known], dt)
        told = np.isfinite(people.attention)
        these, attention = rows[told], people.attention[told]
        before = np.where(np.isnan(self.attention[these]), attention, self.attention[these])
        self.attention[these] = before + gain(ATTENTION_CUTOFF, dt) * (attention - before)
