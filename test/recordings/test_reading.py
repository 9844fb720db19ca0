"""Recordings of every kind are read without ROS; broken ones are lines."""
import numpy as np
import pytest

pytest.importorskip('rosbags', reason='rosbags is not installed')
from made_recordings import IMAGE, INFO, START, Made  # noqa: E402

from openpose_ros.recordings import Recording, RecordingError  # noqa: E402
from openpose_ros.recordings.people import skeleton_topic  # noqa: E402

PIXELS = np.arange(48 * 64 * 3, dtype=np.uint8).reshape(48, 64, 3)


@pytest.fixture(params=['mcap', 'sqlite3', 'ros1'])
def recording(request, tmp_path):
    with Made(tmp_path / 'made', request.param) as made:
        for number in range(3):
            made.image(PIXELS, START + number)
            made.info(64, 48, START + number)
    return made.path


def test_what_was_written_is_read_with_times_and_types(recording):
    with Recording(recording) as opened:
        assert opened.topics == {IMAGE: 'sensor_msgs/msg/Image', INFO: 'sensor_msgs/msg/CameraInfo'}
        assert opened.counts == {IMAGE: 3, INFO: 3}
        found = list(opened.messages([IMAGE]))
        assert [message.time for message in found] == [START, START + 1, START + 2]
        image = opened.deserialize(found[0])
        assert (image.height, image.width, image.encoding) == (48, 64, 'bgr8')
        assert image.header.stamp.sec * 10 ** 9 + image.header.stamp.nanosec == START
        np.testing.assert_array_equal(image.data, PIXELS.ravel())
        info = opened.deserialize(next(opened.messages([INFO])))
        assert (info.k[0], info.distortion_model) == (600., 'plumb_bob')
        assert opened.broken is None


def test_only_what_is_asked_for_is_read(recording):
    with Recording(recording) as opened:
        assert len(list(opened.messages([IMAGE], START + 1, START + 2))) == 1
        assert list(opened.messages(['/nothing'])) == []


def test_without_skeletons_its_topics_are_named(recording):
    with Recording(recording) as opened:
        with pytest.raises(RecordingError, match='has no skeletons .*/camera/camera_info'):
            skeleton_topic(opened)


@pytest.mark.parametrize('name, content, why', [
    ('missing', None, 'there is no such file or folder'),
    ('text.md', b'hello', 'is no recording that can be read'),
    ('empty.mcap', b'', 'is no recording that can be read'),
    ('random.db3', b'\x01\x02' * 500, 'is no recording that can be read'),
    ('short.bag', b'#ROSBAG V2.0\n', 'is no recording that can be read')])
def test_what_is_no_recording_is_an_error_of_one_line(tmp_path, name, content, why):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordingError, match=why) as caught:
        Recording(str(path))
    assert '\n' not in str(caught.value)


def test_a_file_cut_short_is_read_up_to_there(tmp_path):
    with Made(tmp_path / 'made', 'mcap') as made:
        for number in range(300):
            made.image(PIXELS, START + number)
    path = next((tmp_path / 'made').glob('*.mcap'))
    data = path.read_bytes()
    cut = tmp_path / 'cut.mcap'
    cut.write_bytes(data[:len(data) * 2 // 3])
    with Recording(str(cut)) as opened:
        found = [message.time - START for message in opened.messages([IMAGE])]
    assert 100 < len(found) < 300 and found == list(range(len(found)))
