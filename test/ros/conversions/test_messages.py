"""People as messages: skeletons, poses, orientations, boxes."""
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from people_for_messages import UP, Node, crowd, seen  # noqa: E402
from rclpy.serialization import (deserialize_message,  # noqa: E402
                                 serialize_message)
from scipy.spatial.transform import Rotation  # noqa: E402

from openpose_ros import body  # noqa: E402
from openpose_ros.msg import Keypoint, Skeleton, SkeletonArray  # noqa: E402
from openpose_ros.people import SOURCE_NAMES, people_in_image  # noqa: E402
from openpose_ros.ros import outputs  # noqa: E402
from openpose_ros.ros.conversions import messages  # noqa: E402


def xyz(message):
    return np.array((message.x, message.y, message.z))


def test_the_constants_of_the_messages_are_those_of_the_library():
    for part, name in enumerate(body.COCO.parts):
        assert getattr(Keypoint, name.upper()) == part
    assert Keypoint.COUNT == body.PART_COUNT
    for number, name in enumerate(SOURCE_NAMES):
        assert getattr(Skeleton, 'SOURCE_' + name.upper()) == number


def test_everything_known_of_people_is_in_the_message_after_a_journey():
    people, given = crowd(), seen(crowd())
    array = deserialize_message(serialize_message(messages.skeleton_array(
        people, given.header, 640, 480, UP)), SkeletonArray)
    assert array.header == given.header
    assert (array.image_width, array.image_height) == (640, 480)
    for row, skeleton in enumerate(array.skeletons):
        assert skeleton.id == people.ids[row]
        assert skeleton.score == pytest.approx(people.scores[row])
        keypoints = np.array([(k.x, k.y, k.score) for k in skeleton.keypoints])
        np.testing.assert_allclose(keypoints, people.keypoints[row], rtol=1e-6)
        np.testing.assert_allclose([xyz(k.position) for k in skeleton.keypoints],
                                   people.points[row])
        np.testing.assert_allclose(xyz(skeleton.pose.pose.position), people.position[row])
        np.testing.assert_allclose(xyz(skeleton.facing), people.facing[row])
        np.testing.assert_allclose(xyz(skeleton.gaze), people.gaze[row])
        np.testing.assert_allclose(xyz(skeleton.velocity), people.velocity[row])
        assert skeleton.facing_stddev == pytest.approx(.2)
        assert skeleton.gaze_stddev == pytest.approx(.3)
        assert {skeleton.position_source, skeleton.facing_source, skeleton.gaze_source} == {
            Skeleton.SOURCE_DEPTH}
        covariance = skeleton.pose.covariance.reshape(6, 6)
        np.testing.assert_allclose(covariance[:3, :3], people.position_covariance[row])
        # The vertical is the optical frame's y.
        np.testing.assert_allclose(covariance[4, 4], .2 ** 2)


def test_unknown_is_nan_and_an_unknown_orientation_has_the_variance_of_not_knowing():
    keypoints = np.full((1, 18, 3), np.nan)
    keypoints[..., 2] = 0.
    keypoints[0, 3] = 10., 20., .5
    skeleton = messages.skeleton_array(people_in_image(keypoints), seen(crowd()).header, 640,
                                       480).skeletons[0]
    assert np.isnan(xyz(skeleton.pose.pose.position)).all()
    assert np.isnan(xyz(skeleton.facing)).all() and np.isnan(skeleton.facing_stddev)
    assert np.isnan(xyz(skeleton.velocity)).all()
    assert np.isnan(skeleton.keypoints[0].x) and skeleton.keypoints[0].score == 0.
    assert skeleton.pose.pose.orientation.w == 1.
    assert (skeleton.pose.covariance.reshape(6, 6).diagonal()[3:] >= np.pi ** 2 - 1e-9).all()
    assert skeleton.id == 0 and skeleton.position_source == Skeleton.SOURCE_NONE
    roi = skeleton.roi
    assert (roi.x_offset, roi.y_offset, roi.width, roi.height) == (10, 20, 1, 1)


def test_somebody_of_whom_no_part_is_seen_has_an_empty_box():
    assert messages.boxes_around(np.full((1, 18, 3), np.nan), 640, 480).tolist() == [
        [0, 0, 0, 0]]


def test_boxes_end_at_the_image():
    keypoints = np.full((1, 18, 3), np.nan)
    keypoints[0, :2] = (-5.3, 470.2, .5), (700., 490., .5)
    assert messages.boxes_around(keypoints, 640, 480).tolist() == [[0, 470, 640, 10]]


@pytest.mark.parametrize('up', [(0., -1., 0.), (0., 0., 1.)])
def test_bodies_have_x_forward_and_z_up(up):
    up = np.array(up)
    level = np.cross(up, np.random.RandomState(2).normal(size=(20, 3)))
    forwards = level / np.linalg.norm(level, axis=1, keepdims=True)
    axes = Rotation.from_quat(messages.orientations(forwards, up)).as_matrix()
    np.testing.assert_allclose(axes[..., 0], forwards, atol=1e-9)
    np.testing.assert_allclose(axes[..., 2], np.tile(up, (20, 1)), atol=1e-9)


def test_a_gaze_that_is_not_level_keeps_its_left_level():
    gaze = np.array([[0., .6, -.8]])     # down, towards the camera
    axes = Rotation.from_quat(messages.orientations(gaze, UP)).as_matrix()[0]
    np.testing.assert_allclose(axes[:, 0], gaze[0], atol=1e-9)
    assert abs(axes[:, 1].dot(UP)) < 1e-9
    assert axes[:, 2].dot(UP) > .7


@pytest.mark.parametrize('direction', [(np.nan,) * 3, (0., -1., 0.), (0., 1., 0.)])
def test_a_direction_without_a_heading_has_no_orientation(direction):
    np.testing.assert_array_equal(messages.orientations(np.array([direction]), UP),
                                  [[0., 0., 0., 1.]])


def test_a_head_is_amid_its_known_parts():
    points = np.full((2, 18, 3), np.nan)
    points[0, [body.NOSE, body.LEFT_EAR]] = (0., 0., 2.), (.2, 0., 2.2)
    head = messages.head_positions(points)
    np.testing.assert_allclose(head[0], (.1, 0., 2.1))
    assert np.isnan(head[1]).all()


def test_the_pose_array_has_those_whose_place_is_known():
    people = crowd(3)
    people.position[1] = np.nan
    array = outputs.Poses(Node()).to_message(seen(people))
    assert array.header.frame_id == 'eye'
    np.testing.assert_allclose([xyz(pose.position) for pose in array.poses],
                               people.position[[0, 2]])
    rotation = Rotation.from_quat([(p.orientation.x, p.orientation.y, p.orientation.z,
                                    p.orientation.w) for p in array.poses])
    np.testing.assert_allclose(rotation.apply((1., 0., 0.)), people.facing[[0, 2]], atol=1e-9)


def test_the_overlay_can_be_made_narrow():
    overlay = outputs.Overlay(Node())
    for width, size in ((0, (640, 480)), (320, (320, 240)), (2000, (640, 480))):
        overlay.configure({'overlay.width': width, 'overlay.looks': False})
        message = overlay.to_message(seen(crowd()))
        assert (message.width, message.height) == size
        assert len(message.data) == message.height * message.step


def test_the_approach_goal_is_a_pose_in_the_frame_of_the_people():
    from openpose_ros.ros.node import parameters
    values = {parameter.name: parameter.default for parameter in parameters.PARAMETERS}
    output = outputs.ApproachGoal(Node())
    output.configure(values)
    people = crowd(1)
    goal = output.to_message(seen(people))
    assert goal.header.frame_id == 'eye'
    np.testing.assert_allclose(np.linalg.norm(xyz(goal.pose.position) - people.position[0]), 1.2)
    rotation = goal.pose.orientation
    forward = Rotation.from_quat((rotation.x, rotation.y, rotation.z, rotation.w)).apply((1, 0, 0))
    # A third of a degree is what the grid of 5 leaves of a facing between its azimuths.
    np.testing.assert_allclose(forward, -people.facing[0], atol=6e-3)
    assert output.to_message(seen(crowd(0))) is None


def test_what_a_message_cannot_hold_is_infinite():
    people = crowd(1)._replace(facing_stddev=np.array([1e300]), gaze_stddev=np.array([1e300]))
    skeleton = messages.skeleton_array(people, seen(people).header, 640, 480, UP).skeletons[0]
    assert np.isinf(skeleton.facing_stddev) and np.isinf(skeleton.gaze_stddev)


@pytest.mark.parametrize('wrong', [np.nan, np.inf, -np.inf])
def test_a_part_of_which_half_is_known_is_in_no_box(wrong):
    keypoints = crowd(1).keypoints
    keypoints[0, 3, 1] = wrong
    box, = messages.boxes_around(keypoints, 640, 480)
    without = np.delete(keypoints, 3, axis=1)
    assert (box == messages.boxes_around(without, 640, 480)[0]).all()


@pytest.mark.filterwarnings('ignore::RuntimeWarning')
@pytest.mark.parametrize('forward', [(np.nan, 0., 1.), (np.inf, 0., 0.), (0., 0., 1e200),
                                     (0., 0., 0.)])
def test_no_direction_is_no_orientation(forward):
    assert messages.orientations(np.array([forward]), UP).tolist() == [[0., 0., 0., 1.]]
