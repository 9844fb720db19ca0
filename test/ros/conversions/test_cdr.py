"""Messages written as bytes: the same ones that rclpy writes."""
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from geometry_msgs.msg import PoseStamped  # noqa: E402
from people_for_messages import Node, crowd, seen  # noqa: E402
from rclpy.serialization import (deserialize_message,  # noqa: E402
                                 serialize_message)
from std_msgs.msg import Header  # noqa: E402
from visualization_msgs.msg import Marker  # noqa: E402

from openpose_ros.ros import outputs  # noqa: E402
from openpose_ros.ros.conversions import cdr  # noqa: E402

WRITTEN = (outputs.Skeletons, outputs.Poses, outputs.Markers)


def same(ours, theirs):
    """Whether the bytes are the same but for those between fields, which rclpy does not set."""
    ours, theirs = (np.frombuffer(data, np.uint8) for data in (ours, theirs))
    return len(ours) == len(theirs) and not ours[ours != theirs].any()


@pytest.mark.parametrize('frame_id', ['', 'a', 'ab', 'abc', 'abcd', 'camera', 'h\u00f6he'])
@pytest.mark.parametrize('count', [0, 1, 2, 7])
@pytest.mark.parametrize('kind', WRITTEN)
def test_bytes_are_those_of_rclpy_wherever_a_field_comes_to_lie(kind, count, frame_id):
    people, header = crowd(count), Header(frame_id=frame_id)
    header.stamp.sec, header.stamp.nanosec = -2, 123456789
    people.points[::2, 3] = people.facing[1::3] = people.position[2::3] = np.nan
    people.ids[::4] = 0
    output = kind(Node())
    output.configure({'markers.lifetime': 1.5, 'markers.plane_distance': 2.})
    written = output.serialized(seen(people, header=header, image_header=Header(frame_id='eyes')))
    message = deserialize_message(written, kind.message_type)
    assert same(written, serialize_message(message))
    first = message.markers[0] if kind is outputs.Markers else message
    assert first.header == header


@pytest.mark.parametrize('message', [
    Header(frame_id='eye'), PoseStamped(header=Header(frame_id='eyes')),
    Marker(ns='limbs', text='#1', id=-3, colors=[], frame_locked=True)])
def test_any_message_is_written_field_by_field(message):
    writer = cdr.Writer()
    writer.message(message)
    assert same(bytes(writer), serialize_message(message))
    assert deserialize_message(bytes(writer), type(message)) == message


def test_text_ends_at_a_zero():
    writer = cdr.Writer()
    writer.header(Header(frame_id='eye\0s'))
    assert deserialize_message(bytes(writer), Header).frame_id == 'eye'
