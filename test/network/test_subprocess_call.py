"""A function in a process of its own does not outlive who called it."""
import os
import signal
import subprocess
import sys
import time

import pytest

from openpose_ros.network import subprocess_call

CALLER = """
import sys
sys.path.insert(0, sys.argv[1])
from openpose_ros.network import subprocess_call
from openpose_ros.network.models import catalogue
subprocess_call.call('waiting', 'slow:wait', catalogue.find('mobilenet_thin'), sys.argv[2])
"""
SLOW = """
import os, time
def wait(model, path):
    with open(path + '.new', 'w') as file:
        file.write(str(os.getpid()))
    os.rename(path + '.new', path)
    time.sleep(60.)
"""


def until(reached):
    deadline = time.monotonic() + 30.
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(.02)


def is_gone(pid):
    """Whether a process has ended, be it that nobody has asked for its exit code yet."""
    try:
        with open('/proc/{}/stat'.format(pid)) as file:
            return file.read().rsplit(')', 1)[1].split()[0] in 'ZX'
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='Linux alone tells the child')
def test_a_child_ends_with_its_caller_however_that_ends(tmp_path):
    (tmp_path / 'slow.py').write_text(SLOW)
    noted = str(tmp_path / 'pid')
    root = os.path.dirname(os.path.dirname(os.path.dirname(subprocess_call.__file__)))
    caller = subprocess.Popen([sys.executable, '-c', CALLER, str(tmp_path), noted],
                              env=dict(os.environ, PYTHONPATH=root))
    until(lambda: os.path.exists(noted))
    with open(noted) as file:
        child = int(file.read())
    assert not is_gone(child)
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    until(lambda: is_gone(child))
