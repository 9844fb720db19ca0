"""People who do something while a robot comes: stand, turn, walk, sit, cross, vanish."""
import math
from typing import NamedTuple, Tuple

from openpose_ros.approach import Place


class Actor(NamedTuple):
    """place: where they are at first, and face. walks: m/s along their facing, in `between` s.
    turns: rad, within a second from `turns_at` s on. vanishes: (from, to) s at which no camera sees
    them, as behind somebody else. body: of synthetic.Person, what does not change.
    """

    place: Place
    body: dict = {}
    walks: float = 0.
    between: Tuple[float, float] = (0., math.inf)
    turns: float = 0.
    turns_at: float = math.inf
    vanishes: Tuple[float, float] = (math.inf, math.inf)

    def at(self, time: float) -> Place:
        """Where they are, and which way they face."""
        walked = self.walks * min(max(time - self.between[0], 0.),
                                  self.between[1] - self.between[0])
        yaw = self.place.yaw + self.turns * min(max(time - self.turns_at, 0.), 1.)
        return Place(self.place.x + walked * math.cos(self.place.yaw),
                     self.place.y + walked * math.sin(self.place.yaw), yaw)

    def is_visible(self, time: float) -> bool:
        return not self.vanishes[0] <= time < self.vanishes[1]

    @property
    def knees(self) -> float:
        """m by which the knees are in front of the hips."""
        if self.body.get('posture') != 'sitting':
            return 0.
        return .4 * self.body.get('size', 1.)
