"""What the robot is doing about the person: a state machine between the goals and the navigation.

It is told what was heard and what the navigation answers, and asked with :meth:`step` what to do.
Times are s of one clock that never jumps.
"""
import math
from typing import List, Optional

from openpose_ros.approach import comfort, looking
from openpose_ros.approach.comfort import Place, angle_between
from openpose_ros.approach.orders import (ABORTED, APPROACHING, ARRIVED,
                                          CANCELED, LOOKING, LOST, REJECTED,
                                          SUCCEEDED, WAITING, Action, Cancel,
                                          Heard, Say, Send, Sent, Settings)
from openpose_ros.approach.nearby import Nearby
from openpose_ros.approach.retries import Retries

_CLOSER = .02           # m; what counts as still nearer. Chosen, not measured
# s; no longer than that after it was last said is a look wanted, if it can go. Chosen: some images.
_LOOKS = .6
# Who is lost is looked for where they were, then this far (rad) to either side of it, each for so
# many s: a camera of 60 degrees sees 160 in all.
_SEARCH, _SEARCH_TIME = (0., math.radians(50.), -math.radians(50.), 0.), 2.5
_MIN_INTERVAL = .5      # s between goals: a planner needs some of it
_WHY = {ABORTED: 'the navigation has given up', REJECTED: 'the navigation rejects',
        CANCELED: 'somebody else has cancelled'}


class Errand:
    """Goes to the person and stays with them. state: one of STATES."""

    def __init__(self, settings: Settings = Settings()) -> None:
        self.settings = settings
        self.state = WAITING
        self.robot = None           # type: Optional[Place]
        self._goal = self._look = None      # the newest of each, Heard
        self._sent = None           # type: Optional[Sent]
        self._number = 0
        self._arrived_at = self._ended_at = None    # Place: the goal, and where the robot was then
        self._back = None           # Place; where to turn to the person who was lost
        self._server_is_there = None
        self._stopped = False
        self._lost_at = None
        self._retries = Retries(settings)
        self._nearby = Nearby()
        self._sent_at = -math.inf
        self._said = []

    # What is heard.

    def hear_goal(self, place: Place, now: float, age: float = 0.) -> None:
        """The place before the person. age: s since its image was taken; too old a one is none."""
        if age <= self.settings.max_goal_age:
            self._goal = Heard(place, now - max(age, 0.))

    def hear_look(self, place: Place, now: float, age: float = 0.) -> None:
        """The place from which to look at a person whose facing is not known."""
        if age <= self.settings.max_goal_age:
            self._look = Heard(place, now - max(age, 0.))

    def hear_people(self, places, now: float, age: float = 0.) -> None:
        """Everybody who is seen, [(x, y)] m in the goals' frame."""
        self._nearby.hear(places, now - max(age, 0.), self.robot)

    def find_server(self, is_there: bool) -> None:
        """Whether there is a navigation to send goals to."""
        if self._server_is_there and not is_there and self._sent is not None:
            self._say('the navigation has gone; waiting for it', True)
            self._sent = None
        self._server_is_there = is_there

    def accept(self, number: int) -> None:
        """The navigation has accepted a goal."""
        if self._sent is not None and self._sent.number == number:
            self._sent = self._sent._replace(accepted=True)

    def finish(self, number: int, outcome: str, now: float, why: str = '') -> None:
        """How a goal ended; of one that a newer one has replaced, nothing is asked."""
        sent = self._sent
        if sent is None or sent.number != number:
            return
        self._sent = None
        if outcome == SUCCEEDED:
            self._retries.succeed()
            if sent.is_final and self.state in (APPROACHING, ARRIVED):
                if self.state != ARRIVED:
                    self._say('arrived')
                self.state, self._arrived_at, self._ended_at = ARRIVED, sent.place, self.robot
            return
        self._fail('{} the goal{}'.format(_WHY[outcome], ': ' + why if why else ''), sent, now)

    @property
    def goal(self) -> Optional[Place]:
        """The newest place before the person that was heard of."""
        return None if self._goal is None else self._goal.place

    def forget(self) -> None:
        """Forget all places: they are in another frame from now on."""
        self._goal = self._look = self._sent = self._arrived_at = self._back = None
        self._retries.reset()
        self.state = WAITING

    def stop(self) -> None:
        """Stop, and go nowhere until :meth:`start`."""
        self._stopped = True

    def start(self) -> None:
        """Go on after :meth:`stop`."""
        self._stopped = False
        self._retries.reset()

    # What is to be done.

    def step(self, now: float) -> List[Action]:
        """What to do at this time; to be asked some times each second."""
        self._watch(now)
        actions = self._said
        self._said = []
        wanted, state = self._wanted(now)
        if wanted is None:
            self._recall(actions)
            self._rest(now, actions)
            return actions
        wanted = self._kept_away(wanted, now)
        if wanted is None:
            self._recall(actions, Say('somebody is in the way: waiting'))
            return actions
        if self.state not in (state, ARRIVED) or (self.state == ARRIVED and state == APPROACHING):
            actions.append(Say({APPROACHING: 'approaching the person',
                                LOOKING: 'turning to look at the person'}.get(state, state)))
        self.state = state
        if self._back is None:
            self._lost_at = None
        place, is_final = wanted
        if self._is_due(place, now):
            self._number += 1
            self._sent = Sent(self._number, place, now, is_final)
            self._sent_at = now
            actions.append(Send(self._number, place))
        return actions

    def _recall(self, actions, *says):
        """Cancel what was sent, if anything was, and say so."""
        if self._sent is not None:
            actions += [Cancel(self._sent.number), *says]
            self._sent = None

    def _watch(self, now):
        """See to a navigation that does not answer."""
        sent = self._sent
        if sent is not None and not sent.accepted and now - sent.at > self.settings.answer_time:
            self._sent = None
            self._fail('the navigation does not answer within {:g} s'.format(
                self.settings.answer_time), sent, now)

    def _wanted(self, now):
        """((where to go, whether it is the goal itself), state); (None, None): nowhere."""
        if self._stopped:
            return None, None
        if self.state != ARRIVED and self._look is not None and now - self._look.at <= _LOOKS:
            return (self._look.place, False), LOOKING
        if self._is_fresh(self._goal, now):
            self._back = None
            goal = self._retries.place(self._goal.place)
            if self.state == ARRIVED and not self._has_gone(goal):
                return (self._facing(goal), True), ARRIVED
            if self.robot is None:
                return (goal, True), APPROACHING
            if self._is_there(goal):
                return (self._facing(goal), True), APPROACHING
            place = comfort.way_in(self.robot, goal, self.settings.distance,
                                   self._nearby.standing(self._person(goal)))
            if self._is_too_near(goal, place):
                return (self._facing(goal), False), APPROACHING
            return (place, place == goal), APPROACHING
        if self._is_fresh(self._look, now):
            self._back = None
            return (self._look.place, False), LOOKING
        back = self._turn_back(now)
        return (None, None) if back is None else ((back, False), LOOKING)

    def _kept_away(self, wanted, now):
        """What is wanted, or what of it leads near to nobody now; None: to wait."""
        wanted = self._led_past(wanted)
        if not self._nearby.must_wait(self.robot, wanted[0], now):
            return wanted
        turned = self._turned_on_the_spot(now)
        return None if turned is None else (turned, False)

    def _led_past(self, wanted):
        """What is wanted, or the place by which who stands in the way is passed."""
        if self.robot is None:
            return wanted
        person = (math.inf, math.inf) if self._goal is None else self._person(self._goal.place)
        aside = self._nearby.passed_by(self.robot, wanted[0], person)
        return wanted if aside is None else (aside, False)

    def _turned_on_the_spot(self, now):
        """Where to turn to while it waits: to see who is still there; or None."""
        if self.robot is None or self._goal is None or not self._nearby.has_waited(now):
            return None
        unseen = self._nearby.unseen(now)
        place = (self._facing(self._goal.place) if unseen is None
                 else comfort.turned_to(self.robot, unseen))
        return None if self._is_turned(place) else place

    def _turn_back(self, now):
        """Here, turned to where the person was last, then to either side of it; None: nowhere."""
        heard = max((heard for heard in (self._goal, self._look) if heard is not None),
                    key=lambda heard: heard.at, default=None)
        if self.robot is None or heard is None or self.state == WAITING or (
                now - heard.at > self.settings.lost_time):
            return None
        if self._back is None:
            distance = self.settings.distance if heard is self._goal else looking.DISTANCE
            self._back = comfort.turned_to(self.robot, self._person(heard.place, distance))
        stage = int((now - heard.at - self.settings.max_goal_age) / _SEARCH_TIME)
        place = self._back._replace(yaw=self._back.yaw + _SEARCH[min(max(stage, 0), len(_SEARCH) - 1)])
        return None if self._is_turned(place) else place

    def _is_turned(self, place):
        return abs(angle_between(self.robot.yaw, place.yaw)) <= self.settings.face_within

    def _person(self, goal, distance=None):
        """(x, y) m of the person before whom a goal is, m off (None: at the goal's distance)."""
        distance = self.settings.distance if distance is None else distance
        return (goal.x + distance * math.cos(goal.yaw), goal.y + distance * math.sin(goal.yaw))

    def _is_fresh(self, heard, now):
        return heard is not None and now - heard.at <= self.settings.max_goal_age

    def _has_gone(self, goal):
        """Whether the goal has moved so far from where the robot has arrived that it must drive."""
        at = self._arrived_at
        return math.hypot(goal.x - at.x, goal.y - at.y) > self.settings.near_enough

    def _is_too_near(self, goal, place):
        """Whether the person is near and the way to a place would lead still nearer."""
        person = self._person(goal)
        away = math.hypot(person[0] - self.robot.x, person[1] - self.robot.y)
        return away < self.settings.keep_away * self.settings.distance and (
            comfort.passes(self.robot, place, person) < away - _CLOSER)

    def _is_there(self, goal):
        """Whether the robot is so near the goal that it only turns; not while it drives to it."""
        sent = self._sent
        if sent is not None and sent.is_final and not self._differs(goal, sent.place):
            return False
        return math.hypot(goal.x - self.robot.x, goal.y - self.robot.y) < self.settings.near_enough

    def _facing(self, goal):
        """Where the robot is, turned to the person; what was sent last while that is about it."""
        sent, person = self._arrived_at if self._sent is None else self._sent.place, self._person(goal)
        at = self.robot or sent
        yaw = math.atan2(person[1] - at.y, person[0] - at.x)
        if sent is not None and abs(angle_between(yaw, sent.yaw)) <= self.settings.face_within and (
                math.hypot(at.x - sent.x, at.y - sent.y) < self.settings.near_enough):
            return sent
        return Place(at.x, at.y, yaw)

    def _is_due(self, place, now):
        """Whether this place is worth a goal of its own now."""
        if not self._server_is_there:
            if self._server_is_there is False:
                self._say('no navigation is there yet', True)
            return False
        if now < self._retries.at or now - self._sent_at < _MIN_INTERVAL:
            return False
        if self._sent is not None:
            return self._differs(place, self._sent.place)
        if None not in (self.robot, self._ended_at) and not self._is_turned(self._ended_at):
            return True         # it has gone on turning since it arrived
        return self.state != ARRIVED or place != self._arrived_at

    def _differs(self, place, other):
        settings, left = self.settings, math.inf
        if self.robot is not None:
            left = math.hypot(place.x - self.robot.x, place.y - self.robot.y)
        share = min(settings.precise * left / settings.moved, 1.)
        moved = max(share * settings.moved, settings.min_moved)
        turned = max(share * settings.turned, settings.min_turned)
        return (math.hypot(place.x - other.x, place.y - other.y) > moved
                or abs(angle_between(place.yaw, other.yaw)) > turned)

    def _rest(self, now, actions):
        """Nowhere to go: waiting, or lost for a while who was there."""
        if self.state not in (WAITING, LOST) and not self._stopped:
            if self._lost_at is None:
                actions.append(Say('the person is lost, or not certain enough: stopping'))
                self._lost_at = now
            self.state = LOST
            self._retries.reset()
        if self._stopped or self.state == LOST and now - self._lost_at > self.settings.lost_time:
            self.state, self._lost_at = WAITING, None

    def _fail(self, text, sent, now):
        self._say(self._retries.fail(text, self.goal or sent.place, now), True)

    def _say(self, text, is_warning=False):
        self._said.append(Say(text, is_warning))
