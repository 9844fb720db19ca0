"""Every encoding of a camera against values by hand and OpenCV, and messages without an image."""
import struct

import cv2
import numpy as np
import pytest

pytest.importorskip('sensor_msgs', reason='ROS 2 is not here')
from sensor_msgs.msg import CompressedImage, Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.ros.conversions import images  # noqa: E402

BGR = np.random.RandomState(1).randint(0, 256, (6, 8, 3)).astype(np.uint8)


def message(pixels, encoding, padding=0, big_endian=False):
    """An Image of (height, width[, channels]) pixels, with bytes of padding after each row."""
    pixels = pixels.astype(pixels.dtype.newbyteorder('>' if big_endian else '<'))
    height, width = pixels.shape[:2]
    rows = np.frombuffer(pixels.tobytes(), np.uint8).reshape(height, -1)
    rows = np.hstack((rows, np.full((height, padding), 171, np.uint8)))
    result = Image(height=height, width=width, encoding=encoding, is_bigendian=big_endian,
                   step=rows.shape[1])
    result.data = images.as_bytes(rows)
    return result


def compressed(data, format_):
    result = CompressedImage(format=format_)
    result.data = images.as_bytes(np.frombuffer(data, np.uint8))
    return result


def encoded(extension, pixels, *options):
    return cv2.imencode(extension, pixels, list(options))[1].tobytes()


@pytest.fixture(params=[0, 3], ids=['packed', 'padded'])
def padding(request):
    return request.param


@pytest.fixture(params=[False, True], ids=['little', 'big'])
def big_endian(request):
    return request.param


@pytest.fixture(autouse=True)
def without_cv_bridge(monkeypatch):
    monkeypatch.setattr(images, 'cv_bridge', None)


# ---- colour

COLOUR = {'bgr8': BGR, '8UC3': BGR, 'rgb8': BGR[..., ::-1],
          'bgra8': np.dstack((BGR, BGR[..., 0])),
          'rgba8': np.dstack((BGR[..., ::-1], BGR[..., 0]))}


@pytest.mark.parametrize('encoding', sorted(COLOUR))
def test_colours_are_put_in_order(encoding, padding):
    given = message(np.ascontiguousarray(COLOUR[encoding]), encoding, padding)
    np.testing.assert_array_equal(images.read_image(given), BGR)


@pytest.mark.parametrize('encoding', ['mono8', '8UC1'])
def test_grey_becomes_three_equal_channels(encoding, padding):
    given = message(BGR[..., 0], encoding, padding)
    np.testing.assert_array_equal(images.read_image(given), BGR[..., [0, 0, 0]])


def test_16_bits_are_scaled_to_8(padding, big_endian):
    values = np.array([[0, 128, 129, 257], [32767, 65278, 65535, 256]], np.uint16)
    given = message(values, 'mono16', padding, big_endian)
    by_hand = np.array([[0, 0, 1, 1], [127, 254, 255, 1]])
    np.testing.assert_array_equal(images.read_image(given), np.dstack([by_hand] * 3))


@pytest.mark.parametrize('encoding, order', [
    ('yuv422', 'uyvy'), ('uyvy', 'uyvy'), ('yuv422_yuy2', 'yuyv'), ('yuyv', 'yuyv')])
def test_yuv_pairs_share_their_colour(encoding, order, padding):
    # Red, green and blue after ITU-R BT.601 with limited range.
    colours = {(81, 90, 240): (0, 0, 255), (145, 54, 34): (0, 255, 0), (41, 240, 110): (255, 0, 0)}
    for (y, u, v), bgr in colours.items():
        pair = {'uyvy': [[u, y], [v, y]], 'yuyv': [[y, u], [y, v]]}[order]
        given = message(np.array([pair * 2] * 3, np.uint8), encoding, padding)
        found = images.read_image(given)
        assert found.shape == (3, 4, 3)
        np.testing.assert_allclose(found, np.broadcast_to(bgr, found.shape), atol=2)


@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
@pytest.mark.parametrize('channel, colour', list(enumerate('bgr')))
def test_a_bayer_pattern_gives_its_colour(pattern, channel, colour, padding):
    # Only the sensors under filters of one colour see light.
    tile = np.array([255 if filter_ == colour else 0 for filter_ in pattern], np.uint8)
    given = message(np.tile(tile.reshape(2, 2), (6, 6)), 'bayer_{}8'.format(pattern), padding)
    inside = images.read_image(given)[2:-2, 2:-2]
    assert (inside[..., channel] == 255).all()
    assert (np.delete(inside, channel, axis=2) == 0).all()


def test_an_unpadded_bgr_image_is_not_copied():
    given = message(BGR, 'bgr8')
    assert np.shares_memory(images.read_image(given), np.frombuffer(given.data, np.uint8))


def test_cv_bridge_gives_the_same(monkeypatch):
    cv_bridge = pytest.importorskip('cv_bridge', reason='cv_bridge is not installed')
    image = np.random.RandomState(2).randint(0, 256, (8, 48)).astype(np.uint8)
    for encoding, (dtype, channels, _) in images.COLOUR.items():
        given = message(image.view(dtype).reshape(8, -1, channels), encoding)
        monkeypatch.setattr(images, 'cv_bridge', None)
        expected = images.read_image(given)
        monkeypatch.setattr(images, 'cv_bridge', cv_bridge)
        np.testing.assert_array_equal(images.read_image(given), expected, encoding)


class CvBridge:
    """Counts what it is asked for, and knows no encoding but one."""

    class CvBridgeError(TypeError):
        pass

    asked = []

    @classmethod
    def CvBridge(cls):
        return cls

    @classmethod
    def imgmsg_to_cv2(cls, given, encoding):
        cls.asked.append((given.encoding, encoding))
        if given.encoding != 'rgb8':
            raise cls.CvBridgeError('unknown')
        return np.full((6, 8, 3), 77, np.uint8)


def test_cv_bridge_is_asked_first_and_alone(monkeypatch):
    """One decoding: ours is for what cv_bridge does not know, and for more than 8 bits."""
    monkeypatch.setattr(images, 'cv_bridge', CvBridge)
    monkeypatch.setattr(images, '_pixels', None)     # would not be callable
    assert (images.read_image(message(BGR, 'rgb8'), stretch=False) == 77).all()
    monkeypatch.undo()
    monkeypatch.setattr(images, 'cv_bridge', CvBridge)
    np.testing.assert_array_equal(images.read_image(message(BGR, 'bgr8')), BGR)
    images.read_image(message(BGR.astype(np.uint16), 'rgb16'))
    assert CvBridge.asked == [('rgb8', 'bgr8'), ('bgr8', 'bgr8')]


# ---- more than 8 bits, and planes

COLOURS = {(81, 90, 240): (0, 0, 255), (145, 54, 34): (0, 255, 0), (41, 240, 110): (255, 0, 0)}


def planes(encoding, yuv, width, height, step):
    """Data of one colour, as a brightness plane and a plane of both colours, of this step."""
    y, u, v = yuv
    pair = [v, u] if encoding == 'nv21' else [u, v]
    luma = np.full((height, step), y, np.uint8)
    rows = height if encoding == 'nv24' else height // 2
    across = 2 * step if encoding == 'nv24' else step
    chroma = np.tile(np.array(pair, np.uint8), (rows, across // 2))
    return np.concatenate((luma.ravel(), chroma.ravel()))


@pytest.mark.parametrize('encoding', ['nv12', 'nv21', 'nv24'])
@pytest.mark.parametrize('layout', ['image', 'padded', 'all rows', 'all bytes'])
def test_planes_of_brightness_and_colour(encoding, layout):
    width, height = 8, 6
    each = 3. if encoding == 'nv24' else 1.5
    for yuv, bgr in COLOURS.items():
        step = width + (4 if layout == 'padded' else 0)
        given = Image(width=width, height=height, step=step, encoding=encoding)
        given.data = images.as_bytes(planes(encoding, yuv, width, height, step))
        if layout == 'all rows':
            given.height = int(height * each)
        if layout == 'all bytes':
            given.step = int(width * each)
        found = images.read_image(given, stretch=False)
        assert found.shape == (6, 8, 3)
        np.testing.assert_allclose(found, np.broadcast_to(bgr, found.shape), atol=2)


@pytest.mark.parametrize('fields, text', [
    ({'width': 7, 'step': 7}, 'no 7x6 of nv12'), ({'step': 0}, 'step of 0'),
    ({'height': 9, 'width': 800}, 'no 800x9 of nv12'), ({'height': 0}, 'empty')])
def test_planes_of_a_wrong_size(fields, text):
    given = Image(width=8, height=6, step=8, encoding='nv12')
    given.data = images.as_bytes(planes('nv12', (1, 2, 3), 8, 6, 8))
    for name, value in fields.items():
        setattr(given, name, value)
    with pytest.raises(images.ImageError, match=text):
        images.read_image(given)


@pytest.mark.parametrize('encoding, order', [
    ('bgr16', [0, 1, 2]), ('rgb16', [2, 1, 0]), ('bgra16', [0, 1, 2, 0]),
    ('rgba16', [2, 1, 0, 0]), ('16UC3', [0, 1, 2])])
def test_16_bits_of_each_colour(encoding, order, padding, big_endian):
    given = message(BGR[..., order].astype(np.uint16) * 257, encoding, padding, big_endian)
    np.testing.assert_array_equal(images.read_image(given, stretch=False), BGR)


@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
@pytest.mark.parametrize('channel, colour', list(enumerate('bgr')))
def test_a_bayer_pattern_of_16_bits(pattern, channel, colour, big_endian):
    tile = np.array([65535 if filter_ == colour else 0 for filter_ in pattern], np.uint16)
    given = message(np.tile(tile.reshape(2, 2), (6, 6)), 'bayer_{}16'.format(pattern),
                    big_endian=big_endian)
    inside = images.read_image(given)[2:-2, 2:-2]
    assert (inside[..., channel] == 255).all()
    assert (np.delete(inside, channel, axis=2) == 0).all()


@pytest.mark.parametrize('bits', [16, 14, 12, 10])
@pytest.mark.parametrize('encoding', ['mono16', '16UC1'])
def test_fewer_bits_than_16_give_the_same_image(bits, encoding):
    scene = np.random.RandomState(3).normal(.5, .1, (120, 160)).clip(0., 1.)
    given = message((scene * (2 ** bits - 1)).astype(np.uint16), encoding)
    found, levels, _ = images.read_stretched(given)
    full = images.read_image(message((scene * 65535).astype(np.uint16), encoding))
    assert np.abs(found.astype(int) - full).max() <= 1 + 2 ** (10 - bits) * 4
    assert found.min() == 0 and found.max() == 255 and levels is not None
    if bits == 10:
        assert images.read_image(given, stretch=False).max() <= 4


# ---- compressed

@pytest.mark.parametrize('format_', ['bgr8; png compressed bgr8', 'png'])
def test_a_png_is_read_as_it_was(format_):
    np.testing.assert_array_equal(images.read_image(compressed(encoded('.png', BGR), format_)),
                                  BGR)


def test_a_jpeg_is_read_as_opencv_reads_it():
    image = cv2.resize(BGR, (64, 48))
    data = encoded('.jpg', image)
    found = images.read_image(compressed(data, 'bgr8; jpeg compressed bgr8'))
    np.testing.assert_array_equal(found, cv2.imdecode(np.frombuffer(data, np.uint8), 1))
    assert np.abs(found.astype(int) - image).mean() < 10


def test_a_grey_jpeg_and_a_16_bit_png_become_bgr():
    grey = np.full((16, 16), 100, np.uint8)
    assert (images.read_image(compressed(encoded('.jpg', grey), 'mono8; jpeg')) == 100).all()
    deep = np.full((16, 16), 257 * 100, np.uint16)
    found = images.read_image(compressed(encoded('.png', deep), 'mono16; png'))
    assert found.shape == (16, 16, 3) and (found == 100).all()


def test_a_progressive_jpeg_and_one_with_padding_behind_are_whole():
    data = encoded('.jpg', cv2.resize(BGR, (64, 48)), cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    assert images.read_image(compressed(data + bytes(7), 'jpeg')).shape == (48, 64, 3)


# ---- depth

@pytest.mark.parametrize('encoding', ['16UC1', 'mono16'])
def test_depth_in_millimetres_comes_as_it_was_sent(encoding, padding, big_endian):
    values = np.array([[0, 1, 1234], [65535, 256, 2]], np.uint16)
    found = images.read_depth(message(values, encoding, padding, big_endian))
    assert found.dtype == np.uint16 and found.dtype.isnative
    np.testing.assert_array_equal(found, values)


def test_depth_in_metres_comes_as_it_was_sent(padding, big_endian):
    values = np.array([[0., 1.5, np.nan], [np.inf, -1., 7.25]], np.float32)
    found = images.read_depth(message(values, '32FC1', padding, big_endian))
    assert found.dtype == np.float32 and found.dtype.isnative
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize('format_', ['16UC1; compressedDepth png', '16UC1; compressedDepth'])
def test_compressed_depth_in_millimetres(format_):
    values = np.array([[0, 1, 1234], [65535, 256, 2]], np.uint16)
    found = images.read_depth(compressed(bytes(12) + encoded('.png', values), format_))
    np.testing.assert_array_equal(found, values)


def test_compressed_depth_in_metres_is_undone_with_the_parameters_of_its_header():
    # As compressed_depth_image_transport makes them: depth_quantization 100, depth_max 10 m.
    a = 100. * 101.
    b = 1. - a / 10.
    depth = np.array([[.5, 1., 2.], [4., 9.9, np.nan]], np.float32)
    stored = np.where(np.isnan(depth), 0, a / depth + b).astype(np.uint16)
    data = struct.pack('<iff', 0, a, b) + encoded('.png', stored)
    found = images.read_depth(compressed(data, '32FC1; compressedDepth png'))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, depth, rtol=.01)


# ---- messages without an image

def changed(**fields):
    result = message(BGR, 'bgr8')
    for name, value in fields.items():
        setattr(result, name, value)
    return result


JPEG = encoded('.jpg', cv2.resize(BGR, (64, 48)))
PNG = encoded('.png', cv2.resize(BGR, (64, 48)))
HUGE_PNG = PNG[:16] + struct.pack('>II', 100000, 100000) + PNG[24:]


@pytest.mark.parametrize('given, text', [
    (changed(width=0), 'empty: 0x6'),
    (changed(height=0), 'empty: 8x0'),
    (changed(encoding='bgr9'), "'bgr9' is not one of"),
    (changed(encoding=''), "'' is not one of"),
    (changed(step=23), 'step of 23 bytes is too short'),
    (changed(step=25), '144 bytes of data where 6 rows of 25'),
    (changed(height=7), '144 bytes of data where 7 rows'),
    (changed(data=[]), '0 bytes of data'),
    (changed(encoding='yuyv', width=7), 'the width 7 is odd'),
    (changed(width=1 << 16, height=1 << 16), 'too large'),
    (changed(width=(1 << 32) - 1, height=(1 << 32) - 1, step=(1 << 32) - 1), 'too large'),
    (compressed(b'', 'jpeg'), 'neither JPEG nor PNG'),
    (compressed(b'<html>no camera here</html>', 'jpeg'), 'neither JPEG nor PNG'),
    (compressed(JPEG[:-2], 'jpeg'), 'JPEG is cut short'),
    (compressed(JPEG[:len(JPEG) // 2], 'jpeg'), 'JPEG is cut short'),
    (compressed(JPEG[:2], 'jpeg'), 'no frame header'),
    (compressed(PNG[:-20], 'png'), 'PNG is cut short'),
    (compressed(PNG[:20], 'png'), 'neither JPEG nor PNG'),
    (compressed(HUGE_PNG, 'png'), 'too large: 100000x100000'),
    (compressed(PNG[:40] + bytes(len(PNG) - 60) + PNG[-20:], 'png'), 'cannot be decoded'),
])
def test_what_holds_no_image_is_an_error_of_one_line(given, text):
    with pytest.raises(images.ImageError) as error:
        images.read_image(given)
    assert text in str(error.value)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('given, text', [
    (changed(), "'bgr8' is not one of 16UC1, 32FC1, mono16"),
    (changed(encoding='32FC1'), 'too short for 8 pixels'),
    (compressed(b'', '16UC1; compressedDepth png'), 'no PNG with a depth header'),
    (compressed(bytes(12) + PNG, '16UC1; compressedDepth png'), 'one channel of 16 bits'),
    (compressed(bytes(12) + PNG[:-20], '16UC1; compressedDepth png'), 'cut short'),
    (compressed(bytes(40), '16UC1; compressedDepth rvl'), 'no PNG with a depth header'),
    (compressed(bytes(12) + PNG, 'bgr8; compressedDepth png'), "'bgr8; compressedDepth png'"),
])
def test_what_holds_no_depth_is_an_error_of_one_line(given, text):
    with pytest.raises(images.ImageError) as error:
        images.read_depth(given)
    assert text in str(error.value)


def test_the_limit_of_pixels_is_the_callers():
    with pytest.raises(images.ImageError):
        images.read_image(message(BGR, 'bgr8'), images.Limits(pixels=47))
    images.read_image(message(BGR, 'bgr8'), images.Limits(pixels=48))


def test_what_is_written_is_read_back():
    written = images.write_image(BGR[:, ::2], Header(frame_id='camera'))
    assert written.header.frame_id == 'camera'
    np.testing.assert_array_equal(images.read_image(written), BGR[:, ::2])


@pytest.mark.parametrize('dtype', [np.uint16, np.float32])
def test_depth_that_is_written_is_read_back(dtype):
    depth = np.arange(12).reshape(3, 4).astype(dtype)
    found = images.read_depth(images.write_depth(depth, Header()))
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, depth)


def marked(*segments):
    """A JPEG's beginning of these segments, then the rest of a good one."""
    return b'\xff\xd8' + b''.join(segments) + encoded('.jpg', BGR)[2:]


def test_a_jpeg_s_size_is_the_one_that_the_decoder_comes_to():
    large = encoded('.jpg', np.zeros((300, 400, 3), np.uint8))
    small_header = b'\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00'
    for before in range(480, 530):
        comment = bytes(before) + small_header + bytes(20)
        # A fill byte and a marker without a length, which are not to be taken for a length of 511.
        data = (b'\xff\xd8\xff\xff\x01\xff\xfe' + struct.pack('>H', 2 + len(comment)) + comment
                + large[2:])
        with pytest.raises(images.ImageError, match='400x300 is above 1000 pixels'):
            images.read_image(compressed(data, 'jpeg'), images.Limits(pixels=1000))


@pytest.mark.parametrize('segment', [b'\xff', b'\xff\x01', b'\xff\xd0', b'\xff\xff\xff\x01'])
def test_fill_bytes_and_markers_without_a_length_are_stepped_over(segment):
    found = images.read_image(compressed(marked(segment), 'jpeg'))
    assert found.shape == BGR.shape


def test_a_jpeg_of_more_scans_than_anyone_makes_is_refused():
    image = encoded('.jpg', np.zeros((64, 64), np.uint8), cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    last = image[image.rfind(b'\xff\xda'):-2]
    with pytest.raises(images.ImageError, match='more than 40 scans'):
        images.read_image(compressed(image[:-2] + 50 * last + b'\xff\xd9', 'jpeg'))
    assert images.read_image(compressed(image, 'jpeg')).shape == (64, 64, 3)
    with pytest.raises(images.ImageError, match='more than 1 scans'):
        images.read_image(compressed(image, 'jpeg'), images.Limits(scans=1))


def test_more_compressed_bytes_than_the_pixels_can_have_are_not_copied():
    with pytest.raises(images.ImageError, match='900 bytes of compressed data are more than 100'):
        images.read_image(compressed(bytes(900), 'jpeg'), images.Limits(pixels=100))
    with pytest.raises(images.ImageError, match='900 bytes of compressed data are more than 100'):
        images.read_depth(compressed(bytes(900), '16UC1; compressedDepth png'),
                          images.Limits(pixels=100))


def test_a_long_name_is_not_repeated():
    for given in (message(BGR, 'x' * 100000), compressed(b'', 'y' * 100000)):
        with pytest.raises(images.ImageError) as error:
            images.read_depth(given)
        assert len(str(error.value)) < 300


@pytest.mark.parametrize('size, enough, part', [
    ((640, 480), np.inf, 1), ((640, 480), 260., 1), ((640, 480), 252., 2), ((640, 480), 120., 4),
    ((640, 480), 40., 8), ((480, 640), 240., 2), ((640, 482), 60., 2), ((641, 480), 60., 1)])
def test_a_jpeg_is_decoded_at_a_part_of_its_size_where_that_is_enough(size, enough, part):
    width, height = size
    shown = np.zeros((height, width, 3), np.uint8)
    shown[:, :width // 2] = (40, 90, 200)
    shown[height // 2:] //= 2
    read = images.read_stretched(images.write_compressed(shown, Header()), enough=enough)
    assert read.size == size and read.image.shape == (height // part, width // part, 3)
    whole = images.read_image(images.write_compressed(shown, Header()))
    expected = cv2.resize(whole, read.image.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(read.image.astype(int) - expected).mean() < 2.


def test_what_is_no_jpeg_is_read_as_large_as_it_is():
    shown = np.zeros((480, 640, 3), np.uint8)
    png = CompressedImage(format='png', data=cv2.imencode('.png', shown)[1].tobytes())
    for message in (png, images.write_image(shown, Header())):
        assert images.read_stretched(message, enough=40.).image.shape == shown.shape
