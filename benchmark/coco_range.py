"""How far away COCO's people are found by each network and height; run by `make bench-range`.

It is `openpose benchmark --range` on the 64 images of the test data's coco_val. Writes
benchmark_output/found.json and docs/images/range.png; of looking closer, with mobilenet_thin,
benchmark_output/coco_range.json.
"""
import argparse
import os

import report  # first: it finds what the tests share
import data

from openpose_ros.commands import ranges

PLOT = os.path.join(os.path.dirname(__file__), '..', 'docs', 'images', 'range.png')
CLOSER = 'mobilenet_thin', '368'    # model and height; each image is watched for a while


def measured(*arguments, plot=None):
    """The rows of one run."""
    return report.of_command(
        '--range', data.path('coco_val', 'keypoints.json'), data.path('coco_val', 'images'),
        '--precisions', 'float', *arguments, plot=plot)


def half_up_to(rows, height):
    """Metres up to which half of the people of each model are found, by the first camera."""
    found = {}
    camera = next(iter(ranges.CAMERAS.values()))
    for model in dict.fromkeys(row['model'] for row in rows):
        group = [row for row in rows if row['model'] == model]
        found[model] = {'half up to m': ranges.distance(
            camera, height, ranges.min_height(group, .5)), 'rows': group}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--models', default='mobilenet_thin,lightweight_openpose')
    parser.add_argument('--without-closer', action='store_true')
    args = parser.parse_args()
    report.write('found', measured('--models', args.models, plot=PLOT))
    if not args.without_closer:
        model, height = CLOSER
        report.write('coco_range', half_up_to(measured(
            '--models', model, '--heights', height, '--closer'), int(height)))


if __name__ == '__main__':
    main()
