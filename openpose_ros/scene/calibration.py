"""What a camera's calibration says: the fields of a sensor_msgs/CameraInfo, of a file or message.

Nothing here depends on ROS: a message is anything that has its fields.
"""
from typing import Any, Dict, NamedTuple, Tuple

import yaml

from openpose_ros.files import read_regular

_LONGEST_FILE = 1 << 16     # bytes of a YAML file; a calibration takes one thousand
_DEEPEST = 8                # lists and mappings within each other


class CameraError(ValueError):
    """A camera that cannot be used; the message says in one line why and what to do."""


class Calibration(NamedTuple):
    """The fields of a CameraInfo as plain numbers, nothing of it checked.

    k, p: 9 and 12 numbers, row by row. roi: x, y, width and height of the part of the full image
    that is sent, px of the full image; all 0: the whole. binning: pixels of the full image that
    make one, across and down; 0 is 1.
    """

    width: int
    height: int
    distortion_model: str = ''
    d: Tuple[float, ...] = ()
    k: Tuple[float, ...] = ()
    p: Tuple[float, ...] = ()
    roi: Tuple[int, int, int, int] = (0, 0, 0, 0)
    binning: Tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, info) -> 'Calibration':
        """The calibration of a sensor_msgs/CameraInfo."""
        roi = info.roi
        return cls(info.width, info.height, info.distortion_model, tuple(info.d), tuple(info.k),
                   tuple(info.p), (roi.x_offset, roi.y_offset, roi.width, roi.height),
                   (info.binning_x, info.binning_y))


class _PlainYaml(yaml.SafeLoader):
    """YAML that is neither deep nor has aliases, which let a short file fill the memory."""

    depth = 0

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent) or self.depth > _DEEPEST:
            raise yaml.YAMLError('a calibration has no aliases and is not nested deeply')
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def read_calibration(path: str) -> Calibration:
    """A camera_info YAML file, as camera_calibration writes it or `ros2 topic echo` prints it.

    Of a file of several messages the first counts. Raises CameraError.
    """
    try:
        loader = _PlainYaml(read_regular(path, _LONGEST_FILE))
        fields = loader.get_data() if loader.check_data() else None
        return _of_message(fields) if 'k' in fields else _of_file(fields)
    except OSError as error:
        raise CameraError('cannot read the camera calibration {}: {}'.format(path, error.strerror))
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError,
            OverflowError) as error:
        raise CameraError('{} is no camera_info YAML ({}: {}): it needs image_width, image_height '
                          'and camera_matrix, or the fields of a CameraInfo message'.format(
                              path, type(error).__name__, shown(error)))


def _of_file(fields: Dict[str, Any]) -> Calibration:
    """Source: camera_calibration_parsers, parse_yml.cpp."""
    return Calibration(
        fields['image_width'], fields['image_height'], fields.get('distortion_model', ''),
        tuple((fields.get('distortion_coefficients') or {}).get('data') or ()),
        tuple(fields['camera_matrix']['data']),
        tuple((fields.get('projection_matrix') or {}).get('data') or ()))


def _of_message(fields: Dict[str, Any]) -> Calibration:
    roi = fields.get('roi') or {}
    return Calibration(
        fields['width'], fields['height'], fields.get('distortion_model', ''),
        tuple(fields.get('d') or ()), tuple(fields['k']), tuple(fields.get('p') or ()),
        tuple(roi.get(name, 0) for name in ('x_offset', 'y_offset', 'width', 'height')),
        (fields.get('binning_x', 0), fields.get('binning_y', 0)))


def shown(value) -> str:
    """What was given, in a line that is not too long."""
    text = ' '.join(str(value.tolist() if hasattr(value, 'tolist') else value).split())
    return text if len(text) <= 200 else text[:200] + '…'
