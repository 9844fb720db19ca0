"""What has been handed back stays handed back."""
import os
import subprocess
import sys

import pytest

HUGE_PAGES = '/sys/kernel/mm/transparent_hugepage/enabled'
# As tools/executable.py.in begins; then ten images of 1920x1080, each with something small after it
# that stays, are forgotten, and a few bytes are used where they were.
CODE = """
import ctypes, sys
from openpose_ros import heap
if sys.argv[1] == 'shared':
    heap.share()
heap.reuse()
import numpy as np
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p

def use(size, written):
    ctypes.memset(libc.malloc(ctypes.c_size_t(size)), 1, written)

def resident():
    with open('/proc/self/status') as file:
        return int(next(line for line in file if line.startswith('RssAnon')).split()[1]) / 1e3

images = []
for _ in range(10):
    images.append(np.ones((1080, 1920, 3), np.uint8))
    for _ in range(10):
        use(3000, 3000)
del images
heap.give_back()
before = resident()
for _ in range(5):
    for size, written in ((20000, 20000), (1500000, 1000), (1500000, 1000)):
        use(size, written)
print(resident() - before)
"""


def grown(how):
    """MB that came with 110 KB."""
    return float(subprocess.check_output([sys.executable, '-c', CODE, how], env={
        name: value for name, value in os.environ.items() if name != 'NUMPY_MADVISE_HUGEPAGE'}))


def test_a_few_bytes_bring_no_huge_page_back():
    if not os.path.exists(HUGE_PAGES):
        pytest.skip('this kernel has no huge pages')
    with open(HUGE_PAGES) as file:
        if '[madvise]' not in file.read():
            pytest.skip('huge pages are not for who asks alone')
    if grown('not') < 4.:
        pytest.skip('the kernel had no huge pages to give')
    assert grown('shared') < 1.
