"""The people as bodies of ROS4HRI (REP-155); needs the package hri_msgs, which may be missing."""
import threading

import numpy as np
from rclpy.qos import QoSProfile

from openpose_ros.body import COCO
from openpose_ros.ros.conversions import messages
from openpose_ros.ros.outputs.base import Output, Seen

try:
    import hri_msgs.msg as hri_msgs
except ImportError:
    hri_msgs = None

_ROOT = '/humans/bodies/'


class HriError(ValueError):
    """What ROS4HRI needs is missing; the message is one line that says what to do."""


class Bodies(Output):
    """/humans/bodies/tracked, and skeleton2d and roi below /humans/bodies/<id>.

    Ids begin with the parameter id_prefix. They are in the image, as fractions of its size.
    """

    def __init__(self, node) -> None:
        """Raises HriError where hri_msgs is not installed."""
        if hri_msgs is None:
            raise HriError('publish_hri needs the package hri_msgs, which is not installed: '
                           'install ros-<distro>-hri-msgs or set publish_hri to false')
        self._publisher = node.create_publisher(hri_msgs.IdsList, _ROOT + 'tracked',
                                                QoSProfile(depth=5))
        self._bodies = _BodyPublishers(node)

    @staticmethod
    def wanted(values) -> bool:
        return values['publish_hri']

    def configure(self, values) -> None:
        self._prefix = values['id_prefix']

    def publish(self, seen: Seen) -> None:
        people = seen.people.select(seen.people.ids > 0)
        width, height = seen.size
        names = ['{}{}'.format(self._prefix, number) for number in people.ids]
        self._publisher.publish(hri_msgs.IdsList(header=seen.image_header, ids=names))
        publishers = self._bodies.of(names)
        for name, keypoints, score in zip(names, people.keypoints, people.scores.tolist()):
            if name in publishers:
                skeleton2d, roi = publishers[name]
                skeleton2d.publish(skeleton_2d(keypoints, seen.image_header, width, height))
                roi.publish(region(keypoints, score, seen.image_header, width, height))

    def close(self, node) -> None:
        self._bodies.close()
        super().close(node)


class _BodyPublishers:
    """The publishers of each body: asked for by the worker, made and destroyed by the executor.

    rclpy's executor may come upon a publisher that another thread destroys, and raise.
    """

    def __init__(self, node):
        self._node = node
        self._lock = threading.Lock()
        self._wanted = set()
        self._made = {}     # name: (publisher of skeleton2d, of roi)
        self._changed = node.create_guard_condition(self._update)

    def of(self, names):
        """{name: (publisher of skeleton2d, of roi)} of those that are there; the others come soon.

        Those of any other name go.
        """
        with self._lock:
            self._wanted = set(names)
            found = {name: self._made[name] for name in names if name in self._made}
            as_wanted = self._wanted == set(self._made)
        if not as_wanted:
            self._changed.trigger()
        return found

    def close(self):
        with self._lock:
            self._wanted = set()
        self._update()
        self._node.destroy_guard_condition(self._changed)

    def _update(self):
        with self._lock:
            missing = self._wanted.difference(self._made)
            gone = [self._made.pop(name) for name in set(self._made).difference(self._wanted)]
        for publishers in gone:
            for publisher in publishers:
                self._node.destroy_publisher(publisher)
        made = {name: self._make(name) for name in missing}
        with self._lock:
            self._made.update(made)

    def _make(self, name):
        return tuple(
            self._node.create_publisher(message_type, _ROOT + name + topic, QoSProfile(depth=1))
            for topic, message_type in (('/skeleton2d', hri_msgs.Skeleton2D),
                                        ('/roi', hri_msgs.NormalizedRegionOfInterest2D)))


def skeleton_2d(keypoints: np.ndarray, header, width: int, height: int):
    """The Skeleton2D of one person, (18, 3) px of an image of this size.

    Its eyes and ears are numbered the other way round, so parts are matched by name. Fractions must
    lie in [0, 1], so a part that was not seen is told by its confidence, 0.
    """
    message = hri_msgs.Skeleton2D(header=header)
    message.skeleton = [hri_msgs.NormalizedPointOfInterest2D() for _ in COCO.parts]
    at = np.clip((keypoints[:, :2] + .5) / (width, height), 0., 1.).tolist()
    for name, (x, y), score in zip(COCO.parts, at, keypoints[:, 2].tolist()):
        point = message.skeleton[getattr(hri_msgs.Skeleton2D, name.upper())]
        if score > 0.:
            point.x, point.y, point.c = x, y, score
    return message


def region(keypoints: np.ndarray, score: float, header, width: int, height: int):
    """The NormalizedRegionOfInterest2D round one person's seen parts."""
    x, y, wide, high = messages.boxes_around(keypoints[None], width, height)[0]
    return hri_msgs.NormalizedRegionOfInterest2D(
        header=header, xmin=x / width, ymin=y / height, xmax=(x + wide) / width,
        ymax=(y + high) / height, c=score)
