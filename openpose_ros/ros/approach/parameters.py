"""The parameters of the node `approach_person`; they hold from its start."""
import math
from typing import Any, Dict, NamedTuple, Optional

from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor

from openpose_ros.approach.orders import Settings
from openpose_ros.ros.process import lifecycle

_DEFAULT = Settings()


class Parameter(NamedTuple):
    """One parameter. Its type is that of its default. low, high: range, both included."""

    name: str
    default: Any
    description: str
    low: Optional[float] = None
    high: Optional[float] = None


PARAMETERS = (
    Parameter('autostart', True, 'configure and activate by itself at the start'),
    Parameter('distance', _DEFAULT.distance, 'm of the goal from the person: approach.distance of '
              'openpose', .1, 10.),
    Parameter('max_goal_age', _DEFAULT.max_goal_age, 's; when no goal has come that is younger, '
              'the robot stops', .1, 10.),
    Parameter('lost_time', _DEFAULT.lost_time, 's after which a lost person is waited for like any '
              'other', 0., 600.),
    Parameter('moved', _DEFAULT.moved, 'm by which the goal must move for a new plan while the '
              'robot is far', .01, 10.),
    Parameter('turned', math.degrees(_DEFAULT.turned), 'degrees, the same', 1., 180.),
    Parameter('near_enough', _DEFAULT.near_enough, 'm from the goal at which the robot only turns '
              'to the person; not below the xy_goal_tolerance of Nav2', .01, 1.),
    Parameter('first_pause', _DEFAULT.first_pause, 's before a goal that failed is sent again; '
              'doubles each time', .1, 60.),
    Parameter('max_pause', _DEFAULT.max_pause, 's; as long as that becomes', .1, 3600.),
    Parameter('answer_time', _DEFAULT.answer_time, 's that Nav2 has to accept or reject a goal', .1,
              60.),
    Parameter('look', True, 'where it is not certain which way the person faces, go nearer and look '
              'from aside; with approach.drive_round of openpose, from round about, too'),
    Parameter('slow_down', True, 'have Nav2 drive slowly near the person (topic speed_limit)'),
    Parameter('robot_frame', 'base_link', 'TF frame of the robot: x forward, z up'),
)


def declare(node) -> Dict[str, str]:
    """Declare all parameters; returns what is wrong with the given values, {name: line}."""
    return lifecycle.declare(node, [(parameter.name, parameter.default, _descriptor(parameter))
                                    for parameter in PARAMETERS])


def _descriptor(parameter):
    descriptor = ParameterDescriptor(description=parameter.description, read_only=True)
    if parameter.low is not None:
        descriptor.floating_point_range = [FloatingPointRange(
            from_value=parameter.low, to_value=parameter.high)]
    return descriptor


def errand_settings(node) -> Settings:
    """Settings of an errand by the node's parameters."""
    names = set(Settings._fields) & {parameter.name for parameter in PARAMETERS}
    values = {name: node.get_parameter(name).value for name in names}
    values['turned'] = math.radians(values['turned'])
    return Settings(**values)
