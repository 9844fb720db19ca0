"""`~/approach_goal`: where to stand before the chosen person."""
import math
from typing import Any, Dict

from geometry_msgs.msg import PoseStamped

from openpose_ros.approach import Approach, Settings
from openpose_ros.ros.conversions import messages, rotations
from openpose_ros.ros.outputs.base import Output, Seen


class ApproachGoal(Output):
    """`~/approach_goal`: where to stand before the chosen person, facing her; none when unsure."""

    topic = '~/approach_goal'
    message_type = PoseStamped

    def __init__(self, node) -> None:
        super().__init__(node)
        self._approach = Approach()

    def configure(self, values) -> None:
        self._approach.settings = approach_settings(values)

    def forget(self) -> None:
        self._approach.reset()

    def build(self, seen: Seen) -> PoseStamped:
        goal = self._approach.update(seen.people, seen.people_in_camera, seen.stamp, seen.up,
                                     seen.floor)
        if goal is None:
            return None
        return PoseStamped(header=seen.header, pose=messages.pose(
            goal.position, rotations.quaternions(goal.rotation)))


def approach_settings(values: Dict[str, Any]) -> Settings:
    """Settings of the approach by the parameters' values."""
    prefix = 'approach.'
    group = {name[len(prefix):]: value for name, value in values.items() if name.startswith(prefix)}
    group['max_facing_stddev'] = math.radians(group['max_facing_stddev'])
    return Settings(**group)
