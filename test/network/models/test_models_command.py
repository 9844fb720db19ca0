"""`openpose models`."""
import os
import shutil

import pytest

from openpose_ros import cli


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
