"""What is counted and timed, and how it is judged."""
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from openpose_ros.ros.node.diagnostics import (ERROR, OK, WARN,  # noqa: E402
                                               Health, Thresholds, build,
                                               judge)
from openpose_ros.ros.node.statistics import Snapshot, Statistics  # noqa: E402

THRESHOLDS = Thresholds(max_image_age=2., max_latency=1., min_depth_paired=.5)
HEALTHY = Health(state='active', received=10, dropped=1, busy=.1, image_age=.1, publishers=1,
                 problems=(), described={'model': 'a_model'})


def snapshot(**changes):
    return Snapshot(counts={'processed': 9}, seconds={'latency': (.1, .2)}, people=2,
                    error='')._replace(**changes)


@pytest.mark.parametrize('health, seen, recent, level, said', [
    (HEALTHY, snapshot(), {'processed': 9}, OK, 'looking at images'),
    (HEALTHY._replace(state='inactive', image_age=None), snapshot(), {}, OK, 'inactive'),
    (HEALTHY._replace(state='paused', image_age=9.), snapshot(), {}, OK, 'paused'),
    (HEALTHY._replace(image_age=None, publishers=0), snapshot(), {}, ERROR, 'nobody publishes'),
    (HEALTHY._replace(image_age=2.1), snapshot(), {}, ERROR, 'although there is a publisher'),
    (HEALTHY._replace(image_age=None, problems=('/a is of type B',)), snapshot(), {}, ERROR,
     '/a is of type B'),
    (HEALTHY._replace(problems=('no camera_info comes on /c',)), snapshot(), {'processed': 9}, WARN,
     'no camera_info comes on /c'),
    (HEALTHY, snapshot(), {'processed': 1, 'camera_info_foreign': 1}, WARN, 'another frame'),
    (HEALTHY, snapshot(error='bad step'), {'processed': 3, 'failed': 1}, WARN, 'bad step'),
    (HEALTHY._replace(busy=2.1), snapshot(), {'received': 30}, ERROR, 'in work for 2.1 s'),
    (HEALTHY, snapshot(), {'received': 30}, WARN, 'of 30 images none has been finished'),
    (HEALTHY, snapshot(), {'received': 30, 'unheard': 30}, OK, 'looking at images'),
    (HEALTHY, snapshot(error='~/markers: no'), {'processed': 3, 'outputs_failed': 3}, WARN,
     'an output cannot be published: ~/markers: no'),
    (HEALTHY, snapshot(error='bad step'), {'failed': 4}, ERROR, 'bad step'),
    (HEALTHY, snapshot(seconds={'latency': (.2, 1.1)}), {'processed': 1}, WARN, 'latency of 1.10'),
    (HEALTHY, snapshot(seconds={'latency': (-9., -8.)}), {'processed': 1, 'stamp_ahead': 1}, WARN,
     'ahead of the clock'),
    (HEALTHY, snapshot(), {'processed': 1, 'camera_info_invalid': 1}, WARN, 'camera_info'),
    (HEALTHY, snapshot(), {'processed': 1, 'transform_missing': 1}, WARN, 'TF'),
    (HEALTHY, snapshot(), {'depth_paired': 2, 'depth_unpaired': 3}, WARN, '3 of the last 5'),
    (HEALTHY, snapshot(), {'depth_paired': 1, 'depth_unusable': 2}, WARN, '2 of the last 3'),
    (HEALTHY, snapshot(), {'depth_paired': 3, 'depth_unpaired': 3}, OK, 'looking at images')])
def test_what_is_wrong_is_said(health, seen, recent, level, said):
    found, message = judge(health, seen, recent, THRESHOLDS)
    assert found == level
    assert said in message


def test_no_warning_hides_another():
    level, message = judge(HEALTHY, snapshot(seconds={'latency': (.2, 1.1)}),
                           {'processed': 1, 'camera_info_invalid': 1}, THRESHOLDS)
    assert level == WARN
    assert 'latency' in message and 'camera_info' in message


def test_everything_is_told():
    statistics = Statistics()
    for latency in range(1, 101):
        statistics.processed(3, {'network': .08, 'decoding': .001, 'latency': latency * .01})
    statistics.paired(-.02)
    statistics.count('depth_unpaired')
    statistics.failed('an image was bad')
    counted = statistics.snapshot()
    status = build(HEALTHY, counted, {'received': 20, 'processed': 10}, 2., THRESHOLDS)
    values = {pair.key: pair.value for pair in status.values}
    assert values['model'] == 'a_model'
    assert values['state'] == 'active'
    assert (values['images in'], values['images processed'], values['images dropped'],
            values['images failed']) == ('10', '100', '1', '1')
    assert (values['rate in (Hz)'], values['rate processed (Hz)']) == ('10.0', '5.0')
    assert values['people'] == '3'
    assert float(values['latency median (ms)']) == pytest.approx(505., abs=6.)
    assert float(values['latency 95 % (ms)']) == pytest.approx(955., abs=6.)
    assert values['network median (ms)'] == '80.0'
    assert values['depth skew median (ms)'] == '20.0'
    assert (values['depth paired'], values['depth unpaired']) == ('1', '1')
    assert values['last error'] == 'an image was bad'


def test_only_the_last_images_are_timed():
    statistics = Statistics()
    for seconds in [9.] * 100 + [1.] * 100:
        statistics.processed(0, {'network': seconds})
    assert statistics.snapshot().seconds['network'] == (1., 1.)


def test_nothing_is_known_at_the_start():
    assert Statistics().snapshot() == Snapshot({}, {}, 0, '')
    values = {pair.key for pair in build(HEALTHY, Statistics().snapshot(), {}, None,
                                         THRESHOLDS).values}
    assert 'rate in (Hz)' not in values and 'last error' not in values


def test_the_looks_and_what_they_cost_are_there():
    statistics = Statistics()
    statistics.looked(['whole'], 180000)
    statistics.looked(['crop', 'crop', 'tile'], 100000)
    counts = statistics.snapshot().counts
    values = {pair.key: pair.value for pair in build(
        HEALTHY, statistics.snapshot(), counts, 1., THRESHOLDS).values}
    assert (values['looks, whole'], values['looks, crop'], values['looks, tile']) == ('1', '2', '1')
    assert values['network pixels per image'] == '140000'
