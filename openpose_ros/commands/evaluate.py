"""`openpose evaluate`: the COCO keypoint figures of a network on labelled images."""
import contextlib
import io
import json
import os

import numpy as np
from tqdm import tqdm

from openpose_ros import image_files
from openpose_ros.body import COCO
from openpose_ros.commands import common, results, tables
from openpose_ros.files import read_regular
from openpose_ros.network.network import HEIGHT, usual_pixels

# The 17 keypoints of the COCO data set in its own order: left before right, and no neck.
COCO_DATASET_PARTS = ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'left_shoulder',
                      'right_shoulder', 'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist',
                      'left_hip', 'right_hip', 'left_knee', 'right_knee', 'left_ankle',
                      'right_ankle')
_ORDER = [COCO.parts.index(part) for part in COCO_DATASET_PARTS]
LARGEST = 1 << 30   # bytes of annotations; COCO's largest, those of train2017, have 2.4e8
# Places of the figures we show among pycocotools' ten.
FIGURES = (('AP', 0), ('AP50', 1), ('AP75', 2), ('APm', 3), ('APl', 4), ('AR', 5))


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        'evaluate', help='measure accuracy on labelled images',
        description='Print the COCO keypoint figures on images with COCO annotations.')
    parser.add_argument('annotations', metavar='ANNOTATIONS.json')
    parser.add_argument('images_dir', metavar='IMAGES_DIR')
    parser.add_argument('--json', metavar='OUT.json', help='write the figures there')
    common.add_network_options(parser)
    parser.set_defaults(run=run)


def run(args) -> None:
    results.check_outputs([args.annotations, args.model], [(args.json, 'the figures')])
    truth = read_annotations(args.annotations)
    figures = evaluate(common.make_perception(args), truth, args.images_dir)
    print('  '.join(['{:>6}'.format(name) for name, _ in FIGURES]
                    + ['looks', 'network px', 'cost']))
    print('  '.join(['{:6.3f}'.format(figures[name]) for name, _ in FIGURES]
                    + ['{:5.1f}'.format(figures['looks']), '{:10,.0f}'.format(figures['pixels']),
                       '{:4.2f}'.format(figures['cost'])]))
    print('cost: of one look at the whole image at height {}'.format(HEIGHT))
    if args.json:
        with common.written_whole(args.json) as temporary:
            tables.write_json(temporary, dict(figures, model=args.model, height=args.height))


def read_annotations(path: str):
    """The annotations as a pycocotools COCO object."""
    try:
        from pycocotools.coco import COCO as Annotations
    except ImportError:
        raise common.UserError('pycocotools is missing: pip install "openpose_ros[evaluate]"')
    try:
        content = json.loads(read_regular(path, LARGEST).decode())
        problem = _problem(content)
    except OSError as error:
        raise common.UserError('cannot read {}: {}'.format(path, error.strerror))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = type(error).__name__
    if problem:
        raise common.UserError('{} holds no COCO person annotations ({})'.format(path, problem))
    truth = Annotations()
    truth.dataset = content
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
    return truth


def _problem(content) -> str:
    """What about the JSON is not as COCO's person keypoints are; '' where all is."""
    people = [category['id'] for category in content['categories']
              if category['name'] == 'person']
    if len(people) != 1 or not _are_numbers(people):
        return '{} categories named person'.format(len(people))
    known = {image['id'] for image in content['images'] if _are_numbers([image['id']])}
    if not known or len(known) != len(content['images']):
        return 'no images, or their ids are not all different numbers'
    if not all(isinstance(image['file_name'], str) for image in content['images']):
        return 'an image without a file name'
    for annotation in content['annotations']:
        if not (len(annotation['keypoints']) == 51 and len(annotation['bbox']) == 4
                and _are_numbers(annotation['keypoints'] + annotation['bbox'])
                and _are_numbers([annotation[name] for name in (
                    'id', 'category_id', 'area', 'iscrowd', 'num_keypoints')])
                and annotation['image_id'] in known):
            return 'an annotation is not whole'
    return ''


def _are_numbers(values) -> bool:
    return all(isinstance(value, (int, float)) and abs(value) < 1e15 for value in values)


def images_of(truth, images_dir: str) -> list:
    """(id, path) of each image of the annotations, in the order of their ids.

    Raises UserError for a name that leads out of `images_dir`: the annotations may be a stranger's.
    """
    images = []
    for number, image in sorted(truth.imgs.items()):
        name = os.path.normpath(image['file_name'])
        if os.path.isabs(name) or name.split(os.sep)[0] == os.pardir or not name.isprintable():
            raise common.UserError('the annotations name an image outside of {}: {!r}'.format(
                images_dir, name[:200]))
        images.append((number, os.path.join(images_dir, name)))
    return images


def evaluate(perception, truth, images_dir: str) -> dict:
    """Figures of FIGURES by name, over all the images of the annotations, and what they cost.

    That is looks and network pixels an image, and `cost`: those pixels over what one look at the
    whole image takes at the network's usual height.
    """
    found, looks, usual = [], [], 0
    category, = truth.getCatIds(['person'])
    images = images_of(truth, images_dir)
    for number, path in tqdm(images, unit='image'):
        perceived = perception.perceive(image_files.read_image(path, False))
        people = perceived.people
        looks += [region.pixels for region in perceived.look.regions]
        usual += usual_pixels(perceived.image_size)
        found += [{'image_id': number, 'category_id': category, 'score': float(score),
                   'keypoints': as_coco(keypoints)}
                  for keypoints, score in zip(people.keypoints, people.scores)]
    cost = {'looks': round(len(looks) / float(len(images)), 2),
            'pixels': round(sum(looks) / float(len(images))), 'cost': round(sum(looks) / usual, 3)}
    if not found:
        return dict({name: 0. for name, _ in FIGURES}, **cost)
    return dict(compare(truth, found, [number for number, _ in images]), **cost)


def as_coco(keypoints: np.ndarray) -> list:
    """(18, 3) keypoints as the data set's 51 numbers, unseen parts as 0, 0, 0."""
    ordered = keypoints[_ORDER].astype(float)
    seen = ordered[:, 2:] > 0.
    return np.where(seen, np.column_stack((ordered[:, :2], seen)), 0.).ravel().tolist()


def compare(truth, found: list, image_ids: list) -> dict:
    """Figures of FIGURES for these results (in COCO's results format) on these images."""
    from pycocotools.cocoeval import COCOeval
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(truth, truth.loadRes(found), 'keypoints')
        evaluation.params.imgIds = image_ids
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return {name: round(float(evaluation.stats[place]), 4) for name, place in FIGURES}
