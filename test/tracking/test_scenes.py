"""Scripted people with ground truth: nobody changes their number."""
import numpy as np
import pytest
import scenes
from tracking_score import score

from openpose_ros.tracking import Tracker

PERFECT = scenes.Detector(misses=0., false_people=0., keypoint_noise=0.5, position_noise=0.005,
                          facing_noise=(0.01, 0.01), facing_flips=(0., 0.))


@pytest.mark.parametrize('name', sorted(scenes.SCRIPTS))
def test_a_script_is_as_the_benchmark_asks(name):
    roles, duration = scenes.SCRIPTS[name]
    truth = scenes.act(roles, 15., duration)
    assert truth.longest_hidden <= 1.
    assert truth.present.any(axis=0).all()


@pytest.mark.parametrize('space', ['depth', 'monocular', 'none', 'flicker'])
def test_with_perfect_detections_everybody_keeps_one_id(space):
    for name in ('two cross', 'stop behind and turn back', 'sit down', 'walk up and away'):
        roles, duration = scenes.SCRIPTS[name]
        truth = scenes.act(roles, 15., duration)
        tracker, ids = Tracker(), set()
        for stamp, people in scenes.detect(truth, np.random.default_rng(1),
                                           PERFECT._replace(space=space)):
            ids |= set(tracker.update(people, stamp, (scenes.WIDTH, scenes.HEIGHT)).ids.tolist())
        assert ids == {1, 2}, name


@pytest.mark.parametrize('rate, least', [(15., 0.95), (5., 0.90)])
@pytest.mark.parametrize('space', ['depth', 'none'])
def test_with_misses_and_false_people_mota_and_idf1_are_high(rate, least, space):
    truths = [scenes.act(roles, rate, duration) for roles, duration in scenes.SCRIPTS.values()]
    truths.append(scenes.crowd(6, rate, 15., np.random.default_rng(3)))
    found = score(truths, scenes.Detector(space=space), seeds=2)
    assert found['mota'] >= least and found['idf1'] >= least - 0.02
    assert found['reused'] == 0
