"""Prints what the constants of proportions.py, size.py and facing.py rest on, from the truths.

    tools/with_ros.sh python tools/derive_proportions.py [MODEL ...]

Lengths are those between the keypoints a network finds, in metres at the true range and for a person
of proportions.STATURE, as median and spread; keypoints come from `make bench-scene`.
"""
import os
import sys

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
sys.path[:0] = os.path.join(ROOT, 'benchmark'), os.path.join(ROOT, 'test')

import scene  # noqa: E402 (benchmark/scene.py, found above)
import truths  # noqa: E402

from openpose_ros import proportions  # noqa: E402
from openpose_ros.scene.size import ANKLES, HIPS, KNEES, mean_of, neck  # noqa: E402
from openpose_ros.scene.view import look_at  # noqa: E402

TURNING_RANGE = .9                         # m, of the turning man, who is not measured otherwise
HEIGHTS = (50, 70, 85, 100, 140, 200, 800)    # px of the network's input


def people(model):
    """Of each person found: (truth, child, heading, height px, right (18,) m, up (18,) m)."""
    for truth, images in truths.TRUTHS.items():
        images = list(images())
        found = scene.keypoints_of(truth, images, model)
        for image in images:
            keypoints = found[image.name]
            if not len(keypoints):
                continue
            view = look_at(keypoints, image.camera, image.up, 0.)
            for i, j in truths.pairs(image, keypoints, keypoints[..., 2].mean(axis=1)):
                person, away = image.people[i], TURNING_RANGE
                ray = np.nan_to_num(person.position, nan=1.)
                if truth != truths.TURNING:
                    away = np.linalg.norm(ray - (ray @ image.up) * image.up)
                else:
                    ray = np.array((0., 0., 1.))
                size = person.stature / proportions.STATURE
                size = size if np.isfinite(size) else 1.
                yield (truth, person.child, scene.heading(person.facing, image.up, ray),
                       person.size * scene.HEIGHT / image.camera.height,
                       view.right[j] * away / size, view.up[j] * away / size)


def shown(values):
    """Median, spread and number of the finite ones."""
    values = values[np.isfinite(values)]
    if len(values) < 5:
        return '-'
    middle = np.median(values)
    return '{:.3f} +- {:.3f} ({})'.format(
        middle, 1.4826 * np.median(np.abs(values - middle)), len(values))


def main():
    for model in sys.argv[1:] or ['mobilenet_thin']:
        rows = list(people(model))
        for truth in truths.TRUTHS:
            for child in (False, True):
                these = [row for row in rows if row[0] == truth and row[1] == child]
                if these:
                    print('\n{}, {}, {}'.format(model, truth, 'children' if child else 'adults'))
                    lengths(these)
        print('\n{}: left taken for right, by height in the input, px'.format(model))
        swaps([row for row in rows if row[0] == truths.RENDERED])


def lengths(rows):
    ahead = np.cos([row[2] for row in rows])
    right, up = (np.array([row[k] for row in rows]) for k in (4, 5))
    hips, knees, ankles = (mean_of(up[:, parts]) for parts in (HIPS, KNEES, ANKLES))
    base, legs = neck(up), hips - ankles
    for name, of in (('front', ahead > .7), ('side', np.abs(ahead) < .5), ('back', ahead < -.7)):
        print(name)
        for what, length in (
                ('torso', base - hips), ('ears over neck', mean_of(up[:, [16, 17]]) - base),
                ('hips over ankles', legs), ('thighs of them', (hips - knees) / legs),
                ('legs over torso', legs / (base - hips)),
                ('shoulders', (right[:, 5] - right[:, 2]) / ahead),
                ('hips', (right[:, 11] - right[:, 8]) / ahead)):
            if name != 'side' or what not in ('shoulders', 'hips'):
                print('    {:18}{}'.format(what, shown(length[of])))


def swaps(rows):
    height, ahead = np.array([row[3] for row in rows]), np.cos([row[2] for row in rows])
    between = np.array([row[4][5] - row[4][2] for row in rows])
    usable = np.isfinite(between) & (np.abs(ahead) > .5)
    for low, high in zip(HEIGHTS, HEIGHTS[1:]):
        of = usable & (height >= low) & (height < high)
        if of.any():
            print('    {:4}-{:<4}{:6.1%} ({})'.format(
                low, high, np.mean(np.sign(between[of]) != np.sign(ahead[of])), of.sum()))


if __name__ == '__main__':
    main()
