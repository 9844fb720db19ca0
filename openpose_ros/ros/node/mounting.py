"""How the camera is mounted, by the parameters: which way is up, how its image is to be turned."""
import math
import re
import time
from typing import Any, Mapping, Optional

import numpy as np

from openpose_ros.orientation import Orientation, rotation_for
from openpose_ros.scene import up_of_tilt

# A name, or a part of one, that begins with "rect": image_rect, image_rect_color, color/rect/image.
_RECTIFIED = re.compile(r'(?:^|[/_])rect(?!ang)')
_TRY_EVERY = 2.     # s between images that are turned while nobody is found
_SAY_AFTER = 10.    # s of people who are found in turned images alone


def is_rectified(values: Mapping[str, Any], image_topic: str) -> bool:
    """Whether the images of this topic are rectified, by the parameter image_is_rectified."""
    chosen = values['image_is_rectified']
    return bool(_RECTIFIED.search(image_topic)) if chosen == 'auto' else chosen == 'true'


def orientation(values: Mapping[str, Any], up: Optional[np.ndarray] = None) -> Orientation:
    """How the image is to be turned; up: in the optical frame by TF, (3,), for `auto`."""
    chosen = values['image_rotation']
    if chosen == 'auto':
        return Orientation(0 if up is None else rotation_for(up), values['image_is_mirrored'])
    return Orientation(int(chosen), values['image_is_mirrored'])


def up_by_parameters(values: Mapping[str, Any]) -> np.ndarray:
    """The vertical in the camera's optical frame, where no TF says it."""
    return orientation(values).up_in_camera(np.array(up_of_tilt(
        math.radians(values['camera_pitch']), math.radians(values['camera_roll']))))


class RotatedTries:
    """While nobody is found, now and then an image is turned: is the camera mounted that way?

    It is looked at as it is, too: whoever has just come is not to wait.
    """

    def __init__(self, now=time.monotonic) -> None:
        """now: s; a clock that never jumps."""
        self._now = now
        self.found_upright()

    def found_upright(self) -> None:
        """Somebody is there in an image as it is: begin anew."""
        self._since = self._tried = self._now()
        self._turn, self._hits = 1, 0

    def next_rotation(self) -> int:
        """By how much to turn the next image further, degrees; mostly 0."""
        now = self._now()
        if now - self._tried < _TRY_EVERY:
            return 0
        self._tried = now
        return (180, 90, 270)[self._turn - 1]

    def tried(self, found: bool) -> None:
        """Whether people were found in an image that was turned by what `next_rotation` said."""
        if found:
            self._hits += 1
        else:
            self._turn, self._hits = self._turn % 3 + 1, 0

    def verdict(self, given: Orientation) -> Optional[int]:
        """The image_rotation in which alone people are found, and long enough; else None."""
        if self._hits < 2 or self._now() - self._since < _SAY_AFTER:
            return None
        # The image was turned first, then mirrored, and a mirror makes of a turn its opposite.
        turn = (180, 90, 270)[self._turn - 1]
        return (given.rotation + (-turn if given.mirrored else turn)) % 360
