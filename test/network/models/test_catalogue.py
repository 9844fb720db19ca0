"""The models as data."""
import re

import pytest

from openpose_ros.network.errors import ModelError
from openpose_ros.network.models import catalogue

FILES = [(source, file) for model in catalogue.MODELS for source in model.sources
         for file in source.files]


def test_names_are_unique_and_hold_the_default():
    names = [model.name for model in catalogue.MODELS]
    assert len(set(names)) == len(names) and catalogue.DEFAULT in names


def test_the_default_has_a_checksum_everywhere():
    for source in catalogue.find(catalogue.DEFAULT).sources:
        assert all(file.sha256 for file in source.files)


@pytest.mark.parametrize('source, file', FILES)
def test_what_is_fetched_cannot_change_unseen(source, file):
    assert file.sha256 is None or re.match('[0-9a-f]{64}$', file.sha256)
    if source.requirement:
        assert '==' in source.requirement
    elif 'github' in file.place:
        assert re.search('/[0-9a-f]{40}/', file.place), 'not pinned at a commit'
    assert source.requirement or file.place.startswith('https://')


def test_all_sources_of_a_model_have_the_same_files():
    for model in catalogue.MODELS:
        assert len({tuple(file.name for file in source.files) for source in model.sources}) <= 1


def test_each_model_names_its_tensors():
    for model in catalogue.MODELS:
        assert model.input and len(model.outputs) in (1, 2)


def test_a_path_is_a_model():
    model = catalogue.find('somewhere/mine.pb')
    assert model.name == 'mine' and model.graph.endswith('/somewhere/mine.pb')
    assert model.input is None and model.outputs == () and model.pixels is None


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ModelError, match='mobilenet_thin.*openpose_coco'):
        catalogue.find('mobilenet')


@pytest.mark.parametrize('name, said', [
    ('folder/saved_model.pb', 'is a SavedModel'), ('net.tflite', 'is a TFLite model'),
    ('net.ONNX', 'is an ONNX model'), ('net.xml', 'openpose models import'),
    ('net.caffemodel', 'openpose models import'), ('net.pth', 'PyTorch')])
def test_other_kinds_of_files_are_told_and_what_to_do(name, said):
    with pytest.raises(ModelError, match=said):
        catalogue.find(name)


def test_endings_in_capitals_and_tensors_by_name():
    model = catalogue.find('net.PB', 'image:0,heat:0,field:0')
    assert model.name == 'net' and model.input == 'image:0' and model.outputs == ('heat:0',
                                                                                 'field:0')
    with pytest.raises(ModelError, match='IN,HEATMAPS,PAFS'):
        catalogue.find('net.pb', 'image:0')
