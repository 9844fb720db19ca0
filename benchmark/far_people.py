"""From how far people are found, and how well is known which way they face: whole against closer.

Rendered people who stand or sit alone (shared/people, beside the test data), as they are and in
images half as large, as if they were twice as far away. Each image is watched for a while, for a
network that looks closer takes turns; both ways may take as many network pixels an image. Distances
are those at which a camera of 640x480 and 60 degrees would show a person of 1.7 m as large.

Run by `make bench-range`. Writes benchmark_output/far_people.json and docs/images/closer.png.
"""
import argparse
import os

import report  # first: it finds what the tests share
import cv2
import numpy as np
import truths
from range import camera_of_further_away, further_away
from tqdm import tqdm

from openpose_ros import network
from openpose_ros.commands import ranges
from openpose_ros.network.network import HEIGHT, usual_pixels
from openpose_ros.perception import Mounting

CAMERA = '640x480, 60 deg'
AWAY = (1., 2.)
NEAREST = 3.5    # m; those nearer are found in either way
# m; a third further each. Chosen so that a bin has about ten people.
EDGES = (3.5, 4.7, 6.2, 8.2, 11., 14.5, 19.5, 26.)
ASKED = {'mobilenet_thin': 10., 'lightweight_openpose': 14.}     # m, half of the people found
FURTHER = 1.5    # times as far as by the whole image, asked for
IMAGE = os.path.join(os.path.dirname(__file__), '..', 'docs', 'images', 'closer.png')


def scenes(count):
    """(image, camera, up, person, distance m) of so many people, each as far as AWAY."""
    alone = [(image, distance_of(image, 1.)) for image in truths.rendered_people()
             if len(image.people) == 1]
    alone = sorted((each for each in alone if each[1] >= NEAREST), key=lambda each: each[1])
    for image, _ in alone[::max(len(alone) // count, 1)]:
        pixels = image.read()
        for away in AWAY:
            shown, _ = further_away(pixels, np.zeros(pixels.shape[:2], np.uint16), away)
            camera = camera_of_further_away(image.camera, away) if away > 1. else image.camera
            person, = image.people
            yield (shown, camera, image.up, person._replace(pixels=moved(
                person.pixels, pixels.shape, away)), distance_of(image, away))


def distance_of(image, away):
    """m, at which the usual camera would show the person as large as the network sees them."""
    height = image.people[0].size * HEIGHT / image.camera.height / away
    return ranges.distance(ranges.CAMERAS[CAMERA], HEIGHT, height)


def moved(places, shape, away):
    """Where `further_away` puts these places, px, of an image of this shape."""
    size = np.round(np.array(shape[1::-1]) / away).astype(int)
    return (places + .5) / away - .5 + (np.array(shape[1::-1]) - size) // 2


def sighting(perceived, person, up):
    """(whether the person is found, error of facing in degrees or NaN) in one image."""
    alike = truths.likeness(perceived.people.keypoints, person.pixels[None])
    if not alike.size or alike.max() < ranges.FOUND:
        return False, np.nan
    facing = perceived.people.facing[alike[:, 0].argmax()]
    flat = [vector - vector.dot(up) * up for vector in (facing, person.facing)]
    cosine = np.prod([np.linalg.norm(vector) for vector in flat])
    return True, float(np.degrees(np.arccos(np.clip(flat[0].dot(flat[1]) / cosine, -1., 1.))))


def measure(loaded, settings, seen):
    """[(distance, found, error)] of all scenes, and the cost in looks at the usual height."""
    rows, pixels, usual = [], 0, 0
    for image, camera, up, person, distance in tqdm(seen):
        watched = ranges.watch(loaded, settings, image, camera, Mounting(up=up))
        for perceived in watched:
            pixels += sum(region.pixels for region in perceived.look.regions)
            usual += usual_pixels(perceived.image_size)
        found, errors = zip(*(sighting(perceived, person, up) for perceived in watched))
        found = 2 * sum(found) >= len(found)
        known = [error for error in errors if np.isfinite(error)]
        rows.append((distance, found, np.median(known) if found and known else np.nan))
    return rows, pixels / float(usual)


def binned(rows):
    """For each bin of EDGES with anybody: people, share found, mean error of facing, degrees."""
    bins = []
    for low, high in zip(EDGES, EDGES[1:]):
        inside = [row for row in rows if low <= row[0] < high]
        if inside:
            errors = np.array([row[2] for row in inside])
            known = np.isfinite(errors)
            bins.append({'m': (low * high) ** .5, 'people': len(inside),
                         'share': float(np.mean([row[1] for row in inside])),
                         'facing': float(errors[known].mean()) if known.any() else None,
                         'facings': int(known.sum())})
    return bins


def reach(bins):
    """m, up to which half of the people are found; between the middles of the bins."""
    for near, far in zip(bins, bins[1:]):
        if near['share'] >= .5 > far['share']:
            part = (near['share'] - .5) / (near['share'] - far['share'])
            return near['m'] * (far['m'] / near['m']) ** part
    return bins[-1]['m'] if bins[-1]['share'] >= .5 else None


def facing_at(bins, distance):
    """Mean error of facing at a distance, degrees, between the middles of the bins."""
    known = [each for each in bins if each['facing'] is not None]
    return float(np.interp(np.log(distance), np.log([each['m'] for each in known]),
                           [each['facing'] for each in known]))


def plot(figures):
    from scene import pyplot
    figure, (shares, facings) = pyplot.subplots(1, 2, figsize=(11, 4))
    for color, (model, ways) in enumerate(figures.items()):
        for way, line in (('whole', '--'), ('closer', '-')):
            bins = ways[way]['bins']
            style = {'color': 'C{}'.format(color), 'linestyle': line, 'marker': '.'}
            shares.plot([each['m'] for each in bins], [each['share'] for each in bins], **style)
            known = [each for each in bins if each['facing'] is not None]
            facings.plot([each['m'] for each in known], [each['facing'] for each in known],
                         label='{}, {}'.format(model, way), **style)
    shares.axhline(.5, color='grey', linewidth=.8)
    shares.set(ylabel='share of people found', ylim=(0., 1.02))
    facings.set(ylabel='mean error of facing, degrees, without depth', ylim=(0., None))
    for axes in (shares, facings):
        axes.set(xscale='log', xlabel='distance of a person of 1.7 m, m (640x480, 60 degrees)')
        axes.minorticks_off()
        axes.set(xticks=(4, 6, 8, 10, 14, 20), xticklabels=(4, 6, 8, 10, 14, 20))
        axes.grid(alpha=.3)
    facings.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(IMAGE, dpi=90)
    pyplot.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--models', default='mobilenet_thin,lightweight_openpose')
    parser.add_argument('--people', type=int, default=40)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    figures, rows, checks = {}, [], []
    for model in args.models.split(','):
        loaded, ways = network.load(model), {}
        for way, settings in zip(('whole', 'closer'), ranges.ways_of(HEIGHT, True).values()):
            found, cost = measure(loaded, settings, scenes(args.people))
            bins = binned(found)
            ways[way] = {'bins': bins, 'cost': cost, 'reach': reach(bins)}
            rows += [[model, way, '{:.2f}'.format(cost)] + ['{:.2f} / {}'.format(
                each['share'], '-' if each['facing'] is None else '{:.0f}'.format(each['facing']))
                for each in bins]]
        figures[model] = ways
        checks += asked(model, ways)
    report.print_table('Share found / mean error of facing, degrees',
                       ['model', 'way', 'cost'] + ['{:.1f} m'.format(each['m'])
                                                   for each in bins], rows)
    report.print_table('Asked for', ('figure', 'measured', 'met'), checks)
    plot(figures)
    report.write('far_people', figures)


def asked(model, ways):
    """Rows of what was asked for, where half are found in both ways."""
    before, after = (ways[way]['reach'] for way in ('whole', 'closer'))
    if before is None or after is None:
        return [report.check('{}: half of the people found'.format(model), 'never', False)]
    least = max(FURTHER * before, ASKED.get(model, 0.))
    facing = [facing_at(ways[way]['bins'], there) for way, there in (
        ('whole', before), ('closer', FURTHER * before))]
    ways['facing'] = facing
    return [report.check('{}: half found from >= {:.1f} m ({:.1f} m by the whole image)'.format(
                model, least, before), '{:.1f} m'.format(after), after >= least),
            report.check('{}: facing at {:.1f} m <= {:.0f} degrees, the whole image\'s at {:.1f} m'
                         .format(model, FURTHER * before, facing[0], before),
                         '{:.0f}'.format(facing[1]), facing[1] <= facing[0]),
            report.check('{}: cost <= 1.07'.format(model),
                         '{:.2f}'.format(ways['closer']['cost']), ways['closer']['cost'] <= 1.07)]


if __name__ == '__main__':
    main()
