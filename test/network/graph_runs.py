"""Runs small graphs whose input is `image` and whose output `maps`."""
from openpose_ros.network.backends.tflite import find_interpreter
from openpose_ros.network.graphs import transform
from openpose_ros.network.tf1 import tf

OUTPUTS = ['maps:0']


def channels(graph_def):
    """Of what each convolution reads and writes."""
    nodes = {node.name: node for node in graph_def.node}
    return [transform.value_of(nodes, node.input[1]).shape[2:] for node in graph_def.node
            if node.op in transform.CONVOLUTIONS]


def session_of(graph_def):
    with tf.Graph().as_default() as made:
        tf.import_graph_def(graph_def, name='')
    return tf.Session(graph=made)


def run(graph_def, pixels):
    with session_of(graph_def) as session:
        return session.run(OUTPUTS[0], {'image:0': pixels})


def in_tflite(graph_def, pixels):
    with session_of(graph_def) as session:
        content = tf.lite.TFLiteConverter.from_session(session, *(
            [session.graph.get_tensor_by_name(name)] for name in ('image:0', 'maps:0'))).convert()
    interpreter = find_interpreter()[0](model_content=content)
    source = interpreter.get_input_details()[0]['index']
    interpreter.resize_tensor_input(source, pixels.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(source, pixels)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]['index'])
