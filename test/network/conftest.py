"""What the network's tests share: a small graph of our own, and the real weights where they are."""
import importlib
import os
import sys

import data
import pytest

from openpose_ros.network import subprocess_call
from openpose_ros.network.errors import ModelError
from openpose_ros.network.models import catalogue, fetch

sys.path.insert(0, os.path.dirname(__file__))   # lets the tests import make_openpose_coco.py


@pytest.fixture(scope='session')
def small_graph_file(tmp_path_factory):
    """The article's network with few channels and random weights, as a file."""
    from make_openpose_coco import make_openpose_coco
    path = str(tmp_path_factory.mktemp('graph') / 'small.pb')
    make_openpose_coco(path, share=1. / 32.)
    return path


@pytest.fixture
def small_graph(small_graph_file, tmp_path):
    """A copy of it in a folder of its own."""
    path = tmp_path / 'small.pb'
    with open(small_graph_file, 'rb') as file:
        path.write_bytes(file.read())
    return str(path)


def real_graph(name, folder):
    """A copy of a catalogue model's graph in `folder`; skips where it cannot be had."""
    source = os.path.join(data.FOLDER, 'weights', name + '_graph_opt.pb')
    if not os.path.exists(source):
        try:
            source = fetch.fetch(catalogue.find(name))
        except ModelError as error:
            pytest.skip('no weights: {}'.format(error))
    path = os.path.join(str(folder), name + '.pb')
    with open(source, 'rb') as file, open(path, 'wb') as copy:
        copy.write(file.read())
    return path


@pytest.fixture(scope='session')
def thin(tmp_path_factory):
    """mobilenet_thin, by path."""
    return real_graph('mobilenet_thin', tmp_path_factory.mktemp('thin'))


@pytest.fixture(scope='session')
def v2_small(tmp_path_factory):
    """mobilenet_v2_small, by path; its batch norms take the image's own statistics."""
    return real_graph('mobilenet_v2_small', tmp_path_factory.mktemp('v2'))


@pytest.fixture(autouse=True)
def called_here(monkeypatch, request):
    """What is called in a process of its own is called here: TensorFlow is loaded already.

    Tests that take the fixture `apart` do as users do.
    """
    def call(title, function, model, *arguments):
        module, name = function.split(':')
        return getattr(importlib.import_module(module), name)(model, *arguments)
    if 'apart' not in request.fixturenames:
        monkeypatch.setattr(subprocess_call, 'call', call)


@pytest.fixture(name='apart')
def really_apart():
    """Lets a test use processes of their own."""
    return subprocess_call
