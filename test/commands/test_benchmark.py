"""The benchmark command: what it counts, what it writes, and what it refuses before long work."""
import json
import os

import cv2
import data
import numpy as np
import pytest

from openpose_ros import cli, proportions
from openpose_ros.body import COCO
from openpose_ros.commands import benchmark, evaluate, ranges, tables
from openpose_ros.network.models.catalogue import Model
from openpose_ros.network.network import Maps, Network
from openpose_ros.people import people_in_image
from openpose_ros.perception import Perceived, Settings
from openpose_ros.scene import UP, Camera


class Backend:
    """A network that sees nobody."""

    description = 'made'

    def infer(self, image):
        """Maps of zeros."""
        height, width = image.shape[0] // 8, image.shape[1] // 8
        return np.zeros((height, width, 19), np.float32), np.zeros((height, width, 38), np.float32)


@pytest.fixture
def networks(monkeypatch):
    """Every model is there and sees nobody."""
    monkeypatch.setattr(benchmark.network, 'load', lambda model, *_, **__: Network(
        Model(name=model), Backend()))


def label(height=200., scale=1., at=(100., 50.)):
    """A person who stands, as COCO labels them; shoulders to hips are 0.26 of the height."""
    keypoints = np.zeros((17, 3))
    keypoints[:, 2] = 2.
    for part, name in enumerate(evaluate.COCO_DATASET_PARTS):
        low = {'shoulder': .18, 'elbow': .3, 'wrist': .45, 'hip': .44, 'knee': .7,
               'ankle': .95}.get(name.split('_')[-1], .08)
        side = {'left': .1, 'right': -.1}.get(name.split('_')[0], 0.)
        keypoints[part, :2] = at[0] + side * height, at[1] + low * height
    return {'keypoints': keypoints.ravel().tolist(), 'num_keypoints': 17, 'iscrowd': 0,
            'bbox': [at[0] - .1 * height, at[1], .2 * height, height], 'area': .12 * height ** 2}


class Truth:
    """One image with these labels, as pycocotools gives them."""

    def __init__(self, labels):
        self.imgs = {1: {'id': 1, 'file_name': 'grey.png'}}
        self.imgToAnns = {1: labels}


class Seer:
    """Finds the people of these labels where `shrunk` puts them, `error` px to the right."""

    settings = Settings(height=240)

    def __init__(self, labels, error=0.):
        self.labels, self.error, self.looks = labels, error, 0

    def perceive(self, image):
        factor = ranges.SHRUNK[self.looks % len(ranges.SHRUNK)]
        self.looks += 1
        keypoints = np.zeros((len(self.labels), 18, 3), np.float32)
        keypoints[..., :2] = np.nan
        for person, one in zip(keypoints, self.labels):
            places = np.reshape(one['keypoints'], (17, 3))
            for name, (x, y, _) in zip(evaluate.COCO_DATASET_PARTS, places):
                person[COCO.parts.index(name)] = ((x + .5) * factor - .5 + self.error * factor,
                                                  (y + .5) * factor - .5, .9)
        people = people_in_image(keypoints)
        return Perceived(people, people, None, np.array(UP), None, image.shape[1::-1], {})


@pytest.fixture
def folder(tmp_path):
    cv2.imwrite(str(tmp_path / 'grey.png'), np.full((480, 640, 3), 128, np.uint8))
    return str(tmp_path)


def test_everyone_found_where_they_are(folder):
    pytest.importorskip('pycocotools')
    labels = [label(200.), label(300., at=(400., 100.))]
    sightings = ranges.look(Seer(labels, error=4.), Truth(labels), folder)
    assert len(sightings) == 2 * len(ranges.SHRUNK) and all(seen.found for seen in sightings)
    # 240 rows of the network's input show 480 of the image.
    assert sorted(seen.height for seen in sightings) == pytest.approx(
        sorted(height * factor / 2. for height in (200., 300.) for factor in ranges.SHRUNK))
    for seen in sightings[::2]:
        assert seen.error == pytest.approx(4. / 200., rel=1e-3)


def test_nobody_is_found_twice_or_where_they_are_not(folder):
    pytest.importorskip('pycocotools')
    near, other = label(200.), label(200., at=(450., 50.))
    # One detection for two labels, then a detection of somebody else only.
    found = [seen.found for seen in ranges.look(Seer([near]), Truth([near, near]), folder)]
    assert sum(found) == len(ranges.SHRUNK)
    sightings = ranges.look(Seer([other]), Truth([near]), folder)
    assert not any(seen.found for seen in sightings)
    assert all(np.isnan(seen.error) for seen in sightings)


def test_crowds_and_people_with_few_labels_do_not_count(folder):
    pytest.importorskip('pycocotools')
    labels = [dict(label(), iscrowd=1), dict(label(), num_keypoints=ranges.MIN_LABELS - 1)]
    assert ranges.look(Seer([]), Truth(labels), folder) == []


def test_the_height_of_one_who_is_cut_off_or_whose_hips_are_not_labelled():
    whole, cut = label(200.), label(200.)
    cut['bbox'][3] = 110.
    expected = 200. * .26 * ranges.STATURE / proportions.TORSO.mean
    assert ranges.standing_height(cut) == pytest.approx(expected)
    keypoints = np.reshape(whole['keypoints'], (17, 3))
    keypoints[[11, 12]] = 0.
    assert np.isnan(ranges.standing_height(dict(whole, keypoints=keypoints.ravel().tolist())))


def test_a_shrunk_image_keeps_its_size_and_its_people_where_the_labels_go():
    image = np.zeros((480, 640, 3), np.uint8)
    image[100:140, 200:240] = 255
    small = ranges.shrunk(image, .5)
    assert small.shape == image.shape
    rows, columns = np.nonzero(small[..., 0] == 255)
    centre = (np.array((119.5, 219.5)) + .5) * .5 - .5
    assert (rows.mean(), columns.mean()) == pytest.approx(tuple(centre))
    assert (small[300:] == 128).all()
    assert ranges.shrunk(image, 1.) is image


def rows_of(*shares):
    return [{'from_px': low, 'to_px': high, 'share': share}
            for low, high, share in zip(ranges.EDGES, ranges.EDGES[1:], shares)]


def test_from_which_height_people_are_found():
    middles = [np.sqrt(low * high) for low, high in zip(ranges.EDGES, ranges.EDGES[1:])]
    assert ranges.min_height(rows_of(0., .2, .8, .9), .5) == pytest.approx(
        np.sqrt(middles[1] * middles[2]))
    # A chance find among the small does not count.
    assert ranges.min_height(rows_of(.9, .2, .8), .5) == pytest.approx(
        np.sqrt(middles[1] * middles[2]))
    assert ranges.min_height(rows_of(.8, .9), .5) == pytest.approx(middles[0])
    assert ranges.min_height(rows_of(.8, .4), .5) is None


def test_bins_count_everyone_once():
    sightings = [ranges.Sighting(height, height > 40., .02 if height > 40. else np.nan)
                 for height in np.linspace(13., 380., 100)]
    rows = ranges.binned(sightings)
    assert sum(row['people'] for row in rows) == 100
    assert rows[0]['share'] == 0. and rows[0]['error'] is None
    assert rows[-1]['share'] == 1. and rows[-1]['error'] == .02


def test_distance_is_where_the_camera_sees_that_height():
    camera = Camera.from_field_of_view(640, 480, 60.)
    away = ranges.distance(camera, 240, 60.)   # 120 px of the camera's own
    top, bottom = camera.project(np.array(((0., -.85, away), (0., .85, away))))
    assert bottom[1] - top[1] == pytest.approx(120.)


def test_times_of_every_case_against_the_first(networks, tmp_path, capsys):
    out = str(tmp_path / 'out.json')
    assert cli.main(['benchmark', '--models', 'a,b', '--heights', '64,96', '--backends',
                     'tflite,tensorflow', '--rounds', '1', '--json', out]) == 0
    with open(out) as file:
        rows = json.load(file)
    assert [(row['model'], row['height'], row['backend']) for row in rows] == [
        (model, height, backend) for model in 'ab' for height in (64, 96)
        for backend in ('tflite', 'tensorflow')]
    assert rows[0]['ratio'] == 1. and all(row['ms'] >= row['network_ms'] >= 0. for row in rows)
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith('| ') for line in lines) == 2 + len(rows)


def test_both_precisions_are_compared_where_there_are_both(networks, tmp_path, capsys):
    out = str(tmp_path / 'out.json')
    assert cli.main(['benchmark', '--heights', '64', '--backends', 'tflite,tensorflow',
                     '--precisions', 'float,int8', '--rounds', '1', '--json', out]) == 0
    with open(out) as file:
        assert [(row['precision'], row['backend']) for row in json.load(file)] == [
            ('float', 'tflite'), ('float', 'tensorflow'), ('int8', 'tflite')]
    assert cli.main(['benchmark', '--backends', 'tensorflow', '--precisions', 'int8']) == 2
    assert 'int8 runs in TFLite only' in capsys.readouterr().err


def test_accuracy_of_those_who_see_nobody_is_zero(networks, tmp_path, folder):
    pytest.importorskip('pycocotools')
    pytest.importorskip('matplotlib')
    annotations = tmp_path / 'labels.json'
    annotations.write_text(json.dumps({
        'images': [{'id': 1, 'file_name': 'grey.png', 'width': 640, 'height': 480}],
        'categories': [{'id': 1, 'name': 'person'}],
        'annotations': [dict(label(), id=1, image_id=1, category_id=1)]}))
    for option, plot in (('--accuracy', 'a.png'), ('--range', 'r.png')):
        out, drawn = str(tmp_path / 'out.json'), str(tmp_path / plot)
        assert cli.main(['benchmark', option, str(annotations), folder, '--models', 'a,b',
                         '--heights', '64', '--rounds', '1', '--json', out, '--plot', drawn]) == 0
        with open(out) as file:
            rows = json.load(file)
        if option == '--accuracy':
            assert [row['way'] for row in rows] == 2 * list(benchmark.WAYS)
            assert all(row['AP'] == row['AR'] == 0. for row in rows)
        else:
            assert all(row['share'] == 0. for row in rows)
            # 200 px of 480 rows are 27 of 64; a quarter of that is less than the least of EDGES.
            assert [row['people'] for row in rows if row['model'] == 'a'] == [1, 1]
        assert cv2.imread(drawn) is not None
    drawn = str(tmp_path / 'not each backend has each precision.png')
    assert cli.main(['benchmark', '--accuracy', str(annotations), folder, '--heights', '64',
                     '--rounds', '1', '--backends', 'tflite,tensorflow', '--precisions',
                     'float,int8', '--plot', drawn]) == 0
    assert cv2.imread(drawn) is not None


@pytest.mark.parametrize('arguments, words', (
    (('--json', 'no/such/folder/out.json'), 'no/such/folder'),
    (('--plot', 'no/such/folder/out.png'), 'no/such/folder'),
    (('--plot', 'out.docx'), '.png'),
    (('none.jpg',), 'none.jpg'),
    (('--accuracy', 'none.json', '.'), 'none.json'),
    (('--range', 'none.json', '.'), 'none.json'),
    (('--models', 'resnet'), 'resnet')))
def test_what_cannot_be_done_is_refused_before_any_work(capsys, monkeypatch, arguments, words):
    if words == 'none.json':
        pytest.importorskip('pycocotools')
    if arguments[0] == '--plot':
        pytest.importorskip('matplotlib')
    monkeypatch.setattr(benchmark, 'times', lambda *_: pytest.fail('began to measure'))
    assert cli.main(['benchmark'] + list(arguments)) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1 and said[0].startswith('openpose benchmark: ') and words in said[0]


def test_a_plot_without_matplotlib_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'matplotlib', None)
    assert cli.main(['benchmark', '--plot', 'out.png']) == 2
    assert 'openpose-ros[benchmark]' in capsys.readouterr().err
    assert not os.path.exists('out.png')


def test_a_table_is_markdown(capsys):
    tables.print_table('', ['model', 'AP'], [['thin', .3], ['lightweight', .47]])
    assert capsys.readouterr().out.splitlines() == [
        '| model       |   AP |', '| ----------- | ---: |', '| thin        |  0.3 |',
        '| lightweight | 0.47 |']


def test_people_of_real_images_are_found_from_some_height_on():
    """The network finds most of those who are large, and hardly anyone of 15 px."""
    pytest.importorskip('pycocotools')
    from openpose_ros.network import ModelError, load
    from openpose_ros.perception import Perception
    try:
        loaded = load('mobilenet_thin')
    except ModelError as error:
        pytest.skip('the network is not here: {}'.format(error))
    truth = evaluate.read_annotations(data.path('coco_val', 'keypoints.json'))
    chosen = sorted(truth.imgs)[:12]
    truth.imgs = {key: truth.imgs[key] for key in chosen}
    rows = ranges.binned(ranges.look(Perception(loaded, Settings(height=256)), truth,
                                     data.path('coco_val', 'images')))
    share = {low: [row['share'] * row['people'] for row in rows if low <= row['from_px'] < high]
             for low, high in ((0, 30), (96, 1000))}
    people = {low: sum(row['people'] for row in rows if low <= row['from_px'] < high)
              for low, high in ((0, 30), (96, 1000))}
    assert sum(share[96]) > .5 * people[96] and sum(share[0]) < .2 * people[0]


def test_looking_closer_is_compared_at_the_same_cost():
    ways = ranges.ways_of(368, True)
    assert list(ways) == ['', ', closer'] and list(ranges.ways_of(368, False)) == ['']
    closer = ways[', closer']
    assert closer.looks.mode == 'closer' and closer.looks.crops.shapes[1] == (258, 258)
    assert closer.looks.budget == 0 and closer.height == 368   # 0: that of one look


def test_whoever_is_found_in_half_of_the_images_is_found():
    there, missing = ranges.Sighting(50., True, .02), ranges.Sighting(50., False, np.nan)
    assert ranges.judged([there, there._replace(error=.04), missing, missing]) == pytest.approx(
        (50., True, .03))
    found = ranges.judged([there, missing, missing])
    assert not found.found and np.isnan(found.error)


class Counting:
    """A network that finds nobody and counts how often it is run."""

    batches = False

    class model:
        body, stride = COCO, 8

    def __init__(self):
        self.runs = []

    def resized(self, image, height, width):
        return image

    def infer(self, image, height, width):
        self.runs.append((width, height))
        return Maps(np.zeros((height // 8, width // 8, 19), np.float32),
                    np.zeros((height // 8, width // 8, 38), np.float32), 0.)


def test_a_still_scene_is_watched_without_looking_twice_at_the_same_part():
    loaded = Counting()
    image = np.random.RandomState(0).randint(0, 256, (480, 640, 3)).astype(np.uint8)
    seen = ranges.watch(loaded, ranges.ways_of(368, True)[', closer'], image)
    assert len(seen) == ranges.JUDGED and not any(each.people.count for each in seen)
    assert len(loaded.runs) == 1 + 9     # the whole image, and the tiles of a scan
