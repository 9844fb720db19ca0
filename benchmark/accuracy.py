"""Accuracy on labelled images, beside the peer's on the same images with the same weights.

Run by `make bench`. The peer is tf-pose-estimation with mobilenet_thin at 432x368, measured once on
the 64 images of the test data's coco_val.
"""
import argparse

import report  # first: it finds what the tests share
import data

from openpose_ros import network
from openpose_ros.commands import evaluate
from openpose_ros.network.network import PRECISIONS
from openpose_ros.perception import Perception, Settings

PEER = {'AP': .204, 'AP50': .443, 'AP75': .160, 'APm': .180, 'APl': .275, 'AR': .256}
CASES = (('432x368, as the peer', Settings(width=432), .24, .28),
         ('default (height 368)', Settings(), .24, .28))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', default='mobilenet_thin')
    parser.add_argument('--precision', default='auto', choices=PRECISIONS)
    args = parser.parse_args()
    truth = evaluate.read_annotations(data.path('coco_val', 'keypoints.json'))
    loaded = network.load(args.model, precision=args.precision)
    names = [name for name, _ in evaluate.FIGURES]
    rows = [['the peer, 432x368'] + ['{:.3f}'.format(PEER[name]) for name in names]]
    figures, checks = {'peer': PEER}, []
    for title, settings, least_ap, least_ar in CASES:
        found = evaluate.evaluate(Perception(loaded, settings), truth,
                                  data.path('coco_val', 'images'))
        figures[title] = found
        rows.append([title] + ['{:.3f}'.format(found[name]) for name in names])
        checks += [report.check('{}: AP >= {}'.format(title, least_ap), found['AP'],
                                found['AP'] >= least_ap),
                   report.check('{}: AR >= {}'.format(title, least_ar), found['AR'],
                                found['AR'] >= least_ar)]
    report.print_table('Accuracy of {} on {} images'.format(loaded.description, len(truth.imgs)),
                       ['case'] + names, rows)
    report.print_table('Asked for', ('figure', 'measured', 'met'), checks)
    report.write('accuracy', figures)


if __name__ == '__main__':
    main()
