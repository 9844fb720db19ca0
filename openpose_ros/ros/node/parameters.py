"""Declaring, reading and checking the node's parameters; parameter_table.py has the table."""
import difflib
import re
import types
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from rcl_interfaces.msg import (FloatingPointRange, IntegerRange,
                                ParameterDescriptor, SetParametersResult)

from openpose_ros import decoding, looks, network, perception, tracking
from openpose_ros.network.network import gpu_may_be_here
from openpose_ros.ros.conversions import images
from openpose_ros.ros.node.mounting import up_by_parameters
from openpose_ros.ros.node.parameter_table import (LIVE, NEVER, PARAMETERS,
                                                   UNCONFIGURED, Parameter)
from openpose_ros.ros.process import lifecycle

# Parameters of this beginning are declared by rclpy, some of them later.
_OF_RCLPY = ('qos_overrides.', 'use_sim_time', 'start_type_description_service')
_LONGEST = 500   # characters of a string
_MAX_SCALES = 64


class Settings(NamedTuple):
    """All parameters as they are at one moment; never changed, so it can travel with an image.

    values: {name: value}. limits: of an image's message. tracking: None where it is off.
    """

    values: Mapping[str, Any]
    limits: images.Limits
    perception: perception.Settings
    tracking: Optional[tracking.Settings]


def settings(value_of: Dict[str, Any]) -> Settings:
    """What images go by with these values."""
    return Settings(
        types.MappingProxyType(dict(value_of)), image_limits(value_of),
        perception_settings(value_of),
        tracking_settings(value_of) if value_of['tracking.enabled'] else None)


def declare(node) -> Dict[str, str]:
    """Declare all parameters at the node.

    Returns what is wrong with the given values, {name: line}; those parameters have their default.
    """
    return lifecycle.declare(node, [(parameter.name, parameter.default, _descriptor(parameter))
                                    for parameter in PARAMETERS])


def misspelt(node) -> List[str]:
    """A line that names the values given for parameters that there are not; empty where none is."""
    known = [parameter.name for parameter in PARAMETERS]
    # rclpy keeps what was given for nobody to itself.
    given = getattr(node, '_parameter_overrides', {})
    unknown = []
    for name in sorted(given):
        if not node.has_parameter(name) and not name.startswith(_OF_RCLPY):
            nearest = difflib.get_close_matches(name, known, 1)
            hint = ' (is it {}?)'.format(nearest[0]) if nearest else ''
            unknown.append(name + hint)
    return ['there are no such parameters, they do nothing: {}'.format(', '.join(unknown))] \
        if unknown else []


def description(parameter: Parameter) -> str:
    """What a user reads about a parameter, without its type, range and default."""
    text = parameter.description
    if parameter.choices and not all(choice in text for choice in parameter.choices):
        text += ' ({})'.format(' | '.join(parameter.choices))
    return text


def _descriptor(parameter):
    text = description(parameter)
    if parameter.changes == UNCONFIGURED:
        text += '; read-only while the node is configured'
    descriptor = ParameterDescriptor(description=text, read_only=parameter.changes == NEVER,
                                     dynamic_typing=parameter.number_too)
    if parameter.low is not None:
        if isinstance(parameter.default, float):
            descriptor.floating_point_range = [FloatingPointRange(
                from_value=float(parameter.low), to_value=float(parameter.high))]
        else:
            descriptor.integer_range = [IntegerRange(
                from_value=int(parameter.low), to_value=int(parameter.high), step=1)]
    return descriptor


def values(node) -> Dict[str, Any]:
    """The present value of every parameter."""
    return {parameter.name: value_as(parameter, node.get_parameter(parameter.name).value)
            for parameter in PARAMETERS}


def value_as(parameter: Parameter, value):
    """A value as the parameter's type has it: `90` and `true` as text where that is its type."""
    if not parameter.number_too:
        return value
    text = str(value).lower()
    # YAML takes on and off for booleans, too.
    return {'true': 'on', 'false': 'off'}.get(text, text) if 'off' in parameter.choices else text


def changed(node, changes) -> Dict[str, Any]:
    """The values as these changes, all of them allowed, make them."""
    by_name = {parameter.name: parameter for parameter in PARAMETERS}
    return dict(values(node), **{change.name: value_as(by_name[change.name], change.value)
                                 for change in changes if change.name in by_name})


def problems(value_of: Dict[str, Any]) -> List[str]:
    """What is wrong with these values together, in a line each."""
    found = []
    for parameter in PARAMETERS:
        value = value_of[parameter.name]
        if isinstance(value, str) and not (value.isprintable() and len(value) <= _LONGEST):
            found.append('{} must be up to {} characters that can be printed'.format(
                parameter.name, _LONGEST))
        elif parameter.choices and value not in parameter.choices:
            found.append('{} must be one of {}, not {!r}'.format(
                parameter.name, ', '.join(parameter.choices), value))
    if not (0 < len(value_of['scales']) <= _MAX_SCALES
            and all(0. < scale <= 8. for scale in value_of['scales'])):
        found.append('scales must be 1 to {} numbers above 0 and up to 8'.format(_MAX_SCALES))
    if not re.match(r'[A-Za-z0-9_]*\Z', value_of['id_prefix']):
        found.append('id_prefix must be letters, digits and _')
    if value_of['publish_hri'] and not value_of['id_prefix'][:1].isalpha():
        found.append('publish_hri needs an id_prefix that begins with a letter, as a part of a '
                     'topic\'s name must')
    settings = perception_settings(value_of)
    for room, reason in (('decoding.', settings.decoding.problem()),
                         ('looks.', settings.looks.problem() if settings.looks.mode ==
                          looks.CLOSER else '')):
        found += [room + reason] if reason else []
    return found


def overlaps(value_of: Dict[str, Any], on_gpu: bool) -> bool:
    """Whether an image is looked at while the one before is finished.

    A network on a CPU takes all its cores, or those it was given; on a GPU the CPU waits for it.
    """
    return on_gpu if value_of['overlap'] == 'auto' else value_of['overlap'] == 'on'


def unused_gpu(value_of: Dict[str, Any], on_gpu: bool) -> str:
    """What to say of a GPU that is there and that the network does not run on; else empty."""
    chosen = value_of['device'] == 'cpu' or value_of['backend'] == 'tflite'
    if on_gpu or chosen or not gpu_may_be_here():
        return ''
    return '; there seems to be a GPU, which TensorFlow cannot use (device: gpu says why)'


def image_limits(value_of: Dict[str, Any]) -> images.Limits:
    """What an image's message may cost by these values."""
    return images.Limits(value_of['max_pixels'], value_of['max_jpeg_scans'])


def load_network(value_of: Dict[str, Any]) -> network.Network:
    """The network by these values. Raises ModelError."""
    loaded = network.load(
        value_of['model'], backend=value_of['backend'], device=value_of['device'],
        gpu_memory_fraction=value_of['gpu_memory_fraction'] or None,
        threads=value_of['threads'] or None, model_dir=value_of['model_dir'] or None,
        max_bytes=value_of['model_max_bytes'], precision=value_of['precision'],
        tensors=value_of['tensors'])
    loaded.max_pixels = value_of['network_max_pixels']
    return loaded


def perception_settings(value_of: Dict[str, Any]) -> perception.Settings:
    """Settings of the perception by these values."""
    return perception.Settings(
        height=value_of['network_height'], width=value_of['network_width'] or None,
        scales=tuple(value_of['scales']), flip=value_of['flip'],
        decoding=decoding.Settings(**_group(value_of, 'decoding.')),
        looks=_looks_settings(value_of),
        first=(value_of['approach.id'],) if value_of['approach.id'] else ())


def _looks_settings(value_of):
    group = _group(value_of, 'looks.')
    group['crops'] = looks.crops_of_height(group.pop('crop_height'))
    if not value_of['tracking.enabled']:
        group['mode'] = looks.WHOLE   # nobody is followed whom crops could be round
    return looks.Settings(**group)


def tracking_settings(value_of: Dict[str, Any]) -> tracking.Settings:
    """Settings of the tracker by these values."""
    group = _group(value_of, 'tracking.')
    group.pop('enabled')
    up = (0., 0., 1.) if value_of['target_frame'] else tuple(up_by_parameters(value_of).tolist())
    return tracking.Settings(up=up, **group)


def _group(value_of, prefix):
    return {name[len(prefix):]: value for name, value in value_of.items()
            if name.startswith(prefix)}


def check_change(node, changes, configured: bool) -> SetParametersResult:
    """Whether these parameters may change to these values, all together.

    configured: whether the node already runs by the values it was configured with.
    """
    by_name = {parameter.name: parameter for parameter in PARAMETERS}
    value_of = values(node)
    for change in changes:
        if change.name not in by_name:
            continue   # one that rclpy declares, such as use_sim_time
        if change.value is None:
            return _refused('{} cannot be removed'.format(change.name))
        live = by_name[change.name].changes == LIVE
        value = value_as(by_name[change.name], change.value)
        if configured and not live and value != value_of[change.name]:
            return _refused('{0} is read-only while the node is configured: clean the node up '
                            '(ros2 lifecycle set {1} cleanup), set {0}, configure again'.format(
                                change.name, node.get_fully_qualified_name()))
        value_of[change.name] = value
    # What was wrong before this change may be put right later.
    wrong = [line for line in problems(value_of) if line not in problems(values(node))]
    return _refused('; '.join(wrong)) if wrong else SetParametersResult(successful=True)


def _refused(reason):
    return SetParametersResult(successful=False, reason=reason)
