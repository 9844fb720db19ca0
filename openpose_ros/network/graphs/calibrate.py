"""The ranges of a network's tensors, measured on images."""
import re
from typing import Any, Dict, Iterable, Optional

import numpy as np

from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import tensors
from openpose_ros.network.graphs.contributions import Contributions
from openpose_ros.network.graphs.graph import read_graph
from openpose_ros.network.graphs.quantize import (measured_tensors,
                                                  quantizable)
from openpose_ros.network.graphs.transform import CONVOLUTIONS, node_of
from openpose_ros.network.models.catalogue import Model
from openpose_ros.network.ranges import Ranges
from openpose_ros.network.tf1 import tf


def calibrate(model: Model, graph_path: str, images: Iterable[np.ndarray],
              float_layers: Optional[str] = None, left_out: int = 0, **of_file: Any) -> Ranges:
    """The ranges over these images, each (h, w, 3) uint8 BGR in the size of the network's input.

    float_layers: a regular expression; the layers whose names hold it stay float. left_out: how
    many channels of a concatenation eight bits are to do without. of_file: what else is kept in the
    file. Raises ModelError where there are no images.
    """
    try:
        is_float = re.compile(float_layers or '(?!)').search
    except re.error as error:
        raise ModelError('{} is no regular expression: {}'.format(float_layers, error))
    graph_def = read_graph(graph_path)
    model = tensors.resolve(graph_def, model)
    graph_def = quantizable(graph_def, model)
    names = measured_tensors(graph_def, model.outputs)
    found = {}   # type: Dict[str, Any]
    count = 0
    with tf.Graph().as_default() as graph:
        image = tf.placeholder(tf.uint8, [1, None, None, 3])
        tensor = tensors.as_input(image, model)
        tf.import_graph_def(graph_def, {model.input: tensor}, name='model')
        wanted = _statistics(names, graph, tensor, model)
        contributions = Contributions(graph_def, model, graph, 'model') if left_out else None
        with tf.Session(graph=graph) as session:
            for count, pixels in enumerate(images, 1):
                if contributions:
                    contributions.add(session, {image: pixels[None]})
                for name, (least, most, mean) in session.run(
                        wanted, {image: pixels[None]}).items():
                    before = found.get(name, (least, most, 0., 0., 0.))
                    found[name] = (np.minimum(before[0], least), np.maximum(before[1], most),
                                   before[2] + least, before[3] + most, before[4] + mean)
    if not count:
        raise ModelError('there are no images to measure ranges on')
    layers = tuple(node.name for node in graph_def.node
                   if node.op in CONVOLUTIONS and is_float(node.name))
    of_tensors = {name: (_between(least, leasts / count), _between(most, mosts / count),
                         means / count)
                  for name, (least, most, leasts, mosts, means) in found.items()}
    if contributions:
        of_file['left_out'] = contributions.least(left_out, of_tensors[contributions.name][2])
    return Ranges(of_tensors, float_layers=layers, **of_file)


def _statistics(names, graph, image, model) -> Dict[str, Any]:
    """Least, largest and mean value of each channel of these nodes' outputs."""
    wanted = {}
    for name in names:
        values = (image if name == node_of(model.input)
                  else graph.get_tensor_by_name('model/{}:0'.format(name)))
        if values.shape.rank == 4:
            wanted[name] = [reduce(values, [0, 1, 2]) for reduce in (
                tf.reduce_min, tf.reduce_max, tf.reduce_mean)]
    return wanted


def _between(extreme: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Halfway from the mean of the images' extremes to the extreme of all.

    Chosen: rare large values are cut off for the sake of all others. With the extremes themselves
    mobilenet_thin found less, lightweight_openpose as much.
    """
    return .5 * (extreme + usual)
