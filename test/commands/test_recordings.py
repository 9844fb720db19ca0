"""`openpose table` and `openpose report`: what they write of a recording of skeletons."""
import csv
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

pytest.importorskip('rosbags', reason='rosbags is not installed')
from made_recordings import START, Made  # noqa: E402

from openpose_ros import cli  # noqa: E402
from openpose_ros.recordings.reading import types_of_ros2  # noqa: E402

TOPIC = '/openpose/skeletons'


def skeleton(made, number, x, seen=True):
    """A message of somebody at x m, 2 m away, who faces the camera."""
    point = made.message('geometry_msgs/msg/Point', x=np.nan, y=np.nan, z=np.nan)
    keypoints = [made.message('openpose_ros/msg/Keypoint', part=part, x=10. + part, y=20.,
                              score=.5 if seen else 0., position=point) for part in range(18)]
    if not seen:
        keypoints[0].x = keypoints[0].y = np.nan
    pose = made.message(
        'geometry_msgs/msg/Pose', position=made.message('geometry_msgs/msg/Point', x=x, y=0., z=2.),
        orientation=made.message('geometry_msgs/msg/Quaternion', x=0., y=0., z=0., w=1.))
    vector = [made.message('geometry_msgs/msg/Vector3', x=0., y=0., z=z) for z in (-1., -1., .1)]
    fields = dict(
        id=number, score=.5, keypoints=keypoints, position_source=1, facing_source=1,
        roi=made.message('sensor_msgs/msg/RegionOfInterest', x_offset=0, y_offset=0, height=9,
                         width=9, do_rectify=False),
        pose=made.message('geometry_msgs/msg/PoseWithCovariance', pose=pose,
                          covariance=np.eye(6).ravel() * .04),
        facing=vector[0], facing_stddev=.1, gaze_source=1, gaze=vector[1], gaze_stddev=.2,
        gaze_pitch_stddev=np.nan, attention=.75, stature=1.7, stature_stddev=.1,
        velocity=vector[2])
    return made.message('openpose_ros/msg/Skeleton', **{'SOURCE_NONE': 0, 'SOURCE_DEPTH': 1,
                                                       'SOURCE_MONOCULAR': 2}, **fields)


@pytest.fixture
def recording(tmp_path):
    """Ten images; somebody is in all, somebody else in the last five, with a nose that is hidden."""
    with Made(tmp_path / 'made', 'mcap') as made:
        made.types = types_of_ros2()
        for number in range(10):
            time = START + number * 100000000
            people = [skeleton(made, 1, .1 * number)]
            people += [skeleton(made, 2, -1., False)] if number >= 5 else []
            made.write(TOPIC, made.message(
                'openpose_ros/msg/SkeletonArray', header=made.header(time), image_width=640,
                image_height=480, skeletons=people), time)
    return made.path


def test_a_row_for_each_person_and_image(recording, tmp_path):
    out = str(tmp_path / 'out.csv')
    assert cli.main(['table', recording, out]) == 0
    with open(out) as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15
    last = rows[-2]
    assert (int(last['stamp_ns']), last['id'], float(last['position_x'])) == (
        START + 900000000, '1', pytest.approx(.9))
    assert float(last['position_stddev_z']) == pytest.approx(.2)
    assert (last['position_source'], float(last['attention'])) == ('depth', .75)
    assert last['gaze_pitch_stddev'] == ''     # unknown is empty, never 0
    assert (rows[-1]['nose_px_x'], rows[-1]['nose_score']) == ('', '0.0')


def test_parquet_has_the_same_rows(recording, tmp_path):
    parquet = pytest.importorskip('pyarrow.parquet', reason='pyarrow is not installed')
    out = str(tmp_path / 'out.parquet')
    assert cli.main(['table', recording, out]) == 0
    table = parquet.read_table(out).to_pydict()
    assert table['id'] == [1] * 5 + [1, 2] * 5
    assert table['gaze_pitch_stddev'] == [None] * 15


def test_json_as_openpose_writes_it(recording, tmp_path):
    assert cli.main(['table', recording, '--openpose-json', str(tmp_path / 'json')]) == 0
    names = sorted(os.listdir(str(tmp_path / 'json')))
    assert names[0] == '000000000000_keypoints.json' and len(names) == 10
    with open(str(tmp_path / 'json' / names[-1])) as file:
        found = json.load(file)
    assert [person['person_id'] for person in found['people']] == [[1], [2]]
    assert found['people'][0]['pose_keypoints_2d'][:6] == [10., 20., .5, 11., 20., .5]
    assert found['people'][1]['pose_keypoints_2d'][:3] == [0., 0., 0.]


@pytest.mark.parametrize('arguments, why', [
    (['table', 'IN'], 'name a table'), (['table', 'IN', 'out.txt'], 'as .csv or .parquet'),
    (['table', 'IN', 'IN'], 'is there already'), (['report', 'IN', 'IN'], 'is there already'),
    (['table', 'IN', 'out.csv', '--topic', '/none'], 'name the topic of the skeletons'),
    (['table', 'nothing', 'out.csv'], 'there is no such file'),
    (['report', 'nothing', 'out.html'], 'there is no such file')])
def test_what_cannot_be_done_is_a_line(recording, tmp_path, monkeypatch, capsys, arguments, why):
    monkeypatch.chdir(tmp_path)
    assert cli.main([recording if word == 'IN' else word for word in arguments]) == 2
    error = capsys.readouterr().err
    assert why in error and error.count('\n') == 1
    assert not (tmp_path / 'out.csv').exists()


def test_a_page_that_a_browser_draws_without_a_network(recording, tmp_path):
    pytest.importorskip('plotly', reason='plotly is not installed')
    out = tmp_path / 'out.html'
    assert cli.main(['report', recording, str(out)]) == 0
    text = out.read_text('utf-8')
    assert not re.search(r'<(script|link|img)[^>]*(src|href)="(https?:)?//', text)
    browser = shutil.which('chromium') or shutil.which('google-chrome')
    if browser is None:
        pytest.skip('there is no chromium here to open the page with')
    seen = subprocess.run(
        [browser, '--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=8000',
         '--host-resolver-rules=MAP * ~NOTFOUND', '--dump-dom', 'file://' + str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=100).stdout.decode()
    for title in ('Who was there when', 'Seen from above', 'Distance over time',
                  'Attention over time', 'Images looked at a second'):
        assert re.search('class="gtitle"[^>]*>[^<]*' + title, seen), title
    assert seen.count('class="main-svg"') >= 5
