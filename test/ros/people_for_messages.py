"""People of whom everything is known, and what the node has seen of them."""
import numpy as np
from std_msgs.msg import Header

from openpose_ros.people import SOURCE_DEPTH, people_in_image
from openpose_ros.ros.outputs.base import Seen

UP = np.array((0., -1., 0.))


def crowd(count=3, seed=1):
    """People in front of a level camera, in its optical frame."""
    rng = np.random.RandomState(seed)
    people = people_in_image(rng.uniform(0., 1., (count, 18, 3)) * (639., 479., 1.))
    turn = rng.uniform(-np.pi, np.pi, count)
    direction = np.column_stack((np.sin(turn), 0. * turn, np.cos(turn)))
    position = rng.uniform((-2., -.5, 1.5), (2., .5, 5.), (count, 3))
    source = np.full(count, SOURCE_DEPTH, np.uint8)
    return people._replace(
        points=position[:, None] + rng.normal(0., .3, (count, 18, 3)), position=position,
        position_covariance=np.tile(np.diag((.01, .02, .03)), (count, 1, 1)),
        position_source=source, facing=direction, facing_stddev=np.full(count, .2),
        facing_source=source, gaze=-direction, gaze_stddev=np.full(count, .3), gaze_source=source,
        velocity=.5 * direction, velocity_covariance=np.tile(.01 * np.eye(3), (count, 1, 1)),
        ids=np.arange(1, count + 1, dtype=np.uint32))


def seen(people, camera=None, **changes):
    """What outputs get: people in the image's own frame 'eye'."""
    header = Header(frame_id='eye')
    header.stamp.sec = 12
    made = Seen(np.zeros((480, 640, 3), np.uint8), header, header, 12., people, people, camera, UP,
                None)
    return made._replace(**changes)


class Node:
    """Stands in for the node where an output only makes publishers."""

    def __init__(self):
        self.published = []     # (topic, message)

    def create_publisher(self, message_type, topic, qos):
        return Publisher(self, topic)

    def destroy_publisher(self, publisher):
        self.published.append((publisher.topic, None))

    def create_guard_condition(self, callback):
        """Runs it at once; a node's runs on the executor's thread, and soon."""
        guard = lambda: None    # noqa: E731
        guard.trigger = callback
        return guard


class Publisher:
    def __init__(self, node, topic):
        self.topic = topic
        self._node = node

    def publish(self, message):
        self._node.published.append((self.topic, message))
