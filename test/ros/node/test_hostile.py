"""What somebody on the network can do to the node, tried on the real one over real DDS."""
import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
import data  # noqa: E402
from node_process import NodeProcess, Peer, running  # noqa: E402
from sensor_msgs.msg import CameraInfo, Image  # noqa: E402

from openpose_ros.ros.conversions import images  # noqa: E402


@pytest.fixture
def openpose(tmp_path):
    yield from running(tmp_path, {'tracking.min_hits': 1, 'image_reliability': 'reliable'})


def test_a_new_complaint_with_every_image_floods_no_log_and_stops_nothing(openpose, peer):
    skeletons = peer.listen('openpose/skeletons')
    sent = []

    def nonsense():
        # A line end, and a name that is another one each time.
        message = Image(header=peer.new_header(), width=2, height=2, step=6,
                        encoding='x\ny{}'.format(len(sent)) + 'z' * 10000)
        message.data = images.as_bytes(np.zeros(12, np.uint8))
        peer.camera().publish(message)
        peer.camera(CameraInfo, 'camera_info').publish(CameraInfo(
            width=2, height=2, distortion_model='m{}\n'.format(len(sent)), k=[1.] * 9))
        sent.append(message)

    peer.until(lambda: len(sent) >= 200, nonsense, .02)
    image = cv2.imread(data.path('rgbd_two_people', 'color', '00020.png'))
    peer.show_until(lambda: any(len(each.skeletons) == 2 for each in skeletons), image)
    warnings = [line for line in openpose.output().splitlines() if 'encoding' in line]
    assert 1 <= len(warnings) <= 10     # of 200; one kind of line is said once in five seconds
    assert all('WARN' in line and len(line) < 600 for line in warnings)


def test_parameters_of_nonsense_are_refused_in_a_line(openpose, peer):
    assert peer.change_state('deactivate') and peer.change_state('cleanup')
    for values, said in (
            ({'model': '/dev/zero\n.pb'}, 'printed'), ({'model_dir': 'x' * 100000}, 'printed'),
            ({'id_prefix': 'left\n'}, 'printed'), ({'scales': [1.] * 5000}, '1 to 64 numbers'),
            ({'max_pixels': -1}, ''), ({'decoding__peak_threshold': float('nan')}, ''),
            ({'approach__person': 'x' * 1000}, 'printed')):
        reason, = peer.set(**values)
        assert reason and said in reason and '\n' not in reason and len(reason) < 600


@pytest.mark.parametrize('make, said', [
    (lambda path: path.symlink_to('/dev/zero'), 'there is no model'),
    (lambda path: path.mkdir(), 'is a SavedModel or a folder'),
    (lambda path: path.write_bytes(b'\xff' * 1000), 'no frozen TensorFlow graph')])
def test_a_model_that_is_none_is_one_line_and_can_be_put_right(tmp_path, ros, make, said):
    path = tmp_path / 'graph.pb'
    make(path)
    process = NodeProcess(tmp_path, {'model': str(path), 'backend': 'tensorflow'})
    peer = Peer()
    try:
        process.wait_for_output('cannot be configured')
        assert said in process.output() and 'Traceback' not in process.output()
        assert peer.set(model='mobilenet_thin', backend='auto') == ['', '']
        assert peer.change_state('configure')
    finally:
        peer.close()
        process.kill()
