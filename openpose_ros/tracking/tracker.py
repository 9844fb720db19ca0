"""The same person keeps the same number: frames of people in, the people followed out."""
import math
from typing import Optional, Sequence, Tuple

import numpy as np

from openpose_ros.people import People, people_in_image
from openpose_ros.tracking import association
from openpose_ros.tracking.settings import Settings
from openpose_ros.tracking.tracks import Tracks

LAST_ID = 2 ** 32 - 1


class Tracker:
    """Follows people from frame to frame.

    ignored: frames that came out of order and were left out. resets: times that tracking started
    afresh because time jumped back, too long without a frame had passed or the image's aspect had
    changed. unseen: (n,) s since each of the people last returned was detected; 0 for someone who
    is not predicted.
    """

    def __init__(self, settings: Settings = Settings()) -> None:
        self._settings = settings
        self.ignored = 0
        self.resets = 0
        self._next_id = 1
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
        """Forget everybody; ids go on where they were, so none ever means someone else."""
        self._tracks = Tracks(self._settings)
        self._stamp = None          # type: Optional[float]
        self._image_size = None     # type: Optional[Tuple[int, int]]
        self._people = people_in_image(np.zeros((0, 18, 3)))
        self.unseen = np.zeros(0)

    def update(self, people: People, stamp: float,
               image_size: Optional[Tuple[int, int]] = None,
               camera: Sequence[float] = (0., 0., 0.)) -> People:
        """Take in the people of one frame; returns the people followed, as of this frame.

        people: what was detected, from :func:`openpose_ros.scene.locate` or only in the image.
        stamp: s, the image's own time, from any epoch. image_size: width, height in px; if given,
        nobody is predicted to be where the image does not reach, and images may come to be of
        another size; if that has another aspect, tracking starts afresh. camera: m, where the
        camera is in the frame of the people's positions: the origin, unless they have been
        transformed.

        Returns everybody who has been detected in `min_hits` frames, oldest first, with id,
        velocity and what was measured smoothed. Someone who was not detected this time is predicted
        for up to `max_age`: her scores fall towards 0 and her covariances grow. A frame that is
        older than the newest is ignored, and the people of the newest are returned again.
        """
        dt = self._advance(stamp)
        if dt is None:
            self.ignored += 1
            return self._people
        if image_size is not None:
            self._fit(image_size)
        tracks, found = self._tracks, association.looks(people)
        if not found.anywhere.all():
            people, found = people.select(found.anywhere), found.select(found.anywhere)
        tracks.predict(dt)
        cost, shift = association.costs(tracks.looks(), found, tracks.ids == 0)
        rows, columns = association.assign(cost)
        tracks.update(rows, columns, people, found, shift[rows, columns], camera, dt)
        self._bury()
        new = people.scores >= self._settings.min_score
        new[columns] = False
        self._bear(np.flatnonzero(new), people, found, camera)
        published = tracks.ids > 0
        if image_size is not None:
            published &= (tracks.row >= 0) | tracks.within(image_size)
        self._people = tracks.people(people)
        if not published.all():
            self._people = self._people.select(published)
        self.unseen = tracks.unseen[published]
        return self._people

    def _advance(self, stamp: float) -> Optional[float]:
        """Seconds since the last frame; None if this one is to be ignored."""
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

    def _bury(self) -> None:
        """Give up who, and what of someone, has not been seen for too long."""
        tracks = self._tracks
        tracks.forget()
        limit = np.where(tracks.ids > 0, self._settings.max_age, self._settings.tentative_age)
        alive = tracks.unseen <= limit
        if not alive.all():
            tracks.keep(alive)

    def _bear(self, columns: np.ndarray, people: People, found: association.Looks,
              camera: Sequence[float]) -> None:
        """Begin to follow these detections, and name whoever is believed by now."""
        tracks = self._tracks
        if len(columns):
            rows = len(tracks.ids) + np.arange(len(columns))
            tracks.add(len(columns))
            tracks.update(rows, columns, people, found, found.centres[columns], camera, 0.)
        newcomers = np.flatnonzero(tracks.ids == 0)
        if not len(newcomers):
            return
        hits = tracks.hits[newcomers]
        long = tracks.followed[newcomers] >= self._settings.believe_time
        believed = newcomers[(hits >= self._settings.min_hits)
                             | ((hits >= 2) & long & (tracks.row[newcomers] >= 0))]
        # uint32, and 0 is nobody's: after the largest comes 1.
        tracks.ids[believed] = 1 + (self._next_id - 1 + np.arange(len(believed))) % LAST_ID
        self._next_id += len(believed)
