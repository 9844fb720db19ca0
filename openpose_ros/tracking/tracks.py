"""All that is remembered of the people followed, in arrays of one row a person."""
from typing import Sequence, Tuple, Union

import numpy as np

from openpose_ros.body import PART_COUNT
from openpose_ros.people import SOURCE_MONOCULAR, SOURCE_NONE, People
from openpose_ros.tracking.arrays import Rows, indices, interleaved, where_known
from openpose_ros.tracking.association import Observations
from openpose_ros.tracking.direction_filter import DirectionFilter, Measured
from openpose_ros.tracking.imm import MotionFilter, Noise
from openpose_ros.tracking.settings import Settings
from openpose_ros.tracking.smoothing import MEMORY, JointFilter, gain
from openpose_ros.tracking.stature import StatureFilter

OUTLIER_GATE = 25.          # squared Mahalanobis distance: five sigma
# Outliers in a row after which a place in the image and in space is taken over.
PATIENCE = 1, 3
STILL_SPEED, START_SPEED = 0.03, 1.             # m/s, of someone standing, of someone just seen
SCALE_CUTOFF = 1.           # Hz, of the smoothing of the px per metre
ATTENTION_CUTOFF = 1.       # Hz, of the smoothing of attention: a third of a second
# Share of a measurement's variance that is the same in successive images (the unknown height of a
# body, the camera's calibration), by source: none, depth, monocular. Smoothing cannot reduce it.
SHARED = np.array([0., 0.6, 1.])
# Of what is kept twice: these rows are in the image, those in space.
IMAGE, SPACE = slice(0, None, 2), slice(1, None, 2)
_PLANE = np.diag([1., 1., 0.])
_ACROSS = np.eye(3) - _PLANE    # of z, which is 0 in an image; anything that can be inverted


class Tracks(Rows):
    """The people followed, in rows: their state after the newest image.

    ids: (n,) uint32, 0 for a tentative track. hits: (n,) detections so far. followed: (n,) s since
    the first of them. time_since_update: (n,) s since the last. missed: (n,) s of these in which
    they were looked at and not found. row: (n,) index of this image's detection, -1 for none.
    scores: (n,) and part_scores: (n, 18), of the last detection.
    motion: of the whole body; row 2 i is that of person i in the image, px, whose z is 0, and row
    2 i + 1 in space, m. parts: in the same rows the parts' offsets from where the body is. So both
    are filtered at once. directions: rows 2 i and 2 i + 1 are the facing and the gaze of i. source:
    (n,) of the position. shared: (n, 3, 3) m^2, the part of the position's covariance that
    smoothing cannot reduce. attention: (n,), NaN where unknown.
    """

    COLUMNS = {'ids': 0, 'hits': 0, 'followed': 0., 'time_since_update': 0., 'missed': 0.,
               'row': -1, 'scores': 0., 'part_scores': 0., 'source': SOURCE_NONE, 'shared': 0.,
               'attention': np.nan}

    def __init__(self, settings: Settings) -> None:
        self.motion = MotionFilter(3)
        self.parts = JointFilter(3)
        self.directions = DirectionFilter(settings.up)
        self.statures = StatureFilter()
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
        self.motion.noise = Noise(
            settings.still_drift, settings.acceleration, STILL_SPEED, START_SPEED, settings.dwell)
        self.directions.drift, self.directions.dwell = settings.still_turn, settings.dwell
        self.directions.flip_frames = settings.flip_frames
        self.directions.strong_stddev = settings.strong_facing_stddev
        self.parts.min_cutoff, self.parts.cutoff_slope = settings.min_cutoff, settings.cutoff_slope

    def add(self, count: int) -> None:
        """Append `count` people of whom nothing is known."""
        super().add(count)
        self.statures.add(count)
        for each in (self.motion, self.parts, self.directions):
            each.add(2 * count)
        self.motion.scale[IMAGE, 2] = 0.    # an image has no depth
        self.motion.patience[IMAGE], self.motion.patience[SPACE] = PATIENCE

    def keep(self, rows: np.ndarray) -> None:
        """Drop all people but these (boolean mask)."""
        super().keep(rows)
        self.statures.keep(rows)
        for each in (self.motion, self.parts, self.directions):
            each.keep(np.repeat(rows, 2))

    def predict(self, dt: float) -> None:
        """Move everybody on by `dt` seconds."""
        self.followed = self.followed + dt
        self.time_since_update = self.time_since_update + dt
        self.row[:] = -1
        for each in (self.motion, self.directions, self.parts):
            each.predict(dt)

    def rescale(self, factor: float) -> None:
        """Go on in images that are so many times as large as those before."""
        half = .5 * factor - .5     # (0, 0) is the middle of a pixel
        self.motion.rescale(IMAGE, factor, np.array([half, half, 0.]))
        self.parts.rescale(IMAGE, factor)

    @property
    def anchors(self) -> np.ndarray:
        """Where the bodies are in the image, (n, 2) px."""
        return self.motion.state()[IMAGE, :2]

    @property
    def keypoints(self) -> np.ndarray:
        """Where the parts are in the image, seen lately or not, (n, 18, 2) px."""
        return self.anchors[:, None] + self.parts.offsets[IMAGE, :, :2]

    @property
    def scale(self) -> np.ndarray:
        """Pixels per metre at each person, (n,); a view."""
        return self.motion.scale[IMAGE, 0]

    def observed(self) -> Observations:
        """Everybody as they should be seen now."""
        position, covariance = self.motion.moving
        return Observations(
            keypoints=self.keypoints,
            seen=self.parts.age[IMAGE] <= (self.time_since_update + MEMORY)[:, None],
            scale=self.scale, noise=np.zeros(len(self.ids)),
            anchor_variance=covariance[IMAGE, 0, 0],    # the same in x as in y
            position=position[SPACE], position_covariance=covariance[SPACE] + self.shared,
            located=self.motion.known[SPACE])

    def predicted(self, dt: float) -> Tuple[np.ndarray, ...]:
        """The fields of a tracker.Predicted, `dt` s after the newest image."""
        confidence = self.confidence()
        mean = self.motion.state()[IMAGE]
        shown = self.part_scores > 0.
        places = (mean[:, :2] + dt * mean[:, 3:5])[:, None] + self.parts.offsets[IMAGE, :, :2]
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
        weight = np.where(self.hits[these] > 1, gain(SCALE_CUTOFF, dt), 1.)
        old = self.scale[these]
        self.motion.scale[IMAGE, :2][these] = (old * (found.scale / old) ** weight)[:, None]
        self.statures.update(rows, people.stature, people.stature_stddev)
        both = these if len(rows) == len(self.ids) else interleaved(2 * rows, 2 * rows + 1)
        self._update_motion(rows, both, people, found, anchor, camera_position)
        self._update_directions(rows, both, people, dt)
        self._update_parts(both, people, found, anchor, dt)

    def miss(self, dt: float, looked_at: np.ndarray) -> None:
        """Who was not detected though they were `looked_at`, (n,) bool, has been missed so long."""
        self.missed += dt * (looked_at & (self.row < 0))

    def forget(self) -> None:
        """Give up positions and directions that were not measured for too long."""
        limit = self.settings.max_age + self.time_since_update - self.missed
        self.motion.known[SPACE] &= self.motion.age[SPACE] <= limit
        self.directions.known &= self.directions.age <= limit.repeat(2)

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

    def confidence(self) -> np.ndarray:
        """Factor on the scores, (n,): from 1 to 0 as time passes in which they are missed."""
        return np.maximum(1. - self.missed / max(self.settings.max_age, 1e-9), 0.)

    def _update_motion(self, rows: np.ndarray, both: Union[np.ndarray, slice], people: People,
                       found: Observations, anchor: np.ndarray,
                       camera_position: Sequence[float]) -> None:
        """Take in where bodies are in the image and in space; `both` are the rows of `motion`."""
        position, covariance = self._placed(rows, people, found, camera_position)
        measured, spread = np.zeros((len(rows), 2, 3)), np.zeros((len(rows), 2, 3, 3))
        measured[:, 0, :2], measured[:, 1] = anchor, position
        spread[:, 0] = found.anchor_variance[:, None, None] * _PLANE + _ACROSS
        spread[:, 1] = covariance
        measured, spread = measured.reshape(-1, 3), spread.reshape(-1, 3, 3)
        if False in found.located.tolist():
            told = interleaved(np.ones_like(found.located), found.located)
            both = indices(both, len(self.motion.known))[told]
            measured, spread = measured[told], spread[told]
        self.motion.update(both, measured, spread, OUTLIER_GATE)

    def _placed(self, rows: np.ndarray, people: People, found: Observations,
                camera_position: Sequence[float]) -> Tuple[np.ndarray, np.ndarray]:
        """Positions (m, 3) as measured in space, and their covariances (m, 3, 3).

        Where nothing but proportions told how far, the stature measured before does. Where
        the source changes the error that all measurements of the old one shared is no longer
        shared, so it counts as uncertainty.
        """
        position, covariance = found.position, found.position_covariance
        sources, located = people.position_source, found.located
        unsized = (sources == SOURCE_MONOCULAR) & np.isnan(people.stature) & located
        if True in (unsized & self.statures.known[rows]).tolist():
            position, covariance = position.copy(), covariance.copy()
            position[unsized], covariance[unsized] = self.statures.refine(
                rows[unsized], position[unsized], covariance[unsized], camera_position)
        changed = located & (sources != self.source[rows]) & self.motion.known[2 * rows + 1]
        if True in changed.tolist():
            self.motion.widen(2 * rows[changed] + 1, self.shared[rows[changed]])
        shared = SHARED.take(sources)[:, None, None] * covariance
        if False in located.tolist():
            rows, sources, shared = rows[located], sources[located], shared[located]
        self.source[rows] = sources
        self.shared[rows] = shared
        return position, covariance

    def _update_parts(self, both: Union[np.ndarray, slice], people: People, found: Observations,
                      anchor: np.ndarray, dt: float) -> None:
        """Take in where parts are on their bodies; `both` are the rows of `parts`."""
        measured = np.empty((len(anchor), 2, PART_COUNT, 3))
        measured[:, 0, :, :2] = found.keypoints - anchor[:, None]
        measured[:, 0, :, 2] = where_known(found.seen, 0.)
        measured[:, 1] = people.points - people.position[:, None]
        self.parts.update(both, measured.reshape(-1, PART_COUNT, 3), self.motion.scale[both, 0], dt)

    def _update_directions(self, rows: np.ndarray, both: Union[np.ndarray, slice], people: People,
                           dt: float) -> None:
        """Take in which way bodies and heads face, and whether they look at the camera.

        both: the rows of `directions`.
        """
        told = np.zeros((len(rows), 2, 5))      # directions, deviations about the axis, towards it
        told[:, 0, :3], told[:, 1, :3] = people.facing, people.gaze
        told[:, 0, 3], told[:, 1, 3] = people.facing_stddev, people.gaze_stddev
        told[:, 1, 4] = people.gaze_pitch_stddev        # a facing is horizontal
        told = told.reshape(-1, 5)
        sources = interleaved(people.facing_source, people.gaze_source)
        headed, = np.isfinite(people.heading).nonzero()
        at = 2 * headed
        known = np.logical_and.reduce(np.isfinite(told[:, :3]), axis=1)
        if False in known.tolist():
            both = indices(both, len(self.directions.known))[known]
            told, sources, at = told[known], sources[known], np.cumsum(known)[at] - 1
        self.directions.update(both, Measured(
            told[:, :3], told[:, 3], told[:, 4], sources, at, people.heading.take(headed),
            people.headings[headed, 0]), dt)
        known = np.isfinite(people.attention)
        these, attention = rows[known], people.attention[known]
        before = np.where(np.isnan(self.attention[these]), attention, self.attention[these])
        self.attention[these] = before + gain(ATTENTION_CUTOFF, dt) * (attention - before)
