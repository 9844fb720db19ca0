"""A Caffe network of any text and weights of any bytes."""
import os
import tempfile

from check import one_line

from openpose_ros.network.errors import ModelError
from openpose_ros.network.importing import import_caffe
from openpose_ros.network.importing.caffe_format import _new_net

FOLDER = tempfile.mkdtemp(prefix='fuzz-')
PROTOTXT, CAFFEMODEL, OUT = (os.path.join(FOLDER, name)
                             for name in ('net.prototxt', 'net.caffemodel', 'out.pb'))
BETWEEN = b'\n===\n'
TEXT = b"""name: "net" input: "image" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layer { name: "c" type: "Convolution" bottom: "image" top: "c"
        convolution_param { num_output: 2 kernel_size: 1 stride: 1 pad: 0 dilation: 1 } }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
layer { name: "p" type: "Pooling" bottom: "c" top: "p"
        pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "q" type: "PReLU" bottom: "p" top: "q" }
layer { name: "j" type: "Concat" bottom: "p" bottom: "q" top: "j" concat_param { axis: 1 } }
"""


def target(data: bytes) -> None:
    text, _, weights = data.partition(BETWEEN)
    for path, content in ((PROTOTXT, text), (CAFFEMODEL, weights)):
        with open(path, 'wb') as file:
            file.write(content)
    try:
        import_caffe(PROTOTXT, CAFFEMODEL, OUT)
    except ModelError as error:
        one_line(error)


def seeds():
    net = _new_net()
    for name, shapes in (('c', ((2, 3, 1, 1), (2,))), ('q', ((2,),))):
        layer = net.layer.add(name=name)
        for shape in shapes:
            blob = layer.blobs.add()
            blob.shape.dim.extend(shape)
            count = 1
            for size in shape:
                count *= size
            blob.data.extend([.5] * count)
    yield TEXT + BETWEEN + net.SerializeToString()
    yield TEXT[:400] + BETWEEN + net.SerializeToString()[:40]
