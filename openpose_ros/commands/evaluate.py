"""`openpose evaluate`: the COCO keypoint figures of a network on labelled pictures."""
import contextlib
import io
import json
import os

import numpy as np
from tqdm import tqdm

from openpose_ros.body import COCO
from openpose_ros.commands import common

# The 17 keypoints of the COCO data set in its own order: left before right, and no neck.
COCO_DATASET_PARTS = ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'left_shoulder',
                      'right_shoulder', 'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist',
                      'left_hip', 'right_hip', 'left_knee', 'right_knee', 'left_ankle',
                      'right_ankle')
_ORDER = [COCO.parts.index(part) for part in COCO_DATASET_PARTS]
# Places of the figures we show among pycocotools' ten.
FIGURES = (('AP', 0), ('AP50', 1), ('AP75', 2), ('APm', 3), ('APl', 4), ('AR', 5))


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        'evaluate', help='measure accuracy on labelled pictures',
        description='Print the COCO keypoint figures on pictures with COCO annotations.')
    parser.add_argument('annotations', metavar='ANNOTATIONS.json')
    parser.add_argument('images_dir', metavar='IMAGES_DIR')
    parser.add_argument('--json', metavar='OUT.json', help='write the figures there')
    common.add_network_options(parser)
    parser.set_defaults(run=run)


def run(args) -> None:
    truth = read_annotations(args.annotations)
    figures = evaluate(common.make_perception(args), truth, args.images_dir)
    print('  '.join('{:>6}'.format(name) for name, _ in FIGURES))
    print('  '.join('{:6.3f}'.format(figures[name]) for name, _ in FIGURES))
    if args.json:
        with common.written_whole(args.json) as temporary, open(temporary, 'w') as file:
            json.dump(dict(figures, model=args.model, height=args.height), file, indent=2)


def read_annotations(path: str):
    """The annotations as a pycocotools COCO object."""
    try:
        from pycocotools.coco import COCO as Annotations
    except ImportError:
        raise common.UserError('pycocotools is missing: pip install "openpose_ros[evaluate]"')
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            truth = Annotations(path)
        labelled = bool(truth.getImgIds()) and bool(truth.getCatIds(['person']))
    except OSError as error:
        raise common.UserError('cannot read {}: {}'.format(path, error.strerror))
    except (ValueError, KeyError, TypeError, AssertionError):
        labelled = False
    if not labelled:
        raise common.UserError('{} holds no COCO person annotations'.format(path))
    return truth


def evaluate(perception, truth, images_dir: str) -> dict:
    """Figures of FIGURES by name, over all the pictures of the annotations."""
    found = []
    category, = truth.getCatIds(['person'])
    images = sorted(truth.imgs.values(), key=lambda image: image['id'])
    for image in tqdm(images, unit='picture'):
        picture = common.read_image(os.path.join(images_dir, image['file_name']))
        people = perception.look(picture).people
        found += [{'image_id': image['id'], 'category_id': category, 'score': float(score),
                   'keypoints': as_coco(keypoints)}
                  for keypoints, score in zip(people.keypoints, people.scores)]
    if not found:
        return {name: 0. for name, _ in FIGURES}
    return compare(truth, found, [image['id'] for image in images])


def as_coco(keypoints: np.ndarray) -> list:
    """(18, 3) keypoints as the data set's 51 numbers, unseen parts as 0, 0, 0."""
    ordered = keypoints[_ORDER].astype(float)
    seen = ordered[:, 2:] > 0.
    return np.where(seen, np.column_stack((ordered[:, :2], seen)), 0.).ravel().tolist()


def compare(truth, found: list, image_ids: list) -> dict:
    """Figures of FIGURES for these results (in COCO's results format) on these pictures."""
    from pycocotools.cocoeval import COCOeval
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(truth, truth.loadRes(found), 'keypoints')
        evaluation.params.imgIds = image_ids
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return {name: round(float(evaluation.stats[place]), 4) for name, place in FIGURES}
