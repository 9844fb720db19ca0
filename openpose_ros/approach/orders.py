"""What an errand is told and tells, and by what it goes."""
import math
from typing import NamedTuple, Union

from openpose_ros.approach import comfort
from openpose_ros.approach.comfort import Place

WAITING, LOOKING, APPROACHING = 'waiting', 'turning to look', 'approaching'
ARRIVED, LOST = 'arrived', 'lost'
STATES = WAITING, LOOKING, APPROACHING, ARRIVED, LOST

SUCCEEDED, ABORTED, REJECTED, CANCELED = 'succeeded', 'aborted', 'rejected', 'canceled'


class Send(NamedTuple):
    """Go to this place. number: what the navigation's answers about it are told with."""

    number: int
    place: Place


class Cancel(NamedTuple):
    """Stop where the robot is. number: of the goal that is given up."""

    number: int


class Say(NamedTuple):
    """A line for the log; is_warning: something is wrong."""

    text: str
    is_warning: bool = False


Action = Union[Send, Cancel, Say]


class Heard(NamedTuple):
    """A place that was heard of. at: s, of its image."""

    place: Place
    at: float


class Sent(NamedTuple):
    """A goal that was sent; is_final: that before the person, not a place on the way round."""

    number: int
    place: Place
    at: float
    is_final: bool
    accepted: bool = False


class Settings(NamedTuple):
    """How an errand is run.

    distance: m of the goal from the person, as the goal's sender has it. max_goal_age: s; a goal
    that is older is none, and the robot stops. lost_time: s after which a lost person is waited for
    like any other. moved: m and turned: rad; what is worth a new plan while the goal is far;
    near it less is: `precise` of the way that is left, down to min_moved and min_turned.
    near_enough: m from the goal at which the robot only turns to the person: it cannot drive
    sideways, and would turn away from them to come nearer. keep_away: share of the
    distance; nearer to the person than that it does not drive still nearer. face_within: rad off
    the person, once there, that make it turn.
    first_pause, max_pause: s before a goal that failed is sent again; doubles from one to the
    other. tries: times a place is tried before one aside of it is. answer_time: s within which the
    navigation must accept or reject.
    """

    distance: float = comfort.PERSONAL_SPACE
    max_goal_age: float = 1.
    lost_time: float = 10.
    moved: float = .3
    turned: float = math.radians(20.)
    precise: float = .15
    min_moved: float = .05
    min_turned: float = math.radians(3.)
    near_enough: float = .07
    keep_away: float = .8
    face_within: float = math.radians(3.)
    first_pause: float = 1.
    max_pause: float = 30.
    tries: int = 2
    answer_time: float = 5.
