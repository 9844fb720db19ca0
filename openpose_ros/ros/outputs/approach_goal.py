"""`~/approach_goal`: where to stand before the chosen person."""
import math
from typing import Any, Dict, Optional

from geometry_msgs.msg import PoseStamped

from openpose_ros.approach import Approach, Settings, Viewpoint
from openpose_ros.ros.conversions import messages, rotations
from openpose_ros.ros.outputs.base import Output, Seen


class ApproachGoal(Output):
    """`~/approach_goal`: where to stand before the chosen person, facing them; none when unsure."""

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
                                     seen.floor, viewpoint(seen))
        if goal is None:
            return None
        return PoseStamped(header=seen.header, pose=messages.pose(
            goal.position, rotations.quaternions(goal.rotation)))


def viewpoint(seen: Seen) -> Optional[Viewpoint]:
    """The camera in the frame of the people; None where that moves with it, or is not known."""
    where = seen.mounting
    if seen.camera is None or not where.known or where.rotation is None:
        return None
    return Viewpoint(seen.camera, where.rotation, where.translation)


def approach_settings(values: Dict[str, Any]) -> Settings:
    """Settings of the approach by the parameters' values."""
    prefix = 'approach.'
    group = {name[len(prefix):]: value for name, value in values.items() if name.startswith(prefix)}
    group['max_facing_stddev'] = math.radians(group['max_facing_stddev'])
    return Settings(**group)
