"""The node `record`: writes what the node `openpose` sees into a folder.

skeletons.mcap (with metadata.yaml: a rosbag2) has the skeletons, camera_info and the overlay and,
with --image, the image, both as JPEG. overlay.mp4 keeps the images' own pace; overlay_1.png and
so on are taken evenly from the whole. Files appear when they are whole: at the end, or on Ctrl-C.
What a killed recorder has left of the bag is made whole by --recover.
"""
import argparse
import contextlib
import errno
import fcntl
import os
import sys

import cv2
from rclpy.node import Node
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from rclpy.serialization import serialize_message
from rclpy.task import Future
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from openpose_ros import files
from openpose_ros.msg import SkeletonArray
from openpose_ros.ros.conversions import images
from openpose_ros.ros.process import runner
from openpose_ros.ros.tools import bag, mp4

# Room for what comes while an image is being written.
_MESSAGES = QoSProfile(depth=1000)
_IMAGES = QoSProfile(depth=30)
_BAG = 'skeletons'
_LONGEST_GAP = 2.   # s; the overlay's video does not stand still for longer
_NEARLY = .9        # of the time between two images at the highest rate; stamps are not exact


class RecordNode(Node):
    """Records from `start` to `end`. done: completes when something else ends it."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__('record')
        self.done = Future()
        self._options = options
        self._folder = options.output
        self._video = OverlayVideo(os.path.join(self._folder, 'overlay'), options.rate)
        self._chosen_images = EvenlySpread(options.pictures)
        self._bag = None

    def start(self) -> None:
        """Open the bag and listen. OSError when it cannot be written."""
        try:
            self._bag = bag.Bag(self._folder, _BAG)
        except ImportError as error:
            self.get_logger().warning('no bag is written: {}'.format(error))
        self._record_raw('openpose/skeletons', SkeletonArray, _MESSAGES)
        self._record_raw('camera_info', CameraInfo, qos_profile_sensor_data)
        self._record_image('openpose/overlay', _IMAGES, self._keep_overlay)
        if self._options.image:
            self._record_image('image', qos_profile_sensor_data)

    def end(self) -> None:
        """Finish all files and say what there is."""
        if self._bag is not None:
            self._bag.close()
        self._video.close()
        for number, pixels in enumerate(self._chosen_images.chosen(), 1):
            files.write_whole(os.path.join(self._folder, 'overlay_{}.png'.format(number)),
                              cv2.imencode('.png', pixels)[1].tobytes())
        print('{}: {} overlays recorded'.format(self._folder, self._chosen_images.seen), flush=True)
        self.destroy_node()

    def _record_raw(self, topic, message_type, qos):
        """Write the messages of a topic into the bag just as they come."""
        if self._bag is not None:
            write = self._writer(self.resolve_topic_name(topic), message_type)
            self.create_subscription(message_type, topic, write, qos, raw=True)

    def _record_image(self, topic, qos, keep=lambda message, pixels: None):
        """Write the images of a topic into the bag as JPEG, and `keep(message, image)`."""
        write = self._writer(self.resolve_topic_name(topic) + '/compressed', CompressedImage)

        def received(message):
            try:
                pixels = images.read_image(message)
            except images.ImageError as error:
                self.get_logger().warning('{}: {}'.format(topic, error),
                                          throttle_duration_sec=1.)
                return
            write(serialize_message(images.write_compressed(pixels, message.header)))
            keep(message, pixels)
        self.create_subscription(Image, topic, received, qos)

    def _writer(self, topic, message_type):
        """Function that writes a serialized message of a topic."""
        if self._bag is None:
            return lambda data: None
        number = self._bag.add_topic(topic, '{}/msg/{}'.format(
            message_type.__module__.split('.')[0], message_type.__name__))
        return lambda data: self._bag.write(number, data, self.get_clock().now().nanoseconds)

    def _keep_overlay(self, message, pixels):
        stamp = message.header.stamp
        self._video.add(pixels, stamp.sec + 1e-9 * stamp.nanosec)
        self._chosen_images.add(pixels)


class OverlayVideo:
    """Images with stamps as an MP4 in which each stays until the next one's time.

    Each is encoded once, so that a slow node's overlays cost little. All have the size of the first.
    """

    def __init__(self, path: str, rate: float) -> None:
        """path: without the ending .mp4. rate: images per second at most."""
        self._path, self._rate = path, rate
        self._writer = self._image = self._stamp = None
        self._shown = []    # s, of each image that was written

    def add(self, pixels, stamp: float) -> None:
        """Add an image of this time, s; one that is not after the last takes its place."""
        if self._writer is None:
            height, width = pixels.shape[:2]
            self._size = width, height
            self._writer = cv2.VideoWriter(self._path + '.part.mp4',
                                           cv2.VideoWriter_fourcc(*'mp4v'), self._rate, self._size)
            self._stamp = stamp
        if self._image is not None and (stamp - self._stamp) * self._rate >= _NEARLY:
            self._write(min(stamp - self._stamp, _LONGEST_GAP))
            self._stamp = stamp
        self._image = pixels if pixels.shape[1::-1] == self._size else cv2.resize(
            pixels, self._size)

    def close(self) -> None:
        """Finish the file, where there was an image."""
        if self._writer is None:
            return
        self._write(1. / self._rate)
        self._writer.release()
        with contextlib.suppress(ValueError):   # another OpenCV's file: at one rate, then
            mp4.set_durations(self._path + '.part.mp4', self._shown)
        os.replace(self._path + '.part.mp4', self._path + '.mp4')

    def _write(self, seconds):
        self._writer.write(self._image)
        self._shown.append(seconds)


class EvenlySpread:
    """Some of a sequence of unknown length, evenly spread; seen: how many there were."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._kept, self._step = [], 1
        self.seen = 0

    def add(self, item) -> None:
        """Show the next item."""
        if self.seen % self._step == 0 and self._count:
            self._kept.append(item)
            if len(self._kept) > 4 * self._count:
                self._kept, self._step = self._kept[::2], 2 * self._step
        self.seen += 1

    def chosen(self) -> list:
        """`count` of the items (all, where there were fewer)."""
        count = min(self._count, len(self._kept))
        return [self._kept[int((i + .5) * len(self._kept) / count)] for i in range(count)]


def lock(folder: str) -> None:
    """Take a folder until the process ends. OSError where another recorder has it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise OSError(errno.EBUSY, 'another recorder writes into it')


def refuse_a_second_recording(folder: str) -> None:
    """FileExistsError where a folder has a recording already, whole or broken off."""
    if os.path.exists(bag.part_path(folder, _BAG)):
        raise FileExistsError(errno.EEXIST, 'it has a recording that was broken off: --recover '
                                            'makes it whole, --overwrite drops it')
    if any(name.endswith(('.mcap', '.mp4')) for name in os.listdir(folder)):
        raise FileExistsError(errno.EEXIST, 'it has a recording: name another --output, or '
                                            '--overwrite')


def parse(arguments) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog='record', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--output', default='recording', metavar='FOLDER',
                        help='made where it is missing (default: %(default)s)')
    parser.add_argument('--image', action='store_true', help='record the topic image as well')
    parser.add_argument('--pictures', type=int, default=3, metavar='N',
                        help='how many PNGs (default: %(default)s)')
    parser.add_argument('--rate', type=float, default=30., metavar='HZ',
                        help='images per second of overlay.mp4 at most (default: %(default)s)')
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument('--overwrite', action='store_true',
                          help='write over a recording that is in the folder')
    existing.add_argument('--recover', action='store_true',
                          help='make a whole bag of what a killed recorder left there, and end')
    return parser.parse_args(arguments)


def main() -> int:
    """Run the node until Ctrl-C or SIGTERM."""
    options = parse(remove_ros_args(sys.argv)[1:])
    try:
        if options.recover:
            lock(options.output)
            print('{}: {} messages recovered'.format(options.output,
                                                     bag.recover(options.output, _BAG)))
        else:
            os.makedirs(options.output, exist_ok=True)
            lock(options.output)
            if not options.overwrite:
                refuse_a_second_recording(options.output)
            runner.run(lambda: RecordNode(options))
    except ImportError as error:
        print('error: {}'.format(error), file=sys.stderr)
        return 2
    except OSError as error:
        print('error: cannot write into {}: {}'.format(options.output, error.strerror),
              file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
