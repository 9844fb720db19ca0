"""The camera against OpenCV's own projection, and what it refuses."""
import os

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpose_ros.scene import Camera, CameraError

K = (610., 0., 322., 0., 612., 243., 0., 0., 1.)
MODELS = [('plumb_bob', (-.28, .09, .001, -.0005, -.01)), ('plumb_bob', ()),
          ('rational_polynomial', (.5, -2.5, .0006, -.0001, 1.4, .4, -2.3, 1.35)),
          ('equidistant', (.02, -.01, .004, -.001)), ('equidistant', ())]


def camera_of(model, d):
    return Camera.from_info(640, 480, model, d, K)


@pytest.mark.parametrize('model, d', MODELS)
@given(x=st.floats(-.5, .5), y=st.floats(-.4, .4), z=st.floats(.2, 20.))
def test_projects_as_opencv(model, d, x, y, z):
    point = np.array((x * z, y * z, z))
    matrix = np.reshape(K, (3, 3))
    if model == 'equidistant':
        expected = cv2.fisheye.projectPoints(point.reshape(1, 1, 3), np.zeros(3), np.zeros(3),
                                             matrix, np.array(d or (0.,) * 4))[0]
    else:
        expected = cv2.projectPoints(point.reshape(1, 1, 3), np.zeros(3), np.zeros(3), matrix,
                                     np.array(d or (0.,) * 5))[0]
    np.testing.assert_allclose(camera_of(model, d).project(point), expected.ravel(), atol=1e-6)


@pytest.mark.parametrize('model, d', MODELS)
def test_unproject_undoes_project(model, d):
    camera = camera_of(model, d)
    x, y = np.meshgrid(np.linspace(0, 639, 9), np.linspace(0, 479, 7))
    pixels = np.stack((x, y), axis=-1)
    points = camera.unproject(pixels, np.full(x.shape, 2.))
    np.testing.assert_allclose(points[..., 2], 2.)
    np.testing.assert_allclose(camera.project(points), pixels, atol=.01)


def test_unknown_pixels_stay_unknown_and_leave_the_others_alone():
    camera = camera_of(*MODELS[0])
    rays = camera.rectify(np.array(((np.nan, np.nan), (100., 100.))))
    assert np.isnan(rays[0]).all()
    np.testing.assert_array_equal(rays[1], camera.rectify(np.array((100., 100.))))


def test_point_behind_the_camera_has_no_pixel():
    assert np.isnan(camera_of('none', ()).project(np.array((.1, .1, -1.)))).all()


def test_field_of_view():
    camera = Camera.from_field_of_view(640, 480, 90.)
    assert camera.fx == camera.fy == pytest.approx(320.)
    np.testing.assert_allclose(camera.rectify(np.array((639.5, 239.5))), (1., 0.), atol=1e-12)


def test_resized_camera_sees_the_same_rays():
    camera = camera_of(*MODELS[0])
    half = camera.resized(320, 240)
    np.testing.assert_allclose(half.rectify(np.array((99.5, 49.5))),
                               camera.rectify(np.array((199.5, 99.5))), atol=1e-9)
    with pytest.raises(CameraError, match='640x400'):
        camera.resized(640, 400)


@pytest.mark.parametrize('width, height, model, d, k, reason', [
    (640, 480, '', (), (0.,) * 9, 'all zero'),
    (0, 0, 'plumb_bob', (), K, 'no image size'),
    (640, 480, 'plumb_bob', (), (0.,) + K[1:], 'fx and fy'),
    (640, 480, 'plumb_bob', (), K[:8], '9 finite'),
    (640, 480, 'plumb_bob', (), (np.nan,) + K[1:], '9 finite'),
    (640, 480, 'plumb_bob', (), K[:2] + (5000.,) + K[3:], 'principal point'),
    (640, 480, 'plumb_bob', (), (1e200,) + K[1:], 'do not go with an image of 640x480'),
    (640, 480, 'plumb_bob', (), K[:4] + (1e-9,) + K[5:], 'do not go with an image'),
    (.64, 480, 'plumb_bob', (), K, 'whole pixels, not 0.64x480'),
    (640, 480, 'plumb_bob', (.1, .1, .1), K, '4 or 5 coefficients'),
    (640, 480, 'plumb_bob', (.1, .1, .1, np.inf), K, 'finite'),
    (640, 480, 'thin_lens', (), K, 'unknown distortion model'),
    (640, 480, 'rational_polynomial', (.1,) * 12, K, 'not supported'),
])
def test_refuses_what_is_no_camera(width, height, model, d, k, reason):
    with pytest.raises(CameraError, match=reason) as error:
        Camera.from_info(width, height, model, d, k)
    assert '\n' not in str(error.value)


YAML = """image_width: 640
image_height: 480
camera_name: front
camera_matrix: {rows: 3, cols: 3, data: [610, 0, 322, 0, 612, 243, 0, 0, 1]}
distortion_model: plumb_bob
distortion_coefficients: {rows: 1, cols: 5, data: [-0.1, 0.05, 0.001, -0.001, 0]}
"""


def test_reads_camera_info_yaml(tmp_path):
    path = tmp_path / 'camera.yaml'
    path.write_text(YAML)
    assert Camera.from_yaml(str(path)) == Camera.from_info(
        640, 480, 'plumb_bob', (-.1, .05, .001, -.001, 0.), K)


@pytest.mark.parametrize('text', ['', 'image_width: 640', '[1, 2', YAML.replace('610', 'x'),
                                  YAML.replace('640', 'wide')])
def test_refuses_other_yaml(tmp_path, text):
    path = tmp_path / 'camera.yaml'
    path.write_text(text)
    with pytest.raises(CameraError, match='camera.yaml') as error:
        Camera.from_yaml(str(path))
    assert '\n' not in str(error.value)


def test_names_the_missing_file(tmp_path):
    with pytest.raises(CameraError, match='nowhere.yaml'):
        Camera.from_yaml(str(tmp_path / 'nowhere.yaml'))


MATRIX = 'image_height: 3\ncamera_matrix: {data: [1, 0, 2, 0, 1, 1, 0, 0, 1]}\n'


@pytest.mark.parametrize('text, said', [
    ('image_width: .inf\n' + MATRIX, 'has no image size'),
    ('image_width: .nan\n' + MATRIX, 'has no image size'),
    ('image_width: 1' + 400 * '0' + '\n' + MATRIX, 'has no image size'),
    ('a: &a [1]\nb: *a\n' + MATRIX, 'a calibration has no aliases'),
    ('[' * 65000, 'not nested deeply'),
    ('image_width: 4\ndistortion_model: "a\\nb"\n' + MATRIX, "model 'a b'"),
    ('image_width: !!python/object/apply:os.system ["true"]\n' + MATRIX, 'ConstructorError'),
    ('#' * (1 << 16) + '\nimage_width: 4\n' + MATRIX, 'more than the 65,536')])
def test_a_stranger_s_yaml(tmp_path, text, said):
    path = tmp_path / 'camera.yaml'
    path.write_text(text)
    with pytest.raises(CameraError) as error:
        Camera.from_yaml(str(path))
    assert said in str(error.value) and '\n' not in str(error.value)
    assert len(str(error.value)) < 700


def test_a_pipe_is_no_calibration(tmp_path):
    os.mkfifo(str(tmp_path / 'pipe'))
    with pytest.raises(CameraError, match='it is no file'):
        Camera.from_yaml(str(tmp_path / 'pipe'))


def test_more_coefficients_than_any_model_has():
    with pytest.raises(CameraError, match='takes 1000 coefficients'):
        Camera.from_info(640, 480, 'plumb_bob', [0.] * 1000, [1, 0, 2, 0, 1, 1, 0, 0, 1])
