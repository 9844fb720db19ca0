"""Facing of rendered people against their distance, and of those who are looked at twice.

Against distance: all of the rendered people (truths.py), by one look. Looked at twice, as by
`openpose image --closer`: every third image, whole and then who is small; by one look, too, so that
both say of the same images. Keypoints are kept in benchmark_output/found, so that a change of the
scene is measured within a minute. Writes benchmark_output/rendered.json; run by `make bench-scene`.
"""
import argparse

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

EVERY = 3    # image is looked at twice
DISTANCES = 0., 1.5, 2.5, 3.5, 5., 7., 9., 13.    # m, between which people are counted
MODELS = 'mobilenet_thin', 'lightweight_openpose'
ONE, TWO = 'one look', 'two looks'
ASKED = {'depth': (8.3, 6.5), 'alone': (13.5, 10.5)}    # mean of facing within 7 m, by model


def looked_at_twice(images, model):
    """{name of the image: [keypoints (18, 3) and height of the network's input of each person]}."""
    def find():
        perception, found = Perception(network.load(model), twice(scene.HEIGHT, 256)), {}
        for image in tqdm(images, 'looking twice, ' + model):
            look = perception.look(image.read())
            people, scale = perception.find_scaled(look)    # what `finish` does, before it places them
            found[image.name] = {
                'keypoints': scene.as_lists(people.keypoints),
                'input_height': (scale * look.image_size[1]).tolist(),
                'cost': sum(region.view.width * region.view.height for region in look.regions)}
        return found

    return scene.kept('rendered people closer', model, find)


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


def by_distance(rows):
    """For each range of distances: people, mean errors and answers, by depth and alone."""
    found = []
    for low, high in zip(DISTANCES, DISTANCES[1:]):
        these = [row for row in rows if low <= row['distance'] < high]
        each = {'from': low, 'to': high}
        for way in 'depth', 'alone':
            figures = scene.figures_of([row for row in these if row['way'] == way])
            each[way] = {name: figures[name] for name in ('people', 'facing mean', 'facing answers',
                                                          'gaze mean')}
        found.append(each)
    return found


def figures_of(images, model):
    """({(looks, truth, way): figures}, figures by distance of all images, by one look)."""
    once = scene.keypoints_of(truths.RENDERED, images, model)
    once = {name: (each, float(scene.HEIGHT)) for name, each in once.items()}
    twice_seen = images[::EVERY]
    closer = {name: (scene.as_keypoints(each['keypoints']), np.array(each['input_height']))
              for name, each in looked_at_twice(twice_seen, model).items()}
    figures = {}
    for looks, found in (ONE, once), (TWO, closer):
        for key, rows in scene.groups_of(rows_of(twice_seen, found)).items():
            figures[(looks,) + key] = scene.figures_of(rows)
    return figures, by_distance(rows_of(images, once))


def print_distances(model, distances):
    report.print_table('Facing against distance, {}'.format(model), (
        'm', 'people', 'depth', 'answers', 'alone', 'answers'), [
            ['{:g} to {:g}'.format(each['from'], each['to']), each['depth']['people']] + [
                form.format(each[way][name]) for way in ('depth', 'alone') for name, form in (
                    ('facing mean', '{:.1f}'), ('facing answers', '{:.0%}'))]
            for each in distances])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', default='mobilenet_thin', help='name, or names with commas')
    args = parser.parse_args()
    images = list(truths.TRUTHS[truths.RENDERED]())
    written, checks = {'images': len(images), 'looked at twice': len(images[::EVERY])}, []
    for model in args.model.split(','):
        figures, distances = figures_of(images, model)
        print_distances(model, distances)
        report.print_table('Looked at twice, {} images, {}'.format(len(images[::EVERY]), model),
                           ('looks', 'truth', 'way', 'people', 'facing', 'flips', 'answers',
                            'gaze'), [
            list(key) + [each['people']] + [pattern.format(each[name]) for name, pattern in (
                ('facing mean', '{:.1f}'), ('facing flips', '{:.1%}'), ('facing answers', '{:.0%}'),
                ('gaze mean', '{:.1f}'))] for key, each in figures.items()])
        if model in MODELS:
            for way, asked in ASKED.items():
                most = asked[MODELS.index(model)]
                measured = figures[TWO, 'rendered people, 7 m', way]['facing mean']
                checks.append(report.check('{}, {}: facing within 7 m <= {:g}'.format(
                    model, way, most), '{:.2f}'.format(measured), measured <= most))
        written[model] = dict({', '.join(key): each for key, each in figures.items()},
                              distances=distances)
    report.print_table('Asked for', ('figure', 'measured', 'met'), checks)
    report.write('rendered', written)


if __name__ == '__main__':
    main()
