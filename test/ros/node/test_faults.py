"""What the node, as a process, makes of images that are not right."""
import time

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import resources  # noqa: E402
from faulty_camera import image, node_and_camera  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402

from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.node.throttle import KINDS, LENGTH, PERIOD  # noqa: E402

SMALL = np.full((48, 64, 3), 128, np.uint8)


@pytest.fixture(scope='module')
def camera(ros_for_all, tmp_path_factory):
    with node_and_camera(tmp_path_factory.mktemp('node')) as camera:
        yield camera


def mono(width, height, data=b'', step=None):
    message = Image(width=width, height=height, encoding='mono8',
                    step=width if step is None else step)
    message.data.frombytes(data)
    return message


@pytest.mark.parametrize('changes, why', [
    ({'data': b''}, '0 bytes of data where 48 rows'),
    ({'data': bytes(5000)}, '5000 bytes of data where 48 rows'),
    ({'data': bytes(48 * 192 + 1)}, '9217 bytes of data where 48 rows'),
    ({'step': 0}, 'a step of 0 bytes is too short'),
    ({'step': 191}, 'a step of 191 bytes is too short'),
    ({'step': 193}, 'bytes of data where 48 rows of 193 bytes'),
    ({'step': (1 << 32) - 1}, 'bytes of data where 48 rows of 4294967295'),
    ({'width': 0}, 'the image is empty: 0x48'),
    ({'height': 0}, 'the image is empty: 64x0'),
    ({'width': 0, 'height': 0, 'step': 0, 'data': b''}, 'the image is empty: 0x0'),
    ({'width': (1 << 32) - 1, 'height': (1 << 32) - 1}, 'is too large'),
    ({'width': 7680, 'height': 4320}, 'a step of 192 bytes is too short for 7680'),
    ({'encoding': ''}, "the encoding '' is not one of"),
    ({'encoding': 'smell8'}, "the encoding 'smell8' is not one of"),
    ({'encoding': '32FC1'}, "the encoding '32FC1' is not one of"),
    ({'encoding': 'bgr8\n' * 200000}, "the encoding 'bgr8\\nbgr8"),
    ({'encoding': 'bgra8'}, 'too short for 64 pixels of bgra8'),
], ids=['no data', 'cut short', 'a byte too much', 'no step', 'short step', 'long step',
        'huge step', 'no width', 'no height', 'no size', 'huge size', 'not as large as it says',
        'no encoding', 'unknown encoding', 'encoding of depth', 'endless encoding',
        'other encoding'])
def test_an_image_that_contradicts_itself_is_left_out(camera, changes, why):
    bad = images.write_image(SMALL, camera.header_of())
    for name, value in changes.items():
        setattr(bad, name, list(value) if name == 'data' else value)
    said = camera.said()
    camera.refused(bad, why[:40])
    assert all(len(line) < LENGTH + 100 for line in said().splitlines())


def test_8k_is_looked_at_and_beyond_max_pixels_it_is_not(camera):
    small = camera.look()
    shown = cv2.resize(image(), (5760, 4320))
    people = camera.look(camera.message(np.pad(shown, ((0, 0), (0, 1920), (0, 0)))))
    assert (people.image_width, people.image_height) == (7680, 4320)
    assert sorted(skeleton.keypoints[1].x for skeleton in people.skeletons) == pytest.approx(
        [9. * x for x in sorted(skeleton.keypoints[1].x for skeleton in small.skeletons)], abs=150.)
    beyond = mono(7680, 4370, bytes(7680 * 4370))
    beyond.header = camera.header_of()
    camera.refused(beyond, 'the image is too large: 7680x4370 is above 33554432 pixels')


@pytest.mark.parametrize('width, height', [(4, 4320), (65535, 2), (1, 1)])
def test_of_no_shape_much_is_made(camera, width, height):
    message = mono(width, height, bytes(width * height))
    message.header = camera.header_of()
    before, said = resources.resident(camera.process.pid), camera.said()
    camera.send(message)
    camera.until(lambda: 'would go into the network' in said()
                 or camera.skeletons[-1].header == message.header)
    camera.node_is_well()
    assert resources.resident(camera.process.pid) - before < 300.


def test_size_and_encoding_may_change_with_every_image(camera):
    ids = {skeleton.id for skeleton in camera.look().skeletons}
    encodings = {'rgb8': cv2.COLOR_BGR2RGB, 'mono8': cv2.COLOR_BGR2GRAY,
                 'bgra8': cv2.COLOR_BGR2BGRA}
    for number in range(24):
        encoding = sorted(encodings)[number % 3]
        width = (640, 320, 800, 1280)[number % 4]
        sent = cv2.cvtColor(cv2.resize(image(), (width, width * 3 // 4)), encodings[encoding])
        message = Image(header=camera.header_of(), width=width, height=width * 3 // 4,
                        encoding=encoding, step=sent[0].nbytes)
        message.data.frombytes(sent.tobytes())
        people = camera.look(message)
        assert (people.image_width, people.image_height) == (width, width * 3 // 4)
        assert {skeleton.id for skeleton in people.skeletons} == ids
        for skeleton in people.skeletons:
            assert 0. <= skeleton.keypoints[1].x < width
    # In another aspect nobody is where they were.
    people = camera.look(camera.message(cv2.resize(image(), (640, 640)))).skeletons
    assert people and not ids & {skeleton.id for skeleton in people}


def test_what_is_no_message_at_all_does_no_harm(camera):
    good = serialize_message(camera.message(SMALL))
    rng = np.random.RandomState(1)
    for bad in ([b'', b'\0', good[:4], good[:30], good[:2000], good[:4] + b'\xff' * 60]
                + [good[:4] + rng.bytes(500) for _ in range(10)]):
        camera.send(bad)
    camera.node_is_well()
    named = serialize_message(camera.message(SMALL, frame='eyes'))
    camera.send(named.replace(b'eyes', b'e\xff\xfes'))
    camera.node_is_well()


def test_a_frame_may_have_no_name_or_another(camera):
    said = camera.said()
    before = {skeleton.id for skeleton in camera.look().skeletons}
    for frame in ('', 'ear', 'nose'):
        people = camera.look(camera.message(frame=frame))
        assert people.header.frame_id == frame
        ids = {skeleton.id for skeleton in people.skeletons}
        assert len(ids) == 2 and not ids & before
        before = ids
    assert 'the images have no frame_id' in said()
    # It may have been said a moment before, of another test's frame.
    camera.until(lambda: "the frame_id of the images has changed from '" in said(),
                 lambda: [camera.look(camera.message(frame=frame)) for frame in ('eye', '')], .1)


def test_a_flood_of_bad_images_makes_few_lines_and_no_memory(camera):
    rng, said = np.random.RandomState(1), camera.said()

    def flood():
        for number in range(500):
            bad = mono(10 + number, 10, bytes(number))
            bad.encoding = ''.join(chr(letter) for letter in rng.randint(97, 123, 20))
            camera.send(bad)
            time.sleep(.001)
        camera.node_is_well()
    start = time.monotonic()
    flood()
    before = resources.resident(camera.process.pid)
    flood()
    flood()
    assert resources.resident(camera.process.pid) - before < 10.
    periods = 2. + (time.monotonic() - start) / PERIOD
    assert said().count("[WARN]") <= KINDS * periods
    assert said().count("is not one of") <= periods
    status = camera.status(lambda status: int(status.values['images failed']) > 100)
    assert len(status.values['last error']) <= LENGTH
