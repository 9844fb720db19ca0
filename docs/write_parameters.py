"""Writes what documents the node's parameters: config/openpose.yaml and the table in docs/robot.md.

They come from openpose_ros/ros/node/parameter_table.py: tools/with_ros.sh python docs/write_parameters.py
"""
import os
import textwrap

import yaml

from openpose_ros import files
from openpose_ros.ros.node import parameters

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
CONFIG = os.path.join(ROOT, 'config', 'openpose.yaml')
DOCUMENT = os.path.join(ROOT, 'docs', 'robot.md')
BEGIN, END = '<!-- parameters: begin -->\n', '<!-- parameters: end -->\n'

_TYPES = {bool: 'bool', int: 'integer', float: 'double', str: 'string', list: 'double array'}
_HEAD = """\
# The parameters of the node `openpose`, all at their defaults. Copy what you change into a file of
# your own and start the node with it: ros2 launch openpose_ros openpose.launch.py params_file:=FILE
# [live]: may change while the node runs. The others are read-only from configuring to cleaning up.
# A double is written with a point (1.0).
/**:
  ros__parameters:
"""


def value_text(value) -> str:
    """A value as YAML."""
    return yaml.safe_dump(value, default_flow_style=True).replace('\n...', '').strip()


def limits(parameter) -> str:
    """The range or the choices of a parameter."""
    if parameter.choices:
        return ', '.join(parameter.choices)
    if parameter.low is None:
        return ''
    return '{:g} to {}'.format(parameter.low, '{:g}'.format(parameter.high)
                               if parameter.high < 1e6 else parameter.high)


def config() -> str:
    """The text of config/openpose.yaml."""
    lines, group = [_HEAD], None
    for parameter in parameters.PARAMETERS:
        if group not in (None, parameter.name.split('.')[0]) and '.' in parameter.name:
            lines.append('\n')
        group = parameter.name.split('.')[0]
        comment = parameters.description(parameter)
        if limits(parameter) and not parameter.choices:
            comment += ' ({})'.format(limits(parameter))
        if parameter.changes == parameters.LIVE:
            comment += ' [live]'
        lines += ['    # {}\n'.format(line) for line in textwrap.wrap(comment, 94)]
        lines.append('    {}: {}\n'.format(parameter.name, value_text(parameter.default)))
    return ''.join(lines)


def table() -> str:
    """The table of docs/robot.md."""
    lines = ['| parameter | type, default | range | changes | what it does |\n',
             '|---|---|---|---|---|\n']
    for parameter in parameters.PARAMETERS:
        lines.append('| `{}` | {}, `{}` | {} | {} | {} |\n'.format(
            parameter.name, _TYPES[type(parameter.default)], value_text(parameter.default),
            limits(parameter), parameter.changes,
            parameters.description(parameter).replace('|', '\\|')))
    return ''.join(lines)


def document(text: str) -> str:
    """The text of docs/robot.md with the table of today."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


def main() -> None:
    """Write both files."""
    with open(DOCUMENT, encoding='utf-8') as file:
        text = file.read()
    for path, content in ((CONFIG, config()), (DOCUMENT, document(text))):
        files.write_whole(path, content.encode())


if __name__ == '__main__':
    main()
