"""Who listens to the node: one who hears everything, and others who come and go."""
import threading

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseArray, PoseStamped
from node_process import NODE
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from rclpy.subscription import Subscription
from sensor_msgs.msg import Image
from visualization_msgs.msg import MarkerArray

from openpose_ros.msg import SkeletonArray

OTHERS = {'/skeletons': SkeletonArray, '/people': PoseArray, '/markers': MarkerArray,
          '/overlay': Image, '/approach_goal': PoseStamped}
# rclpy before Iron does not tell when a message came.
_TELLS_TIMES = hasattr(Subscription, 'CallbackType')


class Audience:
    """Listens on a thread of its own.

    status: (how many have come, {key: value}) of the node's newest diagnostics. came: {topic: how
    many messages the others heard}.
    """

    def __init__(self, node, ledger) -> None:
        """node: is spun by this audience alone."""
        self._node, self._ledger = node, ledger
        self.status = (0, {})
        self.came = dict.fromkeys(OTHERS, 0)
        self._others = {}
        self._witness = None
        node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(node)
        self._thread = threading.Thread(target=self._executor.spin, name='audience', daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._executor.shutdown()
        self._thread.join()

    def watch(self) -> None:
        """Hear all skeletons, reliably."""
        def heard(message, info):
            self._hear(message, info['received_timestamp'])

        def heard_untimed(message):
            self._hear(message, self._node.get_clock().now().nanoseconds)
        self._witness = self._node.create_subscription(
            SkeletonArray, NODE + '/skeletons', heard if _TELLS_TIMES else heard_untimed,
            QoSProfile(depth=1000))

    def met(self) -> bool:
        """Whether the one who hears all skeletons knows of a publisher."""
        if hasattr(self._witness, 'get_publisher_count'):
            return self._witness.get_publisher_count() > 0
        return self._node.count_publishers(NODE + '/skeletons') > 0     # Humble has not that one

    def leave(self) -> None:
        """Nobody listens any more, but to the diagnostics."""
        self.only(())
        if self._witness is not None:
            self._node.destroy_subscription(self._witness)
            self._witness = None

    def only(self, topics) -> None:
        """Of the OTHERS these are there from now on, and no more."""
        for topic in set(self._others).difference(topics):
            self._node.destroy_subscription(self._others.pop(topic))
        for topic in sorted(set(topics).difference(self._others)):
            self._others[topic] = self._node.create_subscription(
                OTHERS[topic], NODE + topic, lambda _, topic=topic: self._count(topic),
                qos_profile_sensor_data)

    def _count(self, topic):
        self.came[topic] += 1

    def _hear(self, message, arrived):
        stamp = message.header.stamp
        self._ledger.hear(stamp.sec * 10 ** 9 + stamp.nanosec, arrived,
                          (message.image_width, message.image_height))

    def _on_diagnostics(self, array):
        for status in array.status:
            if status.name.startswith(NODE):
                values = {pair.key: pair.value for pair in status.values}
                self.status = (self.status[0] + 1, values)
                self._judge(values)

    def _judge(self, values):
        if 'network 95 % (ms)' in values:
            self._ledger.judge(*(1e-3 * (float(values['network {} (ms)'.format(which)])
                                         + float(values['beside network {} (ms)'.format(which)]))
                                 for which in ('median', '95 %')))
