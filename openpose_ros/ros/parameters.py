"""The node's parameters, declared once: this table is their documentation.

`ros2 param describe`, config/openpose.yaml and the README's table all come from it.
"""
from typing import Any, Dict, NamedTuple, Optional, Tuple

from rcl_interfaces.msg import (FloatingPointRange, IntegerRange, ParameterDescriptor,
                                SetParametersResult)

from openpose_ros import decoding, perception, tracking
from openpose_ros.network import catalogue


class Parameter(NamedTuple):
    """One parameter. Its type is that of its default.

    low, high: range of a number, both included. choices: the strings it may be. live: whether it
    may change while the node runs; the others are read when the node is configured.
    """

    name: str
    default: Any
    description: str
    low: Optional[float] = None
    high: Optional[float] = None
    choices: Tuple[str, ...] = ()
    live: bool = False


_DECODING = decoding.Settings()
_TRACKING = tracking.Settings()

PARAMETERS = (
    Parameter('autostart', True, 'configure and activate by itself at the start'),
    Parameter('model', catalogue.DEFAULT,
              'a model of `openpose models list`, or the path of a frozen graph'),
    Parameter('model_dir', '', 'folder of the models; empty: the user\'s cache folder'),
    Parameter('backend', 'auto', 'auto: TensorFlow on a GPU, TFLite on a CPU',
              choices=('auto', 'tensorflow', 'tflite')),
    Parameter('device', 'auto', 'gpu: refuse to start without one',
              choices=('auto', 'gpu', 'cpu')),
    Parameter('gpu_memory_fraction', 0., 'share of GPU memory TensorFlow may take; 0: as it needs',
              0., 1.),
    Parameter('threads', 0, 'CPU threads of the network; 0: all cores', 0, 256),
    Parameter('network_height', 368, 'px; height of the network input', 16, 2048),
    Parameter('network_width', 0, 'px; width of the network input; 0: keeps the aspect', 0, 4096),
    Parameter('warm_up_width', 640, 'px; pictures of this size are expected: the network is warm '
              'for them before the first one is accepted', 16, 16384),
    Parameter('warm_up_height', 480, 'px; see warm_up_width', 16, 16384),
    Parameter('scales', [1.], 'average over these multiples of the network size'),
    Parameter('flip', False, 'average with the mirrored picture: more accurate, twice as slow'),

    Parameter('image_transport', 'raw', 'raw: `image`; compressed: `image/compressed`',
              choices=('raw', 'compressed')),
    Parameter('depth_transport', 'raw', 'none: colour alone; raw: `depth`; compressedDepth: '
              '`depth/compressedDepth`', choices=('none', 'raw', 'compressedDepth')),
    Parameter('image_reliability', 'best_effort', 'quality of service of the pictures\' '
              'subscriptions; best_effort takes pictures from any camera',
              choices=('best_effort', 'reliable')),
    Parameter('max_pixels', 33554432, 'larger pictures are refused', 1, 2 ** 31 - 1),
    Parameter('depth_tolerance', .05, 's; largest difference of the stamps of a picture and its '
              'depth', 0., 1., live=True),
    Parameter('horizontal_fov', 0., 'degrees; field of view of a camera without a valid '
              'camera_info; 0: then people stay in the image plane', 0., 179., live=True),
    Parameter('camera_height', 0., 'm above the floor; 0: unknown', 0., 100., live=True),
    Parameter('camera_pitch', 0., 'degrees the camera looks down; used with camera_height',
              -90., 90., live=True),
    Parameter('target_frame', '', 'frame of the published positions (needs tf2_ros), for instance '
              'odom or map; empty: the camera\'s own'),

    Parameter('decoding.peak_threshold', _DECODING.peak_threshold,
              'what the heatmap must exceed at a part', .001, .999, live=True),
    Parameter('decoding.sample_threshold', _DECODING.sample_threshold,
              'what the field along a limb must exceed at a sample', 0., .999, live=True),
    Parameter('decoding.needed_samples', _DECODING.needed_samples,
              'how many of the ten samples along a limb must', 1, 10, live=True),
    Parameter('decoding.assignment', _DECODING.assignment, 'how peaks are paired into limbs',
              choices=tuple(sorted(decoding.ASSIGNMENTS)), live=True),
    Parameter('decoding.min_parts', _DECODING.min_parts, 'parts a person must have', 1, 18,
              live=True),
    Parameter('decoding.min_score', _DECODING.min_score, 'mean score her parts must have', 0., .999,
              live=True),
    Parameter('decoding.upsampling', _DECODING.upsampling,
              'factor the maps are enlarged by first: 1, 2 or 4', 1, 4, live=True),

    Parameter('tracking.enabled', True, 'give people ids, velocities and smoothed estimates',
              live=True),
    Parameter('tracking.min_hits', _TRACKING.min_hits,
              'detections before a new person is published', 1, 100, live=True),
    Parameter('tracking.max_age', _TRACKING.max_age,
              's; how long a person is predicted without a detection', 0., 60., live=True),
    Parameter('tracking.reset_gap', _TRACKING.reset_gap,
              's; after a longer time without pictures tracking starts afresh', .01, 3600.,
              live=True),
    Parameter('tracking.flip_frames', _TRACKING.flip_frames,
              'pictures that must contradict a direction before its opposite is believed', 1, 100,
              live=True),
    Parameter('tracking.smooth_position', _TRACKING.smooth_position, 'smooth positions', live=True),
    Parameter('tracking.smooth_facing', _TRACKING.smooth_facing, 'smooth facing', live=True),
    Parameter('tracking.smooth_gaze', _TRACKING.smooth_gaze, 'smooth gaze', live=True),
    Parameter('tracking.smooth_keypoints', _TRACKING.smooth_keypoints,
              'smooth the keypoints in the picture', live=True),
    Parameter('tracking.smooth_points', _TRACKING.smooth_points, 'smooth the parts in space',
              live=True),
    Parameter('diagnostics.max_image_age', 2., 's without a picture that make an ERROR', .01, 3600.,
              live=True),
    Parameter('diagnostics.max_latency', 1., 's from stamp to publishing that make a WARN', .001,
              3600., live=True),
)


def declare(node) -> None:
    """Declare all parameters at the node."""
    for parameter in PARAMETERS:
        node.declare_parameter(parameter.name, parameter.default, _descriptor(parameter))


def _descriptor(parameter):
    description = parameter.description
    if parameter.choices:
        description += ' ({})'.format(' | '.join(parameter.choices))
    if not parameter.live:
        description += '; read when the node is configured'
    descriptor = ParameterDescriptor(description=description)
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
    return {parameter.name: node.get_parameter(parameter.name).value for parameter in PARAMETERS}


def problem(value_of: Dict[str, Any]) -> str:
    """What is wrong with these values together, in one line; empty when nothing is."""
    for parameter in PARAMETERS:
        value = value_of[parameter.name]
        if parameter.choices and value not in parameter.choices:
            return '{} must be one of {}, not {!r}'.format(
                parameter.name, ', '.join(parameter.choices), value)
    if not value_of['scales'] or not all(0. < scale <= 8. for scale in value_of['scales']):
        return 'scales must be numbers above 0 and up to 8'
    return perception_settings(value_of).decoding.problem()


def perception_settings(value_of: Dict[str, Any]) -> perception.Settings:
    """Settings of the perception by these values."""
    return perception.Settings(
        height=value_of['network_height'], width=value_of['network_width'] or None,
        scales=tuple(value_of['scales']), flip=value_of['flip'],
        decoding=decoding.Settings(**_group(value_of, 'decoding.')))


def tracking_settings(value_of: Dict[str, Any]) -> tracking.Settings:
    """Settings of the tracker by these values."""
    group = _group(value_of, 'tracking.')
    group.pop('enabled')
    up = (0., 0., 1.) if value_of['target_frame'] else (0., -1., 0.)
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
        if configured and not by_name[change.name].live and change.value != value_of[change.name]:
            return SetParametersResult(successful=False, reason='{} is read when the node is '
                                       'configured: clean it up first'.format(change.name))
        value_of[change.name] = change.value
    reason = problem(value_of)
    return SetParametersResult(successful=not reason, reason=reason)
