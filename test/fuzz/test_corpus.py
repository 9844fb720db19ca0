"""Every input that was ever found, and every seed, is taken by its target now."""
import glob
import importlib
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'ros')]

from watch import SLOW, Watch, read_state   # noqa: E402

NEEDS = {'annotations': 'pycocotools', 'caffe': 'tensorflow', 'graph': 'tensorflow',
         'openvino': 'openvino', 'camera_info': 'cv2', 'camera_yaml': 'yaml', 'decoding': 'cv2'}
TARGETS = sorted(os.path.basename(path)[len('fuzz_'):-len('.py')]
                 for path in glob.glob(os.path.join(HERE, 'fuzz_*.py')))


@pytest.fixture(params=TARGETS)
def module(request):
    if request.param not in NEEDS:
        pytest.importorskip('rclpy', reason='ROS 2 is not here')
        pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
    else:
        pytest.importorskip(NEEDS[request.param])
    return importlib.import_module('fuzz_' + request.param)


def check(module, inputs, folder):
    """All inputs are taken, none slowly."""
    watch = Watch(module.target, str(folder), str(folder / 'state'))
    for data in inputs:
        watch(data)
    found = [path.read_text() for path in folder.glob('*.txt')]
    assert not found, '\n'.join(found)
    assert watch.inputs == len(inputs)


def test_the_inputs_found_before(module, tmp_path):
    paths = glob.glob(os.path.join(HERE, 'corpus', module.__name__[len('fuzz_'):], '*'))
    check(module, [open(path, 'rb').read() for path in paths], tmp_path)


def test_the_seeds(module, tmp_path):
    seeds = list(module.seeds())
    assert seeds
    check(module, seeds, tmp_path)


def test_the_corpus_is_small_and_of_targets():
    paths = glob.glob(os.path.join(HERE, 'corpus', '*', '*'))
    assert len(paths) > 20
    assert all(os.path.getsize(path) <= 1 << 15 for path in paths)
    assert {os.path.basename(os.path.dirname(path)) for path in paths} <= set(TARGETS)


# ---- and what is not taken is found out

MADE = '''
import os, time
def target(data):
    if data == {seed!r}:
        {action}
def seeds():
    yield b'good'
    yield {seed!r}
'''


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs a made target by the runner; gives the Run."""
    import run as runner
    monkeypatch.setattr(runner, 'HERE', str(tmp_path))
    monkeypatch.setattr(runner, 'HANGS', 4.)
    for name in ('engines.py', 'watch.py'):
        (tmp_path / name).symlink_to(os.path.join(HERE, name))

    def call(action):
        (tmp_path / 'fuzz_made.py').write_text(MADE.format(seed=b'bad', action=action))
        return runner.Run('made', 'hypothesis', 1., str(tmp_path / 'found'))
    return call


@pytest.mark.parametrize('action, kind', [
    ('raise KeyError(1)', 'KeyError'), ('os.abort()', 'crash'), ('time.sleep(1000)', 'hang')])
def test_what_a_target_must_not_do_is_found(run, action, kind):
    done = run(action)
    assert [os.path.basename(path).split('-')[0] for path in done.found] == [kind]
    with open(done.found[0], 'rb') as file:
        assert file.read() == b'bad'


def test_a_good_target_is_tried_for_its_seconds(run):
    done = run('pass')
    assert not done.found and done.inputs > 2   # more than the seeds


def test_memory_is_bounded(tmp_path):
    # The limit is set after the seeds; so in a process of its own, by hand.
    code = 'import engines; engines.limit_memory(); bytearray(1 << 31)'
    result = subprocess.run([sys.executable, '-c', code], cwd=HERE, stderr=subprocess.PIPE)
    assert result.returncode == 1 and b'MemoryError' in result.stderr


def test_a_slow_input_is_kept(tmp_path, monkeypatch):
    import watch as watching
    monkeypatch.setattr(watching, 'SLOW', -1.)
    Watch(lambda data: None, str(tmp_path), str(tmp_path / 'state'))(b'x')
    assert [path.name.split('-')[0] for path in tmp_path.glob('slow-*.txt')] == ['slow']
    assert read_state(str(tmp_path / 'state')) == (1, 0., b'')
    assert SLOW > 1.
