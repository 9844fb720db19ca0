"""The same person keeps the same number: the people of each image in, the people followed out."""
import math
from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np

from openpose_ros.people import People, people_in_image
from openpose_ros.tracking import association, publishing
from openpose_ros.tracking.settings import Settings
from openpose_ros.tracking.tracks import Tracks

LAST_ID = 2 ** 32 - 1
# s in which nobody looked at someone, after which they are given up: they will have moved on.
# Chosen, not measured; it is reached only where nobody looks at all of the image.
MAX_UNWATCHED = 10.
Region = Tuple[float, float, float, float]      # x, y, width, height, px


class Predicted(NamedTuple):
    """Where the people followed will be in the image, for who plans what to look at.

    ids: (n,) uint32, 0 for a tentative track. keypoints: (n, 18, 3), x and y in px, and score; NaN
    and 0 for parts they did not show when last detected. scores: (n,) in [0, 1]. height: (n,) px,
    from their topmost to their lowest part. time_since_update: (n,) s since they were last
    detected, up to the time asked for.
    """

    ids: np.ndarray
    keypoints: np.ndarray
    scores: np.ndarray
    height: np.ndarray
    time_since_update: np.ndarray

    @property
    def boxes(self) -> np.ndarray:
        """Around their parts, (n, 4) px: x, y, width, height."""
        low = np.nanmin(self.keypoints[..., :2], axis=1)
        return np.concatenate([low, np.nanmax(self.keypoints[..., :2], axis=1) - low], axis=1)


class Tracker:
    """Follows people from image to image.

    ignored: images that came out of order and were left out. resets: times that tracking started
    afresh because time jumped back, too long without an image had passed or the images' aspect had
    changed. time_since_update: (n,) s since each of the people last returned was detected; 0 for
    someone who is not predicted.
    """

    def __init__(self, settings: Settings = Settings(), first_id: int = 1) -> None:
        """first_id: of the first person who is confirmed."""
        self._settings = settings
        self.ignored = 0
        self.resets = 0
        self._next_id = first_id
        self.reset()

    @property
    def settings(self) -> Settings:
        """What it goes by; may be set at any time. A new `up` makes it start afresh."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        turned = settings.up != self._settings.up
        self._settings = settings
        self._tracks.configure(settings)
        if turned:
            self.reset()

    def reset(self) -> None:
        """Forget everybody, as when time has jumped; ids go on, so none ever means someone else."""
        self._tracks = Tracks(self._settings)
        self._stamp = None          # type: Optional[float]
        self._up = self._settings.up
        self._image_size = None     # type: Optional[Tuple[int, int]]
        self._people = people_in_image(np.zeros((0, 18, 3)))
        self.time_since_update = np.zeros(0)

    def update(self, people: People, stamp: float,
               image_size: Optional[Tuple[int, int]] = None,
               camera_position: Sequence[float] = (0., 0., 0.),
               looked_at: Optional[Sequence[Region]] = None,
               keypoint_noise: Optional[np.ndarray] = None,
               up: Optional[Sequence[float]] = None) -> People:
        """Take in the people of one image; returns the people followed, as of this image.

        people: what was detected, from :func:`openpose_ros.scene.locate` or only in the image.
        stamp: s, the image's own time, from any epoch. image_size: width, height in px; if given,
        nobody is predicted to be where the image does not reach, and images may come to be of
        another size; if that has another aspect, tracking starts afresh. camera_position: m, in the
        frame of the people's positions: the origin, unless they have been transformed. looked_at:
        the parts of the image (x, y, width, height) px in which people were looked for; None: all
        of it. keypoint_noise: (people,) px, standard deviation of each person's keypoints, where it
        depends on how closely they were looked at. up: unit vector against gravity in the frame of
        the people's positions, where it is better known than the settings' `up`.

        Returns everybody who has been detected in `min_hits` images, oldest first, with id,
        velocity and what was measured smoothed. Someone who was not detected this time is
        predicted: with covariances that grow, and, if they were looked at, with scores that fall
        towards 0 and the end after `max_age`. An image that is older than the newest is ignored,
        and the people of the newest are returned again.
        """
        dt = self._advance(stamp)
        if dt is None:
            self.ignored += 1
            return self._people
        if image_size is not None:
            self._fit(image_size)
        if up is not None and tuple(up) != self._up:
            self._up = tuple(up)
            self._tracks.directions.tilt(up)
        found = association.observed(people, keypoint_noise)
        if not found.anywhere.all():
            people, found = people.select(found.anywhere), found.select(found.anywhere)
        tracks = self._tracks
        tracks.predict(dt)
        rows, columns, anchors = self._associate(found)
        tracks.update(rows, columns, people, found, anchors, camera_position, dt)
        tracks.miss(dt, True if looked_at is None else tracks.within(looked_at))
        self._prune()
        self._start(columns, people, found, camera_position)
        self._confirm()
        return self._publish(people, image_size)

    def predicted(self, stamp: float) -> Predicted:
        """Where everybody will be in the image of this time, s, tentative tracks included.

        What is remembered does not change. For a time before the newest image: as of that image.
        """
        dt = 0. if self._stamp is None else max(stamp - self._stamp, 0.)
        return Predicted(*self._tracks.predicted(dt))

    def _advance(self, stamp: float) -> Optional[float]:
        """Seconds since the last image; None if this one is to be ignored.

        The one place of the library that decides whether time has jumped.
        """
        stamp = float(stamp)
        if not math.isfinite(stamp):
            return None
        dt = 0. if self._stamp is None else stamp - self._stamp
        if dt < -self._settings.rewind_tolerance or dt > self._settings.reset_gap:
            self.resets += 1
            self.reset()
            dt = 0.
        elif self._stamp is not None and dt <= 0.:
            return None
        self._stamp = stamp
        return dt

    def _fit(self, image_size: Tuple[int, int]) -> None:
        """Go on in images of this size."""
        before, self._image_size = self._image_size, image_size
        if before in (None, image_size):
            return
        factor = image_size[0] / before[0]
        if abs(image_size[1] / before[1] / factor - 1.) <= .01:
            self._tracks.rescale(factor)
        else:
            self.resets += 1
            self._tracks = Tracks(self._settings)

    def _associate(self, found: association.Observations
                   ) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Who is who: rows of the tracks, of the detections, and the bodies' places (m, 2) px."""
        tracks = self._tracks
        cost, shift = association.costs(tracks.observed(), found, tracks.ids == 0)
        rows, columns = association.assign(cost)
        return rows, columns, tracks.anchors[rows] + shift[:, rows, columns].T

    def _prune(self) -> None:
        """Give up who, and what of someone, has been missed for too long."""
        tracks = self._tracks
        tracks.forget()
        limit = np.where(tracks.ids > 0, self._settings.max_age, self._settings.tentative_age)
        unwatched = tracks.time_since_update - tracks.missed
        alive = (tracks.missed <= limit) & (unwatched <= MAX_UNWATCHED)
        if False in alive.tolist():
            tracks.keep(alive)

    def _start(self, taken: np.ndarray, people: People, found: association.Observations,
               camera_position: Sequence[float]) -> None:
        """Start a tentative track of each detection that is good enough and not `taken` (rows)."""
        new = people.scores >= self._settings.min_score
        new[taken] = False
        columns = np.flatnonzero(new)
        if len(columns):
            tracks = self._tracks
            rows = len(tracks.ids) + np.arange(len(columns))
            tracks.add(len(columns))
            tracks.update(rows, columns, people, found, found.centres[columns], camera_position, 0.)

    def _confirm(self) -> None:
        """Give an id to each tentative track that was detected often, or long, enough."""
        tracks = self._tracks
        if 0 not in tracks.ids.tolist():
            return
        often = tracks.hits >= self._settings.min_hits
        long = (tracks.hits >= 2) & (tracks.followed >= self._settings.believe_time)
        confirmed = np.flatnonzero((tracks.ids == 0) & (often | long & (tracks.row >= 0)))
        # uint32, and 0 is nobody's: after the largest comes 1.
        tracks.ids[confirmed] = 1 + (self._next_id - 1 + np.arange(len(confirmed))) % LAST_ID
        self._next_id += len(confirmed)

    def _publish(self, people: People, image_size: Optional[Tuple[int, int]]) -> People:
        """The confirmed tracks that are seen or, if the image's size is known, within the image."""
        tracks = self._tracks
        published, seen = tracks.ids > 0, tracks.row >= 0
        if image_size is not None and False in seen.tolist():
            published &= seen | tracks.within([(0., 0.) + tuple(image_size)])
        self._people = publishing.people(tracks, people)
        if False in published.tolist():
            self._people = self._people.select(published)
        self.time_since_update = tracks.time_since_update[published]
        return self._people
