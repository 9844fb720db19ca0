"""The two men of the truths, followed: single images against tracked ones; used by tracking.py.

The turning man by depth and without, stamped by the numbers of his files at 15 images a second; the
leaning man (and the woman far behind) before each of four cameras at 15, without depth and with the
camera's height. Keypoints are those of `make bench-scene`.
"""
import numpy as np
import scene
import truths

from openpose_ros.people import people_in_image
from openpose_ros.scene import locate
from openpose_ros.tracking import Settings, Tracker

_FIRST = 3        # images of a sequence that are left out: nobody is confirmed yet
_RATE = 15.       # images a second
SINGLE, TRACKED = 'single images', 'tracked'


def sequences(model):
    """(truth, way, [(stamp, image, people)]) of each sequence, people located image by image."""
    for truth, ways in ((truths.TURNING, ('depth', 'alone')),
                        (truths.MULTIVIEW, ('alone', 'ground'))):
        images = list(truths.TRUTHS[truth]())
        keypoints = scene.keypoints_of(truth, images, model)
        cameras = {}
        for image in images:
            camera = image.name.split()[0] if truth == truths.MULTIVIEW else ''
            cameras.setdefault(camera, []).append(image)
        for way in ways:
            for these in cameras.values():
                yield truth, way, [
                    (stamp, image, locate(
                        people_in_image(keypoints[image.name]), image.camera,
                        image.read_depth() if way == 'depth' else None, image.up,
                        image.camera_height if way == 'ground' else None,
                        input_height=scene.HEIGHT))
                    for stamp, image in zip(_stamps(truth, these), these)]


def _stamps(truth, images):
    if truth == truths.TURNING:
        return np.array([int(image.name) for image in images]) / _RATE
    return np.arange(len(images)) / _RATE


def rows(model):
    """Errors (scene.errors_of) of each person in both ways, with 'truth', 'way' and 'followed'."""
    found = []
    for truth, way, sequence in sequences(model):
        tracker = Tracker(Settings(up=tuple(sequence[0][1].up)))
        for number, (stamp, image, people) in enumerate(sequence):
            size = (image.camera.width, image.camera.height)
            tracked = tracker.update(people, stamp, size)
            tracked = tracked.select(tracker.time_since_update == 0.)
            if number >= _FIRST:
                both = [_of(image, each, kind, truth, way)
                        for kind, each in ((SINGLE, people), (TRACKED, tracked))]
                found += _compared(*both)
    return found


def _compared(single, tracked):
    """Rows of who is known in both ways, so that the two can be compared."""
    found = []
    for who in set(single) & set(tracked):
        pair = [single[who], tracked[who]]
        if any(np.isnan(row['facing_stddev']) for row in pair):
            pair = [dict(row, facing=np.nan) for row in pair]
        found += pair
    return found


def _of(image, people, followed, truth, way):
    return {i: dict(scene.errors_of(image, image.people[i], people, j), truth=truth, way=way,
                    followed=followed)
            for i, j in truths.pairs(image, people.keypoints, people.scores)}


def table_of(model):
    """{(truth, way, followed): figures}; the far woman of multiview, who has no facing, apart."""
    groups = {}
    for row in rows(model):
        far = row['truth'] == truths.MULTIVIEW and np.isnan(row['heading'])
        groups.setdefault((row['truth'] + (', far woman' if far else ''), row['way'],
                           row['followed']), []).append(row)
    return {key: scene.figures_of(these) for key, these in groups.items()}


def errors(model):
    """{name: error} of who is tracked, for tools/derive_sensitivity.py."""
    table, found = table_of(model), {}
    for (truth, way, followed), of in table.items():
        if followed == TRACKED and 'facing mean' in of:
            found['{}, {}'.format(truth, way)] = of['facing mean']
            if 'range mean' in of:
                found['{}, {}, %'.format(truth, way)] = 100. * of['range mean']
    return found
