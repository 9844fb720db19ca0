"""Videos, folders and cameras as the `video` node reads them."""
import os
import struct
import zlib

import cv2
import numpy as np
import pytest

from openpose_ros.image_files import SourceError
from openpose_ros.ros.tools.sources import open_source


@pytest.fixture
def colour(tmp_path):
    """A folder of three images whose grey is their number in the order of their names."""
    folder = tmp_path / 'colour'
    folder.mkdir()
    for number in (2, 0, 1):
        cv2.imwrite(str(folder / 'c{}.png'.format(number)), np.full((4, 6, 3), number, np.uint8))
    (folder / 'notes.txt').write_text('no image')
    return folder


@pytest.fixture
def depth(tmp_path):
    folder = tmp_path / 'depth'
    folder.mkdir()
    for number in range(3):
        cv2.imwrite(str(folder / 'd{}.png'.format(number)),
                    np.full((4, 6), 1000 + number, np.uint16))
    return folder


@pytest.fixture
def video(tmp_path):
    path = str(tmp_path / 'video.mp4')
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*'mp4v'), 25., (64, 48))
    for number in range(5):
        writer.write(np.full((48, 64, 3), 50 * number, np.uint8))
    writer.release()
    return path


def test_a_folder_is_read_in_the_order_of_the_names(colour):
    frames = list(open_source(str(colour)).frames())
    assert [frame.image[0, 0, 0] for frame in frames] == [0, 1, 2]
    assert all(frame.depth is None for frame in frames)


def test_depth_is_paired_in_the_order_of_the_names(colour, depth):
    frames = list(open_source(str(colour), str(depth)).frames())
    assert [frame.depth[0, 0] for frame in frames] == [1000, 1001, 1002]
    assert frames[0].depth.dtype == np.uint16


def test_a_video_gives_every_frame_at_its_own_rate_and_again(video):
    source = open_source(video)
    assert source.rate == pytest.approx(25.)
    for _ in range(2):
        greys = [frame.image[0, 0, 0] for frame in source.frames()]
        np.testing.assert_allclose(greys, [0, 50, 100, 150, 200], atol=8)


@pytest.mark.parametrize('make, text', [
    (lambda folder: str(folder / 'nothing.mp4'), 'no such file'),
    (lambda folder: str(folder / 'colour' / 'notes.txt'), 'is no video'),
    (lambda folder: str(folder), 'has no image'),
    (lambda folder: '/dev/video63', 'cannot be opened'),
])
def test_what_gives_no_images_is_an_error_of_one_line(tmp_path, colour, make, text):
    with pytest.raises(SourceError) as error:
        open_source(make(tmp_path))
    assert text in str(error.value) and '\n' not in str(error.value)


def test_a_broken_image_is_an_error_that_names_it(colour):
    (colour / 'c1.png').write_bytes(b'')
    with pytest.raises(SourceError, match='c1.png'):
        list(open_source(str(colour)).frames())


def test_an_image_larger_than_opencv_reads_is_an_error_that_names_it(colour):
    head = b'IHDR' + struct.pack('>IIBBBBB', 1 << 16, 1 << 16, 8, 0, 0, 0, 0)
    (colour / 'c1.png').write_bytes(
        b'\x89PNG\r\n\x1a\n' + struct.pack('>I', 13) + head + struct.pack('>I', zlib.crc32(head))
        + struct.pack('>I', 0) + b'IDAT' + struct.pack('>I', zlib.crc32(b'IDAT')))
    with pytest.raises(SourceError, match='c1.png'):
        list(open_source(str(colour)).frames())


def test_a_pipe_in_a_folder_is_no_image(colour):
    os.mkfifo(str(colour / 'a.png'))
    assert len(list(open_source(str(colour)).frames())) == 3


def test_depth_must_fit(tmp_path, colour, depth, video):
    with pytest.raises(SourceError, match='goes with a folder'):
        open_source(video, str(depth))
    with pytest.raises(SourceError, match='no such folder'):
        open_source(str(colour), str(tmp_path / 'nothing'))
    with pytest.raises(SourceError, match='c0.png is no depth'):
        list(open_source(str(colour), str(colour)).frames())
    (depth / 'd2.png').unlink()
    with pytest.raises(SourceError, match='3 images and .* 2 of depth'):
        open_source(str(colour), str(depth))
