"""What eight bits change: in the maps, and in the AP of slightly changed copies of the images.

Run by `make bench-rounding`. The maps are those of the test data's two people and turning person,
mirrored; some were calibrated on as they are. Writes benchmark_output/rounding.json.
"""
import argparse
import copy
import glob
import os
import re
import tempfile

import report  # first: it finds what the tests share
import cv2
import data
import numpy as np

from openpose_ros import image_files, network
from openpose_ros.commands import evaluate
from openpose_ros.network import ranges
from openpose_ros.network.backends import tflite
from openpose_ros.network.graphs import convert, equalize, graph, quantize, tensors
from openpose_ros.network.graphs.transform import CONVOLUTIONS
from openpose_ros.network.models import catalogue, fetch
from openpose_ros.network.network import HEIGHT, resize_for
from openpose_ros.perception import Perception, Settings

MODEL = 'mobilenet_thin'
PACKAGE = 'those of the package'
LEFT_OUT = 'without the channels left out'
# Which layers stay float, by their names.
FLOAT_LAYERS = {'none': '(?!)', 'the last two of the stages': r'Stage\d_L\d_[45]_',
                'the last three, and the first two': r'Stage\d_L\d_[345]_|/Conv2d_[01][/_]'}
SHARES = .35, .5, .65, .8, .9   # of a range into weights: equalize.INTO_WEIGHTS
# 64 images tell an AP to some thousandths: by how much it changes with images that differ a little.
CHANGES = {
    'as they are': lambda image: image,
    'noise': lambda image: _clipped(image + np.random.RandomState(0).normal(0., 4., image.shape)),
    'brighter': lambda image: _clipped(1.1 * image),
    'darker': lambda image: _clipped(.9 * image),
    'shifted': lambda image: np.roll(image, 2, (0, 1))}


def _clipped(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--without-ap', action='store_true', help='only the maps (two minutes)')
    args = parser.parse_args()
    figures = {'maps': errors_of_maps()}
    if not args.without_ap:
        figures['AP'] = {precision: accuracy(precision) for precision in ('float', 'int8')}
    report.write('rounding', figures)


def errors_of_maps():
    """{variant: RMS of the fields against those of float}."""
    paths = sorted(glob.glob(data.path('rgbd_two_people') + '/color/*.png')) + sorted(
        glob.glob(data.path('turning_person') + '/*.jpg'))[::4]
    model = catalogue.find(MODEL)
    images = [resize_for(model, cv2.imread(path)[:, ::-1], HEIGHT) for path in paths]
    graph_path = fetch.fetch(model)
    final = ranges.read(ranges.find(MODEL, graph_path))
    packaged = final._replace(left_out={})
    layers = layers_of(graph_path, model)
    cases = {'float: ' + name: (packaged._replace(float_layers=tuple(
        filter(re.compile(pattern).search, layers))), equalize.INTO_WEIGHTS)
        for name, pattern in FLOAT_LAYERS.items()}
    cases['float: ' + PACKAGE] = packaged, equalize.INTO_WEIGHTS
    cases.update({'into weights: {}'.format(share): (packaged, share) for share in SHARES})
    cases[LEFT_OUT] = final, equalize.INTO_WEIGHTS
    with tempfile.TemporaryDirectory() as folder:
        exact = fields(graph_path, model, images, folder)
        errors = {}
        for name, (of_case, equalize.INTO_WEIGHTS) in cases.items():
            rounded = fields(graph_path, model, images, folder, of_case)
            errors[name] = float(np.sqrt(np.mean([
                np.square(one - other).mean() for one, other in zip(exact, rounded)])))
            print('{}: {:.4f}'.format(name, errors[name]), flush=True)
    report.print_table('{}: RMS of the fields against float, {} images'.format(MODEL, len(images)),
                       ('variant', 'RMS'), [(name, '{:.4f}'.format(error))
                                            for name, error in errors.items()])
    return errors


def layers_of(graph_path, model):
    """The names of all convolutions of a graph, as ranges have them."""
    graph_def = graph.read_graph(graph_path)
    graph_def = quantize.quantizable(graph_def, tensors.resolve(graph_def, model))
    return [node.name for node in graph_def.node if node.op in CONVOLUTIONS]


def fields(graph_path, model, images, folder, of_case=None):
    """The part affinity fields of these images; of_case: the ranges, None: in float."""
    path, ranges_path = os.path.join(folder, 'maps.tflite'), None
    if of_case is not None:
        ranges_path = os.path.join(folder, 'ranges.json')
        ranges.write(ranges_path, of_case)
    convert.convert(model, graph_path, path, ranges_path)
    run = runner(path)
    return [run(image) for image in images]


def runner(path):
    """Function that gives a TFLite file's fields for an image."""
    interpreter = tflite.find_interpreter()[0](model_path=path, num_threads=tflite.usable_cores())
    source = interpreter.get_input_details()[0]['index']
    output = max(interpreter.get_output_details(), key=lambda details: details['shape'][-1])

    def run(image):
        interpreter.resize_tensor_input(source, (1,) + image.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(source, np.ascontiguousarray(image)[None])
        interpreter.invoke()
        values = interpreter.get_tensor(output['index'])[0].astype(np.float32)
        scale, zero = output['quantization']    # 0 where it is float
        return (values - zero) * scale if scale else values

    return run


def accuracy(precision):
    """{change: AP} on copies of coco_val's images."""
    truth = evaluate.read_annotations(data.path('coco_val', 'keypoints.json'))
    perception = Perception(network.load(MODEL, precision=precision, backend='tflite'), Settings())
    found = {}
    for name, change in CHANGES.items():
        with tempfile.TemporaryDirectory() as folder:
            for _, path in evaluate.images_of(truth, data.path('coco_val', 'images')):
                changed = cv2.imencode('.png', change(image_files.read_image(path, False)))[1]
                with open(os.path.join(folder, os.path.basename(path)), 'wb') as file:
                    file.write(changed.tobytes())   # a JPEG would change more
            found[name] = evaluate.evaluate(
                perception, shifted(truth) if name == 'shifted' else truth, folder)['AP']
    values = list(found.values())
    found['mean'], found['stddev'] = float(np.mean(values)), float(np.std(values, ddof=1))
    report.print_table('{} {}: AP of changed copies'.format(MODEL, precision), ('copy', 'AP'), [
        (name, '{:.4f}'.format(value)) for name, value in found.items()])
    return found


def shifted(truth):
    """The annotations two pixels further right and down."""
    moved = copy.deepcopy(truth)
    for annotation in moved.dataset['annotations']:
        keypoints = np.reshape(annotation['keypoints'], (-1, 3)).astype(float)
        keypoints[keypoints[:, 2] > 0, :2] += 2.
        annotation['keypoints'] = keypoints.ravel().tolist()
        annotation['bbox'] = [annotation['bbox'][0] + 2., annotation['bbox'][1] + 2.] + list(
            annotation['bbox'][2:])
    moved.createIndex()
    return moved


if __name__ == '__main__':
    main()
