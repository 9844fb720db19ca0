"""Ids, stillness, delay and facing of people who are followed; run by `make bench-tracking`.

Scripted scenes with ground truth, a person who stands and one who walks, the turning person of the
test data, the demo's video, and the time it takes. Writes benchmark_output/tracking.json and
tracking.png.
"""
import argparse
import collections
import os
import sys

import cv2
import report  # first: it finds what the tests share
import data
import followed
import matplotlib
import numpy as np
import turning_person as turning_frames
from tqdm import tqdm

from openpose_ros import network
from openpose_ros.perception import Perception
from openpose_ros.scene import locate
from openpose_ros.tracking import Tracker

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(data.__file__)), 'tracking'))
import demo_video  # noqa: E402 (found only now)
import scenes  # noqa: E402
from made_people import person, together, yaw_of  # noqa: E402
from tracking_score import METRICS, score  # noqa: E402

matplotlib.use('Agg')
from matplotlib import pyplot  # noqa: E402 (the backend must be chosen first)

RATES = (15., 5.)
SPACES = ('depth', 'monocular', 'none', 'flicker')
CROWDS = (2, 4, 7, 10)
MODES = ('depth', 'monocular')
WALK = 3.6      # m
# Frames per second of the turning person: evenly, though its blocks are some 17 degrees apart, or
# by the numbers of its files, of which six are missing between the blocks.
TURNING = (('15, evenly', 15., False), ('5, evenly', 5., False), ('15, by number', 15., True),
           ('30, by number', 30., True))


def scripted(seeds):
    """{space, rate: {metric: value}} over all scripts and crowds."""
    found = {}
    for rate in RATES:
        truths = [scenes.act(roles, rate, duration) for roles, duration in scenes.SCRIPTS.values()]
        truths += [scenes.crowd(count, rate, 20., np.random.default_rng(count))
                   for count in tqdm(CROWDS, 'crowds')]
        for space in tqdm(SPACES, 'scenes at {:.0f} fps'.format(rate)):
            found[space, rate] = score(truths, scenes.Detector(space=space), seeds)
    return found


def standing(rate, frames=300):
    """Stddevs of the published position, m, and facing, degrees, of someone who stands still.

    Measured with 2 cm and 8 degrees of noise; and of the measurements themselves.
    """
    rng, tracker, rows = np.random.default_rng(1), Tracker(), []
    for number in range(frames):
        found = person(yaw=np.radians(rng.normal(0., 8.)), facing_stddev=np.radians(8.))
        found = found._replace(position=found.position + rng.normal(0., 0.02, (1, 3)))
        tracked = tracker.update(found, number / rate)
        if tracked.count and number >= 30:
            rows.append(np.concatenate([[yaw_of(one.facing)[0]], one.position[0]])
                        for one in (tracked, found))
    published, measured = np.array([list(row) for row in rows]).transpose(1, 0, 2)
    return {'position': published[:, 1:].std(axis=0).max(), 'facing': published[:, 0].std(),
            'measured_position': measured[:, 1:].std(axis=0).max(),
            'measured_facing': measured[:, 0].std()}


def walking(rate, speed=1.5):
    """Someone who stands, walks at `speed`, and stands: (time, true x, published x) rows, m."""
    role = scenes.Role([(0., -1.8, 3.5), (2., -1.8, 3.5), (2. + WALK / speed, WALK - 1.8, 3.5),
                        (8., WALK - 1.8, 3.5)], faces=0.)
    truth = scenes.act([role], rate, 8.)
    sure = scenes.Detector(misses=0., false_people=0., position_noise=0.02)
    tracker, rows = Tracker(), []
    for number, (stamp, found) in enumerate(scenes.detect(truth, np.random.default_rng(2), sure)):
        tracked = tracker.update(found, stamp)
        if tracked.count:
            rows.append((stamp, truth.position[number, 0, 0], tracked.position[0, 0]))
    return np.array(rows)


def lag(rows, speed=1.5):
    """Mean metres that the published position is behind at an even pace, and at most at a start."""
    even = (rows[:, 0] > 2.8) & (rows[:, 0] < 1.8 + WALK / speed)
    start = (rows[:, 0] > 1.8) & (rows[:, 0] < 2.8)
    behind = rows[:, 1] - rows[:, 2]
    return behind[even].mean(), behind[start].max()


def turning_person(perception):
    """(headings, frame numbers, {mode: located people}) of 50 frames, single frames."""
    turning, found = turning_frames.load(), {mode: [] for mode in MODES}
    for pixels, depth in turning.frames():
        people = perception.perceive(pixels).people
        for mode in MODES:
            found[mode].append(locate(people, turning.camera, depth if mode == 'depth' else None))
    return turning.headings, turning.numbers, found


def facing_errors(located, headings, stamps, tracker=None):
    """Signed errors and stddevs, degrees, (2, frames), of the best person's facing; NaN unknown."""
    errors = []
    for people, heading, stamp in zip(located, headings, stamps):
        if tracker is not None:
            people = tracker.update(people, stamp, (640, 480))
        if people.count:
            best = [np.argmax(people.scores)]
            errors.append(((yaw_of(people.facing[best])[0] - heading + 180.) % 360. - 180.,
                           np.degrees(people.facing_stddev[best])[0]))
        else:
            errors.append((np.nan, np.nan))
    return np.array(errors).T


def facing_figures(errors):
    """Of what :func:`facing_errors` returns; `within`: shares of errors in one and two stddevs."""
    size, stddev = np.abs(errors[:, np.isfinite(errors[0])])
    return {'answers': len(size) / errors.shape[1], 'mean': size.mean(),
            'p95': np.percentile(size, 95), 'flips': int((size > 90.).sum()),
            'within_1_stddev': (size < stddev).mean(),
            'within_2_stddev': (size < 2. * stddev).mean()}


def video(perception):
    """People found in every frame of the demo's video."""
    capture = cv2.VideoCapture(demo_video.fetch())
    found = []
    for _ in tqdm(range(int(capture.get(cv2.CAP_PROP_FRAME_COUNT))), 'demo video'):
        read, image = capture.read()
        if read:
            found.append(perception.perceive(image).people)
    return found


def video_ids(found, step):
    """Ids of the woman and of the man, ids of both, and ids of nobody, of every step-th frame."""
    tracker, persons = Tracker(), collections.defaultdict(set)
    for frame in range(0, len(found), step):
        tracked = tracker.update(found[frame], frame / demo_video.RATE,
                                 (demo_video.WIDTH, demo_video.HEIGHT))
        now = tracked.select(tracker.time_since_update == 0.)
        for each, name in zip(now.ids.tolist(), demo_video.who(frame, now.keypoints)):
            persons[each].add(name)
    kinds = collections.Counter('several' if len(names) > 1 else str(min(names, key=str))
                                for names in persons.values())
    return {name: kinds[name] for name in ('woman', 'man', 'several', 'None')}


def cost(counts, frames=300):
    """Milliseconds a frame for so many people with everything known of them: {count: (frames,)}."""
    rng, trackers, found = np.random.default_rng(3), {}, {}
    for count in counts:
        people = together(*(person(1.2 * (column - count / 2.), 4.) for column in range(count)))
        found[count] = [people._replace(
            position=people.position + rng.normal(0., 0.02, (count, 3)),
            keypoints=people.keypoints + rng.normal(0., 1., (count, 18, 3)).astype(np.float32)
            * [1., 1., 0.]) for _ in range(frames)]
        trackers[count] = Tracker()
    numbers = {count: iter(range(frames)) for count in counts}

    def follow(count):
        number = next(numbers[count])
        trackers[count].update(found[count][number], number / 15.)
    return report.time_in_turn_ms({count: lambda count=count: follow(count) for count in counts},
                                  frames - 20, warm_up=20)


def plot(walks, headings, raw, tracked):
    """Delay of a walk, and facing with and without tracking, into benchmark_output/tracking.png."""
    figure, axes = pyplot.subplots(1, 3, figsize=(17, 5))
    for rate, rows in walks.items():
        axes[0].plot(rows[:, 0], 100. * (rows[:, 1] - rows[:, 2]), '.-',
                     label='{:.0f} fps'.format(rate))
    axes[0].axvspan(2., 2. + WALK / 1.5, color='0.9', label='walks at 1.5 m/s')
    axes[0].set(title='stands, walks, stands; depth noise 2 cm', xlabel='s', ylabel='behind, cm',
                ylim=(-10, 10))
    axes[0].legend()
    for axis, mode in zip(axes[1:], MODES):
        axis.plot(headings, raw[mode], 'x', color='0.5', label='single frames')
        axis.plot(headings, tracked[mode], '.-', label='tracked')
        axis.set(title='turning person, {}'.format(mode), xlabel='true heading, degrees',
                 ylabel='error, degrees', ylim=(-60, 60))
        axis.axhline(0., color='k', linewidth=.5)
        axis.legend()
    figure.tight_layout()
    report.save_plot('tracking', figure)
    pyplot.close(figure)


def checks_of(scored, stands, lags, turned, videos, times):
    """The figures asked for: (asked, measured, met)."""
    rows = []
    for rate, least in zip(RATES, (.95, .90)):
        for name in 'mota', 'idf1':
            worst = min(scored[space, rate][name] for space in SPACES)
            rows.append(('scenes at {:.0f} fps: {} >= {} (worst of 4)'.format(rate, name, least),
                         worst, worst >= least))
    reused = sum(each['reused'] for each in scored.values())
    rows.append(('scenes: no id comes back', reused, reused == 0))
    for rate in RATES:
        rows += [
            ('standing at {:.0f} fps: position <= 1 cm, m'.format(rate), stands[rate]['position'],
             stands[rate]['position'] <= .01),
            ('standing at {:.0f} fps: facing <= 3'.format(rate), stands[rate]['facing'],
             stands[rate]['facing'] <= 3.),
            ('walking at {:.0f} fps: <= 5 cm behind, m'.format(rate), lags[rate][0],
             lags[rate][0] <= .05)]
    for (mode, most) in zip(MODES, (5., 9.)):
        for name, _, _ in TURNING:
            figures = turned[mode, name]
            rows.append(('turning, {}, {} fps: mean <= {:.0f}, no flip'.format(mode, name, most),
                         figures['mean'], figures['mean'] <= most and not figures['flips']))
    for rate, ids in videos.items():
        rows.append(('video at {:.0f} fps: woman 1 id, man 1 or 2, none of both'.format(rate),
                     ids['woman'] + ids['man'], ids['woman'] == 1 and 1 <= ids['man'] <= 2
                     and not ids['several'] and not ids['None']))
    rows.append(('cost of 10 people <= 1 ms (fastest)', times[10].min(), times[10].min() <= 1.))
    return [report.check(asked, '{:.3g}'.format(measured), ok) for asked, measured, ok in rows]


def turned_figures(headings, numbers, located):
    """Errors of single frames {mode: errors}, tracked {(mode, stamps): errors}, and figures."""
    errors = {}
    for mode in MODES:
        errors[mode, 'single frames'] = facing_errors(located[mode], headings, numbers)
        for name, rate, by_number in TURNING:
            stamps = (numbers if by_number else np.arange(len(numbers))) / rate
            errors[mode, name] = facing_errors(located[mode], headings, stamps, Tracker())
    return errors, {key: facing_figures(each) for key, each in errors.items()}


def followed_figures(model):
    """Print facing, distance and position of the two men of the truths, single and tracked."""
    table = followed.table_of(model)
    names = ('facing mean', 'facing in 1', 'facing in 2', 'range mean', 'range in 1', 'range in 2',
             'position in 1', 'position in 2')
    report.print_table('People followed, {}'.format(model), ('truth', 'way', 'how') + names, [
        list(key) + ['{:.3g}'.format(of.get(name, np.nan)) for name in names]
        for key, of in table.items()])
    return {', '.join(key): of for key, of in table.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', default='mobilenet_thin')
    parser.add_argument('--followed', help='whose keypoints of the truths are followed: names with '
                        'commas; --model without')
    parser.add_argument('--seeds', type=int, default=3, help='how often each scene is detected')
    args = parser.parse_args()
    perception = Perception(network.load(args.model))
    headings, numbers, located = turning_person(perception)
    errors, turned = turned_figures(headings, numbers, located)
    found = video(perception)
    videos = {demo_video.RATE / step: video_ids(found, step) for step in (1, 2, 3, 6)}
    scored = scripted(args.seeds)
    stands = {rate: standing(rate) for rate in RATES}
    walks = {rate: walking(rate) for rate in RATES}
    lags = {rate: lag(rows) for rate, rows in walks.items()}
    times = cost((1, 5, 10, 20))

    report.print_table('Scripted scenes', ['positions', 'fps'] + METRICS + ['reused'], [
        [space, '{:.0f}'.format(rate)] + ['{:.3f}'.format(each[name]) for name in METRICS[:2]]
        + ['{:.0f}'.format(each[name]) for name in METRICS[2:] + ['reused']]
        for (space, rate), each in scored.items()])
    report.print_table('Turning person, facing in degrees',
                       ('mode', 'fps', 'answers', 'mean', '95th', 'flips', 'in 1 stddev',
                        'in 2'),
                       [[mode, name, '{:.0%}'.format(each['answers']),
                         '{:.1f}'.format(each['mean']), '{:.1f}'.format(each['p95']),
                         each['flips'], '{:.0%}'.format(each['within_1_stddev']),
                         '{:.0%}'.format(each['within_2_stddev'])]
                        for (mode, name), each in turned.items()])
    report.print_table('Demo video, ids', ('fps', 'woman', 'man', 'of both', 'of nobody'), [
        ['{:.0f}'.format(rate)] + list(ids.values()) for rate, ids in videos.items()])
    report.print_table('Time, ms', ('people', 'fastest', 'median'), [
        [count, '{:.2f}'.format(taken.min()), '{:.2f}'.format(np.median(taken))]
        for count, taken in times.items()])
    report.print_table('Asked for', ('figure', 'measured', 'met'),
                       checks_of(scored, stands, lags, turned, videos, times))
    plot(walks, headings, {mode: errors[mode, 'single frames'][0] for mode in MODES},
         {mode: errors[mode, '15, by number'][0] for mode in MODES})
    report.write('tracking', {
        'scenes': {'{} {:.0f} fps'.format(*key): each for key, each in scored.items()},
        'standing': stands, 'behind_m': {rate: each[0] for rate, each in lags.items()},
        'behind_at_start_m': {rate: each[1] for rate, each in lags.items()},
        'followed': {model: followed_figures(model)
                     for model in (args.followed or args.model).split(',')},
        'turning': {' '.join(key): each for key, each in turned.items()}, 'video_ids': videos,
        'milliseconds': {count: float(taken.min()) for count, taken in times.items()}})


if __name__ == '__main__':
    main()
