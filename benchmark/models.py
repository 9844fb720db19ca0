"""Accuracy and time of every network that is here, in float and in eight bits: the table of README.

Run by `make bench-models`. It is `openpose benchmark --accuracy` over the models of the catalogue on
the 64 images of the test data's coco_val. Writes benchmark_output/models.json and
docs/images/accuracy.png.
"""
import argparse
import os

import report  # first: it finds what the tests share
import data

from openpose_ros import network
from openpose_ros.network.models import catalogue, fetch

PLOT = os.path.join(os.path.dirname(__file__), '..', 'docs', 'images', 'accuracy.png')
MODELS = 'mobilenet_thin', 'mobilenet_v2_small', 'lightweight_openpose'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--models', default=','.join(MODELS))
    parser.add_argument('--heights', default='184,256,368')
    parser.add_argument('--backends', default='tflite,tensorflow')
    parser.add_argument('--rounds', default='4')
    args = parser.parse_args()
    models = [name for name in args.models.split(',') if is_here(name)]
    report.write('models', report.of_command(
        data.path('peer', 'images', 'apink2.jpg'), '--accuracy',
        data.path('coco_val', 'keypoints.json'), data.path('coco_val', 'images'),
        '--models', ','.join(models), '--heights', args.heights, '--backends', args.backends,
        '--precisions', 'float,int8', '--rounds', args.rounds, plot=PLOT))


def is_here(name):
    """Whether this network can be measured; a line says why not."""
    try:
        fetch.fetch(catalogue.find(name))
    except network.ModelError as error:
        print('{} is left out: {}'.format(name, error))
        return False
    return True


if __name__ == '__main__':
    main()
