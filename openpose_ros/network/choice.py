"""Which model of the catalogue runs where none is named: the better one, where it costs no more."""
import os
from typing import Optional, Tuple

from openpose_ros.network import ranges
from openpose_ros.network.backends import speed
from openpose_ros.network.backends.tflite import find_interpreter
from openpose_ros.network.errors import ModelError
from openpose_ros.network.models import catalogue, fetch
from openpose_ros.network.models.catalogue import Model


def choose(model_dir: Optional[str] = None, threads: Optional[int] = None,
           may_be_int8: bool = True) -> Tuple[Model, str]:
    """The model for this CPU, and what is to be said of the choice, '' or ' (...)'.

    That is catalogue.BETTER where it is here and takes no more time in eight bits than
    catalogue.DEFAULT in float, which is measured once, like all that `backend: auto` measures.
    may_be_int8: whether eight bits are allowed.
    """
    usual, better = catalogue.find(catalogue.DEFAULT), catalogue.find(catalogue.BETTER)
    if not may_be_int8:
        return usual, ''
    if not os.path.exists(fetch.graph_path(better, model_dir)):
        return usual, ' ({0} finds more, but is not here: openpose models fetch {0})'.format(
            better.name)
    try:
        find_interpreter(with_tensorflow=False)
        path, sha256 = fetch.checked_graph(better, model_dir)
        in_int8 = speed.seconds(path, sha256, better, threads,
                                ranges.of_int8(better.name, path))[speed.INT8]
        path, sha256 = fetch.checked_graph(usual, model_dir)
        in_float = min(speed.seconds(path, sha256, usual, threads).values())
    except ModelError as error:
        # Where only the usual one is missing, the better one is still to be had.
        here = os.path.exists(fetch.graph_path(usual, model_dir))
        return (usual if here else better), ' (not compared: {})'.format(error)
    if in_int8 <= in_float:
        return better, ''
    return usual, ' ({} takes {:.1f} times as long on this CPU)'.format(
        better.name, in_int8 / in_float)
