"""The camera against OpenCV's own projection, and what it refuses."""
import os

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpose_ros.scene import Calibration, Camera, CameraError

K = (610., 0., 322., 0., 612., 243., 0., 0., 1.)
MODELS = [('plumb_bob', (-.28, .09, .001, -.0005, -.01)), ('plumb_bob', ()),
          ('rational_polynomial', (.5, -2.5, .0006, -.0001, 1.4, .4, -2.3, 1.35)),
          ('rational_polynomial', (10.2, -91., .0006, -.0003, 353., 10.1, -90., 350., .001, -.002,
                                   .0015, .0003)),
          ('rational_polynomial', (-.28, .09, .001, -.0005, -.01, .01, .02, -.01, .003, -.002, .001,
                                   .002, .05, -.08)),
          ('rational_polynomial', (.3, -.1, .001) + (0.,) * 11),
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
    np.testing.assert_allclose(camera.project(points), pixels, atol=.001)


@given(f=st.floats(250., 4000.), d=st.tuples(
    st.floats(-.5, .5), st.floats(-.3, .3), st.floats(-.01, .01), st.floats(-.01, .01),
    st.floats(-.2, .2), st.floats(-.3, .3), st.floats(-.1, .1), st.floats(-.05, .05),
    *[st.floats(-.02, .02)] * 4, *[st.floats(-.1, .1)] * 2))
def test_a_pixel_that_a_lens_of_any_coefficients_shows_has_its_ray(f, d):
    camera = Camera.from_info(640, 480, 'rational_polynomial', d,
                              (f, 0., 322., 0., f, 243., 0., 0., 1.))
    x, y = np.meshgrid(np.linspace(0, 639, 9), np.linspace(0, 479, 7))
    pixels = np.stack((x, y), axis=-1).reshape(-1, 2)
    points = camera.unproject(pixels, np.full(len(pixels), 2.))
    known = np.isfinite(points).all(axis=1)
    assert known[len(known) // 2]       # at least the middle
    shown = cv2.projectPoints(points[known].reshape(-1, 1, 3), np.zeros(3), np.zeros(3),
                              np.reshape((f, 0., 322., 0., f, 243., 0., 0., 1.), (3, 3)),
                              np.array(d))[0].reshape(-1, 2)
    assert np.abs(shown - pixels[known]).max() < .01


def test_what_a_lens_folds_over_has_no_pixel_and_no_second_ray():
    # x (1 - .31 x^2) grows up to x = 1.037, and what lies farther out comes back in.
    camera = Camera.from_info(640, 480, 'plumb_bob', (-.31, 0., 0., 0., 0.),
                              (300., 0., 319.5, 0., 300., 239.5, 0., 0., 1.))
    assert np.isfinite(camera.project(np.array((1.03, 0., 1.)))).all()
    assert np.isnan(camera.project(np.array((1.2, 0., 1.)))).all()
    rays = camera.pixels_to_rays(np.stack((np.arange(640.), np.full(640, 239.5)), axis=1))[:, 0]
    assert np.nanmax(np.abs(rays)) < 1.04
    assert (np.diff(rays[np.isfinite(rays)]) > 0.).all()


def test_fisheye_and_equidistant_are_one_model():
    d = (.02, -.01, .004, -.001)
    assert camera_of('fisheye', d) == camera_of('equidistant', d)
    assert camera_of('fisheye', ()) == camera_of('equidistant', ()) != camera_of('none', ())


def test_coefficients_of_zero_more_than_a_model_has_do_not_matter():
    assert camera_of('equidistant', (.1, .2, .3, .4, 0.)) == camera_of('equidistant',
                                                                      (.1, .2, .3, .4))
    assert camera_of('plumb_bob', (.1,) * 5 + (0.,) * 3) == camera_of('plumb_bob', (.1,) * 5)


# ---- roi, binning, rectified images

def calibration(**fields):
    whole = Calibration(1280, 720, 'plumb_bob', (-.1, .05, .001, -.0005, 0.),
                        (900., 0., 640., 0., 905., 360., 0., 0., 1.),
                        (870., 0., 650., -63., 0., 870., 355., 0., 0., 0., 1., 0.))
    return whole._replace(**fields)


@pytest.mark.parametrize('d', [(), (-.1, .05, .001, -.0005, 0.)])
@pytest.mark.parametrize('roi, binning', [
    ((600, 200, 640, 360), (0, 0)), ((17, 30, 300, 500), (1, 1)), ((600, 200, 640, 360), (2, 3)),
    ((0, 0, 0, 0), (2, 2)), ((1, 0, 1279, 719), (4, 2))])
def test_a_crop_then_a_binning_is_of_the_same_camera(d, roi, binning):
    """image_geometry::PinholeCameraModel: subtract the offset, divide by the binning."""
    point = np.array((1., .3, 2.5))
    full = Camera.from_info(calibration(d=d)).project(point)
    camera = Camera.from_info(calibration(d=d, roi=roi, binning=binning))
    x, y, width, height = roi if any(roi) else (0, 0, 1280, 720)
    across, down = (step or 1 for step in binning)
    assert (camera.width, camera.height) == (width // across, height // down)
    expected = (full - (x, y)) / (across, down)
    np.testing.assert_allclose(camera.project(point), expected, atol=1e-9)
    np.testing.assert_allclose(camera.unproject(expected, np.array(2.5)), point, atol=1e-6)


@pytest.mark.parametrize('roi', [(1000, 0, 640, 360), (0, 400, 640, 360), (10, 10, 0, 0)])
def test_a_region_outside_of_the_image_is_refused(roi):
    with pytest.raises(CameraError, match='region of interest .* of 1280x720'):
        Camera.from_info(calibration(roi=roi))


def test_a_binning_of_more_than_the_image_is_refused():
    with pytest.raises(CameraError, match='binning of 2000x1'):
        Camera.from_info(calibration(binning=(2000, 1)))


def test_a_rectified_image_has_the_matrix_p_and_no_distortion():
    camera = Camera.from_info(calibration(), rectified=True)
    assert camera == Camera(1280, 720, 870., 870., 650., 355., 'none', ())
    cropped = Camera.from_info(calibration(roi=(100, 50, 640, 360), binning=(2, 2)),
                               rectified=True)
    assert cropped == Camera(320, 180, 435., 435., 275., 152.5, 'none', ())
    fisheye = calibration(distortion_model='equidistant', d=(.1, .2, .3, .4))
    assert Camera.from_info(fisheye, rectified=True) == camera


def test_rectified_without_p():
    with pytest.raises(CameraError, match='no projection matrix P'):
        Camera.from_info(calibration(p=(0.,) * 12), rectified=True)
    assert Camera.from_info(calibration(p=(0.,) * 12, d=()), rectified=True).fx == 900.


def test_a_mirrored_camera_shows_the_mirror_image():
    camera = camera_of(*MODELS[0])
    point = np.array((.4, -.2, 1.7))
    x, y = camera.project(point)
    np.testing.assert_allclose(camera.mirrored().project(point), (639. - x, y))
    np.testing.assert_allclose(camera.mirrored().unproject(np.array((639. - x, y)), 1.7), point,
                               atol=1e-9)


def test_unknown_pixels_stay_unknown_and_leave_the_others_alone():
    camera = camera_of(*MODELS[0])
    rays = camera.pixels_to_rays(np.array(((np.nan, np.nan), (100., 100.))))
    assert np.isnan(rays[0]).all()
    np.testing.assert_array_equal(rays[1], camera.pixels_to_rays(np.array((100., 100.))))


def test_point_behind_the_camera_has_no_pixel():
    assert np.isnan(camera_of('none', ()).project(np.array((.1, .1, -1.)))).all()


def test_field_of_view():
    camera = Camera.from_field_of_view(640, 480, 90.)
    assert camera.fx == camera.fy == pytest.approx(320.)
    np.testing.assert_allclose(camera.pixels_to_rays(np.array((639.5, 239.5))), (1., 0.), atol=1e-12)


def test_resized_camera_sees_the_same_rays():
    camera = camera_of(*MODELS[0])
    half = camera.resized(320, 240)
    np.testing.assert_allclose(half.pixels_to_rays(np.array((99.5, 49.5))),
                               camera.pixels_to_rays(np.array((199.5, 99.5))), atol=1e-9)
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
    (640, 480, 'rational_polynomial', (.1,) * 9, K, '8 or 12 or 14 coefficients, not 9'),
    (640, 480, 'equidistant', (.1,) * 5, K, '4 coefficients, not 5'),
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


ECHO = """header:
  stamp:
    sec: 12
    nanosec: 5
  frame_id: camera_color_optical_frame
height: 480
width: 640
distortion_model: plumb_bob
d:
- -0.1
- 0.05
- 0.001
- -0.001
- 0.0
k:
- 610.0
- 0.0
- 322.0
- 0.0
- 612.0
- 243.0
- 0.0
- 0.0
- 1.0
r: [1, 0, 0, 0, 1, 0, 0, 0, 1]
p: [600, 0, 320, 0, 0, 600, 240, 0, 0, 0, 1, 0]
binning_x: 0
binning_y: 0
roi:
  x_offset: 160
  y_offset: 60
  height: 360
  width: 480
  do_rectify: false
---
"""


def test_reads_what_ros2_topic_echo_prints(tmp_path):
    path = tmp_path / 'echo.yaml'
    path.write_text(ECHO + ECHO)
    assert Camera.from_yaml(str(path)) == Camera.from_info(
        640, 480, 'plumb_bob', (-.1, .05, .001, -.001, 0.), K).cropped(160, 60, 480, 360)
    assert Camera.from_yaml(str(path), rectified=True) == Camera(480, 360, 600., 600., 160., 180.)


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
