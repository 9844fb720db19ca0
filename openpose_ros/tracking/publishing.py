"""People as they are published, of what is remembered of them."""
import numpy as np

from openpose_ros.body import PART_COUNT
from openpose_ros.circle import COUNT
from openpose_ros.people import People
from openpose_ros.tracking.arrays import where_known
from openpose_ros.tracking.tracks import IMAGE, SPACE, Tracks

# s in which the part of a position's error that all measurements share may become another: as a
# velocity it is wrong by that.
SHARED_TIME = 2.


def people(tracks: Tracks, measured: People) -> People:
    """Everybody as published; `measured` is this image's detections.

    Someone who was not detected is predicted, with the parts they last showed and with scores
    that fall to 0 within `max_age` of being missed.
    """
    confidence = tracks.confidence()
    state, located = tracks.motion.state(), tracks.motion.known[SPACE]
    places = state[:, None, :3] + tracks.parts.offsets
    keypoints = np.empty((len(tracks.ids), PART_COUNT, 3), np.float32)
    keypoints[..., :2] = np.where(tracks.part_scores[..., None] > 0., places[IMAGE, :, :2],
                                  np.nan)
    keypoints[..., 2] = tracks.part_scores * confidence[:, None]
    shown = tracks.parts.age[SPACE] <= (tracks.time_since_update + 1e-6)[:, None]
    mean = where_known(located, state[SPACE])
    covariance = where_known(located, tracks.motion.mixed_covariance()[SPACE])
    directions, stddev, sources = tracks.directions.estimate()
    gazes = tracks.directions.known[1::2]
    gaze_pitch_stddev = np.sqrt(where_known(gazes, tracks.directions.elevation_variance[1::2]))
    stature, stature_stddev = tracks.statures.estimate()
    people = People(
        keypoints=keypoints, scores=(tracks.scores * confidence).astype(np.float32),
        points=where_known(shown & located[:, None], places[SPACE]),
        position=mean[:, :3], position_covariance=covariance[:, 0, 0] + tracks.shared,
        position_source=tracks.source * located,
        facing=directions[0::2], facing_stddev=stddev[0::2], facing_source=sources[0::2],
        heading=np.full(len(stature), np.nan), headings=_of_this_image(tracks, measured.headings),
        gaze=directions[1::2], gaze_stddev=stddev[1::2], gaze_source=sources[1::2],
        velocity=mean[:, 3:],
        velocity_covariance=covariance[:, 1, 1] + tracks.shared * (1. / SHARED_TIME ** 2),
        gaze_pitch_stddev=gaze_pitch_stddev,
        attention=np.where(gazes, tracks.attention, np.nan),
        stature=stature, stature_stddev=stature_stddev, ids=tracks.ids.copy())
    _leave_raw(tracks, people, measured)
    return people


def _of_this_image(tracks: Tracks, values: np.ndarray) -> np.ndarray:
    """What was measured of everybody, (detections, ...) to (people, ...); NaN of who was not."""
    seen = tracks.row >= 0
    if not len(values):
        return np.full((len(seen),) + values.shape[1:], np.nan)
    return where_known(seen, values.take(tracks.row, axis=0))


def _leave_raw(tracks: Tracks, people: People, measured: People) -> None:
    """Put what is not to be smoothed back as it was measured, where it was."""
    names = [name for name in ('keypoints', 'points', 'position', 'facing', 'gaze')
             if not getattr(tracks.settings, 'smooth_' + name)]
    if not names:
        return
    now = np.flatnonzero(tracks.row >= 0)
    found = measured.select(tracks.row[now])
    for name in names:
        value = getattr(found, name)
        known = np.isfinite(value).any(axis=tuple(range(1, value.ndim)))
        for field in (name, name + '_covariance', name + '_stddev'):
            if hasattr(people, field):
                getattr(people, field)[now[known]] = getattr(found, field)[known]
