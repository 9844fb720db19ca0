"""The node `video`: publishes a video, images, a camera or a stream as a camera's driver would.

Publishes image_raw, image_raw/compressed (JPEG), camera_info and, with --depth-folder,
depth/image_raw (16UC1, mm, registered to the image), all with the same stamp. Without a
calibration or a field of view camera_info is all zero: the camera is not calibrated.
"""
import argparse
import sys
import time
from typing import Optional

import cv2
import numpy as np
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.task import Future
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import Header

from openpose_ros.image_files import SourceError
from openpose_ros.ros.conversions import images
from openpose_ros.ros.conversions.camera_info import make_camera_info
from openpose_ros.ros.process import runner
from openpose_ros.ros.tools.sources import open_source
from openpose_ros.scene import Camera, CameraError

# Reliable, so that subscribers of either kind (RViz is reliable, most nodes are not) are served.
_QOS = QoSProfile(depth=5)
_LAST_WAY = .5  # s; the last image's way to who takes it
_PATIENCE = 1.5     # s from a signal to the process's end, where a camera gives no image


class VideoNode(Node):
    """Publishes a source's images at its rate, or another; `done` completes after the last one."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__('video')
        self._source = open_source(options.source, options.depth_folder, self._say)
        self._frames = self._source.frames()
        self._options = options
        self._camera = Camera.from_yaml(options.camera_info) if options.camera_info else None
        self._images = self.create_publisher(Image, 'image_raw', _QOS)
        self._compressed = self.create_publisher(CompressedImage, 'image_raw/compressed', _QOS)
        self._infos = self.create_publisher(CameraInfo, 'camera_info', _QOS)
        self._depths = self.create_publisher(Image, 'depth/image_raw', _QOS)
        self.done = Future()

    def start(self) -> None:
        """Begin to publish."""
        rate = self._options.rate or self._source.rate
        # A camera's own rate is kept by waiting for its next image.
        self._timer = self.create_timer(1. / rate if rate else .001, self._publish_next)
        self._next, self._began = None, None    # an image that is to come; when its time began

    def end(self) -> None:
        """Go, when the last image has arrived."""
        time.sleep(_LAST_WAY)
        self.destroy_node()

    def _publish_next(self) -> None:
        if sum(publisher.get_subscription_count()
               for publisher in (self._images, self._compressed)) < self._options.wait:
            return
        frame = self._next or next(self._frames, None)
        if frame is None and self._options.loop:
            self._frames, self._began = self._source.frames(), None
            frame = next(self._frames, None)
        if frame is None:
            self._timer.cancel()
            self.done.set_result(None)
            return
        self._publish(frame)
        self._next = None
        if self._source.rate and not self._options.rate and frame.time is not None:
            self._wait_for_next(frame)

    def _wait_for_next(self, frame):
        """Let the timer fire when the image after this one is due by the video's own times."""
        now = time.monotonic()
        self._began = now - frame.time if self._began is None else self._began
        self._next = next(self._frames, None)
        if self._next is not None:
            due = self._began + self._next.time
            self._timer.timer_period_ns = max(int((due - now) * 1e9), 1)
            self._timer.reset()

    def _say(self, line: str) -> None:
        self.get_logger().warning(line)

    def _publish(self, frame) -> None:
        header = Header(stamp=self.get_clock().now().to_msg(), frame_id=self._options.frame_id)
        image = halved(frame.image, self._options.max_height)
        height, width = image.shape[:2]
        camera = self._find_camera(*frame.image.shape[1::-1])
        self._infos.publish(make_camera_info(camera and camera.resized(width, height), width,
                                             height, header))
        if frame.depth is not None:
            self._depths.publish(images.write_depth(frame.depth, header))
        for publisher, write in ((self._images, images.write_image),
                                 (self._compressed, images.write_compressed)):
            if publisher.get_subscription_count():
                publisher.publish(write(image, header))

    def _find_camera(self, width, height):
        if self._camera is None and self._options.hfov:
            self._camera = Camera.from_field_of_view(width, height, self._options.hfov)
        if self._camera is not None and (
                self._camera.width, self._camera.height) != (width, height):
            raise CameraError('the calibration is for {}x{}, but the image has {}x{}'.format(
                self._camera.width, self._camera.height, width, height))
        return self._camera


def halved(image: np.ndarray, max_height: Optional[int]) -> np.ndarray:
    """The image, halved until it is no higher than this; None: as it is."""
    while max_height is not None and image.shape[0] > max_height and min(image.shape[:2]) > 1:
        image = cv2.resize(image, (image.shape[1] // 2, image.shape[0] // 2))
    return image


def parse(arguments) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog='video', description=__doc__.split('\n\n')[0])
    parser.add_argument('source', help='video file, folder of images, camera (0, /dev/video0), or '
                             'address (rtsp://, http://)')
    parser.add_argument('--depth-folder', metavar='FOLDER',
                        help='16-bit PNGs in mm, in the order of the images of the source folder')
    parser.add_argument('--rate', type=float, metavar='HZ',
                        help="images per second (default: a video's own times; 10 for a folder)")
    parser.add_argument('--max-height', type=int, metavar='PX',
                        help='halve higher images until they are not; they cost less to send')
    parser.add_argument('--loop', action='store_true', help='begin anew at the end')
    parser.add_argument('--wait', type=int, default=0, metavar='N',
                        help='begin when the images, raw or compressed, have N subscribers')
    camera = parser.add_mutually_exclusive_group()
    camera.add_argument('--camera-info', metavar='FILE.yaml', help="the camera's calibration")
    camera.add_argument('--hfov', type=float, metavar='DEGREES',
                        help='the horizontal field of view, where there is no calibration')
    parser.add_argument('--frame-id', default='camera_color_optical_frame', metavar='NAME',
                        help="the camera's optical frame (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.rate is not None and not 0. < options.rate <= 1000.:
        parser.error('--rate must be above 0 and at most 1000 Hz')
    if options.max_height is not None and options.max_height < 1:
        parser.error('--max-height must be 1 px at least')
    return options


def main() -> int:
    """Run the node until the source ends, or Ctrl-C."""
    options = parse(remove_ros_args(sys.argv)[1:])
    cv2.setNumThreads(1)    # its threads wait for each other at work, on cores that others need
    try:
        runner.run(lambda: VideoNode(options), patience=_PATIENCE)
    except (SourceError, CameraError) as error:
        print('error:', error, file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
