"""Files that are no graph, cut short, or that could do more than arithmetic."""
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from openpose_ros.network import graph, tensors
from openpose_ros.network.catalogue import from_file
from openpose_ros.network.errors import ModelError
from openpose_ros.network.tf1 import tf


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
