"""A calibrated camera: image coordinates to rays and points in space, and back.

Frame: the camera's optical frame (REP-103: x right, y down, z forward), metres. Image
coordinates: px, the centre of the top left pixel at (0, 0). Nothing here depends on ROS: the fields
of a sensor_msgs/CameraInfo come as plain numbers.
"""
import math
from typing import NamedTuple, Sequence, Tuple

import numpy as np
import yaml

from openpose_ros.files import read_regular

# Number of distortion coefficients each model may have; missing ones are 0.
# Source: sensor_msgs/distortion_models, OpenCV calib3d (k1 k2 p1 p2 k3 k4 k5 k6).
_COEFFICIENTS = {'': (0,), 'none': (0,), 'plumb_bob': (0, 4, 5), 'rational_polynomial': (8, 12, 14),
                 'equidistant': (0, 4), 'fisheye': (0, 4)}
_FISHEYE = ('equidistant', 'fisheye')
_ITERATIONS = 30
_TOLERANCE = 1e-5      # in units of the ray's tangent: a hundredth of a pixel
_FAR_OFF = 1e-3        # what has come no nearer than this has no answer


_LONGEST_FILE = 1 << 16     # bytes of a YAML file; a calibration takes one thousand
_DEEPEST = 8                # lists and mappings within each other
_MOST_COEFFICIENTS = 14
_LARGEST = 2 ** 32 - 1      # px; of a CameraInfo's width and height
_FOCAL = 1e-6, 1e6          # of the image's sides; beyond them no lens is, and squares overflow


class CameraError(ValueError):
    """A camera that cannot be used; the message says in one line why and what to do."""


class _PlainYaml(yaml.SafeLoader):
    """YAML that is neither deep nor has aliases, which let a short file fill the memory."""

    depth = 0

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent) or self.depth > _DEEPEST:
            raise yaml.YAMLError('a calibration has no aliases and is not nested deeply')
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class Camera(NamedTuple):
    """Intrinsics of one camera; make it with one of the `from_` functions, which check them.

    width, height: px. fx, fy, cx, cy: px. model: a distortion model of sensor_msgs/CameraInfo.
    distortion: its coefficients, without trailing zeros; empty where there is no distortion.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    model: str = 'none'
    distortion: Tuple[float, ...] = ()

    @classmethod
    def from_info(cls, width: int, height: int, distortion_model: str, d: Sequence[float],
                  k: Sequence[float]) -> 'Camera':
        """The camera of a sensor_msgs/CameraInfo's fields; CameraError where they cannot be true.

        k: 9 numbers, row-major. For an image that is rectified already give `d` empty and the
        left 3×3 of the message's `p` as `k`.
        """
        k = np.asarray(k, float).ravel()
        d = np.asarray(d, float).ravel()
        if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
            raise CameraError('the camera calibration has no image size ({}x{}): is the camera '
                              'calibrated?'.format(_shown(width), _shown(height)))
        if width != int(width) or height != int(height):
            raise CameraError('an image size is in whole pixels, not {}x{}'.format(width, height))
        if k.size != 9 or not np.isfinite(k).all():
            raise CameraError('the camera matrix must be 9 finite numbers, row by row, but is '
                              '{}'.format(_shown(k)))
        if not k.any():
            raise CameraError('the camera matrix is all zero: calibrate the camera, or give its '
                              'field of view')
        if k[0] <= 0. or k[4] <= 0. or abs(k[8] - 1.) > 1e-6 or k[[3, 6, 7]].any():
            raise CameraError('the camera matrix is no camera matrix (fx and fy must be positive, '
                              'the last row 0 0 1): {}'.format(_shown(k)))
        if not all(_FOCAL[0] < focal / side < _FOCAL[1]
                   for focal, side in ((k[0], width), (k[4], height))):
            raise CameraError('focal lengths of {:g} and {:g} px do not go with an image of '
                              '{}x{}'.format(k[0], k[4], width, height))
        if not (-width < k[2] < 2 * width and -height < k[5] < 2 * height):
            raise CameraError('the principal point ({:g}, {:g}) is far outside the image of '
                              '{}x{}'.format(k[2], k[5], width, height))
        _check_distortion(distortion_model, d)
        nonzero = np.flatnonzero(d)
        d = d[:nonzero[-1] + 1] if len(nonzero) else d[:0]
        fisheye = distortion_model in _FISHEYE    # no coefficients is still not a pinhole
        model = distortion_model if len(d) or fisheye else 'none'
        return cls(int(width), int(height), float(k[0]), float(k[4]), float(k[2]), float(k[5]),
                   model, tuple(d.tolist()))

    @classmethod
    def from_yaml(cls, path: str) -> 'Camera':
        """The camera of a camera_info YAML file, as camera_calibration writes it."""
        try:
            info = _PlainYaml(read_regular(path, _LONGEST_FILE)).get_single_data()
            return cls.from_info(
                info['image_width'], info['image_height'], info.get('distortion_model', ''),
                (info.get('distortion_coefficients') or {}).get('data') or (),
                info['camera_matrix']['data'])
        except CameraError as error:
            raise CameraError('{}: {}'.format(path, error))
        except OSError as error:
            raise CameraError('cannot read the camera calibration {}: {}'.format(
                path, error.strerror))
        except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError,
                OverflowError) as error:
            raise CameraError('{} is no camera_info YAML ({}: {}): it needs image_width, '
                              'image_height and camera_matrix'.format(
                                  path, type(error).__name__, _shown(error)))

    @classmethod
    def from_field_of_view(cls, width: int, height: int, horizontal_degrees: float) -> 'Camera':
        """A camera without distortion, square pixels and this horizontal field of view."""
        if not 0. < horizontal_degrees < 180.:
            raise CameraError('the horizontal field of view must lie between 0 and 180 degrees, '
                              'but is {:g}'.format(horizontal_degrees))
        f = .5 * width / math.tan(math.radians(.5 * horizontal_degrees))
        return cls.from_info(width, height, 'none', (),
                             (f, 0., .5 * (width - 1), 0., f, .5 * (height - 1), 0., 0., 1.))

    def resized(self, width: int, height: int) -> 'Camera':
        """The same camera for its image scaled to this size (the aspect must be kept)."""
        if (width, height) == (self.width, self.height):
            return self
        sx, sy = width / self.width, height / self.height
        if abs(sx / sy - 1.) > .01:
            raise CameraError('an image of {}x{} is not the camera\'s {}x{} scaled'.format(
                width, height, self.width, self.height))
        return self._replace(width=width, height=height, fx=self.fx * sx, fy=self.fy * sy,
                             cx=(self.cx + .5) * sx - .5, cy=(self.cy + .5) * sy - .5)

    def rectify(self, pixels: np.ndarray) -> np.ndarray:
        """Rays through these pixels: (..., 2) px to (..., 2) x/z, y/z, the distortion undone.

        NaN where a pixel lies outside what the distortion model can have come from, or (fisheye)
        90° and more off the axis.
        """
        pixels = np.asarray(pixels, float)
        distorted = np.stack(((pixels[..., 0] - self.cx) / self.fx,
                              (pixels[..., 1] - self.cy) / self.fy), axis=-1)
        if self.model in _FISHEYE:
            return _undo_fisheye(distorted, self.distortion)
        if not self.distortion:
            return distorted
        return _undo_polynomial(distorted, self.distortion)

    def unproject(self, pixels: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Points (..., 3) m at these pixels (..., 2) px and depths (...) m along the z axis."""
        rays = self.rectify(pixels)
        depth = np.asarray(depth, float)[..., None]
        return np.concatenate((rays * depth, depth + 0. * rays[..., :1]), axis=-1)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels (..., 2) of points (..., 3) m; NaN for a point not in front of the camera."""
        points = np.asarray(points, float)
        with np.errstate(invalid='ignore'):
            z = np.where(points[..., 2:] > 0., points[..., 2:], np.nan)
        rays = points[..., :2] / z
        if self.model in _FISHEYE:
            rays = _apply_fisheye(rays, self.distortion)
        elif self.distortion:
            rays = np.stack(_apply_polynomial(rays[..., 0], rays[..., 1], self.distortion), axis=-1)
        return rays * (self.fx, self.fy) + (self.cx, self.cy)


def _shown(value):
    """What was given, in a line that is not too long."""
    text = ' '.join(str(value.tolist() if isinstance(value, np.ndarray) else value).split())
    return text if len(text) <= 200 else text[:200] + '…'


def _check_distortion(model, d):
    if model not in _COEFFICIENTS:
        raise CameraError('unknown distortion model {!r}: plumb_bob, rational_polynomial and '
                          'equidistant are known'.format(_shown(model)))
    if len(d) > _MOST_COEFFICIENTS:
        raise CameraError('no distortion model takes {} coefficients'.format(len(d)))
    if not np.isfinite(d).all():
        raise CameraError('the distortion coefficients must be finite, but are {}'.format(
            _shown(d)))
    if d.any() and len(d) not in _COEFFICIENTS[model]:
        raise CameraError('distortion model "{}" takes {} coefficients, not {}'.format(
            model, ' or '.join(str(n) for n in _COEFFICIENTS[model]), len(d)))
    if d[8:].any():
        raise CameraError('thin prism and tilt coefficients (the 9th and on) are not supported')


def _apply_polynomial(x, y, distortion):
    """Distorted rays of plumb_bob and rational_polynomial. Source: OpenCV calib3d's formula."""
    k1, k2, p1, p2, k3, k4, k5, k6 = distortion + (0.,) * (8 - len(distortion))
    xy, r2 = x * y, x * x + y * y
    radial = 1. + r2 * (k1 + r2 * (k2 + r2 * k3))
    if k4 or k5 or k6:
        radial = radial / (1. + r2 * (k4 + r2 * (k5 + r2 * k6)))
    return (x * radial + 2. * p1 * xy + p2 * (r2 + 2. * x * x),
            y * radial + p1 * (r2 + 2. * y * y) + 2. * p2 * xy)


def _undo_polynomial(distorted, distortion):
    """Invert `_apply_polynomial` by fixed-point iteration; NaN where it does not converge."""
    x, y = distorted[..., 0], distorted[..., 1]
    rays = x, y
    with np.errstate(all='ignore'):
        for _ in range(_ITERATIONS):
            there = _apply_polynomial(rays[0], rays[1], distortion)
            error = x - there[0], y - there[1]
            rays = rays[0] + error[0], rays[1] + error[1]
            worst = np.maximum(np.abs(error[0]), np.abs(error[1]))
            if not (worst > _TOLERANCE).any():
                break
        return np.where((worst < _FAR_OFF)[..., None], np.stack(rays, axis=-1), np.nan)


def _fisheye_angle(theta, distortion):
    """Distorted angle of an angle off the axis, and its derivative (Kannala and Brandt 2006)."""
    t2 = theta * theta
    angle, slope = 1., 1.
    for power, k in enumerate(distortion, 1):
        angle = angle + k * t2 ** power
        slope = slope + (2 * power + 1) * k * t2 ** power
    return theta * angle, slope


def _apply_fisheye(rays, distortion):
    r = np.linalg.norm(rays, axis=-1, keepdims=True)
    distorted = _fisheye_angle(np.arctan(r), distortion)[0]
    return rays * np.divide(distorted, r, out=np.ones_like(r), where=r > 0.)


def _undo_fisheye(distorted, distortion):
    """Invert `_apply_fisheye` by Newton's method on the angle off the axis."""
    r = np.linalg.norm(distorted, axis=-1, keepdims=True)
    theta = r
    with np.errstate(all='ignore'):
        for _ in range(_ITERATIONS if distortion else 0):
            angle, slope = _fisheye_angle(theta, distortion)
            theta = theta - (angle - r) / slope
            if not (np.abs(angle - r) > _TOLERANCE).any():
                break
        angle = _fisheye_angle(theta, distortion)[0]
        valid = (np.abs(angle - r) < _FAR_OFF) & (theta >= 0.) & (theta < math.pi / 2.)
        scale = np.divide(np.tan(theta), r, out=np.ones_like(r), where=r > 0.)
        return np.where(valid, distorted * scale, np.nan)
