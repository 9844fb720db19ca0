"""The node's state on /diagnostics, once a second."""
import time

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.qos import QoSProfile

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


class Diagnostics:
    """Publishes what Statistics counted, judged by the node's thresholds."""

    def __init__(self, node) -> None:
        self._node = node
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics',
                                                QoSProfile(depth=5))
        self._before = None   # (time, received, processed) at the last report
        self._timer = node.create_timer(1., self._report)

    def _report(self):
        if not self._publisher.get_subscription_count():
            self._before = None
            return
        node = self._node
        now = time.monotonic()
        received, dropped = node.received()
        snapshot = node.statistics.snapshot()
        counts = snapshot.counts
        processed = counts.get('processed', 0)
        values = {'state': node.state_label(), 'frames in': received,
                  'frames processed': processed, 'frames dropped': dropped,
                  'frames failed': counts.get('failed', 0),
                  'frames unheard': counts.get('unheard', 0), 'people': snapshot.people}
        values.update(self._rates(now, received, processed))
        for what, (median, high) in sorted(snapshot.seconds.items()):
            values[what + ' median ms'] = round(median * 1e3, 2)
            values[what + ' 95 % ms'] = round(high * 1e3, 2)
        for what in ('depth_paired', 'depth_unpaired', 'depth_unusable', 'camera_info_invalid'):
            if what in counts:
                values[what.replace('_', ' ')] = counts[what]
        values.update(node.described())
        if snapshot.error:
            values['last error'] = snapshot.error
        level, message = self._judge(node, snapshot)
        self._publish(level, message, values)

    def _rates(self, now, received, processed):
        before, self._before = self._before, (now, received, processed)
        if before is None or now <= before[0] or received < before[1]:
            return {}
        passed = now - before[0]
        return {'rate in Hz': round((received - before[1]) / passed, 1),
                'rate processed Hz': round((processed - before[2]) / passed, 1)}

    @staticmethod
    def _judge(node, snapshot):
        """The worst that can be said of the node, and in which words."""
        thresholds = node.thresholds()
        if node.state_label() != 'active':
            return OK, 'not active'
        age = node.image_age()
        if age is None or age > thresholds['max_image_age']:
            if node.image_publishers():
                return ERROR, ('no pictures arrive although there is a publisher: see the '
                               'README on reliability and transport')
            return ERROR, 'nobody publishes pictures'
        latency = snapshot.seconds.get('latency')
        if latency and latency[1] > thresholds['max_latency']:
            return WARN, 'latency of {:.2f} s'.format(latency[1])
        if snapshot.counts.get('camera_info_invalid'):
            return WARN, 'camera_info cannot be used: people stay in the image plane'
        unpaired = snapshot.counts.get('depth_unpaired', 0)
        if unpaired > snapshot.counts.get('depth_paired', 0):
            return WARN, 'depth is not of the moment of the pictures'
        return OK, 'looking at pictures'

    def _publish(self, level, message, values):
        status = DiagnosticStatus(
            level=level, name='{}: perception'.format(self._node.get_fully_qualified_name()),
            message=message, hardware_id='',
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()])
        array = DiagnosticArray(status=[status])
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)
