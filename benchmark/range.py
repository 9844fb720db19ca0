"""How the error of facing grows with distance; run by `make bench-range`.

Two sources: synthetic people, whose keypoints are as wrong as a network's of that height, and the
turning person of the test data, made smaller as they would be further away. Writes
benchmark_output/range.json and docs/images/facing_range.png. How far people are found at all is
`openpose benchmark --range`.
"""
import argparse
import os

import cv2
import numpy as np
import report
import synthetic
import turning_person as turning_frames
from scene import pyplot
from tqdm import tqdm

from openpose_ros import body, looks, network
from openpose_ros.people import people_in_image
from openpose_ros.perception import Perception, Settings
from openpose_ros.scene import Camera, locate

MODES = ('depth', 'monocular')
DISTANCES = (1., 1.5, 2., 3., 4., 6., 8., 12.)    # m, of synthetic people
NOISE = looks.KEYPOINT_NOISE
CAMERA = Camera.from_field_of_view(640, 480, 60.)
AWAY = (1., 1.7, 2.8, 4.6)    # times further away than they are, the turning person
NEAR = .9    # m, how far away they are
IMAGE = os.path.join(os.path.dirname(__file__), '..', 'docs', 'images', 'facing_range.png')


def synthetic_people(height, count, seed=0):
    """{mode: [error_figures by distance]} for a network of this height."""
    rng, view = np.random.RandomState(seed), synthetic.Viewpoint(1.1, .1)
    figures = {mode: [] for mode in MODES}
    for distance in tqdm(DISTANCES, 'synthetic people, {}'.format(height)):
        headings = rng.uniform(-np.pi, np.pi, count)
        found = {mode: [] for mode in MODES}
        for heading in headings:
            person = synthetic.random_person(
                rng, (rng.uniform(-.35, .35) * distance, distance), heading)
            people = people_in_image(synthetic.keypoints(
                [person], CAMERA, rng, view, NOISE * CAMERA.height / height))
            depth = synthetic.depth([person], CAMERA, rng, view, wall=distance + 3.)
            for mode in MODES:
                found[mode].append(locate(people, CAMERA, depth if mode == 'depth' else None,
                                          synthetic.up(view)))
        for mode in MODES:
            figures[mode].append(error_figures(*directions(
                found[mode], np.degrees(headings), np.degrees(headings))['facing']))
    return figures


def turning_person(perception):
    """{mode: [error_figures by AWAY]} of the 50 frames."""
    turning, figures = turning_frames.load(), {mode: [] for mode in MODES}
    for away in AWAY:
        frames = turning.frames('turning person, {:.1f} m'.format(NEAR * away))
        found = located_in(perception, (further_away(*frame, away) for frame in frames),
                                 camera_of_further_away(turning.camera, away))
        for mode in MODES:
            figures[mode].append(figures_of(directions(
                found[mode], turning.headings, turning.headings)['facing']))
    return figures


def figures_of(errors):
    """error_figures, or only that there are no answers."""
    if not np.isfinite(errors[0]).any():
        return {'answers': 0., 'mean': np.nan, 'p95': np.nan, 'flips': np.nan}
    return error_figures(*errors)


def turned_by(vectors, headings):
    """Signed difference, degrees, between directions (n, 3) and headings (n,) in degrees."""
    found = np.degrees(np.arctan2(vectors[:, 0], -vectors[:, 2]))
    return (found - headings + 180.) % 360. - 180.


def error_figures(error, stddev):
    """What there is to say of signed errors and their stddevs, degrees, NaN where no answer."""
    known = np.isfinite(error)
    size, share = np.abs(error[known]), np.abs(error[known]) / stddev[known]
    return {'answers': float(known.mean()), 'mean': float(size.mean()),
            'p95': float(np.percentile(size, 95)), 'flips': float((size > 90.).mean()),
            'within_1_stddev': float((share < 1.).mean()),
            'within_2_stddev': float((share < 2.).mean())}


def largest(people):
    """The person with the best score; the image shows one."""
    return people.select([int(np.argmax(people.scores))]) if people.count else people


def located_in(perception, frames, camera):
    """{mode: the one person of each frame (image, depth), located; unknown where she is not}."""
    found = {mode: [] for mode in MODES}
    for image, depth in frames:
        people = largest(perception.perceive(image).people)
        for mode in MODES:
            located = locate(people, camera, depth if mode == 'depth' else None)
            found[mode].append(located if located.count else people_in_image(
                np.full((1, body.PART_COUNT, 3), np.nan)))
    return found


def directions(located, facing, gaze):
    """{facing, gaze: (signed error, stddev) in degrees} of single people and their headings."""
    return {name: (turned_by(np.concatenate([getattr(one, name) for one in located]), truth),
                   np.degrees(np.concatenate([getattr(one, name + '_stddev') for one in located])))
            for name, truth in (('facing', facing), ('gaze', gaze))}


def further_away(image, depth, away):
    """Image and depth were everything `away` times as far: the rest is grey, and unknown.

    The depth camera's noise, which grows with distance, stays as it was.
    """
    size = tuple(int(round(side / away)) for side in image.shape[1::-1])
    left, top = ((side - small) // 2 for side, small in zip(image.shape[1::-1], size))
    inside = slice(top, top + size[1]), slice(left, left + size[0])
    canvas, depths = np.full_like(image, 128), np.zeros_like(depth)
    canvas[inside] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    depths[inside] = np.round(
        cv2.resize(depth, size, interpolation=cv2.INTER_NEAREST) * away).astype(depth.dtype)
    return canvas, depths


def camera_of_further_away(camera, away):
    """The camera of such images: of the same field of view, its centre where theirs has gone."""
    size = camera.width, camera.height
    cx, cy = ((centre + .5) / away - .5 + (side - int(round(side / away))) // 2
              for centre, side in zip((camera.cx, camera.cy), size))
    return Camera.from_info(size[0], size[1], 'none', (), (
        camera.fx, 0., cx, 0., camera.fy, cy, 0., 0., 1.))


def print_figures(title, distances, figures):
    """Mean error by distance, and the share of answers where they are not all.

    figures: {name: {mode: [error_figures]}}.
    """
    def cell(each):
        if not each['answers']:
            return '-'
        return '{:.0f}{}'.format(each['mean'], '' if each['answers'] > .995 else ' ({:.0%})'.format(
            each['answers']))
    report.print_table(title, ['mean error, degrees (answers)'] + [
        '{:.1f} m'.format(distance) for distance in distances], [
            ['{}, {}'.format(name, mode)] + [cell(each) for each in by_mode[mode]]
            for name, by_mode in figures.items() for mode in MODES])


def plot(panels):
    """Mean error against distance. panels: {title: (distances, {name: {mode: figures}})}."""
    figure, grid = pyplot.subplots(len(panels), len(MODES), figsize=(12, 4. * len(panels)),
                                   sharey=True)
    for line, (title, (distances, figures)) in zip(grid, panels.items()):
        for axes, mode in zip(line, MODES):
            for name, by_mode in figures.items():
                axes.plot(distances, [each['mean'] for each in by_mode[mode]], '.-', label=name)
            axes.set(title='{}, {}'.format(title, mode), xlabel='distance, m', ylim=(0., 60.),
                     ylabel='mean error of facing, degrees')
            axes.grid(alpha=.3)
        line[0].legend(fontsize=7)
    figure.tight_layout()
    os.makedirs(os.path.dirname(IMAGE), exist_ok=True)
    figure.savefig(IMAGE, dpi=80)
    pyplot.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--models', default='mobilenet_thin,lightweight_openpose')
    parser.add_argument('--heights', default='184,256,368')
    parser.add_argument('--people', type=int, default=100, help='synthetic people a distance')
    args = parser.parse_args()
    heights = [int(height) for height in args.heights.split(',')]
    made = {'height {}'.format(height): synthetic_people(height, args.people)
            for height in heights}
    turned = {}
    for model in args.models.split(','):
        loaded = network.load(model)
        for height in heights:
            turned['{}, {}'.format(model, height)] = turning_person(
                Perception(loaded, Settings(height=height)))
    away = [NEAR * times for times in AWAY]
    print_figures('Synthetic people', DISTANCES, made)
    print_figures('Turning person, made smaller', away, turned)
    plot({'synthetic people': (DISTANCES, made), 'turning person': (away, turned)})
    report.write('range', {'synthetic': made, 'turning_person': turned})


if __name__ == '__main__':
    main()
