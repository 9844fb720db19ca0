"""How far away COCO's people are found by each network and height; run by `make bench-range`.

It is `openpose benchmark --range` on the 64 images of the test data's coco_val. Writes
benchmark_output/found.json and docs/images/range.png; of looking closer, with mobilenet_thin,
benchmark_output/coco_range.json.
"""
import argparse
import json
import os
import sys
import tempfile

import report  # first: it finds what the tests share
import data

from openpose_ros import cli
from openpose_ros.commands import ranges

PLOT = os.path.join(os.path.dirname(__file__), '..', 'docs', 'images', 'range.png')
CLOSER = 'mobilenet_thin', '368'    # model and height; each image is watched for a while


def measured(folder, *arguments):
    """The rows of one run."""
    out = os.path.join(folder, '{}.json'.format(len(os.listdir(folder))))
    failed = cli.main(['benchmark', '--range', data.path('coco_val', 'keypoints.json'),
                       data.path('coco_val', 'images'), '--precisions', 'float', '--json', out]
                      + list(arguments))
    if failed:
        sys.exit(failed)
    with open(out) as file:
        return json.load(file)


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
    with tempfile.TemporaryDirectory() as folder:
        plot = os.path.join(folder, 'range.png')
        report.write('found', measured(folder, '--models', args.models, '--plot', plot))
        os.replace(plot, PLOT)
        if not args.without_closer:
            model, height = CLOSER
            report.write('coco_range', half_up_to(measured(
                folder, '--models', model, '--heights', height, '--closer'), int(height)))


if __name__ == '__main__':
    main()
