"""Stands in for tf2_ros where that is not installed: a buffer of transforms over time.

Between two stamps the translation is interpolated linearly and the rotation along the great arc,
and outside of what was heard there is an ExtrapolationException, as in tf2's TimeCache.
"""
import bisect
import math
import time
import types

from geometry_msgs.msg import TransformStamped


class TransformException(Exception):
    """tf2's."""


class ExtrapolationException(TransformException):
    """tf2's."""


class Buffer:
    """Of one pair of frames; `meanwhile` is called while a lookup waits, for what arrives late."""

    def __init__(self):
        self._stamps, self._transforms = [], []
        self.meanwhile = lambda: None

    def set_transform(self, transform, authority=''):
        """Hear a TransformStamped."""
        self._stamps.append(_seconds(transform.header.stamp))
        self._transforms.append(transform)

    def lookup_transform(self, target, source, when, timeout):
        """The TransformStamped at rclpy.time.Time `when`; waits for the rclpy Duration."""
        stamp, end = when.nanoseconds * 1e-9, time.monotonic() + timeout.nanoseconds * 1e-9
        while not self._stamps or self._stamps[-1] < stamp:
            if time.monotonic() > end:
                raise ExtrapolationException('Lookup would require extrapolation into the future. '
                                             ' Requested time {:.3f}'.format(stamp))
            self.meanwhile()
            time.sleep(.002)
        after = bisect.bisect_left(self._stamps, stamp)
        if not after and self._stamps[0] > stamp:
            raise ExtrapolationException('Lookup would require extrapolation into the past')
        before = max(after - 1, 0)
        span = self._stamps[after] - self._stamps[before]
        share = (stamp - self._stamps[before]) / span if span else 0.
        return _between(self._transforms[before], self._transforms[after], share)

    def clear(self):
        self.__init__()


class TransformListener:
    """Hears nothing: the test fills the buffer."""

    newest = None

    def __init__(self, buffer, node):
        TransformListener.newest = buffer

    def unregister(self):
        pass


def module():
    """What takes the place of the module tf2_ros."""
    return types.SimpleNamespace(Buffer=Buffer, TransformListener=TransformListener,
                                 TransformException=TransformException)


def _seconds(stamp):
    return stamp.sec + 1e-9 * stamp.nanosec


def _between(one, other, share):
    found = TransformStamped(header=other.header, child_frame_id=other.child_frame_id)
    for axis in 'xyz':
        a, b = (getattr(each.transform.translation, axis) for each in (one, other))
        setattr(found.transform.translation, axis, a + share * (b - a))
    p, q = ([getattr(each.transform.rotation, axis) for axis in 'xyzw'] for each in (one, other))
    cosine = sum(a * b for a, b in zip(p, q))
    q = [math.copysign(1., cosine) * b for b in q]
    angle = math.acos(min(abs(cosine), 1.))
    weights = (1. - share, share) if angle < 1e-6 else (
        math.sin((1. - share) * angle) / math.sin(angle), math.sin(share * angle) / math.sin(angle))
    for axis, a, b in zip('xyzw', p, q):
        setattr(found.transform.rotation, axis, weights[0] * a + weights[1] * b)
    return found
