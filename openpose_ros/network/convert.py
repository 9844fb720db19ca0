"""A frozen graph as a TFLite file; run as a process of its own by tflite.py.

Arguments: GRAPH.pb OUT.tflite MODEL, the last being catalogue.Model as JSON. An error is one line
on standard error and exit code 2.
"""
import json
import sys
from typing import Sequence

from openpose_ros.body import Body
from openpose_ros.network import tensors, transform
from openpose_ros.network.catalogue import Model, Pixels
from openpose_ros.network.errors import ModelError
from openpose_ros.network.graph import read_graph, write_whole
from openpose_ros.network.tf1 import tf


def convert(graph_path: str, model: Model) -> bytes:
    """The TFLite model of a frozen graph, for pictures of any size. Raises ModelError."""
    graph_def = read_graph(graph_path)
    model = tensors.resolve(graph_def, model)
    for step in (transform.fold_batch_norms, transform.write_out_statistics):
        graph_def = step(graph_def, model.outputs)
    wired = tensors.wire(graph_def, model)
    with tf.Session(graph=wired.graph,
                    config=tf.ConfigProto(device_count={'GPU': 0})) as session:
        converter = tf.lite.TFLiteConverter.from_session(session, [wired.picture],
                                                         [wired.heatmaps, wired.pafs])
        try:
            return converter.convert()
        except Exception as error:   # each version of the converter has its own kinds
            raise ModelError('TensorFlow {} cannot convert {} to TFLite: {}'.format(
                tf.__version__, graph_path, str(error).strip().split('\n')[0][:200]))


def main(arguments: Sequence[str]) -> int:
    """Convert as the arguments say; 0 when it went well, else 2."""
    graph_path, out_path, text = arguments
    fields = json.loads(text)
    model = Model(*fields)
    model = model._replace(body=Body(*model.body), outputs=tuple(model.outputs),
                           pixels=Pixels(*model.pixels) if model.pixels else None)
    try:
        write_whole(out_path, convert(graph_path, model))
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
