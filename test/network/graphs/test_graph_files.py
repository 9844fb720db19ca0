"""Files that are no graph, cut short, or that could do more than arithmetic."""
import hashlib
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpose_ros.network.errors import ModelError
from openpose_ros.network.graphs import graph, tensors
from openpose_ros.network.tf1 import tf
from openpose_ros.network.models import fetch
from openpose_ros.network.models.catalogue import from_file


def refused(path):
    with pytest.raises(ModelError) as error:
        graph.read_graph(str(path))
    assert str(path) in str(error.value) and '\n' not in str(error.value)
    return str(error.value)


def test_a_missing_file(tmp_path):
    assert 'No such file' in refused(tmp_path / 'none.pb')


@pytest.mark.parametrize('content, said', [
    (b'', 'is empty'), (b'  \n<!DOCTYPE html><html>', 'is a web page'),
    (b'<HTML><body>Not found', 'is a web page'),
    (b'version https://git-lfs.github.com/spec/v1\noid', 'is a pointer of Git LFS'),
    (b'\x00\x01\x02 no protobuf', 'no frozen TensorFlow graph')])
def test_what_is_no_graph(tmp_path, content, said):
    path = tmp_path / 'graph.pb'
    path.write_bytes(content)
    assert said in refused(path)


@pytest.mark.parametrize('share', [.1, .5, .9, .999])
def test_a_graph_cut_short(small_graph, share):
    with open(small_graph, 'r+b') as file:
        file.truncate(int(share * file.seek(0, 2)))
    assert 'cut short' in refused(small_graph)


@settings(max_examples=30)
@given(st.data())
def test_a_damaged_graph_never_raises_anything_else(small_graph_file, tmp_path_factory, data):
    with open(small_graph_file, 'rb') as file:
        content = bytearray(file.read(3000) if data.draw(st.booleans()) else file.read())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = str(tmp_path_factory.mktemp('damaged') / 'graph.pb')
    with open(path, 'wb') as file:
        file.write(content)
    try:
        graph_def = graph.read_graph(path)
        tensors.wire(graph_def, tensors.resolve(graph_def, from_file(path)))
    except ModelError as error:
        assert '\n' not in str(error)


def with_operation(path, make):
    """A graph file of what `make` adds."""
    with tf.Graph().as_default() as made:
        make()
    path.write_bytes(made.as_graph_def().SerializeToString())
    return path


@pytest.mark.parametrize('name, make', [
    ('ReadFile', lambda: tf.io.read_file('/etc/passwd')),
    ('WriteFile', lambda: tf.io.write_file('/tmp/x', 'x')),
    ('PyFunc', lambda: tf.py_func(lambda: np.float32(0), [], tf.float32)),
    ('VariableV2', lambda: tf.get_variable('v', [1], use_resource=False))])
def test_an_operation_that_does_more_than_calculate(tmp_path, name, make):
    path = with_operation(tmp_path / 'graph.pb', make)
    assert name in refused(path)


def test_such_an_operation_within_a_function(tmp_path):
    graph_def = tf.GraphDef()
    graph_def.node.add(name='image', op='Placeholder')
    function = graph_def.library.function.add()
    function.signature.name = 'hidden'
    function.node_def.add(name='read', op='ReadFile')
    path = tmp_path / 'graph.pb'
    path.write_bytes(graph_def.SerializeToString())
    assert 'ReadFile' in refused(path)


def test_variables_are_told_to_be_frozen(tmp_path):
    path = with_operation(tmp_path / 'graph.pb',
                          lambda: tf.get_variable('v', [1], use_resource=False))
    assert 'frozen to constants' in refused(path)


def test_nodes_that_do_not_fit_together(tmp_path, small_graph):
    graph_def = graph.read_graph(small_graph)
    for damage in (lambda node: node.input.append('nowhere'),
                   lambda node: node.input.__setitem__(0, node.name),
                   lambda node: node.input.pop()):
        broken = tf.GraphDef()
        broken.CopyFrom(graph_def)
        damage([node for node in broken.node if node.op == 'Relu'][0])
        path = tmp_path / 'broken.pb'
        path.write_bytes(broken.SerializeToString())
        assert 'is damaged' in refused(path)


def constant(tmp_path, shape, content, dtype=tf.float32):
    """A file of a graph with one constant that says it has this shape."""
    graph_def = tf.GraphDef()
    node = graph_def.node.add(name='c', op='Const')
    node.attr['dtype'].type = dtype.as_datatype_enum
    tensor = node.attr['value'].tensor
    tensor.dtype = dtype.as_datatype_enum
    for size in shape:
        tensor.tensor_shape.dim.add().size = size
    tensor.tensor_content = content
    path = tmp_path / 'constant.pb'
    path.write_bytes(graph_def.SerializeToString())
    return path


def test_a_constant_that_is_not_what_it_says(tmp_path):
    graph.read_graph(str(constant(tmp_path, (2,), bytes(8))))
    assert 'is damaged' in refused(constant(tmp_path, (3,), bytes(8)))
    assert 'is damaged' in refused(constant(tmp_path, (-1,), bytes(8)))
    assert 'is damaged' in refused(constant(tmp_path, (), b'', tf.variant))


def test_a_constant_that_would_fill_the_memory(tmp_path):
    assert 'no constants have 1073741824 numbers' in refused(
        constant(tmp_path, (1 << 15, 1 << 15), bytes(4)))


def test_a_name_that_cannot_be_printed(tmp_path):
    graph_def = tf.GraphDef()
    graph_def.node.add(name='a', op='Read\nFile' + 'x' * 1000)
    path = tmp_path / 'graph.pb'
    path.write_bytes(graph_def.SerializeToString())
    assert 'Read\\x0aFilex' in refused(path) and len(refused(path)) < 400


def test_what_is_no_file(tmp_path):
    os.mkfifo(str(tmp_path / 'pipe'))
    assert 'it is no file' in refused(tmp_path / 'pipe')
    with open(str(tmp_path / 'huge.pb'), 'wb') as file:
        file.truncate(1 << 40)
    assert 'more than' in refused(tmp_path / 'huge.pb')


def test_an_engine_is_run_only_where_it_was_made(tmp_path, monkeypatch):
    monkeypatch.setenv('OPENPOSE_MODEL_DIR', str(tmp_path / 'models'))
    graph_def = tf.GraphDef()
    graph_def.node.add(name='engine', op=graph.ENGINE)
    data = graph_def.SerializeToString()
    path = tmp_path / 'graph.pb'
    path.write_bytes(data)
    assert 'compiled code' in refused(path)
    fetch.remember_engine(hashlib.sha256(b'another').hexdigest())
    assert 'compiled code' in refused(path)
    fetch.remember_engine(hashlib.sha256(data).hexdigest())
    try:
        graph.read_graph(str(path))     # a TensorFlow without TensorRT does not know it
    except ModelError as error:
        assert 'compiled code' not in str(error)


def test_no_operation_on_the_list_has_effects():
    from tensorflow.python.framework import op_def_registry
    known = [op_def_registry.get(name) for name in graph.OPERATIONS - {graph.ENGINE}]
    assert sum(each is not None for each in known) > 70
    assert not [each.name for each in known if each is not None and each.is_stateful]
    # An attribute that names a function, or a whole one, would call it.
    assert not [each.name for each in known if each is not None
                and any(attribute.type.strip('()list ') == 'func' for attribute in each.attr)]


@pytest.mark.parametrize('name', """
    ReadFile WriteFile MatchingFiles SaveV2 RestoreV2 LoadAndRemapMatrix PyFunc PyFuncStateless
    EagerPyFunc Assert Print PrintV2 PartitionedCall StatefulPartitionedCall If StatelessIf While
    StatelessWhile Switch Merge Enter NextIteration XlaLaunch VarHandleOp ReadVariableOp
    HashTableV2 TensorArrayV3 IteratorV2 TFRecordDataset DecodeRaw ImmutableConst _Send _Recv
    RemoteCall SymbolicGradient EncodeProto DecodeProtoV2 RpcCall MyOwnOp""".split())
def test_what_is_refused_by_name(tmp_path, name):
    graph_def = tf.GraphDef()
    graph_def.node.add(name='a', op=name)
    path = tmp_path / 'graph.pb'
    path.write_bytes(graph_def.SerializeToString())
    assert name in refused(path)


def test_a_function_does_not_take_an_operation_s_place(small_graph):
    graph_def = graph.read_graph(small_graph)
    function = graph_def.library.function.add()
    function.signature.name = 'Relu'
    function.signature.input_arg.add(name='features', type=tf.float32.as_datatype_enum)
    function.signature.output_arg.add(name='activations', type=tf.float32.as_datatype_enum)
    node = function.node_def.add(name='again', op='Relu', input=['features'])
    node.attr['T'].type = tf.float32.as_datatype_enum
    function.ret['activations'] = 'again:activations:0'
    with open(small_graph, 'wb') as file:
        file.write(graph_def.SerializeToString())
    assert not graph.read_graph(small_graph).library.function
