"""Videos by their own times; streams that break off and come back."""
import http.server
import socketserver
import struct
import threading
import time

import cv2
import numpy as np
import pytest

from openpose_ros.image_files import SourceError
from openpose_ros.streams import Live, VideoFile, open_stream


def write_video(path, count, rate=10., size=(64, 48)):
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*'mp4v'), rate, size)
    for number in range(count):
        writer.write(np.full((size[1], size[0], 3), 40 * number, np.uint8))
    writer.release()
    return path


def test_a_video_of_constant_rate(tmp_path):
    source = open_stream(write_video(str(tmp_path / 'video.mp4'), 5))
    assert (source.rate, source.count) == (10., 5)
    for _ in range(2):
        np.testing.assert_allclose([frame.time for frame in source.frames()],
                                   [0., .1, .2, .3, .4], atol=1e-6)


PARENTS = (b'moov', b'trak', b'mdia', b'minf', b'stbl')


def with_times(data, times):
    """The boxes of an MP4 with images at these times, s, instead of evenly (ISO 14496-12)."""
    done, scale = b'', 10240
    while data:
        size, kind = struct.unpack('>I4s', data[:8])
        body, data = data[8:size], data[size:]
        if kind in PARENTS:
            body = with_times(body, times)
        elif kind == b'mdhd':       # version, creation, modification, time scale, duration
            body = body[:12] + struct.pack('>II', scale, int(times[-1] * scale) + 1) + body[20:]
        elif kind == b'stts':
            steps = np.diff(times, append=times[-1] + .1) * scale
            body = struct.pack('>II', 0, len(steps)) + b''.join(
                struct.pack('>II', 1, int(round(step))) for step in steps)
        elif kind == b'edts':       # it would cut the video to its old length
            continue
        done += struct.pack('>I4s', 8 + len(body), kind) + body
    return done


def test_a_video_of_variable_rate_has_its_own_times(tmp_path):
    times = [0., .1, .2, 1.2, 1.25, 3.]
    path = str(tmp_path / 'variable.mp4')
    with open(write_video(path, len(times)), 'rb') as file:
        data = file.read()
    with open(path, 'wb') as file:      # `moov` comes last, so nothing that it points to moves
        file.write(with_times(data, times))
    source = VideoFile(path)
    np.testing.assert_allclose([frame.time for frame in source.frames()], times, atol=.002)
    assert source.rate < 5.


@pytest.mark.parametrize('name, text', [
    ('/dev/video63', 'camera /dev/video63 cannot be opened'), ('nothing.mp4', 'no such file'),
    ('http://127.0.0.1:9/none.mjpg', 'http://127.0.0.1:9/none.mjpg cannot be opened')])
def test_what_gives_no_images_is_an_error_of_one_line(name, text):
    with pytest.raises(SourceError, match=text) as error:
        open_stream(name)
    assert '\n' not in str(error.value)


class Mjpeg(http.server.BaseHTTPRequestHandler):
    """A webcam's server: JPEGs whose grey counts up, until it is told to hang up."""

    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'multipart/x-mixed-replace; boundary=end')
        self.end_headers()
        try:
            while not self.server.hang_up.is_set():
                self.server.number += 1
                image = np.full((48, 64, 3), self.server.number % 250, np.uint8)
                jpeg = cv2.imencode('.jpg', image)[1].tobytes()
                self.wfile.write(b'--end\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n'
                                 % len(jpeg) + jpeg + b'\r\n')
                time.sleep(.02)
        except OSError:
            pass

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


@pytest.fixture
def server():
    made = Server(('127.0.0.1', 0), Mjpeg)
    made.number, made.hang_up = 0, threading.Event()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.hang_up.set()
    made.shutdown()


def test_a_stream_gives_its_newest_image_and_comes_back(server):
    said = []
    source = open_stream('http://127.0.0.1:{}/stream.mjpg'.format(server.server_port), said.append)
    assert isinstance(source, Live)
    frames = source.frames()
    first = next(frames)
    assert first.image.shape == (48, 64, 3) and first.time == 0.
    time.sleep(.6)      # some 30 images pass by
    before = server.number
    late = next(frames)
    assert late.time > 0. and before - int(late.image[0, 0, 0]) < 12
    server.hang_up.set()
    end = time.monotonic() + 20.
    while not said and time.monotonic() < end:
        time.sleep(.05)
    assert 'gives no more images' in said[0]
    server.hang_up.clear()
    number = server.number
    while next(frames).image[0, 0, 0] <= number % 250 and time.monotonic() < end:
        pass
    assert time.monotonic() < end and 'is back' in said[-1]
