"""The node's parameters where there is no node: the defaults, and a file's values."""
import difflib
from typing import Any, Dict, Optional

from rclpy.parameter import Parameter, parameter_dict_from_yaml_file

from openpose_ros.ros.node import parameters
from openpose_ros.ros.node.parameter_table import PARAMETERS
from openpose_ros.ros.offline.sink import NODE


def read_values(path: Optional[str]) -> Dict[str, Any]:
    """The value of every parameter. Raises ValueError, in a line, for what cannot be used.

    path: of a parameters file as nodes take it (`/**`, `openpose` or `/openpose`); None: none.
    """
    values = {parameter.name: parameter.default for parameter in PARAMETERS}
    for name, value in (_file(path) if path else {}).items():
        if name == 'use_sim_time':
            continue
        if name not in values:
            near = difflib.get_close_matches(name, values, 1)
            raise ValueError('{}: there is no parameter {}{}'.format(
                path, name, '; did you mean {}?'.format(near[0]) if near else ''))
        values[name] = _checked(path, name, value)
    wrong = parameters.problems(values)
    if wrong:
        raise ValueError('; '.join(wrong))
    return values


def _file(path):
    try:
        found = parameter_dict_from_yaml_file(path, True, [NODE])
    except Exception as error:   # what the file is wrong in decides which
        raise ValueError('{} is no file of parameters: {}'.format(
            path, ' '.join(str(error).split())))
    return {name: Parameter.from_parameter_msg(message).value for name, message in found.items()}


def _checked(path, name, value):
    """A value of the type and range of its parameter."""
    parameter = next(one for one in PARAMETERS if one.name == name)
    value = list(value) if isinstance(parameter.default, list) else value
    if type(value) is not type(parameter.default):
        raise ValueError('{}: {} must be a {}, not {!r}'.format(
            path, name, type(parameter.default).__name__, value))
    if parameter.low is not None and not parameter.low <= value <= parameter.high:
        raise ValueError('{}: {} must be {:g} to {:g}, not {:g}'.format(
            path, name, parameter.low, parameter.high, value))
    return value
