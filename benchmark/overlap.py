"""Whether the GPU ever waits: rate and latency of the node with its stages in turn, and at once.

In place of a network on a GPU stands one that sleeps, with the interpreter free, and gives real
maps (test/ros/standin_gpu.py). A camera sends 1280x720 at 60 Hz; all outputs are heard but the
overlay. Camera and listeners are one other process, which shares the machine's cores with the node:
what each takes is said. Run by `make bench-overlap`.
"""
import argparse
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

import cv2
import report  # first: it finds what the tests share
import data
import numpy as np

from openpose_ros.ros.process import transport

transport.carry_images()
os.environ.setdefault('ROS_DOMAIN_ID', '88')   # not to hear, or be heard by, anyone else

import rclpy  # noqa: E402
import standin_gpu  # noqa: E402
from ament_index_python.packages import get_package_prefix  # noqa: E402
from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from geometry_msgs.msg import PoseArray, PoseStamped  # noqa: E402
from rclpy.qos import qos_profile_sensor_data  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from resources import cpu_seconds  # noqa: E402
from sensor_msgs.msg import CameraInfo, Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402
from visualization_msgs.msg import MarkerArray  # noqa: E402

from openpose_ros.msg import SkeletonArray  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.conversions.camera_info import make_camera_info  # noqa: E402
from openpose_ros.scene import Camera as Lens  # noqa: E402

NETWORKS = (15., 30., 60.)  # ms
PEOPLE = (1, 5)
SIZE = (1280, 720)
RATE = 60.                  # Hz
SECONDS = 6.                # of each run
TFLITE_HEIGHT = 184         # px of its input
MAP_SIZE = (46, 82)         # cells; of a network input of 656x368
MIN_SHARE = .95             # of the rate that the network alone would have
MAX_MORE = 3.               # ms of latency beside the network and what is beside it


class Camera:
    """Sends the same image at a rate, and hears what comes back, on a thread each."""

    def __init__(self):
        self.node = rclpy.create_node('camera')
        self._image = self.node.create_publisher(Image, 'image', qos_profile_sensor_data)
        self._info = self.node.create_publisher(CameraInfo, 'camera_info', qos_profile_sensor_data)
        image = cv2.resize(cv2.imread(data.path('peer', 'images', 'ski.jpg')), SIZE)
        message = images.write_image(image, Header(frame_id='eye'))
        # Serialised once: this process shares two cores with the node.
        self._bytes = bytearray(serialize_message(message))
        self.values, self.stamps, self.sent = {}, [], 0
        for topic, kind in (('people', PoseArray), ('markers', MarkerArray),
                            ('approach_goal', PoseStamped)):
            self.node.create_subscription(kind, 'openpose/' + topic, lambda _: None, 5, raw=True)
        self.node.create_subscription(SkeletonArray, 'openpose/skeletons', self._on_skeletons, 5,
                                      raw=True)
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 5)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        info = make_camera_info(Lens.from_field_of_view(SIZE[0], SIZE[1], 60.), SIZE[0], SIZE[1],
                                Header(frame_id='eye'))
        due = time.monotonic()
        while not self._ended.is_set():
            now = time.time_ns()
            # sensor_msgs/Image in CDR: 4 bytes of encapsulation, then the stamp.
            struct.pack_into('<iI', self._bytes, 4, now // 10 ** 9, now % 10 ** 9)
            self._image.publish(bytes(self._bytes))
            self.sent += 1
            self._info.publish(info)
            due = max(due + 1. / RATE, time.monotonic() - 1. / RATE)
            time.sleep(max(0., due - time.monotonic()))

    def _on_skeletons(self, serialized):
        self.stamps.append(struct.unpack_from('<iI', serialized, 4) + (time.monotonic(),))

    def _on_diagnostics(self, message):
        for status in message.status:
            if 'openpose' in status.name:
                self.values = {value.key: value.value for value in status.values}

    def hear(self, duration):
        """Listen for so many s."""
        end = time.monotonic() + duration
        while time.monotonic() < end:
            rclpy.spin_once(self.node, timeout_sec=.05)

    def close(self):
        self._ended.set()
        self._thread.join()
        self.node.destroy_node()


def maps_of(people):
    """The maps of an image of so many people, (46, 82, 57)."""
    maps = np.load(data.path('peer', 'maps', 'ski.npz' if people > 1 else 'apink2.npz'))['maps']
    if people == 1:
        maps[:, maps.shape[1] // 6:] = 0.     # the leftmost of six
    made = np.zeros(MAP_SIZE + maps.shape[2:], np.float32)
    made[:, :maps.shape[1]] = maps
    return made


def command_of(people, milliseconds, folder):
    """The node as a command: with the stand-in, or with TFLite on all cores (milliseconds None)."""
    if milliseconds is None:
        prefix = get_package_prefix('openpose_ros')
        return [os.path.join(prefix, 'lib', 'openpose_ros', 'openpose'), '--ros-args', '-p',
                'backend:=tflite', '-p', 'network_height:={}'.format(TFLITE_HEIGHT)]
    path = os.path.join(folder, '{}.npy'.format(people))
    np.save(path, maps_of(people))
    return [sys.executable, standin_gpu.__file__, str(milliseconds), path, '--ros-args']


def run(people, milliseconds, overlap, folder):
    """Figures of one run of the node."""
    node = subprocess.Popen(
        command_of(people, milliseconds, folder) + ['--log-level', 'warn', '-p',
                                                    'overlap:=' + overlap])
    camera = Camera()
    try:
        while len(camera.stamps) < 20:
            camera.hear(.1)
        camera.stamps, sent = [], camera.sent
        before = taken(node.pid)
        camera.hear(SECONDS)
        after, sent = taken(node.pid), camera.sent - sent
    finally:
        camera.close()
        node.send_signal(signal.SIGINT)
        node.wait(10.)
    of_node, of_camera, of_all, passed = (b - a for a, b in zip(before, after))
    return dict(figures(camera), **{
        'camera rate': sent / passed,
        'node cores': of_node / passed, 'camera and listeners cores': of_camera / passed,
        'other programs cores': max(0., of_all - of_node - of_camera) / passed})


def taken(pid):
    """CPU s of the node, of this process and of all there are, and the time."""
    with open('/proc/stat') as file:
        fields = [int(field) for field in file.readline().split()[1:9]]
    idle = fields[3] + fields[4]    # waiting for a disk is idle, too
    everything = (sum(fields) - idle) / os.sysconf('SC_CLK_TCK')
    return cpu_seconds(pid), cpu_seconds(os.getpid()), everything, time.monotonic()


def figures(camera):
    """What the listener saw and the diagnostics say."""
    stamps = [stamp[:2] for stamp in camera.stamps]
    values = camera.values
    found = {'rate': (len(stamps) - 1) / (camera.stamps[-1][2] - camera.stamps[0][2]),
             'people': int(values['people']),
             'in order': stamps == sorted(set(stamps))}
    for what in ('network', 'beside network', 'processing', 'preparing', 'look', 'finish', 'latency',
                 'wait for network', 'wait for prepared', 'wait for finish'):
        found[what] = float(values.get(what + ' median (ms)', 'nan'))
        found[what + ' 95 %'] = float(values.get(what + ' 95 % (ms)', 'nan'))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--networks', default=NETWORKS, type=numbers, help='ms, with commas')
    parser.add_argument('--people', default=PEOPLE, type=numbers, help='1, 5 or both, with a comma')
    parser.add_argument('--rounds', default=1, type=int,
                        help='times that each is run, in turn and at once; of all the mean')
    parser.add_argument('--without-tflite', action='store_true')
    options = parser.parse_args()
    rclpy.init()
    rows, asked, runs, on_cpu = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for milliseconds in options.networks:
            for people in map(int, options.people):
                found = [[run(people, milliseconds, overlap, folder) for overlap in ('off', 'on')]
                         for _ in range(options.rounds)]
                serial, both = map(mean, zip(*found))
                runs.append({'network_ms': milliseconds, 'people': people, 'serial': serial,
                             'overlap': both})
                rows += [row(runs[-1], 'serial'), row(runs[-1], 'overlap')]
                asked += checks(runs[-1])
        if not options.without_tflite:
            on_cpu = [run(5, None, overlap, folder) for overlap in ('off', 'on', 'off', 'on')]
    rclpy.shutdown()
    for stages, found in zip(('serial', 'overlap') * 2, on_cpu):
        rows.append(row({'network_ms': float('nan'), 'people': 5, stages: found}, stages))
        rows[-1][0] = 'TFLite on all cores, {}'.format(stages)
    report.print_table(
        'The node with a stand-in for a GPU, 1280x720 at {:.0f} Hz; ms, medians'.format(RATE),
        ('network, people, stages', 'Hz', 'of the camera\'s', 'network', 'beside it',
         'taken to published', '95 %',
         'stamp to published', 'prepare', 'look', 'finish', 'prepared waited',
         'network waited for an image', 'for finishing', 'cores of the node',
         'of camera and listeners', 'of other programs'), rows)
    report.print_table('Asked for', ('figure', 'measured', 'met'), asked)
    print('\n'.join(bound(each) for each in runs))
    if on_cpu and (options.networks, options.people) == (NETWORKS, PEOPLE):
        report.write('overlap', {'stand-in': runs, 'TFLite, off and on in turn': on_cpu})


def numbers(text):
    return tuple(map(float, text.split(',')))


def mean(rounds):
    """Figures of which each is the mean of all rounds; in order if all were."""
    return {what: all(found[what] for found in rounds) if what == 'in order'
            else float(np.mean([found[what] for found in rounds])) for what in rounds[0]}


def row(run_, stages):
    found = run_[stages]
    return ['{:.0f} ms, {}, {}'.format(run_['network_ms'], run_['people'], stages)] + [
        '{:.1f}'.format(found[what]) for what in (
            'rate', 'camera rate', 'network', 'beside network', 'processing', 'processing 95 %',
            'latency', 'preparing', 'look', 'finish', 'wait for network', 'wait for prepared',
            'wait for finish')] + ['{:.2f}'.format(found[what]) for what in (
                'node cores', 'camera and listeners cores', 'other programs cores')]


def checks(run_):
    name = '{:.0f} ms, {} people'.format(run_['network_ms'], run_['people'])
    both, serial = run_['overlap'], run_['serial']
    own = min(RATE, 1e3 / run_['network_ms'])
    rate = MIN_SHARE * own
    most = run_['network_ms'] + serial['beside network'] + MAX_MORE
    return [report.check('{}: rate >= {:.1f} Hz, {:.2f} of the {:.1f} that {} has alone'.format(
                name, rate, MIN_SHARE, own, 'the camera' if own == RATE else 'the network'),
                '{:.1f}, {:.2f} of it (in turn {:.1f})'.format(
                    both['rate'], both['rate'] / own, serial['rate']), both['rate'] >= rate),
            report.check('{}: taken to published <= {:.1f} ms'.format(name, most),
                         '{:.1f}'.format(both['processing']), both['processing'] <= most),
            report.check('{}: none twice, none out of order'.format(name), both['in order'],
                         both['in order'] and serial['in order'])]


def bound(run_):
    """What kept the rate with all stages at once from being higher, in a line, as it was measured."""
    found = run_['overlap']
    period, cores = 1e3 / found['rate'], len(os.sched_getaffinity(0))
    finish, network = found['finish'], found['network']
    ours = found['node cores'] + found['camera and listeners cores']
    others = found['other programs cores']
    if max(finish, network) < .95 * period:
        why = 'neither alone: what a stage takes varies (95 %: network {:.1f}, finish {:.1f})'.format(
            found['network 95 %'], found['finish 95 %'])
    else:
        why = 'finishing' if finish > network else 'the network'
    return ('{:.0f} ms, {} people: {:.1f} ms from image to image; the network {:.1f}, finishing {:.1f}. '
            'It is bound by {}. Of {} cores the node takes {:.2f}, camera and listeners {:.2f}, other '
            'programs {:.2f}{}'.format(
                run_['network_ms'], run_['people'], period, network, finish, why, cores,
                found['node cores'], found['camera and listeners cores'], others,
                ': none is left' if ours + others > .95 * cores else ''))


if __name__ == '__main__':
    main()
