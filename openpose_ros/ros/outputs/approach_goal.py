"""`~/approach_goal` and `~/look_goal`: where to stand before the chosen person, or to look from."""
import math
from typing import Any, Dict, Optional, Tuple

from geometry_msgs.msg import Pose, PoseStamped
from rclpy.duration import Duration
from rclpy.qos import QoSProfile
from visualization_msgs.msg import Marker, MarkerArray

from openpose_ros.approach import Approach, Settings, Viewpoint
from openpose_ros.ros.conversions import messages, rotations
from openpose_ros.ros.outputs.base import Output, Seen
from openpose_ros.ros.outputs.marker_kinds import new_marker
from openpose_ros.ros.outputs.markers import Markers

_COLOUR = (0, 159, 230)         # BGR; orange of the palette of drawing.py's colours
_ARROW = (.7, .08, .12)         # m: its length, and the widths of shaft and head (for the eye)


class ApproachGoal(Output):
    """`~/approach_goal`: where to stand before the chosen person, facing them; none when unsure.

    And `~/look_goal`: from where to look at them while their facing is uncertain. The first is an
    arrow of `~/markers`, too, since RViz's own display of a pose never forgets one.
    """

    topic = '~/approach_goal'
    message_type = PoseStamped

    def __init__(self, node) -> None:
        super().__init__(node)
        self._look = node.create_publisher(PoseStamped, '~/look_goal', QoSProfile(depth=5))
        self._drawn = node.create_publisher(MarkerArray, Markers.topic, QoSProfile(depth=5))
        self._arrow = new_marker(Marker.ARROW, 'approach_goal', 0, _COLOUR, scale=_ARROW)
        self._approach = Approach()

    def configure(self, values) -> None:
        self._arrow.lifetime = Duration(seconds=values['markers.lifetime']).to_msg()
        self._approach.settings = approach_settings(values)

    def forget(self) -> None:
        self._approach.reset()

    @property
    def chosen(self) -> int:
        return self._approach.chosen

    def has_subscribers(self) -> bool:
        return super().has_subscribers() or any(
            publisher.get_subscription_count() > 0 for publisher in (self._look, self._drawn))

    def publish(self, seen: Seen) -> None:
        message, look = self.to_messages(seen)
        for publisher, each in ((self._publisher, message), (self._look, look)):
            if each is not None:
                publisher.publish(each)
        self._drawn.publish(self.to_markers(seen, message and message.pose))

    def to_message(self, seen: Seen) -> Optional[PoseStamped]:
        return self.to_messages(seen)[0]

    def to_messages(self, seen: Seen) -> Tuple[Optional[PoseStamped], Optional[PoseStamped]]:
        """(the goal, from where to look), None for each that there is not."""
        approach = self._approach
        goal = approach.update(seen.people, seen.people_in_camera, seen.stamp, seen.up, seen.floor,
                               viewpoint(seen))
        return _pose(seen, goal), _pose(seen, approach.look)

    def to_markers(self, seen: Seen, pose: Optional[Pose]) -> MarkerArray:
        """The arrow at the goal; its deletion where there is none."""
        self._arrow.header = seen.header
        self._arrow.action = Marker.DELETE if pose is None else Marker.ADD
        if pose is not None:
            self._arrow.pose = pose
        return MarkerArray(markers=[self._arrow])

    def close(self, node) -> None:
        node.destroy_publisher(self._look)
        node.destroy_publisher(self._drawn)
        super().close(node)


def _pose(seen, goal):
    return goal and PoseStamped(header=seen.header, pose=messages.pose(
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
    for name in ('max_facing_stddev', 'look_stddev'):
        group[name] = math.radians(group[name])
    return Settings(**group)
