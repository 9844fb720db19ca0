"""A sensor_msgs/Image with any fields, as colour and as depth."""
import numpy as np
from check import one_line
from draw import Draw
from sensor_msgs.msg import Image

from openpose_ros.ros.conversions import images

PIXELS = 1 << 16   # the limit in force; a larger image must be refused
ENCODINGS = sorted(set(images.COLOUR) | images.PLANES | set(images._DEPTH)) + ['', 'jpeg', 'bgr8 ']


def make(draw):
    """A message whose size fits its data in most cases, so that what comes after is reached."""
    encoding = draw.choice(ENCODINGS) if draw.integer(0, 15) else draw.text(255)
    width = draw.integer(0, 2 ** 32 - 1) if draw.integer(0, 15) == 0 else draw.integer(0, 20)
    height = draw.integer(0, 2 ** 32 - 1) if draw.integer(0, 15) == 0 else draw.integer(0, 20)
    step = draw.integer(0, 2 ** 32 - 1) if draw.integer(0, 15) == 0 else draw.integer(0, 170)
    size = step * height if draw.integer(0, 7) and step * height < PIXELS else draw.integer(0, 400)
    message = Image(encoding=encoding, width=width, height=height, step=step,
                    is_bigendian=draw.integer(0, 255))
    message.data = images.as_bytes(np.resize(np.frombuffer(draw.rest() or b'\7', np.uint8), size))
    return message


def target(data: bytes) -> None:
    message = make(Draw(data))
    try:
        image = images.read_image(message, images.Limits(PIXELS))
        heights = {message.height}
        if message.encoding in images.PLANES:   # it may be that of the rows of all planes
            heights |= {message.height * 2 // 3, message.height // 3}
        assert image.shape[0] in heights and image.shape[1:] == (message.width, 3)
        assert image.dtype == np.uint8
    except images.ImageError as error:
        one_line(error)
    try:
        depth = images.read_depth(message, images.Limits(PIXELS))
        assert depth.shape == (message.height, message.width)
        assert depth.dtype in (np.uint16, np.float32)
    except images.ImageError as error:
        one_line(error)


def seeds():
    for encoding in range(len(ENCODINGS)):
        for width, height, step in ((4, 3, 32), (1, 1, 8), (2, 2, 16), (5, 7, 41)):
            # choice, flags of the rare cases, and the three sizes
            yield bytes((1, encoding, 1, width, 1, height, 1, step, 1, 0)) + bytes(range(200))
