"""Camera, node and consumer as processes on hosts."""
import json
import os
import sys
import time
from typing import Dict, List

import cv2
from ament_index_python.packages import get_package_prefix
from hosts import Host

TIMEOUT = 60.       # s; for what takes 3 s on a machine that has nothing else to do
IMAGE = os.path.join(os.path.dirname(__file__), '..', '..', 'docs', 'images', 'overlay.jpg')
_EXECUTABLES = os.path.join(get_package_prefix('openpose_ros'), 'lib', 'openpose_ros')
_LISTENER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'listener.py')


def start_camera(host: Host, folder: str, width: int, height: int, rate: float, count: int = 0,
                 frame: str = 'camera', namespace: str = '/', environment=()):
    """The node `video` with people of this size, once there is a subscriber; the process.

    folder: for its images and its log. count: of images, after which it ends; 0: never.
    """
    images = os.path.join(folder, 'images')
    os.makedirs(images)
    path = os.path.join(folder, 'image.bmp')
    cv2.imwrite(path, cv2.resize(cv2.imread(IMAGE), (width, height)))
    for number in range(count or 1):
        os.symlink(path, os.path.join(images, '{:05}.bmp'.format(number)))
    return host.start(
        [os.path.join(_EXECUTABLES, 'video'), images, '--rate', str(rate), '--wait', '1',
         '--frame-id', frame] + ([] if count else ['--loop']) +
        ['--ros-args', '-r', '__ns:=' + namespace], os.path.join(folder, 'video.log'), environment)


def start_node(host: Host, folder: str, parameters: Dict[str, str], namespace: str = '/',
               environment=()) -> None:
    """The node `openpose` on `image_raw`, ready; folder: for its log."""
    arguments = ['--ros-args', '-r', '__ns:=' + namespace, '-r', 'image:=image_raw']
    for name, value in parameters.items():
        arguments += ['-p', '{}:={}'.format(name, value)]
    log = os.path.join(folder, 'openpose.log')
    process = host.start([os.path.join(_EXECUTABLES, 'openpose')] + arguments, log, environment)
    wait_until(lambda: process.poll() is not None or 'ready after' in _read(log))
    assert process.poll() is None, _read(log)


class Listener:
    """listener.py on a host, and what it has heard."""

    def __init__(self, host: Host, folder: str, namespace: str = '/', environment=(),
                 reliability: str = 'reliable') -> None:
        """folder: for what it prints. reliability: of its subscription; or 'best_effort'."""
        self._log = os.path.join(folder, 'listener.log')
        options = ['--best-effort'] if reliability == 'best_effort' else []
        host.start([sys.executable, _LISTENER] + options +
                   ['--ros-args', '-r', '__ns:=' + namespace], self._log, environment)

    def skeletons(self, since: float = 0.) -> List[dict]:
        """The skeletons of images taken since then, s since 1970; see listener.py."""
        return [line for line in self._lines() if line.get('stamp', -1.) >= since]

    def arrived(self) -> int:
        """How many images had arrived at the node when it last said so."""
        return ([line['in'] for line in self._lines() if 'in' in line] or [0])[-1]

    def _lines(self):
        text = _read(self._log)
        return [json.loads(line) for line in text[:text.rfind('\n') + 1].splitlines()
                if line.startswith('{')]


def wait_until(reached, timeout: float = TIMEOUT):
    """Wait for `reached()` to be true; what it was. AssertionError after `timeout` s."""
    end = time.monotonic() + timeout
    result = reached()
    while not result:
        assert time.monotonic() < end, 'it did not happen within {:g} s'.format(timeout)
        time.sleep(.1)
        result = reached()
    return result


def _read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()
