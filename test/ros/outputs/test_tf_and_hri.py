"""People as frames of TF and as bodies of ROS4HRI."""
import threading
import time
import types

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from people_for_messages import UP, Node, crowd, seen  # noqa: E402
from scipy.spatial.transform import Rotation  # noqa: E402

from openpose_ros import body  # noqa: E402
from openpose_ros.proportions import HEAD_PARTS  # noqa: E402
from openpose_ros.ros.conversions import tf2  # noqa: E402
from openpose_ros.ros.node import transforms  # noqa: E402
from openpose_ros.ros.outputs import hri  # noqa: E402
from openpose_ros.ros.outputs.tf import BodyFrames  # noqa: E402


class Broadcaster:
    """Stands in for tf2_ros.TransformBroadcaster."""

    def __init__(self, node):
        self.pub_tf = node.create_publisher(None, '/tf', None)
        self.sendTransform = self.pub_tf.publish


@pytest.fixture
def frames(monkeypatch):
    """Function that gives the frames that are broadcast: {name: (position, axes)}."""
    class Tf2:
        TransformBroadcaster = Broadcaster
    monkeypatch.setattr(tf2, 'tf2_ros', Tf2)
    node = Node()
    output = BodyFrames(node)
    output.configure({'id_prefix': 'p', 'target_frame': ''})

    def broadcast(people):
        del node.published[:]
        output.publish(seen(people))
        found = {}
        for _, transforms_sent in node.published:
            for sent in transforms_sent:
                assert sent.header.frame_id == 'eye' and sent.header.stamp.sec == 12
                move, turn = sent.transform.translation, sent.transform.rotation
                found[sent.child_frame_id] = (
                    np.array((move.x, move.y, move.z)),
                    Rotation.from_quat((turn.x, turn.y, turn.z, turn.w)).as_matrix())
        return found
    return broadcast


def test_bodies_and_heads_have_the_axes_of_rep_155(frames):
    people = crowd(2)
    found = frames(people)
    assert set(found) == {'body_p1', 'head_p1', 'body_p2', 'head_p2'}
    for row in range(2):
        position, axes = found['body_p{}'.format(row + 1)]
        np.testing.assert_allclose(position, people.position[row])
        np.testing.assert_allclose(axes[:, 0], people.facing[row], atol=1e-9)
        np.testing.assert_allclose(axes[:, 2], UP, atol=1e-9)
        position, axes = found['head_p{}'.format(row + 1)]
        np.testing.assert_allclose(position, people.points[row, list(HEAD_PARTS)].mean(axis=0))
        np.testing.assert_allclose(axes[:, 0], people.gaze[row], atol=1e-9)


def test_what_is_not_known_is_not_broadcast(frames):
    people = crowd(4)
    people.facing[0] = np.nan
    people.position[1] = np.nan
    people.points[2, list(HEAD_PARTS)] = np.nan
    people.ids[3] = 0
    assert set(frames(people)) == {'head_p1', 'head_p2', 'body_p3'}
    assert frames(crowd(0)) == {}


@pytest.mark.parametrize('target_frame, listeners, heard', [
    ('', 0, False), ('', 1, True), ('map', 1, False), ('map', 2, True)])
def test_the_nodes_own_listener_is_nobody(monkeypatch, target_frame, listeners, heard):
    class Tf2:
        TransformBroadcaster = Broadcaster
    monkeypatch.setattr(tf2, 'tf2_ros', Tf2)
    output = BodyFrames(Node())
    output.configure({'id_prefix': 'p', 'target_frame': target_frame})
    output._publisher.get_subscription_count = lambda: listeners
    assert output.has_subscribers() == heard


def test_without_tf2_ros_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(tf2, 'tf2_ros', None)
    with pytest.raises(tf2.FrameError, match='broadcast_tf needs the package tf2_ros'):
        BodyFrames(Node())
    with pytest.raises(tf2.FrameError, match='target_frame needs the package tf2_ros'):
        transforms.Frames(Node())


def test_what_tf_said_before_time_jumped_back_can_be_forgotten(monkeypatch):
    class Tf2:
        cleared = []

        class Buffer:
            def clear(self):
                Tf2.cleared.append(self)

        class TransformListener:
            def __init__(self, buffer, node):
                self.buffer = buffer
    monkeypatch.setattr(tf2, 'tf2_ros', Tf2)
    transforms.Frames(Node()).forget()
    assert len(Tf2.cleared) == 1


def test_without_hri_msgs_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(hri, 'hri_msgs', None)
    with pytest.raises(hri.HriError, match='publish_hri needs the package hri_msgs'):
        hri.Bodies(Node())


def test_publishers_of_bodies_are_made_and_destroyed_by_the_executor_alone(ros, monkeypatch):
    from rclpy.executors import SingleThreadedExecutor
    from std_msgs.msg import String
    monkeypatch.setattr(hri, 'hri_msgs', types.SimpleNamespace(
        Skeleton2D=String, NormalizedRegionOfInterest2D=String))
    node, threads = ros.create_node('bodies'), set()
    for name in ('create_publisher', 'destroy_publisher'):
        def noted(*args, call=getattr(node, name)):
            threads.add(threading.get_ident())
            return call(*args)
        setattr(node, name, noted)
    bodies = hri._BodyPublishers(node)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    spinning = threading.Thread(target=executor.spin)
    spinning.start()
    reached = 0
    for number in range(60):    # this thread is the worker's
        names = ['p{}'.format(number // 3 + each) for each in range(3)]
        for publisher, _ in bodies.of(names).values():
            publisher.publish(String())
            reached += 1
        time.sleep(.01)
    deadline = time.monotonic() + 10.
    while set(bodies.of(['last'])) != {'last'}:
        assert time.monotonic() < deadline
        time.sleep(.01)
    assert threads == {spinning.ident} and reached > 60
    assert sum('/humans/bodies/' in publisher.topic_name for publisher in node.publishers) == 2
    executor.shutdown()
    spinning.join(10.)
    bodies.close()
    assert not any('/humans/bodies/' in publisher.topic_name for publisher in node.publishers)
    node.destroy_node()


def test_bodies_of_ros4hri():
    pytest.importorskip('hri_msgs.msg', reason='hri_msgs is not installed')
    from hri_msgs.msg import Skeleton2D
    people = crowd(2)
    people.keypoints[0, body.LEFT_EYE] = 99.5, 47.5, .7
    people.keypoints[0, body.RIGHT_EAR] = np.nan, np.nan, 0.
    node = Node()
    output = hri.Bodies(node)
    output.configure({'id_prefix': 'p'})
    output.publish(seen(people))    # makes the publishers
    output.publish(seen(people))
    published = dict(node.published)
    assert published['/humans/bodies/tracked'].ids == ['p1', 'p2']
    skeleton = published['/humans/bodies/p1/skeleton2d'].skeleton
    eye = skeleton[Skeleton2D.LEFT_EYE]
    assert (eye.x, eye.y) == (pytest.approx(100. / 640), pytest.approx(48. / 480))
    assert eye.c == pytest.approx(.7)
    assert skeleton[Skeleton2D.RIGHT_EAR].c == 0.
    roi = published['/humans/bodies/p1/roi']
    assert 0. <= roi.xmin < roi.xmax <= 1. and 0. <= roi.ymin < roi.ymax <= 1.
    del node.published[:]
    output.publish(seen(people.select([1])))
    assert ('/humans/bodies/p1/roi', None) in node.published     # its publishers are gone
