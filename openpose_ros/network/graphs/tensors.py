"""Which tensors of a graph are the image, the heatmaps and the part affinity fields."""
from typing import Any, List, NamedTuple, Optional, Tuple

from openpose_ros.network.errors import ModelError, first_line
from openpose_ros.network.graphs.graph import ENGINE, shortened
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models.catalogue import MODELS, Model, Pixels


class Wired(NamedTuple):
    """A network from 8-bit image to maps.

    graph: tf.Graph. image: placeholder (batch, height, width, 3) uint8 BGR. heatmaps, pafs: tensors
    (1, height / stride, width / stride, channels) float32.
    """

    graph: Any
    image: Any
    heatmaps: Any
    pafs: Any


def resolve(graph_def: Any, model: Model) -> Model:
    """The model with its tensors' names, checked or else found. Raises ModelError."""
    nodes = {node.name for node in graph_def.node}
    model = model._replace(input=model.input and _tensor(model.input),
                           outputs=tuple(map(_tensor, model.outputs)))

    def has(tensors):
        return all(tensor.split(':')[0] in nodes for tensor in tensors)

    given = ((model.input,) if model.input else ()) + model.outputs
    if not has(given):
        raise ModelError('the graph of {} has no tensor {}: {}'.format(
            model.name, ' or '.join(name for name in given if not has([name])),
            _candidates(graph_def)))
    like = [known for known in MODELS if has((known.input,) + known.outputs)
            and known.body.name == model.body.name
            and (model.input or known.input) == known.input
            and (model.outputs or known.outputs) == known.outputs]
    if like:
        input, outputs, pixels = like[0].input, like[0].outputs, like[0].pixels
    else:
        input = model.input or _find_input(graph_def)
        outputs = model.outputs or _find_outputs(graph_def, model)
        pixels = Pixels()
    return model._replace(input=input, outputs=outputs, pixels=model.pixels or pixels)


def wire(graph_def: Any, model: Model, height: Optional[int] = None,
         width: Optional[int] = None, batch: Optional[int] = 1) -> Wired:
    """The graph from an 8-bit BGR image, of this or (None) any size, to the two kinds of maps.

    batch: how many images a run takes; None: any number. A graph with engines takes one always.

    What the pixels need is done in the graph, so that bytes travel to the device, not floats.
    model: its tensors known. Raises ModelError when the graph is not sound or the maps not those
    of the model's body.
    """
    body = model.body
    engine_size = _engine_size(graph_def)
    height, width = engine_size or (height, width)
    with tf.Graph().as_default() as graph:
        image = tf.placeholder(tf.uint8, [1 if engine_size else batch, height, width, 3], 'image')
        outputs = import_graph(graph_def, model, as_input(image, model))
        channels = [output.shape.as_list()[-1] for output in outputs]
        if channels == [body.heatmap_count + body.paf_count]:
            outputs = tf.split(outputs[0], [body.heatmap_count, body.paf_count], axis=3)
        elif channels != [body.heatmap_count, body.paf_count]:
            raise ModelError('the output of {} has {} channels; the body {} needs {} + {}'.format(
                model.name, ' and '.join(map(str, channels)), body.name, body.heatmap_count,
                body.paf_count))
        return Wired(graph, image, tf.identity(outputs[0], 'heatmaps_out'),
                     tf.identity(outputs[1], 'pafs_out'))


def as_input(image: Any, model: Model) -> Any:
    """An image of 8 bits, BGR, as the model takes its pixels."""
    tensor = image[..., ::-1] if model.pixels.order == 'rgb' else image
    tensor = tf.cast(tensor, tf.float32)
    if model.pixels.scale != 1.:
        tensor = tensor * model.pixels.scale
    if model.pixels.offset != 0.:
        tensor = tensor + model.pixels.offset
    return tensor


def _engine_size(graph_def):
    """(height, width) of the only images that a graph with engines takes; None: any size."""
    if not any(node.op == ENGINE for node in graph_def.node):
        return None
    sizes = [dim.size for dim in _placeholders(graph_def)[0].attr['shape'].shape.dim]
    return tuple(sizes[1:3])


def import_graph(graph_def: Any, model: Model, tensor: Any) -> List[Any]:
    """The model's outputs for this input tensor, the graph added to the default one."""
    try:
        outputs = tf.import_graph_def(graph_def, {model.input: tensor}, list(model.outputs),
                                      name='model')
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError('the graph of {} is damaged: {}'.format(model.name, first_line(error)))
    for output in outputs:
        if output.shape.rank != 4 or output.dtype != tf.float32:
            raise ModelError('the tensor {} of {} is no map: {} {}'.format(
                output.name, model.name, output.dtype.name, output.shape))
    return outputs


def _tensor(name):
    return name if ':' in name else name + ':0'


def _placeholders(graph_def):
    return [node for node in graph_def.node if node.op == 'Placeholder']


def _find_input(graph_def):
    found = [node.name + ':0' for node in _placeholders(graph_def)
             if node.attr['shape'].shape.unknown_rank
             or [dim.size for dim in node.attr['shape'].shape.dim][3:] == [3]]
    if len(found) != 1:
        raise ModelError('which tensor takes the image cannot be told, name it by tensors '
                         '(IN,HEATMAPS,PAFS): {}'.format(_candidates(graph_def)))
    return found[0]


def _find_outputs(graph_def, model) -> Tuple[str, ...]:
    """The tensors nothing else uses whose numbers of channels are those of the body."""
    body = model.body
    ends = _ends(graph_def)

    def with_channels(count):
        return [name for name, channels in ends if channels == count]

    both = with_channels(body.heatmap_count + body.paf_count)
    heatmaps, pafs = with_channels(body.heatmap_count), with_channels(body.paf_count)
    if len(both) == 1:
        return tuple(both)
    if not both and len(heatmaps) == 1 and len(pafs) == 1:
        return heatmaps[0], pafs[0]
    raise ModelError('which tensors are the heatmaps ({} channels) and part affinity fields ({}) '
                     'cannot be told, name them by tensors (IN,HEATMAPS,PAFS): {}'.format(
                         body.heatmap_count, body.paf_count, _candidates(graph_def)))


def _ends(graph_def) -> List[Tuple[str, Optional[int]]]:
    """Name and number of channels of each tensor that no other node uses."""
    used = {name.lstrip('^').split(':')[0] for node in graph_def.node for name in node.input}
    with tf.Graph().as_default() as graph:
        try:
            tf.import_graph_def(graph_def, name='')
        except (ValueError, TypeError, KeyError) as error:
            raise ModelError('the graph is damaged: {}'.format(first_line(error)))
    return [(tensor.name, tensor.shape.as_list()[-1] if tensor.shape.rank else None)
            for operation in graph.get_operations() if operation.name not in used
            for tensor in operation.outputs]


def _candidates(graph_def):
    """One line of the tensors that could be meant."""
    ends = ['{} ({})'.format(name, '?' if channels is None else channels)
            for name, channels in _ends(graph_def)]
    return 'it has the placeholders {} and the outputs (channels) {}'.format(
        shortened(node.name + ':0' for node in _placeholders(graph_def)), shortened(ends))
