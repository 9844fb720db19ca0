"""Position, facing and gaze against three truths (truths.py); run by `make bench-scene`.

All people of the turning man, the rendered people and the four calibrated cameras, single images
through the network; keypoints are kept in benchmark_output/found, so that a change of the scene is
measured within a minute. Writes benchmark_output/scene.json and scene.png.
"""
import argparse
import json
import os

import matplotlib
import numpy as np
import report
import synthetic
import truths
from tqdm import tqdm

from openpose_ros import network, proportions
from openpose_ros.people import people_in_image
from openpose_ros.perception import Perception
from openpose_ros.scene import Camera, Level, Settings, locate

matplotlib.use('Agg')
from matplotlib import pyplot  # noqa: E402 (the backend must be chosen first)

HEIGHT = 368     # px, of the network's input
NEAR = 7.        # m; within it the figures asked for of rendered people hold
FOUND = .5       # object keypoint similarity of who counts as found, as docs/accuracy.md has it
DISTORTED = Camera.from_info(640, 480, 'plumb_bob', (-.12, .05, .001, -.001, 0.),
                             (610., 0., 322., 0., 612., 243., 0., 0., 1.))
# (squared) radii of the ellipsoids that hold 68.3 and 95.4 % of a normal distribution in space.
ELLIPSOIDS = 3.53, 8.02
# What is asked for: a row's (truth, way, figure), which model, the most (or, with '>', the least).
ASKED = (
    (('turning man', 'depth', 'facing mean'), 4.3, 4.3),
    (('turning man', 'alone', 'facing mean'), 10., 10.),
    (('rendered people, 7 m', 'depth', 'facing mean'), 9.3, 7.2),
    (('rendered people, 7 m', 'alone', 'facing mean'), 15., 11.8),
    (('rendered people, 7 m', 'depth', 'gaze mean'), 15., 12.),
    (('rendered people, 7 m', 'depth', 'pitch mean'), 8.5, 8.5),
    (('rendered adults', 'alone', 'range median'), .065, .065),
    (('rendered adults', 'ground', 'range median'), .045, .045),
    (('rendered children', 'ground', 'range median'), .06, .06),
    (('rendered adults', 'depth', 'metres median'), .05, .05),
    (('rendered children', 'depth', 'metres median'), .06, .06),
    (('multiview', 'alone', 'range mean'), .08, .08),
    (('multiview', 'level', 'range mean'), .09, .09),
    (('multiview, found', 'alone', 'facing mean'), 18., 11.))


def keypoints_of(truth, images, model):
    """{name of the image: keypoints (n, 18, 3)}, found anew where they are not kept."""
    def find():
        perception = Perception(network.load(model))
        return {image.name: as_lists(perception.find(perception.look(image.read())).keypoints)
                for image in tqdm(images, truth)}

    return {name: as_keypoints(keypoints) for name, keypoints in kept(truth, model, find).items()}


def kept(what, model, find):
    """What `find` gives, as JSON; from benchmark_output/found where it is kept there already."""
    path = os.path.join(report.OUTPUT, 'found', '{}.{}.json'.format(what.replace(' ', '_'), model))
    if not os.path.exists(path):
        found = find()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            json.dump(found, file)
    with open(path) as file:
        return json.load(file)


def as_lists(keypoints):
    """Keypoints (n, 18, 3) as nested lists, 0 where unseen."""
    return np.round(np.nan_to_num(keypoints.astype(float)), 3).tolist()


def as_keypoints(rows):
    """Keypoints (n, 18, 3) of nested lists, NaN where unseen."""
    keypoints = np.array(rows, np.float32).reshape(-1, 18, 3)
    keypoints[keypoints[..., 2] == 0., :2] = np.nan
    return keypoints


def ways(image, people, level):
    """{how: the people located}: by depth, alone, with the camera's height, with it and `level`."""
    def put(depth=None, height=None, up=image.up, settings=Settings()):
        return locate(people, image.camera, depth, up, height, settings, float(HEIGHT))

    depth = image.read_depth()
    found = {'alone': put()}
    if depth is not None:
        found['depth'] = put(depth)
    if image.camera_height is not None:
        found['ground'] = put(height=image.camera_height)
    if level is not None:
        level.observe(people, image.camera, image.camera_height)
        vertical = level.vertical
        found['level'] = put(None, image.camera_height) if vertical is None else put(
            None, image.camera_height, vertical.up, Settings(tilt_stddev=vertical.stddev))
    return found


def rows_of(truth, images, keypoints):
    """A dict of errors for each person of the truth that was found, and each way to locate them.

    'level' takes the camera for level at first and finds the vertical from image to image.
    """
    rows, level, camera = [], None, None
    for image in tqdm(images, truth + ', located'):
        if truth == truths.MULTIVIEW and image.name.split()[0] != camera:
            camera, level = image.name.split()[0], Level((0., -1., 0.))
        people = people_in_image(keypoints[image.name])
        pairs = truths.pairs(image, people.keypoints, people.scores)
        likeness = truths.likeness(people.keypoints,
                                   np.array([person.pixels for person in image.people]))
        for way, located in ways(image, people, level).items():
            rows += [dict(errors_of(image, image.people[i], located, j), truth=truth, way=way,
                          likeness=likeness[j, i]) for i, j in pairs]
    return rows


def errors_of(image, person, located, j):
    """Errors and deviations of one person's estimates, the truth being `person`."""
    ray = person.position
    if np.isnan(ray).any():
        seen = located.keypoints[j, :, :2]
        ray = np.append(image.camera.pixels_to_rays(seen[np.isfinite(seen[:, 0])].mean(axis=0)), 1.)
    off = located.position[j] - person.position
    distance = np.linalg.norm(person.position)
    along = person.position / distance
    row = {'child': person.child, 'distance': distance, 'metres': np.linalg.norm(off),
           'range': np.linalg.norm(located.position[j]) / distance - 1.,
           'range_stddev': np.sqrt(along @ located.position_covariance[j] @ along) / distance,
           'ellipsoid': _mahalanobis(off, located.position_covariance[j]),
           'stature': located.stature[j] - person.stature,
           'stature_stddev': located.stature_stddev[j],
           'attention': located.attention[j], 'heading': heading(person.facing, image.up, ray)}
    for name in 'facing', 'gaze':
        row[name] = wrapped(heading(getattr(located, name)[j], image.up, ray)
                            - heading(getattr(person, name), image.up, ray))
        row[name + '_stddev'] = getattr(located, name + '_stddev')[j]
    shows = abs(heading(person.gaze, image.up, ray)) < np.radians(75.)
    pitch, true_pitch = (np.arcsin(np.clip(gaze @ image.up, -1., 1.))
                         for gaze in (located.gaze[j], person.gaze))
    row['pitch'] = pitch - true_pitch if shows else np.nan
    row['pitch_stddev'] = located.gaze_pitch_stddev[j]
    row['looks'] = person.gaze @ -ray / np.linalg.norm(ray) > np.cos(np.radians(15.))
    return row


def heading(vector, up, ray):
    """Heading about the vertical against the ray, rad: 0 faces the camera."""
    away = ray - (ray @ up) * up
    away = away / np.linalg.norm(away)
    return np.arctan2(vector @ np.cross(away, up), -(vector @ away))


def wrapped(angle):
    return (angle + np.pi) % (2. * np.pi) - np.pi


def _mahalanobis(off, covariance):
    if not np.isfinite(covariance).all():
        return np.nan
    return off @ np.linalg.solve(covariance, off)


def figures_of(rows):
    """What there is to say of some rows: errors (degrees, shares, m) and what the stddevs hold."""
    figures = {'people': len(rows)}
    for name in 'facing', 'gaze', 'pitch', 'range', 'stature':
        error = np.array([row[name] for row in rows], float)
        share = np.abs(error) / np.array([row[name + '_stddev'] for row in rows], float)
        known = np.isfinite(error) & np.isfinite(share)
        if not known.any():
            continue
        size = np.abs(error[known]) if name in ('range', 'stature') else np.degrees(
            np.abs(error[known]))
        figures.update({
            name + ' answers': float(known.sum() / max(len(rows), 1)),
            name + ' mean': float(size.mean()), name + ' median': float(np.median(size)),
            name + ' p95': float(np.percentile(size, 95)),
            name + ' in 1': float((share[known] < 1.).mean()),
            name + ' in 2': float((share[known] < 2.).mean())})
        if name in ('facing', 'gaze'):
            figures[name + ' flips'] = float((size > 90.).mean())
    metres = np.array([row['metres'] for row in rows], float)
    if np.isfinite(metres).any():
        inside = np.array([row['ellipsoid'] for row in rows], float)
        inside = inside[np.isfinite(inside)]
        figures.update({'metres median': float(np.nanmedian(metres)),
                        'position in 1': float((inside < ELLIPSOIDS[0]).mean()),
                        'position in 2': float((inside < ELLIPSOIDS[1]).mean())})
    return figures


def groups_of(rows):
    """{(truth, way): rows}: the rendered people near, far, adults and children apart."""
    groups = {}
    for row in rows:
        names = [row['truth']]
        if row['truth'] == truths.RENDERED:
            names += [row['truth'] + (', 7 m' if row['distance'] < NEAR else ', beyond'),
                      'rendered children' if row['child'] else 'rendered adults']
        elif row['truth'] == truths.MULTIVIEW and np.isnan(row['heading']):
            names = ['multiview, far woman']
        elif row['truth'] == truths.MULTIVIEW and row['likeness'] >= FOUND:
            names += ['multiview, found']
        for name in names:
            groups.setdefault((name, row['way']), []).append(row)
    return groups


def as_the_prior(figures):
    """{(truth, way): calibration of the range}, adults and children weighted as the prior has them.

    Who is a child is not known where nothing but proportions tells of the range: the halves of that
    mixture cannot be calibrated each.
    """
    parts = (('rendered adults', proportions.ADULTS), ('rendered children', proportions.CHILDREN))
    return {('rendered, as the prior has them', way): {
        name: sum(group.share * figures[truth, way][name] for truth, group in parts)
        for name in ('range in 1', 'range in 2')}
        for way in ('depth', 'alone', 'ground') if all((truth, way) in figures for truth, _ in parts)}


COLUMNS = (('n', 'people', '{:.0f}'), ('facing', 'facing mean', '{:.1f}'),
           ('p95', 'facing p95', '{:.0f}'), ('flips', 'facing flips', '{:.1%}'),
           ('answers', 'facing answers', '{:.0%}'), ('1 sd', 'facing in 1', '{:.0%}'),
           ('2 sd', 'facing in 2', '{:.0%}'), ('gaze', 'gaze mean', '{:.1f}'),
           ('1 sd', 'gaze in 1', '{:.0%}'), ('2 sd', 'gaze in 2', '{:.0%}'),
           ('pitch', 'pitch mean', '{:.1f}'), ('range', 'range median', '{:.1%}'),
           ('mean', 'range mean', '{:.1%}'), ('1 sd', 'range in 1', '{:.0%}'),
           ('2 sd', 'range in 2', '{:.0%}'), ('m', 'metres median', '{:.3f}'),
           ('1 sd', 'position in 1', '{:.0%}'), ('2 sd', 'position in 2', '{:.0%}'),
           ('stature', 'stature mean', '{:.3f}'))


def print_figures(model, figures):
    report.print_table('Single images, {}'.format(model), ('truth', 'way') + tuple(
        name for name, _, _ in COLUMNS), [
            [truth, way] + [pattern.format(each[key]) if key in each else '-'
                            for _, key, pattern in COLUMNS]
            for (truth, way), each in figures.items()])


def print_asked(model, figures):
    column = {'mobilenet_thin': 1, 'lightweight_openpose': 2}.get(model)
    if column is None:
        return
    rows = []
    for asked in ASKED:
        truth, way, figure = asked[0]
        measured = figures.get((truth, way), {}).get(figure)
        if measured is not None:
            rows.append(report.check('{}, {}: {} <= {:g}'.format(truth, way, figure, asked[column]),
                                     '{:.3g}'.format(measured), measured <= asked[column]))
    report.print_table('Asked for', ('figure', 'measured', 'met'), rows)


def cost(rounds):
    """Milliseconds of locating six people at 640x480, with depth and without, in turn."""
    rng, view = np.random.RandomState(1), synthetic.Viewpoint(1.1, .1)
    people = [synthetic.random_person(rng, (x, 3. + .2 * rng.uniform()), rng.uniform(-3., 3.))
              for x in (-1.5, -.9, -.3, .3, .9, 1.5)]
    seen = people_in_image(synthetic.keypoints(people, DISTORTED, rng, view))
    depth, up = synthetic.depth(people, DISTORTED, rng, view), synthetic.up(view)
    return report.time_in_turn_ms({
        'depth': lambda: locate(seen, DISTORTED, depth, up),
        'monocular': lambda: locate(seen, DISTORTED, None, up)}, rounds, warm_up=20)


def plot(rows):
    """Errors of the facing against the true heading, with their stddevs, into scene.png."""
    shown = [(truth, way) for truth in truths.TRUTHS for way in ('depth', 'alone')]
    figure, axes = pyplot.subplots(3, 2, figsize=(13, 11), sharex=True)
    for axis, (truth, way) in zip(axes.ravel(), shown):
        these = [row for row in rows if row['truth'] == truth and row['way'] == way]
        axis.errorbar(np.degrees([row['heading'] for row in these]),
                      np.degrees([row['facing'] for row in these]),
                      np.degrees([row['facing_stddev'] for row in these]), fmt='.',
                      elinewidth=.5, alpha=.5)
        axis.set(title='{}, {}'.format(truth, way), ylim=(-90, 90),
                 ylabel='error and stddev, degrees')
        axis.axhline(0., color='k', linewidth=.5)
    for axis in axes[-1]:
        axis.set(xlabel='true heading, degrees (0 faces the camera)')
    figure.tight_layout()
    report.save_plot('scene', figure)
    pyplot.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', default='mobilenet_thin', help='name, or names with commas')
    parser.add_argument('--truths', default=','.join(truths.TRUTHS))
    args = parser.parse_args()
    written = {}
    for model in args.model.split(','):
        rows = []
        for truth in args.truths.split(','):
            images = list(truths.TRUTHS[truth]())
            rows += rows_of(truth, images, keypoints_of(truth, images, model))
        figures = {key: figures_of(these) for key, these in groups_of(rows).items()}
        figures.update(as_the_prior(figures))
        print_figures(model, figures)
        print_asked(model, figures)
        written[model] = {', '.join(key): each for key, each in figures.items()}
        plot(rows)
    times = cost(300)
    report.print_table('Time for 6 people, ms', ('mode', 'fastest', 'median'), [
        [mode, '{:.2f}'.format(taken.min()), '{:.2f}'.format(np.median(taken))]
        for mode, taken in times.items()])
    report.write('scene', dict(written, milliseconds={
        mode: float(taken.min()) for mode, taken in times.items()}))


if __name__ == '__main__':
    main()
