"""What travels with an image from stage to stage."""
from typing import Any, Dict, NamedTuple, Optional, Tuple

import numpy as np

from openpose_ros.perception import Look, Prepared
from openpose_ros.ros.node import parameters
from openpose_ros.ros.node.pairing import Ticket
from openpose_ros.ros.outputs.base import Output


class Job(NamedTuple):
    """One image on its way from stage to stage, with all that holds for it.

    settings: the parameters by which it is worked on. outputs: that have subscribers. header:
    of the message. stamp: s. depth: its ticket. arrival: when work on it began, by
    time.monotonic(). starts_afresh: since the job before time has jumped, or the camera has
    changed. prepared: for the network; None once that has looked. turned: the same
    of the image turned, only to see whether people are found then; mostly None. look,
    turned_look: what the network says of both. info: the newest CameraInfo then, or None. seconds:
    of the steps so far, {step: s}.
    """

    settings: parameters.Settings
    outputs: Tuple[Output, ...]
    header: Any
    image: np.ndarray
    stamp: float
    depth: Ticket
    arrival: float
    starts_afresh: bool
    seconds: Dict[str, float]
    prepared: Optional[Prepared] = None
    turned: Optional[Prepared] = None
    look: Optional[Look] = None
    turned_look: Optional[Look] = None
    info: Any = None
