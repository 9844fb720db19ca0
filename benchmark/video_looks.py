"""Looking closer against looking at the whole image, on video at equal cost: who is found, how well.

The clips are those of `shared/data/multiview` (its README says where they are): a man 3.5 m and a
woman 6.7 m from four calibrated cameras, at 15 Hz, as they are and shrunk twice and three times as
if they were further away; truth is triangulated. Run by `make bench-looks CLIPS=FOLDER`.
"""
import argparse
import json
import os

import report  # first: it finds what the tests share
import cv2
import data
import numpy as np
from tqdm import tqdm

from openpose_ros import network
from openpose_ros.looks import CLOSER, WHOLE, Settings
from openpose_ros.looks.merging import similarity
from openpose_ros.network.network import usual_pixels
from openpose_ros.perception import Perception
from openpose_ros.perception import Settings as PerceptionSettings
from openpose_ros.tracking import Tracker

SHRUNK = (1, 2, 3)
EVERY = 4         # of the clips' images, which come at 60 Hz
FOUND = .5        # object keypoint similarity from which someone is found
MIN_PARTS = 12    # of a person within the image, for them to count
PEOPLE = ('man', 'woman')


def images(path, shrunk):
    """(number, image) of every EVERY-th image, shrunk in the middle of a grey one."""
    capture, number = cv2.VideoCapture(path), 0
    while True:
        read, image = capture.read()
        if not read:
            return
        if number % EVERY == 0:
            yield number, further_away(image, shrunk)
        number += 1


def further_away(image, shrunk):
    """The image as if all in it were so many times as far away."""
    if shrunk == 1:
        return image
    left, top, width, height = _inside(image.shape, shrunk)
    canvas = np.full_like(image, 128)
    canvas[top:top + height, left:left + width] = cv2.resize(
        image, (width, height), interpolation=cv2.INTER_AREA)
    return canvas


def _inside(shape, shrunk):
    height, width = (int(round(side / shrunk)) for side in shape[:2])
    return (shape[1] - width) // 2, (shape[0] - height) // 2, width, height


def truth(person, number, view, shape, shrunk):
    """Keypoints (18, 3) px of a person in an image; a score of 1 where they are in it, else 0."""
    points = np.array(person['points'][number], float)
    known = np.array(person['valid'][number], bool) & np.isfinite(points).all(axis=1)
    fx, fy, cx, cy = view['k']
    places = np.full((18, 2), np.nan)
    if known.any():
        in_camera = points[known].dot(np.array(view['R']).T) + view['t']
        places[known] = cv2.projectPoints(
            in_camera.reshape(-1, 1, 3), np.zeros(3), np.zeros(3),
            np.array(((fx, 0., cx), (0., fy, cy), (0., 0., 1.))), np.array(view['d']))[0][:, 0]
    if shrunk > 1:
        places = (places + .5) / shrunk - .5 + _inside(shape, shrunk)[:2]
    with np.errstate(invalid='ignore'):
        inside = ((places > 0.) & (places < (shape[1], shape[0]))).all(axis=1)
    return np.column_stack((np.nan_to_num(places), inside))


def measure(loaded, looks, views, people, clips, shrunk):
    """{person: share found, median error in % of the height}, cost over one look an image, looks."""
    counts = {name: [] for name in PEOPLE}    # an error for each image, NaN where not found
    pixels = usual = 0
    kinds = dict.fromkeys(('whole', 'crop', 'tile'), 0)
    for view in views:
        perception = Perception(loaded, PerceptionSettings(looks=looks), Tracker())
        for number, image in images(os.path.join(clips, view['name'] + '.mp4'), shrunk):
            perceived = perception.perceive(image, stamp=number / 60.)
            usual += usual_pixels(perceived.image_size)
            for region in perceived.look.regions:
                pixels += region.pixels
                kinds[region.view.kind] += 1
            for name, person in zip(PEOPLE, people):
                there = truth(person, number, view, image.shape, shrunk)
                if np.count_nonzero(there[:, 2]) >= MIN_PARTS:
                    counts[name].append(error(perceived.people.keypoints, there))
    figures = {name: {'found': float(np.isfinite(errors).mean()),
                      'error': float(np.nanmedian(errors)) if np.isfinite(errors).any() else None,
                      'images': len(errors)} for name, errors in counts.items() if errors}
    return dict(figures, cost=float(pixels / usual), looks=kinds)


def error(found, there):
    """Median distance of the parts of whoever is this person, % of their height; NaN: nobody."""
    alike = similarity(found.astype(float), there[None])
    if not alike.size or alike.max() < FOUND:
        return np.nan
    person = found[alike[:, 0].argmax()]
    both = (there[:, 2] > 0.) & (person[:, 2] > 0.)
    height = np.ptp(there[there[:, 2] > 0., 1])
    return 100. * np.median(np.linalg.norm(person[both, :2] - there[both, :2], axis=1)) / height


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('clips', help='folder with cam01.mp4 to cam04.mp4')
    parser.add_argument('--models', default='mobilenet_thin,lightweight_openpose')
    args = parser.parse_args()
    with open(data.path('multiview', 'single.json')) as file:
        known = json.load(file)
    figures, rows = {}, []
    for model in args.models.split(','):
        loaded = network.load(model)
        for shrunk in tqdm(SHRUNK, model):
            for mode in (WHOLE, CLOSER):
                each = measure(loaded, Settings(mode=mode), known['views'], known['people'],
                               args.clips, shrunk)
                figures['{}, shrunk {}, {}'.format(model, shrunk, mode)] = each
                rows.append([model, shrunk, mode] + [_cell(each.get(name)) for name in PEOPLE]
                            + ['{:.2f}'.format(each['cost'])])
    report.print_table('Share found / median error of keypoints, % of height',
                       ['model', 'shrunk', 'looks'] + list(PEOPLE) + ['cost'], rows)
    report.write('looks', figures)


def _cell(figures):
    if figures is None:
        return '-'
    return '{:.2f} / {}'.format(figures['found'], '-' if figures['error'] is None
                                else '{:.1f}'.format(figures['error']))


if __name__ == '__main__':
    main()
