"""RViz with the people in it, upright: `ros2 run openpose_ros rviz`.

RViz draws nothing, and a red error, where its fixed frame is not connected with the people's. This
waits for the first skeletons, looks at what TF has of their frame, and takes as fixed frame the
root of its tree. Where nobody says how the camera stands it says so itself: level, at a given
height.
"""
import argparse
import os
import subprocess
import sys
from typing import List, Mapping, NamedTuple, Optional

from ament_index_python.packages import get_package_share_directory
from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.qos import (DurabilityPolicy, HistoryPolicy, QoSProfile,
                       ReliabilityPolicy)
from rclpy.task import Future
from rclpy.utilities import remove_ros_args

from openpose_ros.msg import SkeletonArray
from openpose_ros.ros.process import runner, transport

try:
    from tf2_msgs.msg import TFMessage
except ImportError:
    TFMessage = None

MAP = 'map'
HEIGHT = 1.         # m; of a camera of which nothing else is said: on a desk or a robot's chest
# x right, y down, z forward (optical) in x forward, y left, z up (REP-103): x, y, z, w.
OPTICAL = (-.5, .5, -.5, .5)
LEVEL = (0., 0., 0., 1.)
_LISTEN = 3.        # s for TF, from the first skeletons on
_PATIENCE = 60.     # s until RViz opens without skeletons
_TICK = .2          # s
# Topics of openpose.rviz, which shows a node without a namespace.
SHOWN = ('openpose/markers', 'openpose/overlay', 'openpose/approach_goal', 'openpose/people')


class Standing(NamedTuple):
    """fixed_frame: RViz's. child: whom to stand up in it (None: nobody), turned by `rotation`."""

    fixed_frame: str
    child: Optional[str] = None
    rotation: tuple = LEVEL


def standing(frame: str, parents: Mapping[str, str], height: Optional[float]) -> Standing:
    """How to look at people in this frame where TF has {child: parent}.

    height: m, of the camera, where it is given; None: it is not.
    """
    root, seen = frame, {frame}
    while root in parents and parents[root] not in seen:
        root = parents[root]
        seen.add(root)
    known = set(parents) | set(parents.values())
    if root == frame and (frame not in known or frame.endswith('_optical_frame')):
        return Standing(_unused(MAP, known), frame, OPTICAL)
    if height is not None and 'camera' in root:     # a camera's own tree, whose root is level
        return Standing(_unused(MAP, known), root, LEVEL)
    return Standing(root)


def _unused(name, known):
    return name if name not in known else 'openpose_' + name


class RvizNode(Node):
    """Finds the fixed frame, publishes what is missing, keeps RViz. done: when RViz has ended."""

    def __init__(self, options) -> None:
        super().__init__('openpose_rviz')
        self.done = Future()
        self._options = options
        self._parents = {}
        self._frame = options.camera_frame
        self._rviz = None
        self._standing = None
        self._waited = 0.
        newest = QoSProfile(depth=1, history=HistoryPolicy.KEEP_LAST,
                            reliability=ReliabilityPolicy.BEST_EFFORT)
        self._skeletons = self.create_subscription(
            SkeletonArray, 'openpose/skeletons', self._on_skeletons, newest)
        if TFMessage is not None:
            latched = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
            self._publisher = self.create_publisher(TFMessage, '/tf_static', latched)
            for topic, quality in (('/tf', QoSProfile(depth=100)), ('/tf_static', latched)):
                self.create_subscription(TFMessage, topic, self._on_transforms, quality)

    def start(self) -> None:
        """Begin to wait."""
        self.get_logger().info('RViz opens with the first skeletons')
        self.create_timer(_TICK, self._tick)

    def end(self) -> None:
        """End RViz, too."""
        if self._rviz is not None and self._rviz.poll() is None:
            self._rviz.terminate()
            self._rviz.wait()
        self.destroy_node()

    def _on_skeletons(self, message):
        if not self._frame:
            self._frame, self._waited = message.header.frame_id, 0.

    def _on_transforms(self, message):
        for transform in message.transforms:
            self._parents[transform.child_frame_id] = transform.header.frame_id

    def _tick(self):
        self._waited += _TICK
        if self._rviz is not None and self._rviz.poll() is not None and not self.done.done():
            self.done.set_result(None)
        if self._standing is None and self._frame and self._waited > _LISTEN:
            self._stand_up()
        if self._rviz is None and (self._standing is not None or self._waited > _PATIENCE):
            self._open()

    def _stand_up(self):
        self._standing = standing(self._frame, self._parents, self._options.camera_height)
        self.destroy_subscription(self._skeletons)
        child = self._standing.child
        if child is None or self._options.fixed_frame:
            return
        if TFMessage is None:
            self.get_logger().warning('nobody says where {} is, and tf2_msgs is not installed: '
                                      'RViz will show nothing'.format(child))
            return
        height = HEIGHT if self._options.camera_height is None else self._options.camera_height
        self._publisher.publish(TFMessage(transforms=[self._transform(height)]))
        self.get_logger().info(
            'nobody says how the camera stands: {} is taken to be level, {:g} m over the ground of '
            '{} (camera_height says better)'.format(child, height, self._standing.fixed_frame))

    def _transform(self, height):
        message = TransformStamped(child_frame_id=self._standing.child)
        message.header.frame_id = self._standing.fixed_frame
        message.header.stamp = self.get_clock().now().to_msg()
        message.transform.translation.z = height
        turn = message.transform.rotation
        turn.x, turn.y, turn.z, turn.w = self._standing.rotation
        return message

    def _open(self):
        fixed = self._options.fixed_frame or (self._standing or Standing(MAP)).fixed_frame
        self.get_logger().info('RViz shows the people in the frame {}'.format(fixed))
        try:
            self._rviz = subprocess.Popen(self.command(fixed))
        except OSError as error:
            self.get_logger().error('rviz2 cannot be started: {} (install '
                                    'ros-<distro>-rviz2)'.format(error.strerror))
            self.done.set_result(None)

    def command(self, fixed_frame: str) -> List[str]:
        """How RViz is started."""
        share = get_package_share_directory('openpose_ros')
        layout = os.path.join(share, 'config', 'openpose.rviz')
        remappings = []
        for topic in SHOWN:
            remappings += ['-r', '/{}:={}'.format(topic, self.resolve_topic_name(topic))]
        return ['rviz2', '-d', layout, '-f', fixed_frame, '--ros-args'] + remappings


def parse(arguments: List[str]):
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog='rviz', description=__doc__.split('\n\n')[0])
    parser.add_argument('--fixed-frame', default='', help="RViz's; default: what TF has")
    parser.add_argument('--camera-frame', default='',
                        help='of the people; default: that of the first skeletons')
    parser.add_argument('--camera-height', type=_height, default=None,
                        help='m over the ground, where TF does not say it (1)')
    return parser.parse_args(arguments)


def _height(text):
    return float(text) if text else None


def main() -> int:
    """Run until RViz is closed, or told to end."""
    options = parse(remove_ros_args(sys.argv)[1:])
    runner.run(lambda: RvizNode(options), transport.MESSAGES)
    return 0


if __name__ == '__main__':
    sys.exit(main())
