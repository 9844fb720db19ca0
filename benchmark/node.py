"""The node end to end: its own cost beside the network, its latency, what it drops, its start.

A camera in this process publishes one image of five people at 1280x720, bgr8, at several rates;
the node runs in a process of its own, and both talk over DDS. Run by `make bench`.
"""
import os
import signal
import subprocess
import sys
import time

import cv2
import report  # first: it finds what the tests share
import data
import numpy as np

from openpose_ros.ros.process import transport

transport.carry_images()
os.environ.setdefault('ROS_DOMAIN_ID', '87')   # not to hear, or be heard by, anyone else

import rclpy  # noqa: E402
from ament_index_python.packages import get_package_prefix  # noqa: E402
from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from node_process import Peer  # noqa: E402
from rclpy.qos import qos_profile_sensor_data  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.msg import SkeletonArray  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.node.stamps import seconds  # noqa: E402

RATES = (5., 30., 120.)   # Hz
SECONDS = 12.             # at each rate
SIZE = (1280, 720)


class Camera:
    """Publishes the image, and notes what comes back and when."""

    def __init__(self, image):
        self.node = rclpy.create_node('camera')
        self._image = image
        self._publisher = self.node.create_publisher(Image, 'image', qos_profile_sensor_data)
        self.latencies, self.people, self.figures = [], 0, {}
        self.node.create_subscription(SkeletonArray, 'openpose/skeletons', self._on_skeletons, 10)
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)

    def publish(self):
        header = Header(frame_id='camera', stamp=self.node.get_clock().now().to_msg())
        self._publisher.publish(images.write_image(self._image, header))

    def _on_skeletons(self, message):
        now = self.node.get_clock().now().nanoseconds * 1e-9
        self.latencies.append(now - seconds(message.header.stamp))
        self.people = len(message.skeletons)

    def _on_diagnostics(self, message):
        for status in message.status:
            if 'openpose' in status.name:
                self.figures = {value.key: value.value for value in status.values}

    def play(self, rate, duration):
        """Publish at this rate; how many were sent."""
        start, sent = time.monotonic(), 0
        while time.monotonic() - start < duration:
            if time.monotonic() >= start + sent / rate:
                self.publish()
                sent += 1
            rclpy.spin_once(self.node, timeout_sec=.001)
        return sent


def main():
    image = cv2.resize(cv2.imread(data.path('peer', 'images', 'ski.jpg')), SIZE)
    rclpy.init()
    rows, figures = [], {}
    for rate in RATES:
        figures[rate] = run(image, rate)
        rows.append(row(rate, figures[rate]))
    rclpy.shutdown()
    report.print_table(
        'The node on 1280x720 bgr8 with five people, ms',
        ('camera Hz', 'sent', 'received', 'processed', 'dropped', 'network', 'beside it',
         'latency median', '95 %', 'most', 'two networks + 15'), rows)
    slow = figures[5.]
    with_transport = slow['latency_median'] - slow['network']
    report.print_table('Asked for', ('figure', 'measured', 'met'), [
        report.check('convert, resize, decode, publish <= 5 ms',
                     '{:.1f}'.format(slow['asked']), slow['asked'] <= 5.),
        report.check('the same with the transport <= 15 ms (at 5 Hz)',
                     '{:.1f}'.format(with_transport), with_transport <= 15.)] + [
        report.check('median latency <= two network times + 15 ms at {:.0f} Hz'.format(rate),
                     '{:.0f}'.format(found['latency_median']),
                     found['latency_median'] <= 2. * found['network'] + 15.)
        for rate, found in figures.items()] + [
        report.check('from the start to the first skeletons <= 15 s',
                     '{:.1f}'.format(slow['start_s']), slow['start_s'] <= 15.),
        report.check('deactivate and activate <= 1 s', '{:.2f}'.format(slow['restart_s']),
                     slow['restart_s'] <= 1.)])
    report.write('node', {str(rate): found for rate, found in figures.items()})


def run(image, rate):
    """One node, one camera rate."""
    executable = os.path.join(get_package_prefix('openpose_ros'), 'lib', 'openpose_ros', 'openpose')
    started = time.monotonic()
    node = subprocess.Popen([executable, '--ros-args', '--log-level', 'warn', '-p',
                             'warm_up_width:={}'.format(SIZE[0]), '-p',
                             'warm_up_height:={}'.format(SIZE[1])])
    camera = Camera(image)
    try:
        for _ in range(600):   # until the first skeletons come
            camera.play(5., .2)
            if camera.latencies:
                break
        start = time.monotonic() - started
        before = {key: int(camera.figures.get(key, 0)) for key in COUNTED}
        camera.latencies = []
        sent = camera.play(rate, SECONDS)
        latencies = np.array(camera.latencies) * 1e3
        camera.play(1e-9, 1.5)   # hear the last diagnostics
        restart = restarted()
    finally:
        camera.node.destroy_node()
        node.send_signal(signal.SIGINT)
        node.wait(10.)
    found = {what: float(camera.figures[what.replace('_', ' ') + ' median (ms)'])
             for what in ('network', 'beside_network', 'conversion', 'resizing', 'decoding',
                          'tracking', 'publishing')}
    found['asked'] = sum(found[what] for what in ('conversion', 'resizing', 'decoding',
                                                  'publishing'))
    found.update({key: int(camera.figures[key]) - before[key] for key in COUNTED})
    found.update(start_s=start, restart_s=restart, sent=sent, people=camera.people,
                 latency_median=float(np.median(latencies)),
                 latency_95=float(np.percentile(latencies, 95.)),
                 latency_most=float(latencies.max()))
    return found


def restarted():
    """Seconds that deactivating and activating the node take."""
    peer = Peer()
    try:
        peer.state()   # the services have been found
        start = time.monotonic()
        if not (peer.change_state('deactivate') and peer.change_state('activate')):
            sys.exit('the node does not change its state')
        return time.monotonic() - start
    finally:
        peer.close()


COUNTED = ('images in', 'images processed', 'images dropped')


def row(rate, found):
    return ['{:.0f}'.format(rate), found['sent']] + [found[key] for key in COUNTED] + [
        '{:.1f}'.format(value) for value in (
            found['network'], found['beside_network'], found['latency_median'],
            found['latency_95'], found['latency_most'], 2. * found['network'] + 15.)]


if __name__ == '__main__':
    main()
