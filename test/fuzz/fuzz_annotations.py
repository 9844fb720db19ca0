"""COCO annotations of any bytes, and the comparison of people with them."""
import json
import os
import tempfile

from check import one_line

from openpose_ros.commands import common, evaluate

PATH = os.path.join(tempfile.mkdtemp(prefix='fuzz-'), 'annotations.json')


def target(data: bytes) -> None:
    with open(PATH, 'wb') as file:
        file.write(data)
    try:
        truth = evaluate.read_annotations(PATH)
        images = evaluate.images_of(truth, os.path.dirname(PATH))
        category, = truth.getCatIds(['person'])
        found = [{'image_id': number, 'category_id': category, 'score': .5,
                  'keypoints': [1., 2., 1.] * 17} for number, _ in images]
        figures = evaluate.compare(truth, found, [number for number, _ in images])
        assert set(figures) == {name for name, _ in evaluate.FIGURES}
    except common.UserError as error:
        one_line(error)


def person(image, number):
    return {'id': number, 'image_id': image, 'category_id': 1, 'iscrowd': 0, 'num_keypoints': 17,
            'keypoints': [5, 6, 2] * 17, 'area': 3000., 'bbox': [1, 2, 30, 100],
            'segmentation': [[1, 2, 3, 4, 5, 6]]}


def seeds():
    good = {'images': [{'id': number, 'file_name': '{}.jpg'.format(number), 'width': 64,
                        'height': 48} for number in (1, 2)],
            'annotations': [person(1, 1), person(1, 2), person(2, 3)],
            'categories': [{'id': 1, 'name': 'person', 'keypoints': ['nose'], 'skeleton': []}]}
    yield json.dumps(good).encode()
    yield json.dumps(dict(good, annotations=[])).encode()
    yield json.dumps(dict(good, categories=[])).encode()
