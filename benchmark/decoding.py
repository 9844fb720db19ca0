"""Time of decoding: against the article's literal Python, and by the number of people.

Run by `make bench`. Ratios count, for machines differ; every row is measured in turn in one run.
"""
import cv2
import report  # first: it finds what the tests share
import data
import matplotlib
import numpy as np
import reference

from openpose_ros.body import COCO
from openpose_ros.decoding import Settings, decode

matplotlib.use('Agg')
from matplotlib import pyplot  # noqa: E402  (after the backend is chosen)

CROWDS = ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (4, 4))   # tiles of the six people of apink2


def main():
    cv2.setNumThreads(1)
    article, median = against_the_article(), growth()
    six, crowd = article['apink2, 6 people'], article['apink2 tiled, 24 people']
    report.print_table('Asked for', ('figure', 'measured', 'met'), [
        report.check('six people <= 1.5 ms', '{:.2f}'.format(six['ms']), six['ms'] <= 1.5),
        report.check('six people: 25 times as fast as the literal', '{:.0f}'.format(six['ratio']),
                     six['ratio'] >= 25.),
        report.check('24 people: 80 times as fast', '{:.0f}'.format(crowd['ratio']),
                     crowd['ratio'] >= 80.),
        report.check('24 people <= 4 times the time of 6',
                     '{:.1f}'.format(median[24] / median[6]), median[24] <= 4. * median[6]),
        report.check('96 people <= 18 times', '{:.1f}'.format(median[96] / median[6]),
                     median[96] <= 18. * median[6])])
    report.write('decoding', {'article': article, 'growth': median})


def maps_of(name):
    maps = np.load(data.path('peer', 'maps', name + '.npz'))['maps']
    return maps[..., :19].copy(), maps[..., 19:].copy()


def tiled(maps, rows, columns):
    return tuple(np.tile(part, (rows, columns, 1)) for part in maps)


def against_the_article():
    cases = {'apink2, 6 people': maps_of('apink2'), 'ski, 5 people': maps_of('ski'),
             'apink2 tiled, 24 people': tiled(maps_of('apink2'), 2, 2)}
    rows, figures = [], {}
    for name, maps in cases.items():
        literal, ours = [], []
        for _ in range(10):   # in turn, so that both see the same machine
            literal.append(report.time_ms(
                lambda: reference.decode(*(maps + (COCO, Settings()))), 1, 0))
            ours.append(report.time_ms(lambda: decode(*maps), 40, 2))
        literal, ours = np.concatenate(literal), np.concatenate(ours)
        ratio = np.median(literal) / np.median(ours)
        figures[name] = {'ms': float(np.median(ours)), 'fastest_ms': float(ours.min()),
                         'literal_ms': float(np.median(literal)), 'ratio': float(ratio),
                         'found': len(decode(*maps))}
        rows.append([name, len(decode(*maps)), '{:.2f}'.format(np.median(ours)),
                     '{:.2f}'.format(ours.min()), '{:.0f}'.format(np.median(literal)),
                     '{:.0f}'.format(ratio)])
    report.print_table('Decoding at 432x368 (maps 54x46)',
                       ('maps', 'found', 'median ms', 'fastest ms', 'literal ms', 'ratio'), rows)
    return figures


def growth():
    maps = maps_of('apink2')
    cases = {6 * rows * columns: tiled(maps, rows, columns) for rows, columns in CROWDS}
    for people in range(1, 6):
        cases[people] = first_people(maps, people)
    cases[100] = tiled(maps, 4, 5)[0][:, :243], tiled(maps, 4, 5)[1][:, :243]
    times = report.time_in_turn_ms(
        {people: (lambda maps=maps: decode(*maps)) for people, maps in sorted(cases.items())},
        40, 3)
    median = {people: float(np.median(taken)) for people, taken in times.items()}
    rows = [[people, '{:.2f}'.format(ms), '{:.1f}'.format(ms / median[6])]
            for people, ms in sorted(median.items())]
    report.print_table('Growth with the number of people', ('people', 'median ms', 'times 6'), rows)
    plot(median)
    return median


def first_people(maps, people):
    """The maps cut off behind the first people from the left."""
    width = int(round(maps[0].shape[1] * people / 6.))
    return maps[0][:, :width].copy(), maps[1][:, :width].copy()


def plot(median):
    people = sorted(median)
    figure, axes = pyplot.subplots(figsize=(7, 4))
    axes.plot(people, [median[count] for count in people], 'o-')
    axes.set(xlabel='people in the image', ylabel='decoding, ms (median)', xlim=(0, None),
             ylim=(0, None), title='Decoding time grows about linearly')
    axes.grid(alpha=.3)
    report.save_plot('decoding_growth', figure)


if __name__ == '__main__':
    main()
