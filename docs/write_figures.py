"""Puts the figures that the benchmarks wrote into README.md and docs/*.md.

A figure stands between two comments, <!--=PATH FORMAT-->...<!--=-->, where PATH leads to a number in
docs/figures.json, its steps parted by |, and FORMAT is Python's. A whole table stands between
<!--table NAME--> and <!--end of table-->, NAME being one of figure_tables.py:

    make bench bench-scene bench-tracking       # each writes benchmark_output/NAME.json
    python docs/write_figures.py --collect      # takes them into docs/figures.json
    python docs/write_figures.py                # writes them into the documents
"""
import argparse
import glob
import json
import os
import re
import sys
from typing import Any, Dict, List

import figure_tables

from openpose_ros import files
from openpose_ros.commands import tables

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
FIGURES = os.path.join(ROOT, 'docs', 'figures.json')
MEASURED = os.path.join(ROOT, 'benchmark_output', '*.json')
_PLACE = re.compile(r'(<!--=([^<>]+?) ([^\s<>]+)-->)(.*?)(<!--=-->)')
_TABLE = re.compile(r'(<!--table (\w+)-->\n)(.*?)(<!--end of table-->)', re.S)


def documents() -> List[str]:
    """The paths of all documents that may hold figures."""
    return [os.path.join(ROOT, 'README.md')] + sorted(glob.glob(os.path.join(ROOT, 'docs', '*.md')))


def figures() -> Dict[str, Any]:
    """All figures, by the name of the benchmark that wrote them."""
    with open(FIGURES, encoding='utf-8') as file:
        return json.load(file)


def find(path: str, known: Dict[str, Any]) -> Any:
    """The figure at a path. KeyError, with the path, where there is none."""
    found = known
    for step in path.split('|'):
        try:
            found = found[int(step) if isinstance(found, list) else step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise KeyError('there is no figure {} in docs/figures.json'.format(path))
    return found


def written(text: str, known: Dict[str, Any]) -> str:
    """The text of a document with the figures of today."""
    def place(match):
        begin, path, form, _, end = match.groups()
        return begin + format(find(path, known), form) + end

    def table(match):
        begin, name, _, end = match.groups()
        try:
            return begin + figure_tables.markdown(*figure_tables.TABLES[name](known)) + end
        except KeyError as error:
            raise KeyError('there are no figures for the table {}: {} is missing'.format(
                name, error))
    return _TABLE.sub(table, _PLACE.sub(place, text))


def collect() -> None:
    """Take what the benchmarks wrote into docs/figures.json; what was not measured anew stays."""
    known = figures() if os.path.exists(FIGURES) else {}
    for path in sorted(glob.glob(MEASURED)):
        with open(path, encoding='utf-8') as file:
            known[os.path.splitext(os.path.basename(path))[0]] = json.load(file)['figures']
    with files.written_whole(FIGURES) as temporary:
        tables.write_json(temporary, known)


def main() -> None:
    """Collect, or write all documents."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--collect', action='store_true',
                        help='take benchmark_output/*.json into docs/figures.json first')
    if parser.parse_args().collect:
        collect()
    known = figures()
    for path in documents():
        with open(path, encoding='utf-8') as file:
            text = file.read()
        try:
            new = written(text, known)
        except KeyError as error:
            sys.exit('error: {}: {}'.format(os.path.relpath(path), error.args[0]))
        if new != text:
            files.write_whole(path, new.encode())
            print('written:', os.path.relpath(path))


if __name__ == '__main__':
    main()
