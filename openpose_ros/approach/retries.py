"""Goals that failed: when to try again, and where else."""
import math

from openpose_ros.approach.comfort import Place
from openpose_ros.approach.orders import Settings

# Where else to stand when no way leads to the front, rad aside of it, in turn.
_ASIDE = tuple(math.radians(angle) for angle in (0., 30., -30., 60., -60., 90., -90.))


class Retries:
    """Counts failures in a row. at: s, when to try again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """Begin anew, with the goal itself."""
        self._failures = 0
        self._aside = 0             # which of _ASIDE is tried
        self._goal = None           # Place; to which that belongs
        self.at = -math.inf

    def succeed(self) -> None:
        """It worked; the place that did is kept."""
        self._failures, self.at = 0, -math.inf

    def fail(self, text: str, goal: Place, now: float) -> str:
        """A goal has failed, as the text says; the line to log."""
        self._failures += 1
        pause = min(self._settings.first_pause * 2. ** (self._failures - 1),
                    self._settings.max_pause)
        self.at = now + pause
        if self._failures % self._settings.tries == 0:
            self._goal = goal
            self._aside = (self._aside + 1) % len(_ASIDE)
            text += '; trying a place aside of it' if self._aside else (
                '; no place before the person can be reached')
        return '{}; again in {:g} s'.format(text, pause)

    def place(self, goal: Place) -> Place:
        """The goal, or after failures the same distance from the person aside of their front."""
        if self._goal is not None and math.hypot(
                goal.x - self._goal.x, goal.y - self._goal.y) > 2. * self._settings.moved:
            self.reset()
        if not self._aside:
            return goal
        distance = self._settings.distance
        yaw = goal.yaw + _ASIDE[self._aside]
        return Place(goal.x + distance * (math.cos(goal.yaw) - math.cos(yaw)),
                     goal.y + distance * (math.sin(goal.yaw) - math.sin(yaw)), yaw)
