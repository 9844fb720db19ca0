"""Who is where in the demo's video, found by looking at it: a woman walks, a man somersaults.

The video is the demo's (see demo/default_video.py): 230 frames, 1768x994, 30 per second.
"""
import os
import sys

import numpy as np
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
RATE, WIDTH, HEIGHT = 30., 1768, 994
NEAR = 330.     # px; what is within this of a person is them

# Frame, x, y of the middle of the torso, px.
WOMAN = np.array([
    (36, 1560, 700), (60, 1416, 700), (80, 1218, 700), (100, 1027, 700), (120, 836, 700),
    (140, 638, 700), (160, 421, 700), (170, 306, 700), (182, 179, 700), (190, 102, 700),
    (205, 0, 690)], float)
MAN = np.array([
    (0, 655, 250), (100, 640, 255), (120, 708, 270), (130, 753, 260), (150, 810, 230),
    (166, 840, 280), (174, 925, 235), (182, 1021, 390), (186, 1059, 517), (190, 1072, 676),
    (194, 1110, 753), (206, 1219, 765), (214, 1340, 745), (222, 1490, 705), (229, 1610, 690)],
    float)


def path():
    """Path of the video in the user's cache; skips the test where it is missing."""
    cache = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser(os.path.join('~', '.cache'))
    found = os.path.join(cache, 'openpose_ros', 'demo.mp4')
    if not os.path.exists(found):
        pytest.skip('the demo video is not here: `make demo` fetches it')
    return found


def fetch():
    """Path of the video, fetched if it is missing."""
    sys.path.insert(0, os.path.join(HERE, '..', '..', 'demo'))
    import default_video
    return default_video.fetch()


def who(frame, keypoints):
    """'woman', 'man' or None for each of these people (n, 18, 3) px of a frame."""
    names = []
    for parts in keypoints:
        middle = parts[parts[:, 2] > 0., :2].mean(axis=0)
        off = {}
        for name, track in (('woman', WOMAN), ('man', MAN)):
            if track[0, 0] <= frame <= track[-1, 0]:
                place = [np.interp(frame, track[:, 0], track[:, axis]) for axis in (1, 2)]
                off[name] = np.linalg.norm(middle - place)
        nearest = min(off, key=off.get)
        names.append(nearest if off[nearest] < NEAR else None)
    return names
