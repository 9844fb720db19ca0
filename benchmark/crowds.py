"""Crowds and newcomers: does looking closer lose anything, at equal cost, where one look is enough?

Two crowds of twenty. One is made up: people who walk about before a stand-in for a network, which
finds people as often as mobilenet_thin does those of their size, in its whole chain of planner,
decoding and tracker. The other is seen by real networks: rendered groups (shared/people), four to an
image. Newcomers step into the made-up scene beside others; it counts when they are first followed.
Run by `make bench-looks`; writes benchmark_output/crowds.json.
"""
import argparse

import report  # first: it finds what the tests share
import cv2
import numpy as np
import truths
from made_maps import STANDING
from made_world import MadeWorld, marked
from tqdm import tqdm

from openpose_ros import looks, network
from openpose_ros.commands import ranges
from openpose_ros.network.network import usual_pixels
from openpose_ros.perception import Perception, Settings
from openpose_ros.tracking import Tracker

SIZE = (640, 480)
RATE = 15.       # Hz
WAYS = {'whole': Settings(), 'closer': Settings(looks=looks.Settings(mode=looks.CLOSER))}
CROWD = 20
HEIGHTS = (60., 100., 200.)   # px of the image, of people in made-up crowds
SCENES = 4       # of a made-up crowd
IMAGES = 45      # of each; counted from the first second on
NEWCOMERS = 24   # scenes
MOSAICS = 8      # real images


def crowd_of(height, count=CROWD, seed=0):
    """Places (count, 2) px of necks, and velocities, px an image; rows of people side by side."""
    rng = np.random.RandomState(seed)
    across = int(np.ceil(count / 2.)) if height < 150. else count
    row, column = np.divmod(np.arange(count), across)
    x = (column + .5) * SIZE[0] / across + rng.uniform(-6., 6., count)
    y = .25 * height + 10. + row * (SIZE[1] - 1.1 * height) / 2. + rng.uniform(0., 20., count)
    return np.column_stack((x, y)), rng.uniform(-.5, .5, (count, 2)) * (1., .3)


def standing(places, height):
    """Keypoints (n, 18, 2) of people of this height at these places, slim enough for a crowd."""
    return np.asarray(places)[:, None] + STANDING * (.6, 1.) * height / np.ptp(STANDING[:, 1])


def follow(settings, scene, seed=0):
    """[(people as tracked, their truth)] of each image, and the cost; scene: (n, 18, 2) each."""
    world = MadeWorld([], seed)
    perception, image = Perception(world, settings, Tracker()), marked(*SIZE)
    seen, pixels = [], 0
    for number, people in enumerate(scene):
        world.people = people
        perceived = perception.perceive(image, stamp=number / RATE)
        pixels += sum(region.pixels for region in perceived.look.regions)
        seen.append((perceived.people, people))
    return seen, pixels / float(len(seen) * usual_pixels(SIZE))


def found(keypoints, truth):
    """Who of the truth (n, 18, 2), NaN where hidden, is among the keypoints: (n,) bool."""
    alike = truths.likeness(keypoints, truth)
    return alike.max(axis=0) >= ranges.FOUND if len(alike) else np.zeros(len(truth), bool)


def made_crowd(settings, height):
    """Share of people found, and the cost."""
    shares, costs = [], []
    for seed in range(SCENES):
        places, velocity = crowd_of(height, seed=seed)
        seen, cost = follow(settings, [standing(places + number * velocity, height)
                                       for number in range(IMAGES)], seed)
        costs.append(cost)
        shares += [found(people.keypoints, truth) for people, truth in seen[int(RATE):]]
    return float(np.mean(shares)), float(np.mean(costs))


def newcomer(settings, height, others, seed):
    """Images until someone who appears beside so many others is followed; NaN: never."""
    rng, start = np.random.RandomState(seed), int(RATE) + seed % 6
    places, _ = crowd_of(60., others, seed)
    old = standing(places, 60.)
    new = standing([(rng.uniform(60., 580.), rng.uniform(.3 * height, SIZE[1] - height))], height)
    scene = [old] * start + [np.concatenate((old, new))] * 30
    seen, _ = follow(settings, scene, seed)
    there = [number for number, (people, _) in enumerate(seen[start:])
             if found(people.keypoints, new)[0]]
    return there[0] if there else np.nan


def mosaics():
    """(image, truth) of four rendered groups each, SIZE."""
    groups = [image for image in truths.rendered_people() if len(image.people) >= 4]
    for first in range(0, 4 * MOSAICS, 4):
        canvas, people = np.zeros(SIZE[::-1] + (3,), np.uint8), []
        for place, image in enumerate(groups[first:first + 4]):
            pixels = image.read()
            corner = np.array((place % 2, place // 2)) * (SIZE[0] // 2, SIZE[1] // 2)
            scale = np.array((SIZE[0] // 2, SIZE[1] // 2)) / np.array(pixels.shape[1::-1])
            canvas[corner[1]:corner[1] + SIZE[1] // 2, corner[0]:corner[0] + SIZE[0] // 2] = (
                cv2.resize(pixels, (SIZE[0] // 2, SIZE[1] // 2), interpolation=cv2.INTER_AREA))
            people += [(person.pixels + .5) * scale - .5 + corner for person in image.people
                       if np.isfinite(person.pixels[:, 0]).sum() >= ranges.MIN_LABELS]
        yield canvas, np.array(people)


def real_crowd(loaded, settings, scenes):
    """Share of people found, and the cost."""
    shares, pixels, usual = [], 0, 0
    for image, truth in tqdm(scenes):
        for perceived in ranges.watch(loaded, settings, image):
            shares += found(perceived.people.keypoints, truth).tolist()
            pixels += sum(region.pixels for region in perceived.look.regions)
            usual += usual_pixels(SIZE)
    return float(np.mean(shares)), pixels / float(usual)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--models', default='mobilenet_thin,lightweight_openpose')
    args = parser.parse_args()
    figures = {}
    for height in HEIGHTS:
        figures['made up, {:.0f} px'.format(height)] = {
            way: made_crowd(settings, height) for way, settings in WAYS.items()}
    scenes = list(mosaics())
    for model in args.models.split(','):
        loaded = network.load(model)
        figures['rendered, {}'.format(model)] = {
            way: real_crowd(loaded, settings, scenes) for way, settings in WAYS.items()}
    report.print_table('Crowds: share found at cost', ['crowd'] + list(WAYS), [
        [name] + ['{:.2f} at {:.2f}'.format(*each[way]) for way in WAYS]
        for name, each in figures.items()])
    come = {}
    for height, others in ((200., 0), (200., 6), (130., 6)):
        come['{:.0f} px, beside {}'.format(height, others)] = {
            way: [newcomer(settings, height, others, seed) for seed in tqdm(range(NEWCOMERS))]
            for way, settings in WAYS.items()}
    come = {name: {way: {'mean': float(np.nanmean(waits)), 'never': int(np.isnan(waits).sum())}
                   for way, waits in each.items()} for name, each in come.items()}
    report.print_table('Newcomers: images until they are followed (mean; never)',
                       ['newcomer'] + list(WAYS), [[name] + ['{mean:.1f}; {never}'.format(
                           **each[way]) for way in WAYS] for name, each in come.items()])
    report.print_table('Asked for', ('figure', 'measured', 'met'), [
        report.check('newcomer, {}: no later than by the whole image and one'.format(name),
                     '{:.1f} images later'.format(each['closer']['mean'] - each['whole']['mean']),
                     each['closer']['mean'] <= each['whole']['mean'] + 1.)
        for name, each in come.items()] + [
        report.check('crowd, {}: nothing lost at equal cost'.format(name), '{:+.2f}'.format(
            each['closer'][0] - each['whole'][0]), each['closer'][0] >= each['whole'][0])
        for name, each in figures.items()])
    report.write('crowds', dict(figures, newcomers=come))


if __name__ == '__main__':
    main()
