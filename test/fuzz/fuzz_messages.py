"""Any people as messages: skeletons, markers, poses and the goal to drive to."""
import numpy as np
from draw import Draw
from people_for_messages import Node
from rclpy.serialization import serialize_message
from std_msgs.msg import Header

from openpose_ros.people import people_in_image
from openpose_ros.ros import outputs
from openpose_ros.ros.conversions import messages
from openpose_ros.ros.node import parameters
from openpose_ros.ros.outputs.base import Seen
from openpose_ros.scene import Camera

UPS = ((0., -1., 0.), (0., 0., 1.))
VALUES = dict({parameter.name: parameter.default for parameter in parameters.PARAMETERS},
              **{'markers.plane_distance': 2.})
KINDS = (outputs.Poses, outputs.Overlay, outputs.Markers, outputs.ApproachGoal)


def make(draw):
    """People of whom anything may be anything."""
    count = draw.integer(0, 4)
    people = people_in_image(draw.array(count, 18, 3))
    source = np.full(count, draw.integer(0, 2), np.uint8)
    return people._replace(
        points=draw.array(count, 18, 3), position=draw.array(count, 3),
        position_covariance=draw.array(count, 3, 3), position_source=source,
        facing=draw.array(count, 3), facing_stddev=draw.array(count), facing_source=source,
        gaze=draw.array(count, 3), gaze_stddev=draw.array(count), gaze_source=source,
        velocity=draw.array(count, 3), velocity_covariance=draw.array(count, 3, 3),
        ids=np.arange(count, dtype=np.uint32) + np.uint32(draw.choice((0, 1, 2 ** 32 - 5))),
        scores=draw.array(count).astype(np.float32))


def target(data: bytes) -> None:
    draw = Draw(data)
    up = draw.choice(UPS)
    header = Header(frame_id='eye')
    camera = Camera.from_field_of_view(6, 4, 90.) if draw.flag() else None
    with np.errstate(all='ignore'):
        people = make(draw)
        width, height = draw.choice(((640, 480), (1, 1), (2 ** 20, 3)))
        message = messages.skeleton_array(people, header, width, height, up)
        assert len(message.skeletons) == people.count
        for skeleton in message.skeletons:
            box = skeleton.roi
            assert box.x_offset + box.width <= width and box.y_offset + box.height <= height
        serialize_message(message)
        for kind in KINDS:
            output = kind(Node())
            output.configure(VALUES)
            for stamp in (12., 12.1):
                seen = Seen(np.zeros((4, 6, 3), np.uint8), header, header, stamp, people, people,
                            camera, np.array(up), None)
                message = output.to_message(seen)
                if message is not None:
                    serialize_message(message)


def seeds():
    for up in range(2):
        for start in range(0, 200, 20):
            yield bytes((up, 1, 3)) + bytes(range(start, start + 56)) * 3
