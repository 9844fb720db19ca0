"""The node that looks closer, as a process, over real DDS, with the real network."""
import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import data  # noqa: E402
from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from node_process import NODE, running  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402

from openpose_ros.ros.conversions import images  # noqa: E402

SHRUNK = 4    # the people are then 50 px high in the whole image's input: it shows nobody


@pytest.fixture
def openpose(tmp_path):
    yield from running(tmp_path, {'looks.mode': 'closer', 'overlay.looks': 'true',
                                  'image_reliability': 'reliable'})


def far_away():
    """A real image with two people, as if they were SHRUNK times as far from the camera."""
    pixels = cv2.imread(data.path('rgbd_two_people', 'color', '00020.png'))
    canvas = np.full_like(pixels, 128)
    small = cv2.resize(pixels, (640 // SHRUNK, 480 // SHRUNK), interpolation=cv2.INTER_AREA)
    canvas[200:200 + small.shape[0], 240:240 + small.shape[1]] = small
    return canvas


def test_people_too_far_for_one_look_are_found_and_what_was_looked_at_is_drawn(peer):
    image = far_away()
    skeletons, overlays = peer.listen(NODE + '/skeletons'), peer.listen(NODE + '/overlay', Image)
    found = peer.show_until(
        lambda: next((each for each in skeletons if len(each.skeletons) == 2), None), image)
    for skeleton in found.skeletons:
        places = np.array([(keypoint.x, keypoint.y) for keypoint in skeleton.keypoints
                           if keypoint.score > 0.])
        assert len(places) >= 8
        assert ((240., 200.) < np.median(places, axis=0)).all()
        assert (np.median(places, axis=0) < (400., 320.)).all()
    followed, arrays = len(overlays), peer.listen('/diagnostics', DiagnosticArray)
    peer.show_until(lambda: len(overlays) >= followed + 3, image)
    beside = slice(0, 190)    # rows of grey with nobody in it: whatever is there is a view's border
    drawn = [images.read_image(overlay)[beside] for overlay in overlays]
    assert any((each != 128).any() for each in drawn)
    values = peer.show_until(lambda: looked(arrays), image)
    assert 0 < int(values['network pixels per image']) <= 1.07 * 368 * 488


def looked(arrays):
    """The newest values of the node's diagnostics that tell of looks of all kinds; None: none yet."""
    told = [{pair.key: pair.value for pair in status.values} for array in arrays
            for status in array.status if status.name.startswith(NODE)]
    return next((values for values in reversed(told) if 'network pixels per image' in values and all(
        int(values.get('looks, ' + kind, 0)) for kind in ('whole', 'tile', 'crop'))), None)
