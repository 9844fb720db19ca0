"""What the node, as a process, makes of compressed images and depth that are not right."""
import math
import struct
import time

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from faulty_camera import (compressed, depth, depths_of, image,  # noqa: E402
                           node_and_camera, stamp_of)
from sensor_msgs.msg import CompressedImage  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.msg import Skeleton  # noqa: E402

DEPTH, MONOCULAR = Skeleton.SOURCE_DEPTH, Skeleton.SOURCE_MONOCULAR
CLAIM = struct.pack('>II', 100000, 100000)


@pytest.fixture(scope='module')
def camera(ros_for_all, tmp_path_factory):
    with node_and_camera(tmp_path_factory.mktemp('node'), CompressedImage, 'image/compressed',
                         image_transport='compressed',
                         depth_transport='compressedDepth') as camera:
        yield camera


def encoded(extension, shown):
    return cv2.imencode(extension, shown)[1].tobytes()


def overwritten(content, begin, value):
    return content[:begin] + value + content[begin + len(value):]


SMALL = np.random.RandomState(1).randint(0, 256, (48, 64, 3)).astype(np.uint8)
JPEG, PNG = encoded('.jpg', SMALL), encoded('.png', SMALL)


@pytest.mark.parametrize('content, why', [
    (b'', '0 bytes of compressed data are neither JPEG nor PNG'),
    (b'<html>404</html>', '16 bytes of compressed data are neither'),
    (b'GIF89a' + bytes(994), '1000 bytes of compressed data are neither'),
    (JPEG[:2], 'the JPEG has no frame header'),
    (JPEG[:-2], 'the JPEG is cut short after {} bytes'.format(len(JPEG) - 2)),
    (JPEG[:len(JPEG) // 2], 'the JPEG is cut short after {} bytes'.format(len(JPEG) // 2)),
    (overwritten(JPEG, 20, bytes(500)), 'the JPEG has no frame header'),
    (PNG[:-20], 'the PNG is cut short after {} bytes'.format(len(PNG) - 20)),
    (overwritten(PNG, 40, bytes(500)), '{} bytes of compressed data cannot be'.format(len(PNG))),
    (overwritten(PNG, 16, CLAIM), 'is too large: 100000x100000'),
], ids=['nothing', 'a page', 'GIF', 'JPEG of 2 bytes', 'JPEG without its end', 'half a JPEG',
        'JPEG with zeros in its head', 'PNG cut short', 'PNG with zeros in it', 'PNG of 10^10 px'])
def test_what_cannot_be_decoded_is_left_out(camera, content, why):
    camera.refused(compressed(content, header=camera.header_of()), why)


def test_a_jpeg_that_is_damaged_within_is_decoded_as_far_as_it_goes(camera):
    good = encoded('.jpg', image())
    rng = np.random.RandomState(1)
    for _ in range(10):
        content = np.frombuffer(good, np.uint8).copy()
        content[rng.randint(700, len(good) - 2, 100)] = rng.randint(0, 255, 100)
        message = compressed(content.tobytes(), header=camera.header_of())
        assert camera.look(message).image_width == 640
        camera.node_is_well()


def test_the_format_that_is_named_need_not_be_that_of_the_data(camera):
    for format_ in ('png', '', 'jpeg' * 100000, '\x1b[31m'):
        message = compressed(encoded('.jpg', image()), format_, camera.header_of())
        assert len(camera.look(message).skeletons) == 2


def test_8k_is_looked_at_and_beyond_max_pixels_it_is_not(camera):
    people = camera.look(camera.message(cv2.resize(image(), (7680, 4320))))
    assert (people.image_width, people.image_height) == (7680, 4320)
    beyond = compressed(encoded('.jpg', np.zeros((4370, 7680), np.uint8)),
                        header=camera.header_of())
    camera.refused(beyond, 'the image is too large: 7680x4370 is above 33554432 pixels')


# ---- depth

def depth_message(stamp, content=None, format_='16UC1; compressedDepth png', head=bytes(12)):
    content = encoded('.png', depth()) if content is None else content
    return compressed(head + content, format_, Header(stamp=stamp_of(stamp), frame_id='eye'))


def seen_with(camera, *args):
    """The people of the good image, and of depth made of these."""
    stamp = time.time()
    camera.send_info()
    camera.send_depth(depth_message(stamp, *args), 'depth/compressedDepth')
    return camera.look(camera.message(stamp=stamp)).skeletons


def quantized(a, b):
    """Arguments for depth in metres, stored as a / depth + b."""
    metres = depth() * .001
    with np.errstate(divide='ignore'):
        stored = np.where(metres > 0., a / metres + b, 0.).astype(np.uint16)
    return encoded('.png', stored), '32FC1; compressedDepth png', struct.pack('<iff', 0, a, b)


@pytest.mark.parametrize('args, why', [
    ((b'',), 'is no PNG with a depth header'),
    ((encoded('.png', depth())[:-20],), 'depth: the PNG is cut short'),
    ((overwritten(encoded('.png', depth()), 2000, bytes(500)),), 'depth: '),
    ((overwritten(encoded('.png', depth()), 16, CLAIM),), 'is too large: 100000x100000'),
    ((encoded('.png', SMALL),), 'does not have one channel of 16 bits'),
    ((None, '8UC1; compressedDepth png'), "depth: the format '8UC1; compressedDepth png' does not"),
    ((None, '32FC1; compressedDepth png', struct.pack('<iff', 0, math.nan, math.inf)),
     'no valid depth on 2 of 2 people'),
], ids=['nothing', 'cut short', 'zeros in it', '10^10 px', 'colour', 'other format', 'NaN in head'])
def test_depth_that_is_none_is_done_without(camera, args, why):
    before = camera.until(lambda: depths_of(seen_with(camera), DEPTH), period=.01)
    said = camera.said()
    camera.until(lambda: why in said(), lambda: seen_with(camera, *args), .1)
    assert depths_of(seen_with(camera, *args), MONOCULAR) == pytest.approx(before, rel=.35)
    a = 100. * 101.
    metres = camera.until(lambda: depths_of(seen_with(camera, *quantized(a, 1. - a / 10.)), DEPTH),
                          period=.01)
    assert metres == pytest.approx(before, rel=.03)
    camera.node_is_well()
