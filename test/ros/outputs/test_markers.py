"""People as markers."""
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from people_for_messages import UP, Node, crowd, seen  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from visualization_msgs.msg import Marker  # noqa: E402

from openpose_ros import body, drawing  # noqa: E402
from openpose_ros.mounting import Mounting  # noqa: E402
from openpose_ros.people import SOURCE_MONOCULAR, people_in_image  # noqa: E402
from openpose_ros.ros.node import parameters  # noqa: E402
from openpose_ros.ros.outputs.approach_goal import ApproachGoal  # noqa: E402
from openpose_ros.ros.outputs.markers import Markers  # noqa: E402
from openpose_ros.scene import Camera  # noqa: E402


@pytest.fixture
def markers():
    made = Markers(Node())
    made.configure({'markers.lifetime': 1.5, 'markers.plane_distance': 0.})
    return made


def by_kind(array, action=Marker.ADD):
    """{(namespace, id): marker} of those with this action."""
    return {(marker.ns, marker.id): marker for marker in array.markers if marker.action == action}


def xyz(points):
    return np.array([(point.x, point.y, point.z) for point in points]).reshape(-1, 3)


def test_every_limb_and_joint_is_there_in_its_colour(markers):
    people = crowd(2)
    found = by_kind(markers.to_message(seen(people)))
    limbs = found['limbs', 0]
    count = len(body.COCO.limbs) - body.COCO.extra_limbs
    assert len(limbs.points) == len(limbs.colors) == 2 * 2 * count
    for person in range(2):
        for limb in range(count):
            at = 2 * (person * count + limb)
            np.testing.assert_allclose(xyz(limbs.points[at:at + 2]),
                                       people.points[person, list(body.COCO.limbs[limb])])
            blue, green, red = drawing.limb_colour(limb)
            for colour in limbs.colors[at:at + 2]:
                np.testing.assert_allclose((colour.r, colour.g, colour.b),
                                           (red / 255., green / 255., blue / 255.), atol=1e-6)
    joints = [found['joints', size] for size in range(3)]
    assert sum(len(marker.points) for marker in joints) == 2 * 18
    assert joints[0].scale.x < joints[1].scale.x < joints[2].scale.x


def test_a_surer_joint_is_larger(markers):
    people = crowd(1)
    people.keypoints[0, :, 2] = np.linspace(.05, .95, 18)
    found = by_kind(markers.to_message(seen(people)))
    np.testing.assert_allclose(
        np.concatenate([xyz(found['joints', size].points) for size in range(3)]),
        people.points[0])


def test_unknown_parts_and_directions_are_left_out(markers):
    people = crowd(1)
    people.points[0, body.LEFT_WRIST] = np.nan
    people.facing[0] = people.velocity[0] = np.nan
    array = markers.to_message(seen(people))
    found = by_kind(array)
    assert sum(len(found['joints', size].points) for size in range(3)
               if ('joints', size) in found) == 17
    assert ('gaze', 0) in found
    gone = by_kind(array, Marker.DELETE)
    assert ('facing', 0) in gone and ('facing_stddev', 0) in gone and ('velocity', 0) in gone
    for marker in array.markers:
        assert np.isfinite(xyz(marker.points)).all()


def test_arrows_begin_at_the_body_and_point_the_right_way(markers):
    people = crowd(1)
    found = by_kind(markers.to_message(seen(people)))
    shaft = xyz(found['facing', 0].points)[:2]
    np.testing.assert_allclose(shaft[0], people.points[0, body.NECK])
    np.testing.assert_allclose(shaft[1] - shaft[0], .5 * people.facing[0])
    shaft = xyz(found['velocity', 0].points)[:2]
    np.testing.assert_allclose(shaft[1] - shaft[0], people.velocity[0])


def test_a_wedge_is_as_wide_as_the_uncertainty(markers):
    people = crowd(1)
    wedge = by_kind(markers.to_message(seen(people)))['facing_stddev', 0]
    corners = (xyz(wedge.points) - people.points[0, body.NECK]).reshape(-1, 3, 3)
    # It slopes towards its point, or it could not be seen from the side.
    np.testing.assert_allclose(corners[:, 0].dot(UP), -.1)
    rim = corners[:, 1:].reshape(-1, 3) / .5
    np.testing.assert_allclose(np.linalg.norm(rim, axis=1), 1.)
    np.testing.assert_allclose(rim.dot(UP), 0., atol=1e-12)
    angles = np.arccos(np.clip(rim.dot(people.facing[0]), -1., 1.))
    assert angles.max() == pytest.approx(people.facing_stddev[0])
    assert 0. < wedge.color.a < 1.


def test_a_label_s_blanks_are_as_wide_as_its_letters_ask_for(markers):
    label = by_kind(markers.to_message(seen(crowd(1))))['label', 1]
    # Where scale.x is 0, RViz takes the blanks of letters 1 m high.
    assert (label.scale.x, label.scale.z) == (.06, .12)


def test_the_label_says_who_and_how_far_and_goes_with_them(markers):
    people = crowd(2)
    found = by_kind(markers.to_message(seen(people)))
    distance = np.linalg.norm(people.position[0])
    assert found['label', 1].text == '#1 {:.1f} m'.format(distance)
    label = found['label', 1].pose.position
    top = people.points[0].dot(UP).max()
    assert np.dot((label.x, label.y, label.z), UP) > top
    array = markers.to_message(seen(people.select([1])))
    assert ('label', 1) in by_kind(array, Marker.DELETE)
    assert ('label', 2) in by_kind(array)
    array = markers.to_message(seen(people.select([1])))
    assert ('label', 1) not in by_kind(array, Marker.DELETE)


def facing_the_camera(stamp):
    """What is seen of somebody 3 m before the camera, once a stamp."""
    people = crowd(1)
    people.position[0] = (0., 0., 3.)
    people.facing[0] = (0., 0., -1.)
    people.facing_stddev[0] = .05
    people.velocity[0] = 0.
    return seen(people, stamp=stamp)


def test_the_goal_is_an_arrow_that_goes_with_it():
    node = Node()
    goal = ApproachGoal(node)
    goal.configure({parameter.name: parameter.default for parameter in parameters.PARAMETERS})
    assert goal.chosen == 0
    for image in range(20):
        goal.publish(facing_the_camera(image * .1))
    (topic, pose), (markers_topic, array) = node.published[-2:]
    assert (topic, markers_topic) == ('~/approach_goal', '~/markers')
    assert goal.chosen == facing_the_camera(0.).people.ids[0] > 0    # to be looked at first
    arrow, = array.markers
    assert (arrow.ns, arrow.type, arrow.action) == ('approach_goal', Marker.ARROW, Marker.ADD)
    assert arrow.pose == pose.pose and arrow.header == pose.header
    assert arrow.lifetime.sec == 2
    serialize_message(array)

    del node.published[:]
    goal.publish(seen(crowd(0), stamp=60.))
    (topic, array), = node.published
    assert topic == '~/markers'
    assert [marker.action for marker in array.markers] == [Marker.DELETE]


def test_untracked_people_have_labels_of_their_own(markers):
    people = crowd(2)._replace(ids=np.zeros(2, np.uint32))
    labels = [marker for marker in markers.to_message(seen(people)).markers if marker.ns == 'label']
    assert len({marker.id for marker in labels}) == 2
    assert all('#' not in marker.text for marker in labels)


def test_everything_goes_when_nobody_is_there(markers):
    markers.to_message(seen(crowd(3)))
    array = markers.to_message(seen(crowd(0)))
    assert not by_kind(array)
    assert len({(marker.ns, marker.id) for marker in array.markers}) == len(array.markers)
    serialize_message(array)


def test_frame_and_lifetime_are_set(markers):
    for marker in markers.to_message(seen(crowd(2))).markers:
        assert marker.header.frame_id == 'eye'
        assert (marker.lifetime.sec, marker.lifetime.nanosec) == (1, 500000000)


def test_people_without_position_are_drawn_on_a_plane_only_on_request(markers):
    camera = Camera.from_field_of_view(640, 480, 60.)
    people = people_in_image(crowd(1).keypoints)
    assert not by_kind(markers.to_message(seen(people, camera)))
    assert not [marker for marker in markers.to_message(seen(people, camera)).markers
                if marker.id >= 100]
    markers.configure({'markers.lifetime': 1., 'markers.plane_distance': 2.})
    found = by_kind(markers.to_message(seen(people, camera)))
    joints = np.concatenate([xyz(marker.points) for (kind, _), marker in found.items()
                             if kind == 'joints'])
    np.testing.assert_allclose(joints[:, 2], 2.)
    pixels = camera.project(joints)
    np.testing.assert_allclose(np.sort(pixels[:, 0]), np.sort(people.keypoints[0, :, 0]), atol=1e-3)
    assert by_kind(markers.to_message(seen(people)))      # without a camera too


def test_where_to_look_from_goes_with_the_goal_and_leaves_its_arrow():
    node = Node()
    goal = ApproachGoal(node)
    goal.configure({parameter.name: parameter.default for parameter in parameters.PARAMETERS})
    here = Mounting(np.eye(3), np.zeros(3))
    for image in range(20):
        given = facing_the_camera(image * .1)
        given.people.facing_stddev[0] = .25     # rad; enough for a goal, and worth a look
        given.people.facing_source[0] = SOURCE_MONOCULAR
        goal.publish(given._replace(mounting=here, camera=Camera.from_field_of_view(640, 480, 60.)))
    (_, pose), (topic, look), (_, array) = node.published[-3:]
    assert topic == '~/look_goal'
    assert look.pose.position.x != pytest.approx(pose.pose.position.x, abs=.5)
    assert [arrow.pose for arrow in array.markers] == [pose.pose]
