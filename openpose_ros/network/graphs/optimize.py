"""An optimised copy of a model's graph, beside the original: for TensorRT, or only simplified."""
import functools
import hashlib
import os
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple

from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import write_whole
from openpose_ros.network.graphs import tensors, transform
from openpose_ros.network.graphs.graph import ENGINE, read_graph
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models import fetch
from openpose_ros.network.models.catalogue import Model

# Bytes TensorRT may use to try a layer's kernels; an eighth of what a TX2's GPU usually has free.
WORKSPACE = 1 << 28
MINIMUM_SEGMENT = 3   # nodes; a shorter run costs more to enter and leave than it gains


class Optimized(NamedTuple):
    """path: of the new graph. nodes: how many there were and are. tensorrt: what came of it."""

    path: str
    nodes: Tuple[int, int]
    tensorrt: str


def optimize(model: Model, precision: str = 'fp32', size: Optional[Tuple[int, int]] = None,
             tensorrt: bool = True, model_dir: Optional[str] = None) -> Optimized:
    """Write an optimised copy of the model's graph.

    With a TensorFlow that has TensorRT: engines for this GPU and one size (width, height px) of the
    network's input, which takes minutes. Without, or with `tensorrt` False: constants and batch
    norms folded, identities and nodes of training removed, for any size. fp16 then halves the file
    only, for the weights are widened again when it is loaded; it costs no AP with mobilenet_thin
    and 0.004 with lightweight_openpose. The tensors keep their names. Raises ModelError.
    """
    path, _ = fetch.checked_graph(model, model_dir)
    graph_def = read_graph(path)
    model = tensors.resolve(graph_def, model)
    simple = simplify(graph_def, model)
    make_engines, answer = find_tensorrt() if tensorrt else (None, 'not asked for')
    if make_engines:
        if size is None:
            raise ModelError('TensorRT makes engines for one size: give it, as in 432x368')
        result = make_engines(_sized(simple, model, size), model, precision)
        kind = '{}-{}x{}-tensorrt'.format(precision, *size)
    else:
        result = (transform.halve_weights(simple, model.outputs) if precision == 'fp16'
                  else simple)
        kind = precision + '-anysize'
    out_path = '{}.optimized-{}.pb'.format(os.path.splitext(path)[0], kind)
    data = result.SerializeToString()
    write_whole(out_path, data)
    if make_engines:
        fetch.remember_engine(hashlib.sha256(data).hexdigest())
    return Optimized(out_path, (len(graph_def.node), len(result.node)), answer)


def simplify(graph_def: Any, model: Model) -> Any:
    """The graph with everything folded that can be; the same outputs but for rounding."""
    kept = model.outputs + (model.input,)
    for step in (transform.remove_identities, transform.fold_constants,
                 transform.fold_batch_norms):
        graph_def = step(graph_def, kept)
    return graph_def


def find_tensorrt() -> Tuple[Optional[Callable[[Any, Model, str], Any]], str]:
    """What makes engines of a graph, or None; and a line on what there is."""
    version = 'TensorFlow {}'.format(tf.__version__)
    try:
        if tf.__version__.startswith('1.'):
            from tensorflow.contrib.tensorrt import create_inference_graph
            return functools.partial(_by_contrib, create_inference_graph), version + ', TF-TRT'
        from tensorflow.compiler.tf2tensorrt import _pywrap_py_utils
        from tensorflow.python.compiler.tensorrt import trt_convert
        if _pywrap_py_utils.is_tensorrt_enabled():
            return functools.partial(_by_converter, trt_convert.TrtGraphConverter), ' '.join(
                (version, 'with TensorRT', '.'.join(
                    map(str, _pywrap_py_utils.get_linked_tensorrt_version()))))
    except (ImportError, AttributeError):
        pass
    return None, version + ' has no TensorRT here: only the graph itself is optimised'


def _by_converter(converter: Any, graph_def: Any, model: Model, precision: str) -> Any:
    """TensorFlow 2's TF-TRT for frozen graphs, which works in graph mode only."""
    with tf.Graph().as_default():
        return _engines(lambda: converter(
            input_graph_def=graph_def, nodes_denylist=_nodes(model.outputs), max_batch_size=1,
            max_workspace_size_bytes=WORKSPACE, precision_mode=precision.upper(),
            minimum_segment_size=MINIMUM_SEGMENT, is_dynamic_op=False,
            maximum_cached_engines=1).convert())


def _by_contrib(create_inference_graph: Any, graph_def: Any, model: Model, precision: str) -> Any:
    """TensorFlow 1's TF-TRT."""
    return _engines(lambda: create_inference_graph(
        graph_def, _nodes(model.outputs), max_batch_size=1, max_workspace_size_bytes=WORKSPACE,
        precision_mode=precision.upper(), minimum_segment_size=MINIMUM_SEGMENT,
        is_dynamic_op=False, maximum_cached_engines=1))


def _engines(make: Callable[[], Any]) -> Any:
    try:
        result = make()
    except (RuntimeError, ValueError, tf.errors.OpError) as error:
        raise ModelError('TensorRT makes no engine: {}'.format(first_line(error)))
    if not any(node.op == ENGINE for node in result.node):
        raise ModelError('TensorRT made no engine of this graph')
    return result


def _nodes(tensors_: Sequence[str]) -> List[str]:
    return [transform.node_of(name) for name in tensors_]


def _sized(graph_def: Any, model: Model, size: Tuple[int, int]) -> Any:
    """The graph with its placeholder of one image of this size, as engines need it."""
    sized = tf.GraphDef()
    sized.CopyFrom(graph_def)
    for node in sized.node:
        if node.name == transform.node_of(model.input):
            node.attr['shape'].shape.CopyFrom(
                tf.TensorShape([1, size[1], size[0], 3]).as_proto())
    return sized
