"""Nav2's interfaces for the tests: the installed ones, else the two of interfaces/ beside this file.

They are built once, into build/test_interfaces/, and again when their definitions change.
"""
import hashlib
import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


@pytest.fixture(scope='session')
def nav2_environment():
    """The environment, {name: value}, in which a process finds nav2_msgs."""
    if importlib.util.find_spec('nav2_msgs') is not None:
        return {}
    sources = sorted(path for path in (HERE / 'interfaces').rglob('*') if path.is_file())
    digest = hashlib.sha256(b''.join(path.read_bytes() for path in sources)).hexdigest()[:12]
    folder = ROOT / 'build' / 'test_interfaces' / digest
    if not (folder / 'done').exists():
        _build(folder)
    prefix = folder / 'install' / 'nav2_msgs'
    python = next(prefix.glob('lib/python*/site-packages'))
    joined = {}
    for name, path in (('PYTHONPATH', python), ('LD_LIBRARY_PATH', prefix / 'lib'),
                       ('AMENT_PREFIX_PATH', prefix)):
        joined[name] = os.pathsep.join([str(path)] + os.environ.get(name, '').split(os.pathsep))
    return joined


def _build(folder):
    folder.mkdir(parents=True, exist_ok=True)
    try:
        result = subprocess.run(
            ['colcon', 'build', '--base-paths', str(HERE / 'interfaces'), '--event-handlers',
             'console_direct-', '--cmake-args', '-DPython3_EXECUTABLE=' + sys.executable,
             '-DPython3_FIND_VIRTUALENV=ONLY', '-DBUILD_TESTING=OFF'],
            cwd=str(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, CMAKE_PREFIX_PATH=os.environ.get(
                'CMAKE_PREFIX_PATH', sys.prefix)))
    except FileNotFoundError:
        pytest.skip('neither nav2_msgs nor colcon is installed')
    assert result.returncode == 0, result.stdout.decode()
    (folder / 'done').touch()
