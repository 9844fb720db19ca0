"""An OpenVINO IR: an .xml of any bytes beside a .bin of any bytes."""
import os
import tempfile

import numpy as np
from check import one_line

from openpose_ros.network.errors import ModelError
from openpose_ros.network.importing import import_openvino

FOLDER = tempfile.mkdtemp(prefix='fuzz-')
XML, BIN, OUT = (os.path.join(FOLDER, name) for name in ('net.xml', 'net.bin', 'out.pb'))
BETWEEN = b'\n===\n'


def target(data: bytes) -> None:
    xml, _, weights = data.partition(BETWEEN)
    for path, content in ((XML, xml), (BIN, weights)):
        with open(path, 'wb') as file:
            file.write(content)
    try:
        import_openvino(XML, OUT)
    except ModelError as error:
        one_line(error)


def seeds():
    """A small network of all kinds of operations, as OpenVINO itself writes it."""
    import openvino
    import openvino.opset1 as ops
    image = ops.parameter([1, 3, 8, 8], np.float32, name='data')
    x = ops.multiply(image, ops.constant(np.full((1, 3, 1, 1), .5, np.float32)))
    whole = ops.constant(np.ones((4, 3, 1, 1), np.int8))
    kernel = ops.multiply(ops.convert(whole, 'f32'),
                          ops.constant(np.full((4, 1, 1, 1), .1, np.float32)))
    x = ops.convolution(x, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
    limits = [ops.constant(np.float32(limit)) for limit in (-1., 1., -1., 1.)]
    x = ops.relu(ops.fake_quantize(x, *limits, levels=256))
    grouped = ops.reshape(ops.constant(np.ones((4, 1, 3, 3), np.float32)),
                          np.array([0, 1, 1, 0, -1]), special_zero=True)
    y = ops.elu(ops.group_convolution(x, grouped, [1, 1], [1, 1], [1, 1], [1, 1]), 1.)
    x = ops.concat([x, ops.add(x, y)], 1)
    results = [ops.result(ops.convolution(x, ops.constant(np.ones((count, 8, 1, 1), np.float32)),
                                          [1, 1], [0, 0], [0, 0], [1, 1])) for count in (38, 19)]
    openvino.save_model(openvino.Model(results, [image], 'net'), XML, compress_to_fp16=False)
    parts = []
    for path in (XML, BIN):
        with open(path, 'rb') as file:
            parts.append(file.read())
    yield BETWEEN.join(parts)
