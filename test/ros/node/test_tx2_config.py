"""config/tx2.yaml sets parameters that exist, to values that the node takes."""
import os

import pytest
import yaml

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from openpose_ros.ros.node import parameters  # noqa: E402

PATH = os.path.join(os.path.dirname(__file__), '..', '..', '..', 'config', 'tx2.yaml')


def test_every_value_is_one_that_the_node_takes():
    with open(PATH) as file:
        given = yaml.safe_load(file)['/**']['ros__parameters']
    by_name = {parameter.name: parameter for parameter in parameters.PARAMETERS}
    values = {name: parameter.default for name, parameter in by_name.items()}
    for name, value in given.items():
        parameter = by_name[name]
        assert type(value) is type(parameter.default), name
        if parameter.low is not None:
            assert parameter.low <= value <= parameter.high, name
    values.update(given)
    assert parameters.problems(values) == []
