"""Frozen graphs: reading the file, and refusing one that could do more than arithmetic."""
import functools
import hashlib
import operator
from typing import Any, Iterable

from openpose_ros.files import read_regular
from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.files import LARGEST, what_else_it_is
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models.fetch import engine_is_own

MOST_NUMBERS = 1 << 28   # in all constants; openpose_coco has 5.2e7
ENGINE = 'TRTEngineOp'   # a part of a graph compiled by TensorRT

# What a graph may hold. A model file is code: TensorFlow has operations that read and write files
# or call Python, so only these, which only calculate, are run. An engine of TensorRT is compiled
# code: only one that was made here is run.
OPERATIONS = frozenset("""
    Placeholder PlaceholderWithDefault Const Identity StopGradient NoOp
    Conv2D DepthwiseConv2dNative Conv2DBackpropInput MatMul BiasAdd
    _FusedConv2D _FusedDepthwiseConv2dNative
    FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3
    Add AddV2 AddN Sub Mul Div RealDiv Maximum Minimum Neg Abs Square SquaredDifference
    Sqrt Rsqrt Exp Pow Relu Relu6 LeakyRelu Elu Selu Sigmoid Tanh Softplus Softmax
    FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel
    MaxPool AvgPool Mean Sum Max Min
    Concat ConcatV2 Split SplitV Slice StridedSlice Pack Unpack Pad PadV2 MirrorPad GatherV2
    Reshape Squeeze ExpandDims Transpose ReverseV2 Tile Fill Range Shape Cast
    SpaceToDepth DepthToSpace SpaceToBatchND BatchToSpaceND
    ResizeBilinear ResizeBicubic ResizeNearestNeighbor
""".split()) | {ENGINE}


def read_graph(path: str) -> Any:
    """The GraphDef in a file: sound, all its operations among OPERATIONS. Raises ModelError."""
    try:
        data = read_regular(path, LARGEST)
    except OSError as error:
        raise ModelError('cannot read the model {}: {}'.format(path, error.strerror))
    problem = what_else_it_is(data)
    if problem:
        raise ModelError('{} is {}, not a TensorFlow graph'.format(path, problem))
    try:
        graph_def = tf.GraphDef.FromString(data)
    except Exception as error:   # each implementation of protobuf has its own kind
        raise ModelError('{} ({:,} bytes) is cut short or no frozen TensorFlow graph ({})'.format(
            path, len(data), type(error).__name__))
    if not graph_def.node:
        raise ModelError('{} has no nodes: it is no frozen TensorFlow graph'.format(path))
    check_operations(graph_def, path)
    _check_engines(graph_def, path, data)
    _check_soundness(graph_def, path)
    return graph_def


def check_operations(graph_def: Any, path: str) -> None:
    """Raise ModelError if the graph, functions in it included, holds any other operation."""
    nodes = list(graph_def.node)
    for function in graph_def.library.function:
        nodes.extend(function.node_def)
    unknown = sorted({node.op for node in nodes} - OPERATIONS)
    if unknown:
        raise ModelError('{} is not run: its operation{} {} {} not on the list of those that only '
                         'calculate{}'.format(path, 's' * (len(unknown) > 1), shortened(unknown),
                                              'is' if len(unknown) == 1 else 'are',
                                              _frozen_hint(unknown)))


def _check_engines(graph_def, path, data):
    """Raise ModelError for an engine of others; without any, take the functions out.

    Only engines call functions. One that has the name of an operation would be run in its place.
    """
    if not any(node.op == ENGINE for node in graph_def.node):
        graph_def.ClearField('library')
    elif not engine_is_own(hashlib.sha256(data).hexdigest()):
        raise ModelError('{} is not run: it holds compiled code, an engine of TensorRT, that was '
                         'not made here by `openpose models optimize`'.format(path))


def _check_soundness(graph_def, path):
    """Raise ModelError if nodes do not fit together, or a constant is not what it says.

    Whatever is done with a graph after this takes it for granted.
    """
    try:
        numbers = 0
        for node in graph_def.node:
            if node.op == 'Const':
                # One number may stand for a whole tensor: a few bytes could fill the memory.
                sizes = [dim.size for dim in node.attr['value'].tensor.tensor_shape.dim]
                numbers += functools.reduce(operator.mul, sizes, 1)
                if min(sizes, default=0) < 0 or numbers > MOST_NUMBERS:
                    raise ValueError('no constants have {} numbers'.format(numbers))
                if node.attr['dtype'].type != node.attr['value'].tensor.dtype:
                    # TensorFlow ends the process when it comes to this constant.
                    raise ValueError('the constant {} is of two types'.format(node.name[:60]))
                tf.make_ndarray(node.attr['value'].tensor)
        with tf.Graph().as_default():
            tf.import_graph_def(graph_def, name='')
    except (ValueError, TypeError, KeyError, tf.errors.OpError) as error:
        raise ModelError('{} is damaged: {}'.format(path, first_line(error)))


def _frozen_hint(unknown):
    if any(name.startswith(('Variable', 'VarHandle', 'ReadVariable')) for name in unknown):
        return ' (its variables must be frozen to constants)'
    return ''


def shortened(names: Iterable[str], most: int = 8) -> str:
    """Names separated by commas, the first few of them."""
    names = list(names)
    shown = ', '.join(name[:60] for name in names[:most])
    return shown + (', …' if len(names) > most else '') or 'none'
