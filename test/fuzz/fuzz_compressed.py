"""A sensor_msgs/CompressedImage of any bytes, as colour and as compressed depth."""
import struct

import cv2
import numpy as np
from check import one_line
from draw import Draw
from sensor_msgs.msg import CompressedImage

from openpose_ros.ros.conversions import images

PIXELS = 1 << 20
FORMATS = ('jpeg', 'png', '16UC1; compressedDepth png', '32FC1; compressedDepth png',
           'mono16; compressedDepth', '16UC1; compressedDepth rvl', 'bgr8; jpeg compressed bgr8')


def target(data: bytes) -> None:
    draw = Draw(data)
    message = CompressedImage(format=draw.choice(FORMATS) if draw.integer(0, 15) else draw.text())
    message.data = images.as_bytes(np.frombuffer(draw.rest(), np.uint8))
    try:
        image = images.read_image(message, images.Limits(PIXELS))
        assert image.ndim == 3 and image.shape[2] == 3 and image.dtype == np.uint8
        assert image.shape[0] * image.shape[1] <= PIXELS, image.shape
    except images.ImageError as error:
        one_line(error)
    try:
        depth = images.read_depth(message, images.Limits(PIXELS))
        assert depth.ndim == 2 and depth.dtype in (np.uint16, np.float32)
        assert depth.size <= PIXELS, depth.shape
    except images.ImageError as error:
        one_line(error)


def seeds():
    colour = np.random.RandomState(1).randint(0, 256, (9, 12, 3)).astype(np.uint8)
    depth = np.random.RandomState(2).randint(0, 5000, (6, 8)).astype(np.uint16)
    for image in (colour, colour[..., 0]):
        for options in ([cv2.IMWRITE_JPEG_PROGRESSIVE, 0], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1],
                        [cv2.IMWRITE_JPEG_RST_INTERVAL, 1]):
            yield b'\1\0' + cv2.imencode('.jpg', image, options)[1].tobytes()
    for image in (colour, colour[..., 0], depth, np.dstack((colour, colour[..., 0]))):
        yield b'\1\1' + cv2.imencode('.png', image)[1].tobytes()
    png = cv2.imencode('.png', depth)[1].tobytes()
    yield b'\1\2' + bytes(12) + png
    yield b'\1\3' + struct.pack('<iff', 0, 100., .5) + png
