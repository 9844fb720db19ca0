"""The documents say what was measured, and their links lead somewhere."""
import importlib.util
import os
import re
import sys

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..'))


@pytest.fixture(scope='module')
def write_figures():
    sys.path.append(os.path.join(ROOT, 'docs'))      # it imports figure_tables
    spec = importlib.util.spec_from_file_location(
        'write_figures', os.path.join(ROOT, 'docs', 'write_figures.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def test_every_figure_is_the_one_that_a_benchmark_wrote(write_figures):
    known = write_figures.figures()
    for path in write_figures.documents():
        assert read(path) == write_figures.written(read(path), known), \
            'run python docs/write_figures.py'


def test_no_figure_is_without_a_number(write_figures):
    assert 'NaN' not in read(write_figures.FIGURES)


def test_a_figure_that_was_not_measured_is_an_error_that_names_it(write_figures):
    with pytest.raises(KeyError, match='there is no figure scene.nobody in docs/figures.json'):
        write_figures.written('<!--=scene|nobody .1f-->3<!--=-->', {'scene': {'ms': 1.}})
    assert write_figures.written('<!--=scene|ms .1f-->3<!--=-->', {'scene': {'ms': 1.}}) == \
        '<!--=scene|ms .1f-->1.0<!--=-->'
    with pytest.raises(KeyError, match='no figures for the table load'):
        write_figures.written('<!--table load-->\n<!--end of table-->', {})


def test_links_lead_somewhere(write_figures):
    lost = []
    for path in write_figures.documents() + [os.path.join(ROOT, 'CONTRIBUTING.md')]:
        for link in re.findall(r'\]\(([^)#\s]+)', read(path)):
            target = os.path.join(os.path.dirname(path), link)
            if not re.match('[a-z]+:', link) and not os.path.exists(target):
                lost.append('{}: {}'.format(os.path.relpath(path, ROOT), link))
    assert not lost
