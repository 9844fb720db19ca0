"""The node's state on /diagnostics, once a second.

The messages are built here rather than by diagnostic_updater: they are the same ones, they are not
built while nobody listens, and a machine without that package has them too.
"""
import time
from typing import Dict, NamedTuple, Optional, Tuple

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType
from rclpy.qos import QoSProfile

from openpose_ros.looks import KINDS
from openpose_ros.ros.node.statistics import Snapshot

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR
PERIOD = 1.     # s


class Health(NamedTuple):
    """What the node knows of itself.

    state: of the lifecycle, or 'paused'. received, dropped: images that came in, and those of
    them that a newer one replaced. image_age: s since the last one, 0 while none is waited for;
    None before the first. publishers: of images. problems: with what comes in, or does not, a line
    each. described: further lines, {key: value}.
    """

    state: str
    received: int
    dropped: int
    busy: float
    image_age: Optional[float]
    publishers: int
    problems: Tuple[str, ...]
    described: Dict[str, str]


class Thresholds(NamedTuple):
    """What is worth a warning: s, s, share. See the parameters diagnostics.*."""

    max_image_age: float
    max_latency: float
    min_depth_paired: float


def status_name(node_name: str) -> str:
    """The name of a node's status on /diagnostics; node_name: in full, as /openpose."""
    return node_name + ': people'


class Diagnostics:
    """Publishes what Statistics counted, judged by the node's thresholds."""

    def __init__(self, node) -> None:
        """node: has health(), thresholds() and statistics."""
        self._node = node
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics',
                                                QoSProfile(depth=5))
        self._before = None   # (time, counts) at the last report
        # Simulated time may stand still, and then it matters most what is said here.
        self._timer = node.create_timer(PERIOD, self._report,
                                        clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _report(self):
        if not self._publisher.get_subscription_count():
            self._before = None
            return
        node, now = self._node, time.monotonic()
        health, snapshot = node.health(), node.statistics.snapshot()
        counts = dict(snapshot.counts, received=health.received)
        passed, recent = self._since_last(now, counts)
        status = build(health, snapshot, recent, passed, node.thresholds())
        status.name = status_name(node.get_fully_qualified_name())
        array = DiagnosticArray(status=[status])
        array.header.stamp = node.get_clock().now().to_msg()
        self._publisher.publish(array)

    def _since_last(self, now, counts):
        """(s since the last report, what was counted since); the whole where there was none."""
        before, self._before = self._before, (now, counts)
        if before is None or counts['received'] < before[1]['received']:
            return None, counts
        return now - before[0], {what: count - before[1].get(what, 0)
                                 for what, count in counts.items()}


def build(health: Health, snapshot: Snapshot, recent: Dict[str, int], passed: Optional[float],
          thresholds: Thresholds) -> DiagnosticStatus:
    """The status message without its name.

    recent: what was counted in the last `passed` s (None: since activation).
    """
    counts = snapshot.counts
    values = dict(health.described, **snapshot.described)
    values.update({
        'state': health.state, 'images in': health.received,
        'images looked at': counts.get('looked', 0),
        'images processed': counts.get('processed', 0), 'images dropped': health.dropped,
        'images failed': counts.get('failed', 0),
        'images without subscribers': counts.get('unheard', 0),
        'people': snapshot.people})
    if passed:
        values['rate in (Hz)'] = round(recent.get('received', 0) / passed, 1)
        values['rate looked (Hz)'] = round(recent.get('looked', 0) / passed, 1)
        values['rate processed (Hz)'] = round(recent.get('processed', 0) / passed, 1)
    for kind in KINDS:
        if 'looks_' + kind in counts:
            values['looks, ' + kind] = counts['looks_' + kind]
    if recent.get('looked'):
        values['network pixels per image'] = recent.get('network_pixels', 0) // recent['looked']
    for what, (median, high) in sorted(snapshot.seconds.items()):
        values[what.replace('_', ' ') + ' median (ms)'] = round(median * 1e3, 2)
        values[what.replace('_', ' ') + ' 95 % (ms)'] = round(high * 1e3, 2)
    for what in ('depth_paired', 'depth_unpaired', 'depth_unusable', 'camera_info_invalid',
                 'camera_info_foreign',
                 'transform_missing', 'stamp_ahead', 'time_jumps', 'stretched', 'rotated',
                 'outputs_failed'):
        if what in counts:
            values[what.replace('_', ' ')] = counts[what]
    if snapshot.error:
        values['last error'] = snapshot.error
    level, message = judge(health, snapshot, recent, thresholds)
    return DiagnosticStatus(level=level, message=message, values=[
        KeyValue(key=key, value=str(value)) for key, value in values.items()])


def judge(health: Health, snapshot: Snapshot, recent: Dict[str, int],
          thresholds: Thresholds) -> Tuple[bytes, str]:
    """How the node is now, and in which words."""
    if health.state != 'active':
        return OK, health.state
    if health.image_age is None or health.image_age > thresholds.max_image_age:
        if health.problems:
            return ERROR, '; '.join(health.problems)
        if health.publishers:
            return ERROR, ('no images arrive although there is a publisher: see docs/robot.md, '
                           'No images')
        return ERROR, 'nobody publishes images'
    if health.busy > thresholds.max_image_age:
        return ERROR, 'one image has been in work for {:.1f} s'.format(health.busy)
    wrong = list(health.problems) + list(_warnings(snapshot, recent, thresholds))
    if not wrong:
        return OK, 'looking at images'
    useless = recent.get('failed') and not recent.get('processed')
    return ERROR if useless else WARN, '; '.join(wrong)


def _warnings(snapshot, recent, thresholds):
    """What is not as it should be, in a few words each."""
    if recent.get('received') and not any(
            recent.get(what) for what in ('processed', 'failed', 'unheard')):
        yield 'of {} images none has been finished'.format(recent['received'])
    if recent.get('outputs_failed'):
        yield 'an output cannot be published: {}'.format(snapshot.error)
    if recent.get('failed'):
        yield 'images are left out: {}'.format(snapshot.error)
    latency = snapshot.seconds.get('latency')
    if latency and latency[1] > thresholds.max_latency:
        yield 'latency of {:.2f} s'.format(latency[1])
    if recent.get('stamp_ahead'):
        yield 'the images\' stamps are ahead of the clock'
    if recent.get('camera_info_invalid'):
        yield 'camera_info cannot be used: people stay in the image plane'
    if recent.get('rotated'):
        yield 'people are found only in the turned image: set image_rotation'
    if recent.get('camera_info_foreign'):
        yield 'camera_info is of another frame than the images'
    if recent.get('transform_missing'):
        yield 'TF does not say where the camera is: people stay in the image plane'
    paired = recent.get('depth_paired', 0)
    without = recent.get('depth_unpaired', 0) + recent.get('depth_unusable', 0)
    if without and paired < thresholds.min_depth_paired * (paired + without):
        yield '{} of the last {} images had no depth of their moment that can be used'.format(
            without, paired + without)
