"""Position, facing and gaze against the truth; run by `make bench-scene`.

Three sources: a turning person and two people before an RGB-D camera (test data, through the
network, single frames), and a synthetic crowd. Writes benchmark_output/scene.json and scene.png.
"""
import argparse
import glob
import json
import os

import cv2
import report  # first: it finds what the tests share
import data
import matplotlib
import numpy as np
import synthetic
import turning_person as turning_frames
from tqdm import tqdm

from openpose_ros import body, network
from openpose_ros.people import people_in_image
from openpose_ros.perception import Perception
from openpose_ros.scene import Camera, Settings, joint_depths, locate

matplotlib.use('Agg')
from matplotlib import pyplot  # noqa: E402 (the backend must be chosen first)

DISTORTED = Camera.from_info(640, 480, 'plumb_bob', (-.12, .05, .001, -.001, 0.),
                             (610., 0., 322., 0., 612., 243., 0., 0., 1.))
ON_SURFACE = Settings(torso_radii=(0., 0., 0.))    # no allowance for the body's thickness
MODES = ('depth', 'monocular')


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


def row(name, figures):
    return [name] + ['{:.1%}'.format(figures['answers']), '{:.1f}'.format(figures['mean']),
                     '{:.1f}'.format(figures['p95']), '{:.1%}'.format(figures['flips']),
                     '{:.0%}'.format(figures['within_1_stddev']),
                     '{:.0%}'.format(figures['within_2_stddev'])]


HEADER = ('directions, degrees', 'answers', 'mean', '95th', 'flips', 'within 1 sd', 'within 2 sd')


def largest(people):
    """The person with the best score; the image shows one."""
    return people.select([int(np.argmax(people.scores))]) if people.count else people


def turning_person(perception):
    """{mode: {facing, gaze: (error, stddev)}} and the headings, degrees, of 50 frames."""
    turning = turning_frames.load()
    found = located_in(perception, turning.frames(), turning.camera)
    return {mode: directions(found[mode], turning.headings, turning.headings)
            for mode in MODES}, turning.headings


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


def two_people(perception):
    """People in each of 14 frames, and of each person how far she and her joints are off.

    Rows: surface less the median depth of the shoulders-hips polygon, m; monocular distance over
    the depth's, less 1; greatest difference in depth of a joint from the torso, m.
    """
    folder = data.path('rgbd_two_people')
    with open(os.path.join(folder, 'cam_params_realsense.json')) as file:
        info = json.load(file)
    camera = Camera.from_info(info['width'], info['height'], 'none', (),
                              np.reshape(info['intrinsic_matrix'], (3, 3)).T)
    counts, rows = [], []
    for path in tqdm(sorted(glob.glob(os.path.join(folder, 'color', '*.png'))), 'two people'):
        people = perception.perceive(cv2.imread(path)).people
        depth = cv2.imread(os.path.join(folder, 'depth', os.path.basename(path)),
                           cv2.IMREAD_UNCHANGED)
        counts.append(people.count)
        surface = locate(people, camera, depth, settings=ON_SURFACE)
        full, alone = locate(people, camera, depth), locate(people, camera)
        scale = camera.fx / surface.position[:, 2]
        depths = joint_depths(people.keypoints[..., :2].astype(float), scale, depth, camera)
        distance = np.linalg.norm(full.position, axis=1)
        for one in range(people.count):
            inside = np.zeros(depth.shape, np.uint8)
            polygon = people.keypoints[one, [body.RIGHT_SHOULDER, body.LEFT_SHOULDER,
                                             body.LEFT_HIP, body.RIGHT_HIP], :2]
            cv2.fillPoly(inside, [np.round(polygon).astype(np.int32)], 1)
            median = np.median(depth[(inside > 0) & (depth > 0)]) * .001
            rows.append((surface.position[one, 2] - median,
                         np.linalg.norm(alone.position[one]) / distance[one] - 1.,
                         np.nanmax(np.abs(depths.joints[one] - depths.torso[one]))))
    return np.array(counts), np.array(rows)


def crowd(count, seed=0):
    """Synthetic people of all headings 1.5-4 m away, half of them sitting, with the truth."""
    rng = np.random.RandomState(seed)
    view = synthetic.Viewpoint(1.1, .1)
    for number in tqdm(range(count), 'synthetic crowd'):
        z = rng.uniform(1.5, 4.)
        person = synthetic.random_person(rng, (rng.uniform(-.35, .35) * z, z),
                                         rng.uniform(-np.pi, np.pi),
                                         ('standing', 'sitting')[number % 2])
        yield (person, view, synthetic.keypoints([person], DISTORTED, rng, view),
               synthetic.depth([person], DISTORTED, rng, view))


def synthetic_crowd(count):
    """{mode: directions and 'position': (n,) m of error, 'range': relative, 'mahalanobis'}."""
    found, truths = {mode: [] for mode in MODES}, []
    for person, view, keypoints, depth in crowd(count):
        truths.append((person.heading, person.heading + person.head_turn)
                      + tuple(synthetic.hips(person, view)))
        for mode in MODES:
            found[mode].append(locate(people_in_image(keypoints), DISTORTED,
                                      depth if mode == 'depth' else None, synthetic.up(view)))
    truths = np.array(truths)
    facing, gaze = np.degrees(truths[:, 0]), np.degrees(truths[:, 1])
    figures = {}
    for mode, located in found.items():
        error = np.concatenate([one.position for one in located]) - truths[:, 2:]
        covariance = np.concatenate([one.position_covariance for one in located])
        known = np.isfinite(error).all(axis=1)
        square = np.einsum('ni,nij,nj->n', error[known], np.linalg.inv(covariance[known]),
                           error[known])
        figures[mode] = dict(directions(located, facing, gaze),
                             position=np.linalg.norm(error, axis=1), mahalanobis=square)
    return figures, facing


def cost(rounds):
    """Milliseconds of locating six people at 640x480, with depth and without, in turn."""
    rng, view = np.random.RandomState(1), synthetic.Viewpoint(1.1, .1)
    people = [synthetic.random_person(rng, (x, 3. + .2 * rng.uniform()), rng.uniform(-3., 3.))
              for x in (-1.5, -.9, -.3, .3, .9, 1.5)]
    seen = people_in_image(synthetic.keypoints(people, DISTORTED, rng, view))
    depth = synthetic.depth(people, DISTORTED, rng, view)
    up = synthetic.up(view)
    return report.time_in_turn_ms({
        'depth': lambda: locate(seen, DISTORTED, depth, up),
        'monocular': lambda: locate(seen, DISTORTED, None, up)}, rounds, warm_up=20)


def checks_of(turning, counts, pairs, synthetic_figures, times):
    """The figures asked for: (asked, measured, met)."""
    with_depth, alone = turning['depth facing'], turning['monocular facing']
    made = synthetic_figures['depth facing']
    position = synthetic_figures['position']['depth']['mean']
    rows = [
        ('turning, depth: mean <= 6', with_depth['mean'], with_depth['mean'] <= 6.),
        ('turning, depth: 95th <= 15', with_depth['p95'], with_depth['p95'] <= 15.),
        ('turning, depth: no flips', with_depth['flips'], with_depth['flips'] == 0.),
        ('turning, depth: answers >= 95 %', with_depth['answers'], with_depth['answers'] >= .95),
        ('turning, alone: mean <= 12', alone['mean'], alone['mean'] <= 12.),
        ('turning, alone: flips <= 2 %', alone['flips'], alone['flips'] <= .02),
        ('turning, alone: answers >= 90 %', alone['answers'], alone['answers'] >= .9),
        ('two people in every frame', int(counts.min()), (counts == 2).all()),
        ('two people: within 5 cm of the polygon, m', np.abs(pairs[:, 0]).max(),
         np.abs(pairs[:, 0]).max() <= .05),
        ('two people: joints within 0.6 m', pairs[:, 2].max(), pairs[:, 2].max() <= .6),
        ('two people: alone within 12 % on average', np.abs(pairs[:, 1]).mean(),
         np.abs(pairs[:, 1]).mean() <= .12),
        ('two people: alone within 20 % in each', np.abs(pairs[:, 1]).max(),
         np.abs(pairs[:, 1]).max() <= .2),
        ('crowd, depth: position <= 5 cm, m', position, position <= .05),
        ('crowd, depth: facing <= 6', made['mean'], made['mean'] <= 6.),
        ('cost of 6 people <= 2 ms (fastest)', times['depth'].min(), times['depth'].min() <= 2.)]
    for name, figures in (('turning, depth', with_depth), ('turning, alone', alone),
                          ('crowd, depth', made),
                          ('crowd, alone', synthetic_figures['monocular facing'])):
        rows.append(('{}: 60-80 % within 1 sd'.format(name), figures['within_1_stddev'],
                     .6 <= figures['within_1_stddev'] <= .8))
        rows.append(('{}: >= 92 % within 2 sd'.format(name), figures['within_2_stddev'],
                     figures['within_2_stddev'] >= .92))
    return [report.check(asked, '{:.3g}'.format(measured), ok) for asked, measured, ok in rows]


def plot(turning, headings, crowd_errors, crowd_headings):
    """Errors against the heading, with their stddevs, into benchmark_output/scene.png."""
    figure, axes = pyplot.subplots(2, 2, figsize=(13, 8), sharex=True)
    for line, (title, errors, at) in zip(axes, (
            ('turning person', turning, headings),
            ('synthetic crowd', crowd_errors, crowd_headings % 360.))):
        for axis, mode in zip(line, MODES):
            for name, colour in (('facing', 'C0'), ('gaze', 'C3')):
                axis.errorbar(at, errors[mode][name][0], errors[mode][name][1], fmt='.',
                              color=colour, elinewidth=.6, alpha=.7, label=name)
            axis.set(title='{}, {}'.format(title, mode), ylim=(-90, 90),
                     ylabel='error and stddev, degrees')
            axis.axhline(0., color='k', linewidth=.5)
    for axis in axes[1]:
        axis.set(xlabel='true heading, degrees (0 faces the camera)')
    axes[0, 0].legend()
    figure.tight_layout()
    report.save_plot('scene', figure)
    pyplot.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', default='mobilenet_thin')
    parser.add_argument('--crowd', type=int, default=400, help='number of synthetic people')
    args = parser.parse_args()
    perception = Perception(network.load(args.model))
    turned, headings = turning_person(perception)
    counts, pairs = two_people(perception)
    made, crowd_headings = synthetic_crowd(args.crowd)
    times = cost(500)
    turning, figures, rows = {}, {}, []
    for mode in MODES:
        for name in 'facing', 'gaze':
            turning['{} {}'.format(mode, name)] = error_figures(*turned[mode][name])
            figures['{} {}'.format(mode, name)] = error_figures(*made[mode][name])
    figures['position'] = {mode: {
        'mean': float(np.nanmean(made[mode]['position'])),
        'p95': float(np.nanpercentile(made[mode]['position'], 95)),
        'mean_square_mahalanobis': float(made[mode]['mahalanobis'].mean())} for mode in MODES}
    rows += [row('turning person, ' + name, each) for name, each in turning.items()]
    rows += [row('crowd, ' + name, each) for name, each in figures.items() if name != 'position']
    report.print_table('Facing and gaze of {}'.format(args.model), HEADER, rows)
    report.print_table('Position of the crowd', ('mode', 'mean, m', '95th, m', 'mahalanobis^2'), [
        [mode] + ['{:.3f}'.format(value) for value in each.values()]
        for mode, each in figures['position'].items()])
    report.print_table('Time for 6 people, ms', ('mode', 'fastest', 'median'), [
        [mode, '{:.2f}'.format(taken.min()), '{:.2f}'.format(np.median(taken))]
        for mode, taken in times.items()])
    report.print_table('Asked for', ('figure', 'measured', 'met'),
                       checks_of(turning, counts, pairs, figures, times))
    plot(turned, headings, made, crowd_headings)
    report.write('scene', {
        'turning_person': turning, 'crowd': figures,
        'two_people': {'surface_m': np.abs(pairs[:, 0]).max(),
                       'monocular_mean': np.abs(pairs[:, 1]).mean(),
                       'monocular_max': np.abs(pairs[:, 1]).max(),
                       'joint_reach_m': pairs[:, 2].max()},
        'milliseconds': {mode: float(taken.min()) for mode, taken in times.items()}})


if __name__ == '__main__':
    main()
