"""What a user may change about tracking, with units."""
from typing import NamedTuple, Tuple


class Settings(NamedTuple):
    """Parameters of a :class:`~openpose_ros.tracking.tracker.Tracker`.

    Life of a track
        min_hits: detections after which a tentative track is confirmed: published, with an id.
        believe_time: s; a track of two detections at least this long apart is confirmed too, for
            with a slow network `min_hits` images take long.
        min_score: person's score (the mean over all 18 parts) with which a track starts; a poorer
            detection, such as a single limb, only continues one.
        max_age: s; how long a person is predicted without a detection before the track is pruned,
            and their position, facing or gaze if only these cannot be measured.
        tentative_age: s; the same for a tentative track.
        reset_gap: s; after a longer time without any image tracking starts afresh.
        rewind_tolerance: s; an image older than the newest by at most this much is out of order
            and ignored; by more, time has jumped back (a bag that loops): tracking starts afresh.

    Motion (interacting multiple models: a person either stands still or moves)
        still_drift: m/sqrt(s); how far the hips of a standing person wander.
        acceleration: m/s^1.5; white acceleration of a moving person (root of its density).
        still_turn: rad/sqrt(s); how far the torso's and the head's direction wander.
        dwell: s; mean time a person stands, moves or turns before this changes.
        up: unit vector, in the frame of the positions; facing is an angle about it. The default is
            that of a camera's optical frame held level; (0, 0, 1) for a REP-103 world frame.

    Facing
        flip_frames: how many successive images must contradict a direction before its opposite
            (180 degrees) is taken over. (In a second or two they may have turned round, too.)
        strong_facing_stddev: rad; one measurement at least this certain is taken over at once.

    Smoothing (each may be turned off: then what was measured is published as it is)
        smooth_position, smooth_facing, smooth_gaze: the motion filter's estimate.
        smooth_keypoints (px), smooth_points (m): One-Euro filter relative to the moving body.
        min_cutoff: Hz; One-Euro: less is smoother at rest.
        cutoff_slope: Hz per m/s; One-Euro: more follows a fast limb more closely. The lag of a
            limb is below 1 / (2 pi cutoff_slope) metres at any speed.
    """

    min_hits: int = 3
    believe_time: float = 0.5
    min_score: float = 0.15
    max_age: float = 1.5
    tentative_age: float = 0.35
    reset_gap: float = 3.
    rewind_tolerance: float = 1.
    still_drift: float = 0.01
    acceleration: float = 1.
    still_turn: float = 0.03
    dwell: float = 5.
    up: Tuple[float, float, float] = (0., -1., 0.)
    flip_frames: int = 3
    strong_facing_stddev: float = 0.06
    smooth_position: bool = True
    smooth_facing: bool = True
    smooth_gaze: bool = True
    smooth_keypoints: bool = True
    smooth_points: bool = True
    min_cutoff: float = 1.5
    cutoff_slope: float = 3.5
