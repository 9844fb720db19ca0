"""The parameters: their declaration, config/openpose.yaml and docs/robot.md say the same."""
import importlib.util
import os

import pytest
import yaml

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from openpose_ros import approach, decoding, perception, tracking  # noqa: E402
from openpose_ros.ros.node import parameters  # noqa: E402
from openpose_ros.ros.outputs.approach_goal import \
    approach_settings  # noqa: E402

ROOT = os.path.join(os.path.dirname(__file__), '..', '..', '..')
HINT = 'run tools/with_ros.sh python docs/write_parameters.py'


@pytest.fixture(scope='module')
def writer():
    spec = importlib.util.spec_from_file_location(
        'write_parameters', os.path.join(ROOT, 'docs', 'write_parameters.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text(*path):
    with open(os.path.join(ROOT, *path), encoding='utf-8') as file:
        return file.read()


def defaults(**changes):
    value_of = {parameter.name: parameter.default for parameter in parameters.PARAMETERS}
    value_of.update({name.replace('__', '.'): value for name, value in changes.items()})
    return value_of


def test_the_config_file_is_that_of_the_declaration(writer):
    assert text('config', 'openpose.yaml') == writer.config(), HINT


def test_the_config_file_has_every_parameter_with_its_default_and_type():
    values = yaml.safe_load(text('config', 'openpose.yaml'))['/**']['ros__parameters']
    assert values == defaults()
    for name, value in values.items():
        assert type(value) is type(defaults()[name])


def test_the_table_of_the_documentation_is_that_of_the_declaration(writer):
    document = text('docs', 'robot.md')
    assert document == writer.document(document), HINT


def test_names_are_there_once_and_described():
    names = [parameter.name for parameter in parameters.PARAMETERS]
    assert len(set(names)) == len(names)
    for parameter in parameters.PARAMETERS:
        assert parameter.description
        if parameter.low is not None:
            assert parameter.low <= parameter.default <= parameter.high
        if parameter.choices:
            assert parameter.default in parameter.choices


def test_the_defaults_are_those_of_the_library():
    value_of = defaults()
    assert parameters.perception_settings(value_of) == perception.Settings()
    assert parameters.tracking_settings(value_of) == tracking.Settings()
    assert approach_settings(value_of) == approach.Settings()
    assert parameters.perception_settings(value_of).decoding == decoding.Settings()
    assert parameters.problems(value_of) == []


def test_in_a_target_frame_up_is_z():
    settings = parameters.tracking_settings(defaults(target_frame='map'))
    assert settings.up == (0., 0., 1.)


@pytest.mark.parametrize('changes, said', [
    ({'scales': []}, 'scales'), ({'scales': [1., -1.]}, 'scales'),
    ({'scales': [float('nan')]}, 'scales'), ({'device': 'tpu'}, 'device must be one of auto'),
    ({'approach__person': 'tallest'}, 'approach.person must be one of nearest, centred'),
    ({'decoding__upsampling': 3}, 'decoding.upsampling must be'),
    ({'id_prefix': 'a b'}, 'id_prefix must be letters'),
    ({'scales': [1.] * 65}, 'scales must be 1 to 64 numbers'),
    ({'model': 'a\nb.pb'}, 'model must be up to 500 characters that can be printed'),
    ({'device': 'x' * 1000}, 'device must be up to 500 characters'),
    ({'publish_hri': True}, 'publish_hri needs an id_prefix'),
    ({'publish_hri': True, 'id_prefix': '1a'}, 'publish_hri needs an id_prefix')])
def test_what_is_wrong_is_said_in_a_line(changes, said):
    wrong = parameters.problems(defaults(**changes))
    assert len(wrong) == 1
    assert said in wrong[0] and '\n' not in wrong[0]


def test_a_line_end_is_no_letter():
    assert any('id_prefix must be letters' in line
               for line in parameters.problems(defaults(id_prefix='left\n')))


def test_misspelt_ones_are_named_with_the_nearest_there_is(ros):
    node = ros.create_node('spells', cli_args=['--ros-args'] + [
        argument for given in ('decoding.min_part:=5', 'Flip:=true', 'zzz:=1', 'use_sim_time:=false',
                               'overlap:=off', 'threads:=1') for argument in ('-p', given)])
    assert parameters.declare(node) == {}
    line, = parameters.misspelt(node)
    assert 'decoding.min_part (is it decoding.min_parts?)' in line
    assert 'Flip (is it flip?)' in line and line.endswith('zzz')
    assert 'sim_time' not in line and 'threads' not in line
    assert parameters.values(node)['overlap'] == 'off'
    node.destroy_node()
    node = ros.create_node('spells_well')
    parameters.declare(node)
    assert parameters.misspelt(node) == []
    node.destroy_node()


def test_a_gpu_that_is_not_used_is_told_of(monkeypatch):
    for here, on_gpu, changes, told in (
            (True, False, {}, True), (False, False, {}, False), (True, True, {}, False),
            (True, False, {'device': 'cpu'}, False), (True, False, {'backend': 'tflite'}, False)):
        monkeypatch.setattr(parameters, 'gpu_may_be_here', lambda here=here: here)
        assert ('a GPU' in parameters.unused_gpu(defaults(**changes), on_gpu)) == told


def test_looking_closer_needs_people_to_be_followed():
    closer = defaults(**{'looks.mode': 'closer', 'looks.crop_height': 128, 'approach.id': 7})
    settings = parameters.perception_settings(closer)
    assert settings.looks.mode == 'closer' and settings.first == (7,)
    assert settings.looks.crops.shapes == ((80, 128), (128, 128))
    alone = parameters.perception_settings(dict(closer, **{'tracking.enabled': False}))
    assert alone.looks.mode == 'whole'


def test_a_budget_that_no_crop_fits_is_told_of():
    poor = defaults(**{'looks.mode': 'closer', 'looks.crop_height': 256, 'looks.budget': 1000})
    line, = parameters.problems(poor)
    assert line == 'looks.budget must be 0 or at least 40960, the pixels of the smallest crop'
    assert parameters.problems(dict(poor, **{'looks.crop_height': 32})) == []
    assert parameters.problems(dict(poor, **{'looks.mode': 'whole'})) == []
