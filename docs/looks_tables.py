"""The tables of what looking closer gains: see figure_tables.py, which adds them to its own."""
from typing import Any, Callable, Dict, List, Sequence, Tuple

Table = Tuple[Sequence[str], List[List[str]]]


def closer(known: Dict[str, Any]) -> Table:
    """COCO's AP of two looks at single images, and what they cost."""
    return ('network', 'looks', 'AP', 'AR', 'cost'), [
        [model, way.replace('--', '`--', 1) + '`' if '--' in way else way,
         '{:.3f}'.format(each['AP']), '{:.3f}'.format(each['AR']), '{:.2f}'.format(each['cost'])]
        for model, ways in known['closer'].items() if model != 'planner'
        for way, each in ways.items()]


def video_looks(known: Dict[str, Any]) -> Table:
    """Share found and error of keypoints on video, whole against closer."""
    rows = {}
    for name, each in known['looks'].items():
        model, shrunk, way = name.split(', ')
        cells = rows.setdefault((model, shrunk.split()[1]), {})
        man = each['man']
        cells[way] = '{:.2f}{}'.format(man['found'], '' if man['error'] is None
                                       else ' / {:.1f}'.format(man['error']))
        cells[way + ' cost'] = '{:.2f}'.format(each['cost'])
    return ('network', 'people of', 'whole', 'closer', 'cost of closer'), [
        [model, '{:.0f} px'.format(125. / int(shrunk)), cells['whole'], cells['closer'],
         cells['closer cost']] for (model, shrunk), cells in rows.items()]


def far_people(known: Dict[str, Any]) -> Table:
    """Share of rendered people found and mean error of facing by distance."""
    some = next(iter(known['far_people'].values()))['whole']['bins']
    return ['network', 'looks', 'cost'] + ['{:.1f} m'.format(each['m']) for each in some], [
        [model, way, '{:.2f}'.format(ways[way]['cost'])] + [
            '{:.2f}{}'.format(each['share'], '' if each['facing'] is None
                              else ' / {:.0f}°'.format(each['facing']))
            for each in ways[way]['bins']]
        for model, ways in known['far_people'].items() for way in ('whole', 'closer')]


def crowds(known: Dict[str, Any]) -> Table:
    """Share found in crowds of twenty, and images until newcomers are followed."""
    rows = [['crowd, ' + name] + ['{:.2f}'.format(each[way][0]) for way in ('whole', 'closer')]
            + ['{:.2f}'.format(each['closer'][1])]
            for name, each in known['crowds'].items() if name != 'newcomers']
    return ('', 'whole', 'closer', 'cost of closer'), rows + [
        ['newcomer, {}: images until followed'.format(name)] + [
            '{:.1f}'.format(each[way]['mean']) for way in ('whole', 'closer')] + ['']
        for name, each in known['crowds']['newcomers'].items()]


TABLES = {function.__name__: function for function in (closer, video_looks, far_people, crowds)
          }  # type: Dict[str, Callable[[Dict[str, Any]], Table]]
