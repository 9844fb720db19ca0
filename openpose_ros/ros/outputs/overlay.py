"""`~/overlay`: what was found, drawn on the image."""
import cv2
from sensor_msgs.msg import Image

from openpose_ros import drawing
from openpose_ros.ros.conversions import images
from openpose_ros.ros.outputs.base import Output, Seen


class Overlay(Output):
    """`~/overlay`: the image with the skeletons drawn on it."""

    topic = '~/overlay'
    message_type = Image
    shows_image = True

    def configure(self, values) -> None:
        self._width = values['overlay.width']
        self._looks = values['overlay.looks']

    def to_message(self, seen: Seen) -> Image:
        drawn = drawing.overlay(seen.image, seen.people_in_camera, seen.camera)
        if self._looks:
            drawing.draw_looks(drawn, seen.looked_at)
        height, width = drawn.shape[:2]
        if 0 < self._width < width:
            size = self._width, max(1, int(round(height * self._width / width)))
            drawn = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA)
        return images.write_image(drawn, seen.image_header)
