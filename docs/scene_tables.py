"""The tables of docs/*.md about rendered people: facing against distance, and looked at twice."""
from typing import Any, Callable, Dict, List, Sequence, Tuple

Table = Tuple[Sequence[str], List[List[str]]]

MODELS = 'mobilenet_thin', 'lightweight_openpose'


def facing_distance(known: Dict[str, Any]) -> Table:
    """Mean error of facing of rendered people, with depth / without, and share of answers."""
    rows = []
    for near in zip(*(known['rendered'][model]['distances'] for model in MODELS)):
        rows.append(['{from:g} to {to:g} m'.format(**near[0])] + [_cell(each) for each in near])
    return ('distance',) + MODELS, rows


def _cell(each):
    return '{:.0f}° ({:.0%}) / {:.0f}° ({:.0%}), {} people'.format(
        each['depth']['facing mean'], each['depth']['facing answers'], each['alone']['facing mean'],
        each['alone']['facing answers'], each['alone']['people'])


def scene_closer(known: Dict[str, Any]) -> Table:
    """Facing and gaze of rendered people by one look and by two, mobilenet_thin / lightweight."""
    rows = []
    for truth in 'rendered people, 7 m', 'rendered people, beyond':
        for looks in 'one look', 'two looks':
            cells = []
            for way, figure in (('depth', 'facing mean'), ('alone', 'facing mean'),
                                ('depth', 'gaze mean')):
                cells.append(' / '.join('{:.1f}°'.format(
                    known['rendered'][model]['{}, {}, {}'.format(looks, truth, way)][figure])
                    for model in MODELS))
            rows.append(['{}, {}'.format(truth, looks)] + cells)
    return ('mobilenet_thin / lightweight_openpose', 'facing, depth', 'facing alone',
            'gaze, depth'), rows


TABLES = {function.__name__: function for function in (
    facing_distance, scene_closer)}  # type: Dict[str, Callable[[Dict[str, Any]], Table]]
