"""A frozen graph as a TFLite file, in float or in eight bits."""
from typing import Optional

from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import write_whole
from openpose_ros.network.graphs import spare, tensors, transform
from openpose_ros.network.graphs.graph import read_graph
from openpose_ros.network.graphs.quantize import quantizable, quantize
from openpose_ros.network import ranges
from openpose_ros.network.models.catalogue import Model
from openpose_ros.network.tf1 import tf


def convert(model: Model, graph_path: str, out_path: str,
            ranges_path: Optional[str] = None) -> None:
    """Write the TFLite model of a frozen graph, for images of any size. Raises ModelError.

    ranges_path: of what eight bits are made with; None: the model is float.
    """
    graph_def = read_graph(graph_path)
    model = tensors.resolve(graph_def, model)
    if ranges_path:
        graph_def, model = quantize(quantizable(graph_def, model), model, ranges.read(ranges_path))
    else:
        for step in (transform.fold_batch_norms, transform.write_out_statistics,
                     transform.fold_scales, spare.remove_silent):
            graph_def = step(graph_def, model.outputs)
    graph_def = spare.write_dilations(graph_def, model.outputs)
    wired = tensors.wire(graph_def, model)
    with tf.Session(graph=wired.graph,
                    config=tf.ConfigProto(device_count={'GPU': 0})) as session:
        converter = tf.lite.TFLiteConverter.from_session(session, [wired.image],
                                                         [wired.heatmaps, wired.pafs])
        if ranges_path:
            converter.inference_type = tf.int8
            # Asked for, and without a meaning: the input has eight bits as it is.
            converter.quantized_input_stats = {wired.image.op.name: (0., 1.)}
        try:
            converted = converter.convert()
        except Exception as error:   # each version of the converter has its own kinds
            raise ModelError('TensorFlow {} cannot convert {} to TFLite: {}'.format(
                tf.__version__, graph_path, first_line(error)))
    write_whole(out_path, converted)
