"""Where the camera is, from TF; needs the package tf2_ros, which may be missing."""
from typing import NamedTuple

import numpy as np
from rclpy.duration import Duration
from rclpy.time import Time

from openpose_ros.ros.rotations import matrix

try:
    import tf2_ros
except ImportError:
    tf2_ros = None

_PATIENCE = Duration(seconds=.1)    # for a transform that arrives after its picture


class FrameError(ValueError):
    """TF cannot say where a frame is; the message is one line that says why."""


class Pose(NamedTuple):
    """One frame in another: p' = rotation p + translation. translation: m."""

    rotation: np.ndarray
    translation: np.ndarray


def need_tf2(parameter: str):
    """The module tf2_ros; FrameError, naming the parameter that needs it, where it is missing."""
    if tf2_ros is None:
        raise FrameError('{0} needs the package tf2_ros, which is not installed: install '
                         'ros-<distro>-tf2-ros-py or leave {0} at its default'.format(parameter))
    return tf2_ros


class Frames:
    """Listens to TF for as long as it lives."""

    def __init__(self, node) -> None:
        """Raises FrameError where tf2_ros is not installed."""
        tf2 = need_tf2('target_frame')
        self._buffer = tf2.Buffer()
        self._listener = tf2.TransformListener(self._buffer, node)

    def pose(self, target: str, source: str, stamp) -> Pose:
        """The frame `source` in `target` at this stamp; FrameError where that is not known.

        Call it from another thread than the executor's: it waits a little.
        """
        try:
            transform = self._buffer.lookup_transform(
                target, source, Time.from_msg(stamp), timeout=_PATIENCE).transform
        except tf2_ros.TransformException as error:
            raise FrameError('no transform from {} to {} at the picture\'s stamp: {}'.format(
                source, target, ' '.join(str(error).split())))
        turn, move = transform.rotation, transform.translation
        return Pose(matrix(turn.x, turn.y, turn.z, turn.w), np.array((move.x, move.y, move.z)))

    def forget(self) -> None:
        """Forget what was heard: time has jumped back, and what is newer keeps out what comes."""
        self._buffer.clear()

    def close(self) -> None:
        """Stop listening."""
        self._listener.unregister()
