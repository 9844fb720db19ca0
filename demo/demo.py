"""`make demo`: a video through the node, between separate processes over real DDS.

video → openpose → record, and this process, which counts. Prints a line a second and leaves
overlay.mp4, three images and skeletons.mcap in demo_output/.
"""
import argparse
import os
import signal
import statistics
import subprocess
import sys
import time

import default_video
import rclpy
from ament_index_python.packages import get_package_prefix
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo

from openpose_ros.msg import SkeletonArray
from openpose_ros.ros.process import transport

_START_TIMEOUT = 180.   # s; the first time a model may be fetched and converted
_STOP_TIMEOUT = 10.     # s
OVERLAY_WIDTH = 'overlay.width:=1024'   # px; to draw, send and write larger ones slows a PC down
# px; the video's images of 994 px are halved before they are sent. The node would halve them, too.
_MAX_HEIGHT = 720
_SILENCE = 2.           # s without a skeleton after the end of the video


class DemoError(Exception):
    """The demo cannot go on; the text is one line that says why."""


class Counter(Node):
    """Counts what goes into the node `openpose` and what comes out."""

    def __init__(self) -> None:
        super().__init__('demo')
        self.sent = self.processed = 0
        self._people = []
        self._latencies = []
        self._printed = (0, 0)
        self.newest = time.monotonic()
        # Counted, not read: what is done for images nobody works on takes time from those.
        self.create_subscription(CameraInfo, 'camera_info', self._on_info, 100, raw=True)
        self.create_subscription(SkeletonArray, 'openpose/skeletons', self._on_skeletons, 100)

    def all_there(self) -> bool:
        """Whether the node takes images and the recorder listens to both of its outputs."""
        return (self.count_subscribers('image_raw') > 0 and
                self.count_subscribers('openpose/overlay') > 0 and
                self.count_subscribers('openpose/skeletons') > 1)

    def report(self) -> None:
        """Print what happened since the last time."""
        sent, processed = self._printed
        print('{:4} images in {:4} processed {:>4} people {:>6} ms from camera to skeleton'.format(
            self.sent - sent, self.processed - processed, _median(self._people),
            _median(self._latencies)), flush=True)
        self._printed = self.sent, self.processed
        self._people, self._latencies = [], []

    def _on_info(self, data):
        self.sent += 1

    def _on_skeletons(self, array):
        self.processed += 1
        self.newest = time.monotonic()
        stamp = array.header.stamp
        now = self.get_clock().now().nanoseconds
        self._latencies.append(1e-6 * (now - stamp.nanosec) - 1e3 * stamp.sec)
        self._people.append(len(array.skeletons))


def _median(values):
    """The median as text; a dash when there was nothing."""
    return '{:.0f}'.format(statistics.median(values)) if values else '-'


class Processes:
    """The nodes as processes of their own; Ctrl-C reaches only this one, which then ends them."""

    def __init__(self) -> None:
        self._running = {}

    def start(self, name: str, *arguments: str) -> None:
        """Start what `ros2 run openpose_ros NAME` would."""
        executable = os.path.join(get_package_prefix('openpose_ros'), 'lib/openpose_ros', name)
        self._running[name] = subprocess.Popen((executable,) + arguments, start_new_session=True)

    def has_ended(self, name: str) -> bool:
        """Whether a node has ended; DemoError when it did so with an error."""
        code = self._running[name].poll()
        if code:
            raise DemoError('{} ended with code {}'.format(name, code))
        return code is not None

    def stop(self) -> None:
        """End all of them, the last one started first."""
        for process in reversed(list(self._running.values())):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(_STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()


def play(options: argparse.Namespace, counter: Counter, processes: Processes) -> None:
    """Start the nodes, and report each second until the video has ended and all is seen."""
    parameters = [word for parameter in [OVERLAY_WIDTH] + options.parameter
                  for word in ('-p', parameter)]
    processes.start('record', '--output', options.output, '--overwrite',
                    '--ros-args', '-r', 'image:=image_raw')
    processes.start('openpose', '--ros-args', '-r', 'image:=image_raw',
                    '-r', 'depth:=depth/image_raw', *parameters)
    print('Loading the model', flush=True)
    wait_for(counter, processes, ('record', 'openpose'))
    processes.start('video', options.source, '--wait', '1', *video_options(options))
    next_report = time.monotonic() + 1.
    while not (processes.has_ended('video') and time.monotonic() > counter.newest + _SILENCE):
        counter.executor.spin_once(timeout_sec=max(0., next_report - time.monotonic()))
        if time.monotonic() >= next_report:
            if counter.sent:
                counter.report()
            next_report += 1.
        if processes.has_ended('openpose') or processes.has_ended('record'):
            raise DemoError('the node or the recorder ended before the video')


def wait_for(counter, processes, names) -> None:
    """Wait until the nodes listen to each other."""
    end = time.monotonic() + _START_TIMEOUT
    while not counter.all_there():
        if any(processes.has_ended(name) for name in names) or time.monotonic() > end:
            raise DemoError('the node takes no images; see its messages above')
        counter.executor.spin_once(timeout_sec=.2)


def video_options(options: argparse.Namespace) -> list:
    """What the node `video` is told."""
    result = ['--loop'] if options.loop else []
    for name in ('rate', 'hfov', 'camera_info', 'depth_folder', 'max_height'):
        if getattr(options, name) is not None:
            result += ['--' + name.replace('_', '-'), str(getattr(options, name))]
    return result


def parse() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog='demo', description=__doc__.split('\n\n')[0])
    parser.add_argument('source', nargs='?', help='video, folder of images or camera (default: '
                                                  'a video of two people, which is fetched)')
    parser.add_argument('--output', default='demo_output', metavar='FOLDER')
    parser.add_argument('--parameter', '-p', action='append', default=[], metavar='NAME:=VALUE',
                        help='a parameter of the node, as in -p model:=mobilenet_v2_small')
    for option in ('--rate', '--hfov', '--camera-info', '--depth-folder', '--max-height'):
        parser.add_argument(option, metavar='…', help='see ros2 run openpose_ros video --help')
    parser.add_argument('--loop', action='store_true', help='play until Ctrl-C')
    options = parser.parse_args()
    if options.source is None:
        options.source = default_video.fetch()
        options.hfov = options.hfov or default_video.FIELD_OF_VIEW
        options.max_height = options.max_height or _MAX_HEIGHT
    return options


def main() -> int:
    """Run the demo; 2 and a line when it cannot."""
    processes = Processes()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        options = parse()
        transport.carry_images()
        rclpy.init()
        counter = Counter()
        executor = SingleThreadedExecutor()     # one for all: to add a node each time costs more
        executor.add_node(counter)
        play(options, counter, processes)
        print('{} of {} images processed'.format(counter.processed, counter.sent))
    except KeyboardInterrupt:
        pass
    except (DemoError, ValueError) as error:
        print('error:', error, file=sys.stderr)
        return 2
    finally:
        processes.stop()
        rclpy.try_shutdown()
    for name in sorted(os.listdir(options.output)):
        print(os.path.join(options.output, name))
    return 0


if __name__ == '__main__':
    sys.exit(main())
