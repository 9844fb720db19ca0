"""Two looks at single images against one: COCO's figures and what they cost; and the planner's time.

Whoever is small in a first look is looked at closely in a second, as `openpose evaluate --closer`
does. Run by `make bench-looks` on the 64 images of the test data's coco_val, as they are and half as
large, as if people were twice as far away. Writes benchmark_output/closer.json.
"""
import argparse

import report  # first: it finds what the tests share
import data
import numpy as np

from openpose_ros import looks, network
from openpose_ros.commands import common, evaluate, ranges
from openpose_ros.perception import Perception, Settings


def twice(height, crop_height, cost=common.BUDGET):
    """Settings of two looks at these heights of the network's input, px."""
    return Settings(height=height, looks=looks.Settings(
        mode=looks.TWICE, cost=cost, crops=looks.crops_of_height(crop_height)))


# Title: settings, how much smaller images are, {model: (AP asked for, cost at most)}.
WAYS = {
    'one look, 368': (Settings(), 1., {}),
    '--closer --height 256': (twice(256, 256), 1., {
        'mobilenet_thin': (.32, 1.1), 'lightweight_openpose': (.49, 1.1)}),
    '--closer': (twice(368, 256), 1., {'mobilenet_thin': (.40, 2.3)}),
    '--closer --crop-height 368 --budget 6': (twice(368, 368, 6.), 1., {
        'lightweight_openpose': (.55, 2.5)}),
    'half as large: one look, 368': (Settings(), .5, {}),
    'half as large: --closer --height 256': (twice(256, 256), .5, {
        'mobilenet_thin': (.18, .75), 'lightweight_openpose': (.31, .9)})}
PLANNED = 10    # people
MAX_PLANNING = .2    # ms


class FurtherAway:
    """A perception that sees images made smaller; keypoints are those of the images as they are."""

    def __init__(self, perception, factor):
        self._perception, self._factor = perception, factor

    def perceive(self, image):
        perceived = self._perception.perceive(ranges.shrunk(image, self._factor))
        keypoints = perceived.people.keypoints.copy()
        keypoints[..., :2] = (keypoints[..., :2] + .5) / self._factor - .5
        return perceived._replace(people=perceived.people._replace(keypoints=keypoints))


def planner_ms():
    """(least, median) ms that planning one image takes with ten people far away."""
    rng = np.random.RandomState(0)
    places = rng.uniform((0., 0.), (600., 400.), (PLANNED, 2))
    known = looks.Known(np.arange(1, PLANNED + 1),
                        np.column_stack((places, np.tile((25., 70.), (PLANNED, 1)))),
                        np.full(PLANNED, .6), np.ones(PLANNED, bool))
    planner, settings = looks.Planner(), looks.Settings(mode=looks.CLOSER)
    taken = report.time_ms(lambda: planner.plan(known, (640, 480), (488, 368), settings, (1,)),
                           repeats=600, warm_up=30)
    return taken.min(), np.median(taken)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--models', default='mobilenet_thin,lightweight_openpose')
    args = parser.parse_args()
    truth = evaluate.read_annotations(data.path('coco_val', 'keypoints.json'))
    least, median = planner_ms()
    figures = {'planner': {'people': PLANNED, 'ms': least, 'median ms': median}}
    rows = []
    checks = [report.check('planner, {} people <= {} ms'.format(PLANNED, MAX_PLANNING),
                           '{:.2f} (median {:.2f})'.format(least, median), least <= MAX_PLANNING)]
    for model in args.models.split(','):
        loaded, figures[model] = network.load(model), {}
        for title, (settings, factor, asked) in WAYS.items():
            found = evaluate.evaluate(FurtherAway(Perception(loaded, settings), factor), truth,
                                      data.path('coco_val', 'images'))
            figures[model][title] = found
            rows.append([model, title] + ['{:.3f}'.format(found[name])
                                          for name, _ in evaluate.FIGURES]
                        + ['{:.1f}'.format(found['looks']), '{:.2f}'.format(found['cost'])])
            if model in asked:
                least_ap, most = asked[model]
                checks.append(report.check(
                    '{}, {}: AP >= {} at <= {}'.format(model, title, least_ap, most),
                    '{:.3f} at {:.2f}'.format(found['AP'], found['cost']),
                    found['AP'] >= least_ap and found['cost'] <= most))
    report.print_table('Two looks at {} images'.format(len(truth.imgs)), ['model', 'way'] + [
        name for name, _ in evaluate.FIGURES] + ['looks', 'cost'], rows)
    report.print_table('Asked for', ('figure', 'measured', 'met'), checks)
    report.write('closer', figures)


if __name__ == '__main__':
    main()
