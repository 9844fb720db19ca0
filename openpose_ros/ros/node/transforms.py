"""Where the camera is, from TF; needs the package tf2_ros, which may be missing."""
import time
from typing import NamedTuple

import numpy as np
from rclpy.duration import Duration
from rclpy.time import Time

from openpose_ros.ros.conversions.rotations import matrix
from openpose_ros.ros.conversions.tf2 import FrameError, need_tf2

PATIENCE = .1   # s from an image to its transform, which may arrive later


class Pose(NamedTuple):
    """One frame in another: p' = rotation p + translation. translation: m."""

    rotation: np.ndarray
    translation: np.ndarray


class Frames:
    """Listens to TF for as long as it lives."""

    def __init__(self, node) -> None:
        """Raises FrameError where tf2_ros is not installed."""
        self._tf2 = need_tf2('target_frame')
        self._buffer = self._tf2.Buffer()
        self._listener = self._tf2.TransformListener(self._buffer, node)

    def pose(self, target: str, source: str, stamp, arrival: float) -> Pose:
        """The frame `source` in `target` at this stamp; FrameError where that is not known.

        arrival: of the image, by time.monotonic(). Call it from another thread than the executor's:
        it waits until PATIENCE after that.
        """
        patience = Duration(seconds=max(0., arrival + PATIENCE - time.monotonic()))
        try:
            transform = self._buffer.lookup_transform(
                target, source, Time.from_msg(stamp), timeout=patience).transform
        except self._tf2.TransformException as error:
            raise FrameError('no transform from {} to {} at the image\'s stamp: {}'.format(
                source, target, ' '.join(str(error).split())))
        turn, move = transform.rotation, transform.translation
        return Pose(matrix(turn.x, turn.y, turn.z, turn.w), np.array((move.x, move.y, move.z)))

    def forget(self) -> None:
        """Forget what was heard: time has jumped back, and what is newer keeps out what comes."""
        self._buffer.clear()

    def close(self) -> None:
        """Stop listening."""
        self._listener.unregister()
