"""Every input that was ever found, and every seed, is taken by its target now."""
import glob
import importlib
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'ros')]

from watch import SLOW, Watch, read_state  # noqa: E402

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
    """Runs a made target by `make fuzz`; gives its exit code and the inputs that were found."""
    import run as runner
    monkeypatch.setattr(runner, 'HERE', str(tmp_path))
    monkeypatch.setattr(runner, 'HANGS', 4.)
    monkeypatch.chdir(tmp_path)
    for name in ('engines.py', 'watch.py'):
        (tmp_path / name).symlink_to(os.path.join(HERE, name))

    def call(action, *options):
        (tmp_path / 'fuzz_made.py').write_text(MADE.format(seed=b'bad', action=action))
        code = runner.main(['--engine', 'hypothesis', '--seconds', '1', *options])
        return code, [path for path in sorted((tmp_path / 'fuzz_output' / 'made').glob('*'))
                      if path.suffix != '.txt']
    return call


@pytest.mark.parametrize('action, kind', [
    ('raise KeyError(1)', 'KeyError'), ('os.abort()', 'crash'), ('time.sleep(1000)', 'hang')])
def test_what_a_target_must_not_do_is_found_and_shown(run, capsys, action, kind):
    code, found = run(action)
    assert code == 1 and [path.name.split('-')[0] for path in found] == [kind]
    assert found[0].read_bytes() == b'bad'
    shown = capsys.readouterr().out
    assert '3 bytes in base64: YmFk' in shown and str(found[0]) in shown
    assert 'KeyError: 1' in shown or kind != 'KeyError'


def test_a_good_target_is_tried_for_its_seconds(run, capsys):
    code, found = run('pass')
    assert code == 0 and not found
    name, inputs, seconds, result = capsys.readouterr().out.splitlines()[-1].split(None, 3)
    assert (name, result) == ('made', 'nothing found') and float(seconds) == 1.
    assert int(inputs) > 2   # more than the seeds


def test_a_seed_repeats_the_inputs(run, tmp_path):
    kept = tmp_path / 'inputs'
    begins = []
    for _ in range(2):
        kept.write_bytes(b'')
        run('pass\n    open({!r}, "ab").write(data + b";")'.format(str(kept)), '--seed', '1')
        begins.append(kept.read_bytes()[:200])
    both = min(map(len, begins))    # what comes later depends on what was new by then
    assert both > 100 and begins[0][:both] == begins[1][:both]


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
