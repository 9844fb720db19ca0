"""When images were taken: whether a stamp can be believed, and whether time has jumped back."""
from typing import Optional

from openpose_ros.ros.conversions.images import ImageError
from openpose_ros.tracking import Settings

# s; by more time has jumped back, by less an image is out of order.
TOLERANCE = Settings().rewind_tolerance


class StampError(ImageError):
    """An image whose stamp does not say when it was taken; the text is one line that says why."""


def seconds(stamp) -> float:
    """A builtin_interfaces/Time as seconds."""
    return stamp.sec + stamp.nanosec * 1e-9


def checked(stamp) -> Optional[float]:
    """A builtin_interfaces/Time as seconds; None where it is all zero, thus not set.

    Raises StampError for one that ROS cannot reckon with.
    """
    if stamp.sec < 0 or stamp.nanosec >= 1000000000:
        raise StampError('a stamp of {} s and {} ns is no time: the seconds must not be negative, '
                         'nor the nanoseconds 1000000000 or more'.format(stamp.sec, stamp.nanosec))
    return seconds(stamp) or None


class Stamps:
    """Holds the images to their order: each must be newer than the one before.

    jump: s by which time jumped at the last image that was taken; None where it went on.
    """

    def __init__(self) -> None:
        self.jump = None        # type: Optional[float]
        self._newest = None     # s, of the last image that was taken
        self._last = None       # s, of the last image that came

    def take(self, stamp: float) -> None:
        """Take an image of this time, s. Raises StampError where it is not the newest.

        Older ones are taken, too, where time itself has jumped back (a bag that loops, a clock that
        was set): far back, or two in a row in their own order.
        """
        newest, last = self._newest, self._last
        self._last = stamp
        self.jump = None
        if newest is not None and stamp <= newest:
            in_a_row = last < newest and last < stamp
            if newest - stamp <= TOLERANCE and not in_a_row:
                raise StampError('the stamp {:.6f} is not after that of the image before, '
                                 '{:.6f}: its people would not be of now'.format(stamp, newest))
            self.jump = stamp - newest
        self._newest = stamp
