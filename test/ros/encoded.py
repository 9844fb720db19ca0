"""Images as messages of every encoding that the node takes."""
import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage, Image

RAW = ('bgr8', 'rgb8', 'bgra8', 'mono8', 'mono16', 'bayer_rggb8', 'yuv422', 'yuv422_yuy2')
COMPRESSED = ('jpeg', 'png')
_CONVERSIONS = {'rgb8': cv2.COLOR_BGR2RGB, 'bgra8': cv2.COLOR_BGR2BGRA,
                'mono8': cv2.COLOR_BGR2GRAY, 'mono16': cv2.COLOR_BGR2GRAY}


def as_message(image: np.ndarray, encoding: str):
    """The Image or CompressedImage, without a header, of an image (h, w, 3) uint8 BGR.

    The rows of bgr8 are padded. The 4:2:2 encodings need an even width, bayer_rggb8 an even width
    and height.
    """
    if encoding in COMPRESSED:
        message = CompressedImage(format=encoding)
        message.data.frombytes(cv2.imencode('.' + encoding, image)[1].tobytes())
        return message
    pixels = _pixels(image, encoding)
    message = Image(height=image.shape[0], width=image.shape[1], encoding=encoding,
                    step=pixels[0].nbytes)
    message.data.frombytes(pixels.tobytes())
    return message


def _pixels(image, encoding):
    if encoding == 'bgr8':
        return np.pad(image.reshape(len(image), -1), ((0, 0), (0, 12)))
    if encoding == 'bayer_rggb8':
        pixels = image[..., 1].copy()
        pixels[::2, ::2], pixels[1::2, 1::2] = image[::2, ::2, 2], image[1::2, 1::2, 0]
        return pixels
    if encoding.startswith('yuv422'):
        yuv = cv2.cvtColor(image, cv2.COLOR_BGR2YUV)
        odd = np.arange(image.shape[1]) % 2
        pair = yuv[..., 0], np.where(odd, yuv[..., 2], yuv[..., 1])
        return np.stack(pair if encoding == 'yuv422_yuy2' else pair[::-1], axis=-1)
    pixels = cv2.cvtColor(image, _CONVERSIONS[encoding])
    return pixels.astype(np.uint16) * 257 if encoding == 'mono16' else pixels
