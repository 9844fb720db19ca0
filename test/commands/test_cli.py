"""The command: what it writes, and the one line it says when it can't."""
import json
import os

import cv2
import data
import numpy as np
import pytest

from openpose_ros import cli, drawing
from openpose_ros.commands import common, evaluate

CAMERA_YAML = '''image_width: 640
image_height: 480
camera_name: test
camera_matrix: {rows: 3, cols: 3, data: [525., 0., 320., 0., 525., 240., 0., 0., 1.]}
distortion_model: plumb_bob
distortion_coefficients: {rows: 1, cols: 5, data: [0., 0., 0., 0., 0.]}
'''


@pytest.fixture(scope='module')
def model():
    """Name of the default model; skips where its file is neither here nor can be fetched."""
    from openpose_ros.network import ModelError, load
    try:
        load('mobilenet_thin')
    except ModelError as error:
        pytest.skip('the network is not here: {}'.format(error))
    return 'mobilenet_thin'


@pytest.fixture
def image(tmp_path):
    path = str(tmp_path / 'grey.png')
    cv2.imwrite(path, np.full((120, 160, 3), 128, np.uint8))
    return path


def refused(capsys, *arguments):
    """What the command says on standard error when it refuses, which is one line."""
    assert cli.main(list(arguments)) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1 and said[0].startswith('openpose {}: '.format(arguments[0]))
    return said[0]


def test_people_in_an_image(model, tmp_path):
    source = data.path('peer', 'images', 'ski.jpg')
    out, overlay = str(tmp_path / 'out.json'), str(tmp_path / 'overlay.png')
    assert cli.main(['image', source, '--json', out, '--overlay', overlay]) == 0
    with open(out) as file:
        results = json.load(file)
    assert results['model'] == model
    found, = results['images']
    original = cv2.imread(source)
    assert (found['height'], found['width']) == original.shape[:2] and found['seconds'] > 0.
    assert len(found['people']) >= 5
    for person in found['people']:
        assert set(person) == {'score', 'keypoints'} and 0. < person['score'] <= 1.
        assert len(person['keypoints']) == 18
        for x, y, score in person['keypoints']:
            assert (x is None) == (y is None) == (score == 0.)
            assert x is None or 0. <= x < found['width']
    assert cv2.imread(overlay).shape == original.shape
    assert np.abs(cv2.imread(overlay).astype(int) - original).max() > 100


def test_nobody_in_an_empty_image(model, image, tmp_path):
    out = str(tmp_path / 'out.json')
    assert cli.main(['image', image, '--json', out]) == 0
    with open(out) as file:
        assert json.load(file)['images'][0]['people'] == []


def test_people_in_space(model, tmp_path):
    folder = data.path('turning_person')
    camera, out, plan = (str(tmp_path / name) for name in ('camera.yaml', 'out.json', 'plan.png'))
    with open(camera, 'w') as file:
        file.write(CAMERA_YAML)
    assert cli.main(['image', os.path.join(folder, '0000000000.jpg'), '--depth',
                     os.path.join(folder, '0000000000_depth.png'), '--camera', camera, '--json',
                     out, '--plan', plan]) == 0
    with open(out) as file:
        person = json.load(file)['images'][0]['people'][0]
    assert person['facing_source'] == 'depth' and person['facing'][2] < -.9
    assert person['gaze'][2] < -.8
    assert len(person['points']) == 18 and person['points'][9] is None   # knees are out of view
    assert .5 < person['position'][2] < 1.5
    assert np.array(person['position_covariance']).shape == (3, 3)
    assert cv2.imread(plan) is not None


def test_several_images_go_into_a_folder(model, image, tmp_path):
    other = str(tmp_path / 'other.png')
    os.link(image, other)
    folder = tmp_path / 'drawn'
    folder.mkdir()
    assert cli.main(['image', image, other, '--overlay', str(folder)]) == 0
    assert sorted(os.listdir(str(folder))) == ['grey.png', 'other.png']


@pytest.fixture
def video(tmp_path):
    """Six frames of a real image shifted to the right."""
    source = cv2.resize(cv2.imread(data.path('peer', 'images', 'golf.jpg')), (320, 240))
    path = str(tmp_path / 'golf.mp4')
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*'mp4v'), 10., (320, 240))
    for shift in range(6):
        writer.write(np.roll(source, shift, axis=1))
    writer.release()
    return path


def test_a_person_in_a_video_keeps_their_id(model, video, tmp_path):
    out, overlay = str(tmp_path / 'out.json'), str(tmp_path / 'overlay.mp4')
    assert cli.main(['video', video, '--json', out, '--overlay', overlay, '--hfov', '60']) == 0
    with open(out) as file:
        frames = json.load(file)['images']
    assert len(frames) == 6
    ids = {person['id'] for frame in frames for person in frame['people']}
    assert len(ids) == 1
    assert 'velocity' in frames[-1]['people'][0]
    assert cv2.VideoCapture(overlay).get(cv2.CAP_PROP_FRAME_COUNT) == 6


def test_accuracy_on_labelled_images_is_no_less_than_promised(model, tmp_path):
    pytest.importorskip('pycocotools')
    out = str(tmp_path / 'figures.json')
    assert cli.main(['evaluate', data.path('coco_val', 'keypoints.json'),
                     data.path('coco_val', 'images'), '--json', out]) == 0
    with open(out) as file:
        figures = json.load(file)
    assert figures['AP'] >= .25 and figures['AR'] >= .28


def test_parts_are_given_to_coco_by_name():
    keypoints = np.zeros((18, 3), np.float32)
    keypoints[15] = 11., 12., .5   # our left eye is their second keypoint
    keypoints[14, :2] = np.nan
    written = np.array(evaluate.as_coco(keypoints)).reshape(17, 3)
    assert written[1].tolist() == [11., 12., 1.] and not written[2].any()


@pytest.mark.parametrize('content, words', (
    (None, 'No such file'), (b'', 'no image'), (b'GIF89a nonsense', 'no image'),
    (b'\xff\xd8\xff\xe0' + b'0' * 50, 'no image')))
def test_an_image_that_is_none(model, capsys, tmp_path, content, words):
    path = tmp_path / 'bad.jpg'
    if content is not None:
        path.write_bytes(content)
    out = tmp_path / 'out.json'
    assert words in refused(capsys, 'image', str(path), '--json', str(out))
    assert not out.exists() and not [name for name in os.listdir(str(tmp_path))
                                     if name.startswith('.out')]


@pytest.mark.parametrize('arguments, words', (
    (('--depth', 'depth.png'), 'need --camera or --hfov'),
    (('--plan', 'plan.png'), 'need --camera or --hfov'),
    (('--model', 'resnet'), 'resnet'),
    (('--model', 'missing.pb'), 'missing.pb'),
    (('--min-score', '2'), 'min_score'),
    (('--hfov', '400'), 'field of view'),
    (('--camera', 'none.yaml'), 'none.yaml'),
    (('--overlay', 'no/such/folder/out.png'), 'no/such/folder'),
    (('--overlay', 'out.docx'), 'out.docx'),
    (('--json', 'no/such/folder/out.json'), 'no/such/folder')))
def test_options_that_cannot_be_met(model, capsys, image, arguments, words):
    assert words in refused(capsys, 'image', image, *arguments)


def test_a_video_that_is_none(model, capsys, tmp_path, image):
    text = tmp_path / 'text.mp4'
    text.write_text('no video')
    overlay = tmp_path / 'overlay.mp4'
    assert 'no video' in refused(capsys, 'video', str(text), '--overlay', str(overlay))
    assert 'no such file' in refused(capsys, 'video', str(tmp_path / 'none.mp4'))
    assert not overlay.exists()


# ---- files of the user

@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """A working folder with the images a/1.png, b/1.png and c.png, and their bytes, {path: bytes}."""
    monkeypatch.chdir(str(tmp_path))
    for name in ('a', 'b', 'out'):
        (tmp_path / name).mkdir()
    made = {}
    for number, name in enumerate(('a/1.png', 'b/1.png', 'c.png')):
        image = np.random.RandomState(number).randint(0, 256, (120, 160, 3)).astype(np.uint8)
        cv2.imwrite(name, image)
        made[name] = (tmp_path / name).read_bytes()
    return made


@pytest.mark.parametrize('arguments, words', [
    (('c.png', '--overlay', 'c.png'), 'it is the input c.png'),
    (('c.png', '--overlay', '.'), 'it is the input c.png'),
    (('c.png', 'a/1.png', '--overlay', '.'), 'it is the input c.png'),
    (('c.png', '--json', './a/../c.png'), 'it is the input c.png'),
    (('a/1.png', 'b/1.png', '--overlay', 'out'), 'taken by the overlay of a/1.png'),
    (('a/1.png', '--overlay', 'out', '--plan', 'out', '--hfov', '60'),
     'taken by the overlay of a/1.png'),
    (('c.png', '--overlay', 'x.png', '--json', 'x.png'), 'taken by the results'),
    (('c.png', '--hfov', '60', '--depth', 'a/1.png', '--plan', 'a/1.png'), 'the input a/1.png')])
def test_no_output_replaces_an_input_or_another_output(capsys, in_folder, arguments, words):
    assert words in refused(capsys, 'image', *arguments)
    for name, content in in_folder.items():
        with open(name, 'rb') as file:
            assert file.read() == content
    assert not os.listdir('out') and sorted(os.listdir('.')) == ['a', 'b', 'c.png', 'out']


def test_a_video_is_not_replaced_by_its_overlay(capsys, video, tmp_path):
    before = os.path.getsize(video)
    os.symlink(video, str(tmp_path / 'link.mp4'))
    assert 'it is the input' in refused(capsys, 'video', video, '--overlay', video)
    assert 'it is the input' in refused(capsys, 'video', video, '--overlay',
                                        str(tmp_path / 'link.mp4'))
    assert 'taken by the results' in refused(capsys, 'video', video, '--overlay', 'x.mp4', '--json',
                                             'x.mp4')
    assert os.path.getsize(video) == before


def test_a_damaged_image_does_not_cost_the_results_of_the_others(model, capsys, in_folder):
    with open('bad.png', 'wb') as file:
        file.write(in_folder['c.png'][:300])
    said = refused(capsys, 'image', 'a/1.png', 'bad.png', 'c.png', '--json', 'out.json',
                   '--overlay', 'out')
    assert '1 of 3 images could not be used: bad.png' in said
    with open('out.json') as file:
        assert [entry['image'] for entry in json.load(file)['images']] == ['a/1.png', 'c.png']
    assert sorted(os.listdir('out')) == ['1.png', 'c.png']
    said = refused(capsys, 'image', 'bad.png', 'none.png', '--json', 'none.json')
    assert '2 of 2 images' in said and 'none.png' in said and not os.path.exists('none.json')


@pytest.mark.parametrize('done', [0, 3])
def test_what_was_done_is_kept_when_a_video_is_interrupted(model, monkeypatch, video, tmp_path,
                                                           done):
    write, count = drawing.overlay, []

    def interrupted(*arguments):
        count.append(1)
        if len(count) > done:
            raise KeyboardInterrupt
        return write(*arguments)

    monkeypatch.setattr(drawing, 'overlay', interrupted)
    out, overlay = str(tmp_path / 'out.json'), str(tmp_path / 'overlay.mp4')
    assert cli.main(['video', video, '--json', out, '--overlay', overlay]) == 130
    with open(out) as file:
        results = json.load(file)
    # What an image's people are is written before its overlay is.
    assert results['interrupted'] and len(results['images']) == done + 1
    assert os.path.exists(overlay) == (done > 0)
    assert not done or cv2.VideoCapture(overlay).get(cv2.CAP_PROP_FRAME_COUNT) == done
    assert not [name for name in os.listdir(str(tmp_path)) if name.startswith('.')]


def test_names_that_are_no_utf_8(model, capsys, video, tmp_path):
    folder = os.fsdecode(os.fsencode(str(tmp_path)) + b'/caf\xe9')
    os.mkdir(folder)
    image, out = os.path.join(folder, os.fsdecode(b'\xff.png')), os.path.join(folder, 'out.json')
    with open(image, 'wb') as file:
        file.write(cv2.imencode('.png', np.full((120, 160, 3), 9, np.uint8))[1].tobytes())
    overlay = os.path.join(folder, os.fsdecode(b'over\xfe.png'))
    assert cli.main(['image', image, '--overlay', overlay, '--json', out]) == 0
    with open(overlay, 'rb') as file:
        assert cv2.imdecode(np.frombuffer(file.read(), np.uint8), 1).shape == (120, 160, 3)
    moved, drawn = (os.path.join(folder, os.fsdecode(name)) for name in (b'\xe4.mp4', b'\xe5.mp4'))
    os.rename(video, moved)
    assert cli.main(['video', moved, '--overlay', drawn, '--json', out]) == 0
    with open(out) as file:
        assert len(json.load(file)['images']) == 6
    os.rename(drawn, video)
    assert cv2.VideoCapture(video).get(cv2.CAP_PROP_FRAME_COUNT) == 6
    capsys.readouterr()
    assert 'no image' in refused(capsys, 'image', moved)
    assert 'no such file' in refused(capsys, 'video', os.path.join(folder, 'none.mp4'))


# ---- cameras

def test_a_turned_and_mirrored_image_gives_the_same_people(model, tmp_path):
    source = cv2.imread(data.path('peer', 'images', 'golf.jpg'))
    found = []
    for image, options in ((source, ()), (cv2.rotate(source, cv2.ROTATE_90_COUNTERCLOCKWISE),
                                          ('--rotate', '90')),
                           (source[:, ::-1], ('--mirrored',))):
        path, out = str(tmp_path / 'image.png'), str(tmp_path / 'out.json')
        cv2.imwrite(path, image)
        assert cli.main(['image', path, '--json', out] + list(options)) == 0
        with open(out) as file:
            person, = json.load(file)['images'][0]['people']
        found.append(np.array(person['keypoints'], float))
    height, width = source.shape[:2]
    upright, turned, mirrored = found
    np.testing.assert_allclose(turned[:, 0], upright[:, 1], atol=2.)
    np.testing.assert_allclose(turned[:, 1], width - 1. - upright[:, 0], atol=2.)
    np.testing.assert_allclose(mirrored[:, 0], width - 1. - upright[:, 0], atol=2.)
    np.testing.assert_allclose(mirrored[:, 1:], upright[:, 1:], atol=.01)


def test_annotations_that_are_none(model, capsys, tmp_path):
    pytest.importorskip('pycocotools')
    text = tmp_path / 'text.json'
    text.write_text('{"images": []}')
    assert 'no COCO person annotations' in refused(capsys, 'evaluate', str(text), str(tmp_path))
    assert 'No such file' in refused(capsys, 'evaluate', str(tmp_path / 'none'), str(tmp_path))


@pytest.mark.parametrize('name', ['../a.jpg', '/dev/zero', 'b/../../a.jpg', 'a\nb.jpg'])
def test_annotations_that_lead_elsewhere(tmp_path, name):
    pytest.importorskip('pycocotools')
    path = tmp_path / 'annotations.json'
    path.write_text(json.dumps({'images': [{'id': 1, 'file_name': name}], 'annotations': [],
                                'categories': [{'id': 1, 'name': 'person'}]}))
    with pytest.raises(common.UserError, match='outside of'):
        evaluate.images_of(evaluate.read_annotations(str(path)), str(tmp_path))


def test_an_image_that_never_ends(capsys, model):
    assert 'it is no file' in refused(capsys, 'image', '/dev/zero')
