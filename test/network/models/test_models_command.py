"""`openpose models`."""
import io
import os
import shutil
import sys

import cv2
import numpy as np
import pytest

from openpose_ros import cli
from openpose_ros.commands import common
from openpose_ros.network import ranges
from openpose_ros.network.models import fetch


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv('OPENPOSE_MODEL_DIR', str(tmp_path))
    return tmp_path


def said(capsys, *arguments, code=0):
    assert cli.main(('models',) + arguments) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def test_the_list_shows_what_is_here_and_optimised(folder, capsys, thin):
    assert all(line.split()[1] == 'no' for line in said(capsys, 'list').splitlines()[1:-1])
    os.makedirs(str(folder / 'mobilenet_thin'))
    shutil.copy(thin, str(folder / 'mobilenet_thin' / 'graph_opt.pb'))
    name = 'graph_opt.optimized-fp16-432x368-tensorrt.pb'
    (folder / 'mobilenet_thin' / name).write_bytes(b'')
    listed = said(capsys, 'list').splitlines()
    assert listed[1].split()[:2] == ['mobilenet_thin', 'yes'] and name in listed[2]
    assert 'ok' in said(capsys, 'verify', 'mobilenet_thin')


def test_the_path_is_printed_whether_the_file_is_there_or_not(folder, capsys):
    assert said(capsys, 'path', 'mobilenet_thin').strip() == str(
        folder / 'mobilenet_thin' / 'graph_opt.pb')


def test_a_damaged_file_is_reported(folder, capsys):
    os.makedirs(str(folder / 'mobilenet_thin'))
    (folder / 'mobilenet_thin' / 'graph_opt.pb').write_bytes(b'half')
    assert 'not whole' in said(capsys, 'verify', code=2)
    assert 'missing' in said(capsys, 'list') or 'damaged' in said(capsys, 'list')


def test_nothing_to_verify_is_no_error(folder, capsys):
    assert said(capsys, 'verify') == ''
    assert 'not whole' in said(capsys, 'verify', 'mobilenet_thin', code=2)


def test_a_graph_is_described(capsys, small_graph):
    line = said(capsys, 'describe', small_graph, '--size', '64x48').splitlines()[1]
    assert line.startswith('small ') and 'inputs:0 -> Mconv7_stage6_L2/BiasAdd:0' in line


def test_a_graph_is_optimised(capsys, small_graph):
    out = said(capsys, 'optimize', small_graph, '--precision', 'fp16', '--no-tensorrt')
    assert os.path.exists(out.split()[-1])


def test_errors_are_one_line(folder, capsys):
    for arguments in (('fetch', 'openpose_coco'), ('describe', 'none.pb'), ('fetch', 'none'),
                      ('import', 'none.xml', 'out.pb')):
        line, = said(capsys, *arguments, code=2).strip().splitlines()
        assert line.startswith('openpose models: ')


def test_a_file_of_unknown_checksum_is_kept_only_when_told_to(folder, capsys, small_graph):
    said(capsys, 'fetch', 'openpose_coco', '--from', small_graph, code=2)
    path = said(capsys, 'fetch', 'openpose_coco', '--from', small_graph, '--yes').strip()
    assert path == str(folder / 'openpose_coco' / 'graph_opt.pb') and os.path.exists(path)
    assert 'ok' in said(capsys, 'verify', 'openpose_coco')


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / 'images'
    folder.mkdir()
    for number in range(2):
        cv2.imwrite(str(folder / '{}.png'.format(number)), np.random.RandomState(number).randint(
            0, 256, (48, 64, 3)).astype(np.uint8))
    (folder / 'notes.txt').write_text('no image')
    return str(folder)


def test_a_network_is_calibrated_and_made_int8(capsys, small_graph, images):
    out = said(capsys, 'calibrate', small_graph, images).strip()
    assert out == small_graph[:-3] + '.ranges.json'
    known = ranges.read(out)
    assert known.source == '2 images' and known.graph_sha256
    made = said(capsys, 'optimize', small_graph, '--precision', 'int8').split(';')[0]
    assert made.endswith('.int8.tflite') and os.path.dirname(made) == os.path.dirname(small_graph)
    # Once: the second time it is there.
    before = os.stat(made).st_mtime_ns
    assert said(capsys, 'optimize', small_graph, '--precision', 'int8').split(';')[0] == made
    assert os.stat(made).st_mtime_ns == before


def test_what_cannot_be_calibrated_is_one_line(capsys, small_graph, images, tmp_path, monkeypatch):
    (tmp_path / 'none').mkdir()
    for arguments, expected in (((str(tmp_path / 'none'),), 'has no images'),
                                ((str(tmp_path / 'nowhere'),), 'cannot read the folder'),
                                ((images, '--float', '('), 'no regular expression'),
                                ((images, '--leave-out', '3'), 'nothing can be left out of small'),
                                ((images, '--out', str(tmp_path / 'no' / 'x')), 'cannot write')):
        error = said(capsys, 'calibrate', small_graph, *arguments, code=2)
        assert expected in error.strip().splitlines()[-1]

    def full(*arguments):
        raise OSError(28, 'No space left on device')
    monkeypatch.setattr(os, 'replace', full)
    assert 'No space left' in said(capsys, 'calibrate', small_graph, images, code=2)
    assert not os.path.exists(small_graph[:-3] + '.ranges.json')


def test_a_network_without_ranges_is_not_made_int8(capsys, small_graph):
    assert 'openpose models calibrate small IMAGES_DIR' in said(
        capsys, 'optimize', small_graph, '--precision', 'int8', code=2)


def test_a_model_that_is_not_here_is_offered(folder, monkeypatch, capsys):
    fetched = []
    monkeypatch.setattr(fetch, 'fetch', lambda model: fetched.append(model.name))
    common.offer_to_fetch('mobilenet_thin')   # nobody sits at a terminal
    for answer in ('n', 'y', ''):
        terminal = io.StringIO(answer + '\n')
        terminal.isatty = lambda: True
        monkeypatch.setattr(sys, 'stdin', terminal)
        common.offer_to_fetch('mobilenet_thin')
        assert 'is not here. Fetch it now?' in capsys.readouterr().err
    assert fetched == ['mobilenet_thin'] * 2
