"""People of the truths, followed: single images against tracked ones; used by tracking.py.

The turning man by depth and without, stamped by the numbers of his files at 15 images a second; the
leaning man (and the woman far behind) before each of four cameras at 15, without depth and with the
camera's height; and rendered people who stand, whose errors are the same in all images: each image
is taken eight times. Keypoints are those of `make bench-scene`.
"""
import numpy as np
import scene
import truths

from openpose_ros.people import people_in_image
from openpose_ros.scene import locate
from openpose_ros.tracking import Settings, Tracker

_FIRST = 3        # images of a sequence that are left out: nobody is confirmed yet
_RATE = 15.       # images a second
_EVERY, _TIMES = 3, 8    # of the rendered people each third image, so often
STANDING = 'rendered people, standing'
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
    yield from _standing(model)


def _standing(model):
    """The same of rendered people within 7 m, each image again and again, where all found are people.

    (Of one person found twice it is not sure which of the two is compared.) Facing alone: where they
    are, they are in all images.
    """
    images = list(truths.TRUTHS[truths.RENDERED]())
    keypoints = scene.keypoints_of(truths.RENDERED, images, model)
    for image in images[::_EVERY]:
        people = people_in_image(keypoints[image.name])
        if people.count != len(truths.pairs(image, people.keypoints, people.scores)):
            continue
        near = image._replace(people=[
            person._replace(position=np.full(3, np.nan), facing=np.where(
                np.linalg.norm(person.position) < scene.NEAR, person.facing, np.nan))
            for person in image.people])
        for way in 'depth', 'alone':
            located = locate(people, image.camera, image.read_depth() if way == 'depth' else None,
                             image.up, input_height=scene.HEIGHT)
            yield STANDING, way, [(number / _RATE, near, located) for number in range(_TIMES)]


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
