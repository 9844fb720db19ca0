"""A camera as CameraInfo, over DDS, is the same camera."""
import time

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from sensor_msgs.msg import CameraInfo  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.ros.conversions.camera_info import make_camera_info  # noqa: E402
from openpose_ros.scene import Camera  # noqa: E402

K = (610.25, 0., 322.125, 0., 612.1, 243.3, 0., 0., 1.)
CAMERAS = [Camera.from_info(640, 480, model, d, K) for model, d in (
    ('none', ()), ('', ()), ('plumb_bob', ()), ('plumb_bob', (-.28, .09, .001, -.0005)),
    ('plumb_bob', (-.28, .09, .001, -.0005, -.01)), ('plumb_bob', (-.28, 0., 0., 0., 0.)),
    ('rational_polynomial', (.5, -2.5, .0006, -.0001, 1.4, .4, -2.3, 1.35)),
    ('rational_polynomial', (.5, -2.5, .0006, -.0001, 1.4, .4, 0., 0.)),
    ('rational_polynomial', (.5, -2.5, 0., 0., 0., 0., 0., 0.)),
    ('rational_polynomial', tuple(.01 * n for n in range(1, 13))),
    ('rational_polynomial', tuple(.01 * n for n in range(1, 15))),
    ('rational_polynomial', (.1,) * 9 + (0.,) * 3), ('rational_polynomial', (.1,) * 13 + (0.,)),
    ('equidistant', ()), ('equidistant', (.02, -.01, .004, -.001)),
    ('equidistant', (.02, 0., 0., 0.)), ('fisheye', (.02, -.01, .004, 0.)))]


def test_every_model_comes_back_over_dds(ros):
    node = ros.create_node('calibrations')
    came = []
    node.create_subscription(CameraInfo, 'camera_info', came.append, 50)
    publisher = node.create_publisher(CameraInfo, 'camera_info', 50)
    end = time.monotonic() + 20.
    while not publisher.get_subscription_count() and time.monotonic() < end:
        ros.spin_once(node, timeout_sec=.05)
    for camera in CAMERAS:
        publisher.publish(make_camera_info(camera))
    while len(came) < len(CAMERAS) and time.monotonic() < end:
        ros.spin_once(node, timeout_sec=.05)
    assert [Camera.from_info(info) for info in came] == CAMERAS
    # P is K, as image_proc would have it of a camera that shows what it sees.
    assert all(Camera.from_info(info, rectified=True)[2:6] == camera[2:6]
               for info, camera in zip(came, CAMERAS))


def test_a_crop_of_a_camera_comes_back():
    camera = CAMERAS[4].cropped(160, 60, 480, 360).binned(2, 2)
    assert Camera.from_info(make_camera_info(camera)) == camera


def test_roi_and_binning_of_a_message():
    info = make_camera_info(Camera.from_info(640, 480, 'plumb_bob', (), K), 640, 480,
                            Header(frame_id='eye'))
    info.roi.x_offset, info.roi.y_offset, info.roi.width, info.roi.height = 160, 60, 480, 360
    info.binning_x, info.binning_y = 2, 3
    camera = Camera.from_info(info)
    assert (camera.width, camera.height, camera.cx, camera.cy, camera.fx, camera.fy) == (
        240, 120, (322.125 - 160.) / 2., (243.3 - 60.) / 3., 610.25 / 2., 612.1 / 3.)
    assert info.header.frame_id == 'eye'


def test_no_camera_is_all_zero():
    info = make_camera_info(None, 640, 480, Header())
    assert not info.k.any() and (info.width, info.height) == (640, 480)
