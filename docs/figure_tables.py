"""The tables of README.md and docs/*.md that are made of figures of docs/figures.json.

TABLES has a function for each, by the name that its place in a document has; it takes the figures
and returns a header and rows of cells, or raises KeyError where something was not measured.
"""
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import looks_tables
import scene_tables

from openpose_ros.commands import ranges

Table = Tuple[Sequence[str], List[List[str]]]

MODELS = 'mobilenet_thin', 'lightweight_openpose'
SINGLE_PASS, BEST_WAY = 'single pass', 'flip, scales 1 and 1.5'
DEFAULT = 'mobilenet_thin', 368
SHARE, DEGREES, CENTIMETRES = '{:.1%}', '{:.1f}°', '{:.1f} cm'


def both(known: Dict[str, Any], truth: str, figure: str, form: str, factor: float = 1.) -> str:
    """A figure of position or direction of both networks; empty where the truth has none."""
    cells = [known['scene'][model][truth].get(figure) for model in MODELS]
    return '' if None in cells else ' / '.join(form.format(factor * cell) for cell in cells)


def scene(known: Dict[str, Any]) -> Table:
    """Mean and median errors on the truths, mobilenet_thin / lightweight_openpose."""
    def directions(name, truth):
        return [name, both(known, truth + ', depth', 'facing mean', DEGREES) if
                truth + ', depth' in known['scene'][MODELS[0]] else '',
                both(known, truth + ', alone', 'facing mean', DEGREES),
                both(known, truth + ', depth', 'gaze mean', DEGREES) if
                truth.startswith('rendered') else '', '', '', '']

    def sizes(name, truth):
        return [name, '', '', '', both(known, truth + ', alone', 'range median', SHARE),
                both(known, truth + ', ground', 'range median', SHARE),
                both(known, truth + ', depth', 'metres median', CENTIMETRES, 100.)]

    def cameras(name, way):
        return [name, '', both(known, 'multiview, ' + way, 'facing mean', DEGREES), '',
                both(known, 'multiview, alone', 'range mean', SHARE) if way == 'alone' else '',
                both(known, 'multiview, ' + ('ground' if way == 'alone' else way), 'range mean',
                     SHARE), '']
    return ('mobilenet_thin / lightweight_openpose', 'facing, depth', 'facing alone',
            'gaze, depth', 'range alone', 'with the camera\'s height', 'depth'), [
        directions('turning man, 0.9 m', 'turning man'),
        directions('rendered people within 7 m', 'rendered people, 7 m'),
        directions('rendered people beyond', 'rendered people, beyond'),
        sizes('rendered adults (median)', 'rendered adults'),
        sizes('rendered children (median)', 'rendered children'),
        cameras('multiview, a leaning man (mean)', 'alone'),
        cameras('multiview, the vertical found (mean)', 'level')] + [
            ['multiview, images in which he is found (mean)', '',
             both(known, 'multiview, found, alone', 'facing mean', DEGREES), '', '', '', '']]


def calibration(known: Dict[str, Any]) -> Table:
    """Shares of the errors within one and two of the deviations that are given."""
    rows = []
    for truth in ('turning man', 'rendered people, 7 m', 'rendered people, beyond',
                  'rendered adults', 'rendered children', 'rendered, as the prior has them',
                  'multiview', 'multiview, found'):
        for way in 'depth', 'alone', 'ground', 'level':
            found = [known['scene'][model].get('{}, {}'.format(truth, way)) for model in MODELS]
            if None not in found:
                rows.append(['{}, {}'.format(truth, way)] + [
                    ' / '.join(_within(each, figure) for each in found)
                    for figure in ('facing', 'gaze', 'range')])
    return ('truth', 'facing', 'gaze', 'range'), rows


def _within(found, figure):
    shares = [found.get('{} in {}'.format(figure, count)) for count in (1, 2)]
    return '–' if None in shares else '{:.0%}, {:.0%}'.format(*shares)


def scenes(known: Dict[str, Any]) -> Table:
    """The worst MOTA and IDF1 of scripted scenes, by the rate of images."""
    found = known['tracking']['scenes']
    rates = sorted({int(name.split()[1]) for name in found}, reverse=True)
    return ('', 'MOTA', 'IDF1'), [
        ['{} images a second'.format(rate)] + ['{:.3f}'.format(min(
            each[figure] for name, each in found.items() if name.split()[1] == str(rate)))
            for figure in ('mota', 'idf1')] for rate in rates]


def followed(known: Dict[str, Any]) -> Table:
    """Single images against tracking, of real people, by the networks of whom it is known."""
    of = known['tracking']['followed']
    models = [model for model in MODELS if model in of]

    def cells(name, figure):
        return ' / '.join(figure(of[model][name]) for model in models)

    return (' / '.join(models), 'facing', 'within', 'range', 'within'), [
        [name, cells(name, lambda each: _mean(each, 'facing', DEGREES)),
         cells(name, lambda each: _within(each, 'facing')),
         cells(name, lambda each: _mean(each, 'range', SHARE)),
         cells(name, lambda each: _within(each, 'range'))] for name in of[models[0]]]


def _mean(found, figure, pattern):
    mean = found.get(figure + ' mean')
    return '–' if mean is None else pattern.format(mean)


def _accuracy(known: Dict[str, Any], way: Optional[str]) -> List[Dict[str, Any]]:
    """The rows of `openpose benchmark --accuracy` with the times of each backend, over the default's.

    way: only this way of looking, None: all.
    """
    cases = {}      # type: Dict[Tuple[Any, ...], Dict[str, Any]]
    first = {}
    for row in known['models']:
        key = row['model'], row['height'], row.get('precision', 'float'), row['way']
        cases.setdefault(key, dict(row, times={}))['times'][row['backend']] = row['ms']
        if key == DEFAULT + ('float', SINGLE_PASS):
            first[row['backend']] = row['ms']
    for case in cases.values():
        case['times'] = {backend: '{:.2f}'.format(taken / first[backend])
                         for backend, taken in case['times'].items()}
    return [case for case in cases.values() if way in (None, case['way'])
            or (case['way'], case['model'], case['height']) == (BEST_WAY, MODELS[1], 368)]


def _columns(case, names):
    return ['`{}`{}'.format(case['model'], ', int8' if case.get('precision') == 'int8' else ''),
            str(case['height'])] + names


def models(known: Dict[str, Any]) -> Table:
    """AP and time of each network and height."""
    return ('model', 'height of its input', 'AP', 'time with TFLite', 'with TensorFlow'), [
        _columns(case, ['{:.2f}{}'.format(case['AP'], '' if case['way'] == SINGLE_PASS else
                                          ' (`--flip --scales 1,1.5`)'),
                        case['times'].get('tflite', ''), case['times'].get('tensorflow', '')])
        for case in _accuracy(known, SINGLE_PASS)]


def accuracy(known: Dict[str, Any]) -> Table:
    """All COCO figures of each network, height and way of looking."""
    names = 'AP', 'AP50', 'AP75', 'APm', 'APl', 'AR'
    return ('model', 'height', 'way') + names + ('time, TFLite', 'TensorFlow'), [
        _columns(case, [case['way']] + ['{:.3f}'.format(case[name]) for name in names]
                 + [case['times'].get(name, '') for name in ('tflite', 'tensorflow')])
        for case in _accuracy(known, None)]


def upsampling(known: Dict[str, Any]) -> Table:
    """AP by how much the heatmaps are enlarged first."""
    cases = {(case['model'], case['height'], case['way']): case['AP']
             for case in _accuracy(known, None) if case.get('precision', 'float') == 'float'}
    chosen = (MODELS[1], 256), (MODELS[1], 368), (MODELS[0], 368)
    return [''] + ['{}, {}'.format(*each) for each in chosen], [
        [name] + ['{:.3f}'.format(cases[each + (way,)]) for each in chosen]
        for name, way in (('heatmaps as they are', 'maps x1'),
                          ('enlarged twofold (the default)', SINGLE_PASS),
                          ('fourfold', 'maps x4'))]


def budgets(known: Dict[str, Any]) -> Table:
    """What to take on a CPU with instructions for eight bits; ms of the network on two cores."""
    accuracy_of = {(row['model'], row['height'], row['precision']): row['AP']
                   for row in known['models'] if row['way'] == SINGLE_PASS}
    times = known['eight_bits']['two threads, by height']
    return ('budget', 'model', 'height', 'precision', 'AP', 'ms'), [
        [budget, '`{}`'.format(model), str(height), precision,
         '{:.2f}'.format(accuracy_of[model, height, precision]),
         '{:.0f}'.format(times[model][precision][str(height)]['least'])]
        for budget, model, height, precision in (
            ('fastest', MODELS[1], 184, 'int8'), ('balanced', MODELS[1], 256, 'int8'),
            ('best', MODELS[1], 368, 'int8'),
            ('where it cannot be imported', MODELS[0], 368, 'int8'),
            ('the default in float, for comparison', MODELS[0], 368, 'float'))]


def eight_bits(known: Dict[str, Any]) -> Table:
    """AP and ms of the networks in float and in eight bits, two threads (one)."""
    rows = []
    for model in MODELS + ('mobilenet_v2_small',):
        precisions = known['eight_bits'][model]
        least = {precision: [precisions[precision][threads]['least']
                             for threads in ('2 threads', '1 threads')]
                 for precision in ('float', 'int8')}
        rows.append(['`{}`'.format(model)] + [
            '{:.3f}'.format(precisions[precision]['AP']) if 'AP' in precisions[precision] else ''
            for precision in ('float', 'int8')] + [
            '{:.1f} ({:.1f})'.format(*least[precision]) for precision in ('float', 'int8')] + [
            '{:.2f} ({:.2f})'.format(*(eight / whole for eight, whole in zip(
                least['int8'], least['float'])))])
    return ('network', 'AP float', 'AP int8', 'ms float', 'ms int8', 'share'), rows


def rounding(known: Dict[str, Any]) -> Table:
    """What eight bits change in mobilenet_thin's fields."""
    return ('variant', 'RMS of the fields'), [
        [name, '{:.4f}'.format(error)] for name, error in known['rounding']['maps'].items()]


def found_by_height(known: Dict[str, Any]) -> Table:
    """Share of COCO's people found and error of their keypoints by their height."""
    return ranges.by_height(known['found'])


def found_from(known: Dict[str, Any]) -> Table:
    """How far a share of COCO's people is found."""
    return ranges.reach(known['found'])


def load(known: Dict[str, Any]) -> Table:
    """Million instructions of each step beside the network."""
    steps = known['load']['steps']
    first = next(iter(steps.values()))
    return ['million instructions'] + list(steps), [
        [name] + ['{:.1f}'.format(each[name]['instructions']) for each in steps.values()]
        for name in first if all(each[name]['instructions'] for each in steps.values())]


def overlap(known: Dict[str, Any]) -> Table:
    """Rate and latency with a stand-in for a GPU, one stage and two."""
    return ('network, ms', 'people', 'its own Hz', 'Hz, serial', 'overlapping', 'latency, ms, serial',
            'overlapping'), [
        ['{network_ms:.0f}'.format(**run), str(run['people']),
         '{:.1f}'.format(min(60., 1e3 / run['network_ms']))]
        + [form.format(run[way][figure]) for form, figure in (('{:.1f}', 'rate'),
                                                              ('{:.0f}', 'latency'))
           for way in ('serial', 'overlap')] for run in known['overlap']['stand-in']]


def approach(known: Dict[str, Any]) -> Table:
    """What was asked of simulated approaches, and what they did, by the robot's eyes."""
    eyes = 'depth', 'height known'
    rows = [('approaches to who stands / of each other kind', '{approaches} / {others}', '', ''),
            ('arrived (15 cm and 8°)', '{arrived:.1%}', '≥ 98 %', '≥ 92 %'),
            ('final error, median', '{error:.2f} m, {turn:.1f}°', '≤ 0.06 m, 4°', '≤ 0.15 m, 6°'),
            ('ever nearer than 0.8 m / by its own driving', '{too_near} / {driven_too_near}',
             '0', '0'),
            ('goal moved by > 0.5 m, per approach', '{jumps:.2f}', '≤ 0.05', '≤ 0.2'),
            ('way longer than the shortest, median', '{longer:.0%}', '≤ 15 %', '≤ 30 %'),
            ('arrived after they turn by 90°', '{turned:.0%}', '≥ 95 %', '≥ 85 %'),
            ('same person after 2 s lost', '{same:.0%}', '≥ 97 %', '≥ 90 %'),
            ('arrived: they sit / walk / others cross',
             '{seated:.0%} / {walked:.0%} / {crossed:.0%}', '', '')]
    found = [known['approach'][each] for each in eyes]
    return ('', 'asked', 'with depth', 'asked', 'height known'), [
        [text, with_depth] + [form.format(**found[0])] + [without] + [
            form.format(**figures) for figures in found[1:]]
        for text, form, with_depth, without in rows]


TABLES = {function.__name__: function for function in (
    scene, calibration, scenes, followed, models, accuracy, upsampling, budgets, eight_bits, rounding,
    found_by_height, found_from, load, overlap, approach)
}  # type: Dict[str, Callable[[Dict[str, Any]], Table]]
TABLES.update(looks_tables.TABLES)
TABLES.update(scene_tables.TABLES)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as Markdown has it, a line each."""
    lines = [header, ['---'] * len(header)] + list(rows)
    return ''.join('| {} |\n'.format(' | '.join(line)) for line in lines)
