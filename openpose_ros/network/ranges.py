"""The ranges that a network's tensors have: what an eight-bit network is made from.

They are numbers in a file (JSON): of the catalogue's models a part of this package, for a model of
one's own made by `openpose models calibrate`, or read out of an OpenVINO IR that has them.
"""
import json
import operator
import os
from typing import Any, Dict, NamedTuple, Optional, Tuple

import numpy as np

from openpose_ros.files import read_regular
from openpose_ros.network.errors import ModelError
from openpose_ros.network.files import write_whole

_FOLDER = os.path.join(os.path.dirname(__file__), 'models', 'ranges')
_LARGEST = 1 << 26   # bytes of a file; mobilenet_thin's has 2e5
_KIND = 'openpose_ros ranges'


class Ranges(NamedTuple):
    """by_tensor: least and largest value, and mean, of each tensor by its node's name.

    Each is an array with a number a channel, or one for all; the mean may be missing (None).
    graph_sha256: of the graph they were measured on; '' where they belong to any that has these
    tensors. float_layers: convolutions that stay float. source: what they were made from.
    left_out: channels of a concatenation, by its name, that eight bits do without.
    """

    by_tensor: Dict[str, Tuple[np.ndarray, np.ndarray, Optional[np.ndarray]]]
    graph_sha256: str = ''
    float_layers: Tuple[str, ...] = ()
    source: str = ''
    left_out: Dict[str, Tuple[int, ...]] = {}

    def largest(self, name: str, channels: int) -> np.ndarray:
        """The largest size of each channel's values."""
        least, most, _ = self.by_tensor[name]
        sizes = np.maximum(np.abs(least), np.abs(most))
        return sizes if sizes.size > 1 else np.full(channels, sizes[0])


def beside(graph_path: str) -> str:
    """Where the ranges that a user measured for a graph lie."""
    return os.path.splitext(graph_path)[0] + '.ranges.json'


def imported(graph_path: str) -> str:
    """Where the ranges lie that came with the weights from which a graph was imported."""
    return os.path.splitext(graph_path)[0] + '.imported-ranges.json'


def find(name: str, graph_path: str) -> Optional[str]:
    """The file of a model's ranges: the user's own, the package's, or the import's; None: none."""
    for path in (beside(graph_path), os.path.join(_FOLDER, name + '.json'), imported(graph_path)):
        if os.path.isfile(path):
            return path
    return None


def of_int8(name: str, graph_path: str) -> str:
    """Like :func:`find`. Raises ModelError where there is none."""
    found = find(name, graph_path)
    if found is None:
        raise ModelError('there are no ranges from which {} could be made int8: openpose models '
                         'calibrate {} IMAGES_DIR'.format(name, name))
    return found


def write(path: str, ranges: Ranges) -> None:
    """Write the file, whole or not at all. Raises ModelError."""
    tensors = {name: [None if values is None else _rounded(values) for values in kinds]
               for name, kinds in ranges.by_tensor.items()}
    lines = ',\n'.join('{}: {}'.format(json.dumps(name), json.dumps(tensors[name]))
                       for name in tensors)
    head = json.dumps({'kind': _KIND, 'source': ranges.source, 'graph_sha256': ranges.graph_sha256,
                       'float_layers': ranges.float_layers}, indent=1)
    write_whole(path, '{},\n "left_out": {},\n"tensors": {{\n{}\n}}}}\n'.format(
        head[:-2], json.dumps(ranges.left_out), lines).encode())


def _rounded(values: np.ndarray):
    """Four digits, as a step of eight bits is 1/255 of the range; one number where all are one."""
    rounded = [float('{:.4g}'.format(value)) for value in np.atleast_1d(values)]
    return rounded[:1] if len(set(rounded)) == 1 else rounded


def read(path: str, graph_sha256: str = '') -> Ranges:
    """The ranges in a file. Raises ModelError, also where they are those of another graph."""
    try:
        content = json.loads(read_regular(path, _LARGEST).decode())
        if content['kind'] != _KIND:
            raise ValueError
        ranges = Ranges({name: tuple(map(_array, kinds))
                         for name, kinds in content['tensors'].items()},
                        str(content['graph_sha256']), tuple(map(str, content['float_layers'])),
                        str(content['source']), {
                            name: tuple(map(_channel, channels))
                            for name, channels in content.get('left_out', {}).items()})
        for least, most, mean in ranges.by_tensor.values():
            sizes = {values.size for values in (least, most, mean) if values is not None} - {1}
            if len(sizes) > 1 or (least > most).any():
                raise ValueError
    except OSError as error:
        raise ModelError('cannot read {}: {}'.format(path, error.strerror))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ModelError('{} holds no ranges of a network: make them by openpose models '
                         'calibrate'.format(path))
    if graph_sha256 and ranges.graph_sha256 not in ('', graph_sha256):
        raise ModelError('{} holds the ranges of another graph ({}…): make those of this one by '
                         'openpose models calibrate'.format(path, ranges.graph_sha256[:16]))
    return ranges


def _channel(value: Any) -> int:
    number = operator.index(value)
    if not 0 <= number < 1 << 31:
        raise ValueError
    return number


def _array(values: Any) -> Optional[np.ndarray]:
    if values is None:
        return None
    array = np.array(values, float)
    if array.ndim != 1 or not array.size or not np.isfinite(array).all():
        raise ValueError
    return array
