"""TF of a recording: all of it is known from the start, so nothing is waited for."""
import bisect
from typing import Dict, List, NamedTuple, Tuple

import numpy as np

from openpose_ros.recordings import Recording, RecordingError
from openpose_ros.ros.conversions.rotations import matrix
from openpose_ros.ros.conversions.tf2 import FrameError
from openpose_ros.ros.node.transforms import Pose

TOPICS = ('/tf', '/tf_static')
# ns; a transform is not gone by for longer after its last, or across a gap. Chosen: tf2 keeps 10 s,
# but across more than one second a robot may have turned round. Half of it would lose slow
# localisation (1 Hz); twice as much would bridge what nobody has seen.
_MAX_GAP = 1000000000


class Link(NamedTuple):
    """A frame in its parent over time: ns, quaternions (n, 4) x y z w, translations (n, 3) m."""

    parent: str
    times: List[int]
    turns: List[np.ndarray]
    moves: List[np.ndarray]
    static: bool


class RecordedFrames:
    """What the node's Frames is, of a recording.

    tf2_ros is not needed: PyPI has none, and its buffer forgets what is older than ten seconds.
    """

    def __init__(self, recording: Recording) -> None:
        """Reads all of /tf and /tf_static. Raises RecordingError where there is none."""
        self._links = {}    # type: Dict[str, Link]
        topics = [topic for topic in TOPICS if topic in recording.topics]
        if not topics:
            raise RecordingError('{} has neither /tf nor /tf_static, so target_frame must be '
                                 'empty'.format(recording.path))
        for message in recording.messages(topics):
            for transform in recording.deserialize(message).transforms:
                self._add(transform, message.topic == '/tf_static')
        for link in self._links.values():
            order = np.argsort(link.times, kind='stable')
            for values in (link.times, link.turns, link.moves):
                values[:] = [values[index] for index in order]

    def pose(self, target: str, source: str, stamp, arrival: float = 0.) -> Pose:
        """The frame `source` in `target` at this stamp; FrameError where that is not known."""
        time = stamp.sec * 1000000000 + stamp.nanosec
        up, down = self._to_root(source, time), self._to_root(target, time)
        if up[0] != down[0]:
            raise FrameError('no transform from {} to {} in the recording: the one hangs from {}, '
                             'the other from {}'.format(source, target, up[0], down[0]))
        rotation = down[1].T
        return Pose(rotation.dot(up[1]), rotation.dot(up[2] - down[2]))

    def forget(self) -> None:
        """Nothing is forgotten: all of the recording is known."""

    def close(self) -> None:
        """Nothing is listened to."""

    def _add(self, stamped, static):
        stamp, turn = stamped.header.stamp, stamped.transform.rotation
        move = stamped.transform.translation
        child = stamped.child_frame_id.lstrip('/')
        link = self._links.get(child)
        parent = stamped.header.frame_id.lstrip('/')
        if link is None or link.parent != parent:
            link = self._links[child] = Link(parent, [], [], [], static)
        link.times.append(stamp.sec * 1000000000 + stamp.nanosec)
        link.turns.append(np.array((turn.x, turn.y, turn.z, turn.w)))
        link.moves.append(np.array((move.x, move.y, move.z)))

    def _to_root(self, frame: str, time: int) -> Tuple[str, np.ndarray, np.ndarray]:
        """(root, rotation, translation) of a frame: p in the root = rotation p + translation."""
        frame = frame.lstrip('/')
        rotation, translation, passed = np.eye(3), np.zeros(3), set()
        while frame in self._links and frame not in passed:
            passed.add(frame)
            turn, move = _at(frame, self._links[frame], time)
            rotation, translation = turn.dot(rotation), turn.dot(translation) + move
            frame = self._links[frame].parent
        return frame, rotation, translation


def _at(name, link, time):
    """(rotation, translation) of a link at a time: between its neighbours, turned evenly."""
    if link.static:
        return matrix(*link.turns[-1]), link.moves[-1]
    after = bisect.bisect_left(link.times, time)
    if after < len(link.times) and link.times[after] == time:
        return matrix(*link.turns[after]), link.moves[after]
    if not 0 < after < len(link.times) or link.times[after] - link.times[after - 1] > _MAX_GAP:
        raise FrameError('no transform of {} in {} at the image\'s stamp, {:.3f} s'.format(
            name, link.parent, time * 1e-9))
    begin, end = link.times[after - 1], link.times[after]
    share = (time - begin) / float(end - begin)
    move = (1. - share) * link.moves[after - 1] + share * link.moves[after]
    return matrix(*_slerp(link.turns[after - 1], link.turns[after], share)), move


def _slerp(one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """The quaternion at a share of the way. Source: Shoemake, SIGGRAPH 1985."""
    cosine = one.dot(other)
    if cosine < 0.:
        other, cosine = -other, -cosine
    angle = np.arccos(min(cosine, 1.))
    if angle < 1e-6:
        return one
    return (np.sin((1. - share) * angle) * one + np.sin(share * angle) * other) / np.sin(angle)
