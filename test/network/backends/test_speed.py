"""Which way of running is taken on a CPU, and where converted files are kept."""
import json
import os

import numpy as np
import pytest
from interpreters import needs_interpreter

from openpose_ros import network
from openpose_ros.network import network as network_module
from openpose_ros.network import ranges, subprocess_call
from openpose_ros.network.backends import speed, tflite
from openpose_ros.network.graphs.calibrate import calibrate
from openpose_ros.network.models import catalogue

IMAGE = np.random.RandomState(0).randint(0, 256, (120, 160, 3)).astype(np.uint8)


@needs_interpreter
@pytest.mark.parametrize('seconds, chosen', [
    ({'tensorflow': .5, 'tflite': 1.}, 'TensorFlow'), ({'tensorflow': 1., 'tflite': 1.}, 'TFLite'),
    ({'tensorflow': .95, 'tflite': 1.}, 'TFLite'), ({'tensorflow': 2., 'tflite': 1.}, 'TFLite')])
def test_auto_takes_the_faster_on_a_cpu(small_graph, monkeypatch, seconds, chosen):
    call = subprocess_call.call
    monkeypatch.setattr(subprocess_call, 'call', lambda title, function, *args: (
        seconds if function.endswith(':measure') else call(title, function, *args)))
    monkeypatch.setattr(network_module, 'gpu_may_be_here', lambda: False)
    assert network.load(small_graph).description.startswith('small: ' + chosen)


@needs_interpreter
@pytest.mark.parametrize('seconds, precision, said', [
    ({'tensorflow': .5, 'tflite': 1., 'int8': .3}, 'auto', 'int8) on CPU'),
    ({'tensorflow': 1., 'tflite': 1., 'int8': .95}, 'auto', 'int8 is not clearly faster here'),
    ({'tensorflow': .5, 'tflite': 1., 'int8': .95}, 'auto', 'faster here than TFLite'),
    ({'tensorflow': .5, 'tflite': 1.}, 'float', 'faster here than TFLite')])
def test_auto_takes_eight_bits_where_they_are_faster(small_graph, monkeypatch, seconds, precision,
                                                     said):
    entry = catalogue.from_file(small_graph)
    known = calibrate(entry, small_graph, [IMAGE[:64, :96]])
    ranges.write(ranges.beside(small_graph), known)
    call = subprocess_call.call
    monkeypatch.setattr(subprocess_call, 'call', lambda title, function, *args: (
        dict(seconds) if function.endswith(':measure') else call(title, function, *args)))
    monkeypatch.setattr(network_module, 'gpu_may_be_here', lambda: False)
    entry = entry._replace(float32=catalogue.Figures(.5, 1.), int8=catalogue.Figures(.495, .3))
    assert said in network.load(entry, precision=precision).description
    # Eight bits that lose more, or of which nobody has measured what they lose, are not.
    entry = entry._replace(int8=catalogue.Figures(.4, .3))
    assert 'int8' not in network.load(entry).description
    assert 'int8' not in network.load(small_graph).description


def test_a_folder_that_cannot_be_written_to(small_graph, monkeypatch, tmp_path):
    """The converted file goes into the folder of all models, or a temporary one; it is said."""
    monkeypatch.setenv('OPENPOSE_MODEL_DIR', str(tmp_path / 'models'))
    (tmp_path / 'temporary').mkdir()
    monkeypatch.setattr(tflite.tempfile, 'gettempdir', lambda: str(tmp_path / 'temporary'))
    closed = []
    writable = tflite._is_writable
    monkeypatch.setattr(tflite, '_is_writable', lambda folder: (
        not any(folder.startswith(one) for one in closed) and writable(folder)))
    (tmp_path / 'sub').mkdir()
    graph = tmp_path / 'sub' / 'small.pb'
    graph.write_bytes(open(small_graph, 'rb').read())
    closed[:] = [str(graph.parent)]
    assert str(tmp_path / 'models') in network.load(str(graph), 'tflite').description
    for file in (tmp_path / 'models').rglob('*.tflite*'):
        file.unlink()
    closed.append(str(tmp_path / 'models'))
    assert str(tmp_path / 'temporary') in network.load(str(graph), 'tflite').description
    monkeypatch.setattr(subprocess_call, 'call', lambda *args: pytest.fail('converted again'))
    network.load(str(graph), 'tflite')


def test_a_temporary_folder_that_others_may_write_to_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setattr(tflite.tempfile, 'gettempdir', lambda: str(tmp_path))
    entry = catalogue.find('mobilenet_thin')
    ours = tmp_path / 'openpose_ros-{}'.format(os.getuid())
    assert len(tflite._folders('/models/graph.pb', entry)) == 3
    ours.mkdir()
    assert len(tflite._folders('/models/graph.pb', entry)) == 3
    ours.chmod(0o777)
    assert len(tflite._folders('/models/graph.pb', entry)) == 2


def test_the_measurement_is_kept(small_graph, monkeypatch):
    entry = catalogue.from_file(small_graph)
    monkeypatch.setattr(speed, 'SIZE', (64, 80))
    speed.fastest(small_graph, 'a', entry, 1)
    monkeypatch.setattr(subprocess_call, 'call', lambda *args: pytest.fail('measured again'))
    speed.fastest(small_graph, 'a', entry, 1)
    path, = [name for name in os.listdir(os.path.dirname(small_graph)) if name.endswith('.json')]
    with open(os.path.join(os.path.dirname(small_graph), path)) as file:
        assert set(json.load(file)) == {'tensorflow', 'tflite'}
