"""Facing and gaze of rendered people who are looked at twice, as by `openpose image --closer`.

Every third image of the rendered people (truths.py), each looked at whole and then at who is small;
by one look, too, so that both say of the same images. Keypoints are kept in benchmark_output/found.
Writes benchmark_output/scene_closer.json; run by `make bench-scene`.
"""
import argparse
import json
import os

import report
import numpy as np
import scene
import truths
from closer import twice
from tqdm import tqdm

from openpose_ros import network
from openpose_ros.people import people_in_image
from openpose_ros.perception import Perception
from openpose_ros.scene import locate

EVERY = 3
MODELS = 'mobilenet_thin', 'lightweight_openpose'
ONE, TWO = 'one look', 'two looks'
ASKED = {'depth': (8.3, 6.5), 'alone': (13.5, 10.5)}    # mean of facing within 7 m, by model


def looked_at_twice(images, model):
    """{name of the image: [keypoints (18, 3) and height of the network's input of each person]}."""
    path = os.path.join(report.OUTPUT, 'found', 'rendered_people_closer.{}.json'.format(model))
    if not os.path.exists(path):
        perception, found = Perception(network.load(model), twice(scene.HEIGHT, 256)), {}
        for image in tqdm(images, 'looking twice, ' + model):
            look = perception.look(image.read())
            people, scale = perception._find(look)    # what `finish` does, before it places them
            found[image.name] = {
                'keypoints': np.round(np.nan_to_num(people.keypoints.astype(float)), 3).tolist(),
                'input_height': (scale * look.image_size[1]).tolist(),
                'cost': sum(region.view.width * region.view.height for region in look.regions)}
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            json.dump(found, file)
    with open(path) as file:
        return json.load(file)


def rows_of(images, found):
    """Errors (scene.errors_of) of everyone of these images, by depth and without.

    found: {name: (keypoints, input height of all or of each)}.
    """
    rows = []
    for image in images:
        keypoints, input_height = found[image.name]
        people = people_in_image(keypoints)
        pairs = truths.pairs(image, people.keypoints, people.scores)
        for way, depth in ('depth', image.read_depth()), ('alone', None):
            located = locate(people, image.camera, depth, image.up, input_height=input_height)
            rows += [dict(scene.errors_of(image, image.people[i], located, j),
                          truth=truths.RENDERED, way=way) for i, j in pairs]
    return rows


def figures_of(images, model):
    """{(looks, truth, way): figures}."""
    once, closer = scene.keypoints_of(truths.RENDERED, images, model), looked_at_twice(images, model)
    figures = {}
    for looks, found in (ONE, {name: (each, float(scene.HEIGHT)) for name, each in once.items()}), (
            TWO, {name: (scene.as_keypoints(each['keypoints']), np.array(each['input_height']))
                  for name, each in closer.items()}):
        for key, rows in scene.groups_of(rows_of(images, found)).items():
            figures[(looks,) + key] = scene.figures_of(rows)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', default='mobilenet_thin', help='name, or names with commas')
    args = parser.parse_args()
    images = list(truths.TRUTHS[truths.RENDERED]())[::EVERY]
    written, checks = {'images': len(images)}, []
    for model in args.model.split(','):
        figures = figures_of(images, model)
        report.print_table('Looked at twice, {} images, {}'.format(len(images), model),
                           ('looks', 'truth', 'way', 'people', 'facing', 'flips', 'answers', 'gaze'), [
            list(key) + [each['people']] + [pattern.format(each[name]) for name, pattern in (
                ('facing mean', '{:.1f}'), ('facing flips', '{:.1%}'), ('facing answers', '{:.0%}'),
                ('gaze mean', '{:.1f}'))] for key, each in figures.items()])
        if model in MODELS:
            for way, asked in ASKED.items():
                most = asked[MODELS.index(model)]
                measured = figures[TWO, 'rendered people, 7 m', way]['facing mean']
                checks.append(report.check('{}, {}: facing within 7 m <= {:g}'.format(
                    model, way, most), '{:.2f}'.format(measured), measured <= most))
        written[model] = {', '.join(key): each for key, each in figures.items()}
    report.print_table('Asked for', ('figure', 'measured', 'met'), checks)
    report.write('scene_closer', written)


if __name__ == '__main__':
    main()
