"""A camera_info YAML file of any bytes."""
import os
import tempfile

from check import one_line

from openpose_ros.scene import Camera, CameraError

PATH = os.path.join(tempfile.mkdtemp(prefix='fuzz-'), 'camera.yaml')
GOOD = b"""image_width: 640
image_height: 480
camera_name: eye
camera_matrix:
  rows: 3
  cols: 3
  data: [525.0, 0.0, 320.0, 0.0, 525.0, 240.0, 0.0, 0.0, 1.0]
distortion_model: plumb_bob
distortion_coefficients: {rows: 1, cols: 5, data: [0.1, -0.2, 0.001, 0.002, 0.0]}
"""


def target(data: bytes) -> None:
    with open(PATH, 'wb') as file:
        file.write(data)
    try:
        camera = Camera.from_yaml(PATH)
        assert camera.width > 0 and camera.height > 0
    except CameraError as error:
        one_line(error)


def seeds():
    yield GOOD
    yield b'image_width: 4\nimage_height: 3\ncamera_matrix: {data: [1,0,2,0,1,1,0,0,1]}\n'
    yield GOOD.replace(b'plumb_bob', b'equidistant').replace(b', 0.0]}', b']}')
    yield GOOD.replace(b'640', b'.inf').replace(b'0.1', b'.nan')
    yield b'a: &a [1]\nb: &b {<<: {c: *a}}\nd: !!python/name:os.system\n'
