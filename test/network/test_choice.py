"""Which model runs where none is named."""
import os
import shutil

import pytest

from openpose_ros import network
from openpose_ros.network import choice
from openpose_ros.network.backends import speed
from openpose_ros.network.models import catalogue, fetch


@pytest.fixture
def folder(tmp_path, thin):
    """A folder of models with the default alone."""
    path = fetch.graph_path(catalogue.find(catalogue.DEFAULT), str(tmp_path))
    os.makedirs(os.path.dirname(path))
    shutil.copy(thin, path)
    return str(tmp_path)


@pytest.fixture
def both(folder, small_graph):
    """The same with a graph in the better one's place."""
    path = fetch.graph_path(catalogue.find(catalogue.BETTER), folder)
    os.makedirs(os.path.dirname(path))
    shutil.copy(small_graph, path)
    return folder


def test_the_better_one_is_not_here(folder):
    model, note = choice.choose(folder)
    assert model.name == catalogue.DEFAULT
    assert 'openpose models fetch lightweight_openpose' in note and '\n' not in note


@pytest.mark.parametrize('in_int8, chosen, said', [
    (.9, catalogue.BETTER, ''), (1.5, catalogue.DEFAULT, 'takes 1.5 times as long on this CPU')])
def test_the_better_one_is_taken_where_it_costs_no_more(both, monkeypatch, in_int8, chosen, said):
    pytest.importorskip('ai_edge_litert', reason='eight bits are fast in LiteRT only')
    seconds = {catalogue.BETTER: {speed.TFLITE: 3., speed.INT8: in_int8},
               catalogue.DEFAULT: {speed.TFLITE: 1., speed.TENSORFLOW: 2.}}
    monkeypatch.setattr(speed, 'seconds',
                        lambda path, sha256, model, *more: seconds[model.name])
    model, note = choice.choose(both)
    assert model.name == chosen and said in note
    assert choice.choose(both, may_be_int8=False) == (catalogue.find(catalogue.DEFAULT), '')


def test_a_better_one_that_is_damaged_is_said_so(both):
    path = fetch.graph_path(catalogue.find(catalogue.BETTER), both)
    with open(path, 'wb') as file:
        file.write(b'no graph')
    model, note = choice.choose(both)
    assert model.name == catalogue.DEFAULT and 'not compared' in note


def test_auto_is_loaded_and_says_why(folder):
    loaded = network.load('auto', 'tflite', model_dir=folder)
    assert loaded.model.name == catalogue.DEFAULT
    assert 'is not here' in loaded.description
    exact = network.load('auto', 'tflite', model_dir=folder, precision='float')
    assert exact.model.name == catalogue.DEFAULT and 'is not here' not in exact.description
