"""Graphs made cheaper or more exact without changing what they calculate.

Each function takes a GraphDef and returns a new one in which every tensor of `outputs` has kept its
name. Only NHWC is handled; what does not fit a rule stays as it is.
"""
from typing import Any, Dict, Iterable, List, Optional, Sequence, Set

import numpy as np

from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.tf1 import tf

BATCH_NORMS = ('FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3')
CONVOLUTIONS = ('Conv2D', 'DepthwiseConv2dNative')
_PASSING = ('Identity', 'StopGradient', 'FakeQuantWithMinMaxVars', 'FakeQuantWithMinMaxArgs')


def prune(graph_def: Any, outputs: Sequence[str]) -> Any:
    """Without the nodes on which no output depends; the others in the order they are run in."""
    nodes = {node.name: node for node in graph_def.node}
    ordered, open_ = [], [(node_of(name), False) for name in reversed(outputs)]
    seen = set()   # type: Set[str]
    while open_:
        name, inputs_done = open_.pop()
        if inputs_done:
            ordered.append(nodes[name])
        elif name not in seen:
            seen.add(name)
            open_.append((name, True))
            open_.extend((node_of(other), False) for other in nodes[name].input)
    return graph_like(graph_def, ordered)


def remove_identities(graph_def: Any, outputs: Sequence[str]) -> Any:
    """Without Identity nodes, those of training and of a float graph's pretended quantisation."""
    kept = {node_of(name) for name in outputs}
    source = {node.name: node.input[0] for node in graph_def.node
              if node.op in _PASSING and node.name not in kept}

    def real(name):
        while name in source:
            name = source[name]
        return name

    nodes = []
    for node in graph_def.node:
        if node.name not in source:
            nodes.append(copy_of(node))
            nodes[-1].input[:] = [real(name) for name in node.input if not name.startswith('^')]
    return prune(graph_like(graph_def, nodes), outputs)


def fold_constants(graph_def: Any, outputs: Sequence[str]) -> Any:
    """With everything calculated that depends on constants only."""
    graph_def = prune(graph_def, outputs)
    constants, folded = set(), []   # type: Set[str], List[str]
    for node in graph_def.node:
        if node.op == 'Const':
            constants.add(node.name)
        elif node.input and all(node_of(name) in constants for name in node.input):
            constants.add(node.name)
            folded.append(node.name)
    multiple = {name.split(':')[0] for node in graph_def.node for name in node.input if ':' in name}
    folded = [name for name in folded if name not in multiple]
    if not folded:
        return graph_def
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_like(graph_def, [node for node in graph_def.node
                                               if node.name in constants]), name='')
        with tf.Session(graph=graph, config=tf.ConfigProto(device_count={'GPU': 0})) as session:
            try:
                values = dict(zip(folded, session.run([name + ':0' for name in folded])))
            except tf.errors.OpError as error:
                raise ModelError('what hangs on constants alone cannot be computed: {}'.format(
                    first_line(error)))
    return prune(graph_like(graph_def, [constant(node.name, values[node.name])
                                    if node.name in values else node
                                    for node in graph_def.node]), outputs)


def fold_batch_norms(graph_def: Any, outputs: Sequence[str]) -> Any:
    """With each batch norm of stored statistics, after a convolution, inside that convolution.

    (w * x) g / sqrt(v + e) + b - m g / sqrt(v + e): the factor goes into the weights, the rest is
    a bias. Batch norms that take the statistics of the image itself cannot be folded.
    """
    nodes = {node.name: node for node in graph_def.node}
    users = _users(graph_def, outputs)
    replaced = {}   # type: Dict[str, List[Any]]
    for node in graph_def.node:
        convolution = nodes.get(node.input[0]) if node.op in BATCH_NORMS else None
        if (convolution is None or node.attr['is_training'].b or not _is_nhwc(node)
                or convolution.op not in CONVOLUTIONS or users[convolution.name] != 1):
            continue
        weights = value_of(nodes, convolution.input[1])
        gamma, beta, mean, variance = (value_of(nodes, name) for name in node.input[1:5])
        if any(value is None for value in (weights, gamma, beta, mean, variance)):
            continue
        factor = gamma / np.sqrt(variance.astype(np.float64) + node.attr['epsilon'].f)
        shape = weights.shape[2:] if convolution.op == 'DepthwiseConv2dNative' else (-1,)
        scaled = constant(convolution.name + '/folded_weights',
                           (weights * factor.reshape(shape)).astype(np.float32))
        bias = constant(node.name + '/folded_bias', (beta - mean * factor).astype(np.float32))
        convolution = copy_of(convolution)
        convolution.input[1] = scaled.name
        replaced[convolution.name] = [scaled, convolution]
        replaced[node.name] = [bias, make_node(node.name, 'BiasAdd', [convolution.name, bias.name])]
    return prune(graph_like(graph_def, [new for node in graph_def.node
                                    for new in replaced.get(node.name, [node])]), outputs)


def fold_scales(graph_def: Any, outputs: Sequence[str]) -> Any:
    """With each depthwise convolution of one tap inside the convolution that alone reads it.

    It only scales its channels, as mobilenet_thin's do in the last two layers of its stages.
    """
    nodes = {node.name: node for node in graph_def.node}
    users = _users(graph_def, outputs)
    folded = []
    for node in graph_def.node:
        scaling = nodes.get(node.input[0]) if node.op == 'Conv2D' else None
        weights = (value_of(nodes, scaling.input[1]) if scaling is not None and
                   scaling.op == 'DepthwiseConv2dNative' and users[scaling.name] == 1 else None)
        if (weights is not None and weights.shape[:2] == (1, 1) and weights.shape[3] == 1
                and _is_nhwc(scaling) and list(scaling.attr['strides'].list.i) == [1] * 4):
            scaled = constant(node.name + '/scaled_weights',
                              value_of(nodes, node.input[1]) * weights[0, 0])
            node = copy_of(node)
            node.input[:] = [scaling.input[0], scaled.name]
            folded.append(scaled)
        folded.append(node)
    return prune(graph_like(graph_def, folded), outputs)


def write_out_statistics(graph_def: Any, outputs: Sequence[str]) -> Any:
    """With batch norms that take the image's own statistics as plain arithmetic.

    Means are taken over rows and then over columns. One sum over the whole map, as in TFLite's
    batch norm, loses so many bits that maps of mobilenet_v2_small came out wrong by 0.003; so they
    are nearer to exact arithmetic than TensorFlow's own batch norm is.
    """
    axes = [constant('statistics/row', np.int32([2])), constant('statistics/column',
                                                                  np.int32([1]))]
    nodes = list(axes)
    for node in graph_def.node:
        if node.op in BATCH_NORMS and node.attr['is_training'].b and _is_nhwc(node):
            nodes.extend(_statistics(node, [axis.name for axis in axes]))
        else:
            nodes.append(node)
    return prune(graph_like(graph_def, nodes), outputs)


def _statistics(node, axes):
    """Nodes that do what this batch norm does; the last has its name."""
    made = []

    def add(op, *inputs):
        name = '{}/{}_{}'.format(node.name, op, len(made))
        made.append(make_node(name, op, inputs))
        return name

    def mean(name):
        for axis in axes:
            name = add('Mean', name, axis)
            made[-1].attr['keep_dims'].b = True
            made[-1].attr['Tidx'].type = tf.int32.as_datatype_enum
        return name

    epsilon = constant(node.name + '/epsilon', np.float32(node.attr['epsilon'].f))
    made.append(epsilon)
    centred = add('Sub', node.input[0], mean(node.input[0]))
    variance = mean(add('Mul', centred, centred))
    factor = add('Mul', add('Rsqrt', add('Add', variance, epsilon.name)), node.input[1])
    made.append(make_node(node.name, 'Add', [add('Mul', centred, factor), node.input[2]]))
    return made


def halve_weights(graph_def: Any, outputs: Sequence[str]) -> Any:
    """With large constants kept as float16 and widened when they are used: half the file."""
    nodes = []
    for node in prune(graph_def, outputs).node:
        value = tf.make_ndarray(node.attr['value'].tensor) if node.op == 'Const' else None
        if value is None or value.dtype != np.float32 or value.size < 64:
            nodes.append(node)
            continue
        limit = np.finfo(np.float16).max
        half = constant(node.name + '/half', np.clip(value, -limit, limit).astype(np.float16))
        cast = tf.NodeDef(name=node.name, op='Cast', input=[half.name])
        cast.attr['SrcT'].type = tf.float16.as_datatype_enum
        cast.attr['DstT'].type = tf.float32.as_datatype_enum
        nodes.extend((half, cast))
    return graph_like(graph_def, nodes)


def node_of(tensor: str) -> str:
    """Name of the node a tensor or control input comes from."""
    return tensor.lstrip('^').split(':')[0]


def readers_of(graph_def: Any) -> Dict[str, List[Any]]:
    """The nodes that read each node's outputs, once for each time that they do."""
    readers = {}   # type: Dict[str, List[Any]]
    for node in graph_def.node:
        for name in node.input:
            readers.setdefault(node_of(name), []).append(node)
    return readers


def graph_like(like: Any, nodes: Iterable[Any]) -> Any:
    graph_def = tf.GraphDef(versions=like.versions, library=like.library)
    graph_def.node.extend(nodes)
    return graph_def


def copy_of(node):
    copy = tf.NodeDef()
    copy.CopyFrom(node)
    return copy


def make_node(name, op, inputs):
    node = tf.NodeDef(name=name, op=op, input=inputs)
    node.attr['T'].type = tf.float32.as_datatype_enum
    return node


def constant(name: str, value: np.ndarray) -> Any:
    value = np.asarray(value)
    node = tf.NodeDef(name=name, op='Const')
    node.attr['dtype'].type = tf.as_dtype(value.dtype).as_datatype_enum
    node.attr['value'].tensor.CopyFrom(tf.make_tensor_proto(value, shape=value.shape))
    return node


def value_of(nodes, name) -> Optional[np.ndarray]:
    """The value of a tensor that is a constant, else None."""
    node = nodes.get(name)
    return tf.make_ndarray(node.attr['value'].tensor) if node and node.op == 'Const' else None


def _is_nhwc(node):
    return node.attr['data_format'].s in (b'', b'NHWC')


def _users(graph_def, outputs):
    """How many inputs and outputs each node feeds."""
    users = {node.name: 0 for node in graph_def.node}
    for name in list(outputs) + [name for node in graph_def.node for name in node.input]:
        users[node_of(name)] += 1
    return users
