"""A calibrated camera: image coordinates to rays and points in space, and back.

Frame: the camera's optical frame (REP-103: x right, y down, z forward), metres. Image
coordinates: px, the centre of the top left pixel at (0, 0).
"""
import math
from typing import NamedTuple, Sequence, Tuple

import numpy as np

from openpose_ros.scene.calibration import (Calibration, CameraError,
                                            read_calibration, shown)
from openpose_ros.scene.distortion import distort, undistort

_FISHEYE = ('equidistant', 'fisheye')   # one model by two names; the first is ROS's
# How many coefficients each model may have: sensor_msgs/distortion_models, OpenCV calib3d. More
# are taken where they are 0, and of the polynomial's so many as have a meaning.
_COEFFICIENTS = {'': (0,), 'none': (0,), 'plumb_bob': (0, 4, 5),
                 'rational_polynomial': (0, 4, 5, 8, 12, 14), 'equidistant': (0, 4)}
_MOST_COEFFICIENTS = 14
_LARGEST = 2 ** 32 - 1      # px; of a CameraInfo's width and height
_FOCAL = 1e-6, 1e6          # of the image's sides; beyond them no lens is, and squares overflow


class Camera(NamedTuple):
    """Intrinsics of one camera; make it with one of the `from_` functions, which check them.

    width, height: px. fx, fy, cx, cy: px; fx is negative where the image is mirrored. model:
    'none', 'plumb_bob', 'rational_polynomial' or 'equidistant', as in sensor_msgs/CameraInfo.
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
    def from_info(cls, info, height: int = 0, distortion_model: str = '', d: Sequence[float] = (),
                  k: Sequence[float] = (), rectified: bool = False) -> 'Camera':
        """The camera of a sensor_msgs/CameraInfo; CameraError where it cannot be true.

        info: the message, or anything with its fields; or the width, px, and then the other fields
        as plain numbers (k: 9, row by row). rectified: see :meth:`from_calibration`.
        """
        if not hasattr(info, 'distortion_model'):
            info = Calibration(info, height, distortion_model, d, k)
        elif not isinstance(info, Calibration):
            info = Calibration.of(info)
        return cls.from_calibration(info, rectified)

    @classmethod
    def from_calibration(cls, calibration: Calibration, rectified: bool = False) -> 'Camera':
        """The camera of the image that is sent: cropped by roi, then binned, as calibrated.

        rectified: the image has been rectified, so its matrix is P and nothing is distorted. P's
        fourth column tells where the second camera of a stereo pair is in the first one's frame; it
        moves no optical axis, and points are in this camera's own frame.
        Source: image_geometry::PinholeCameraModel (pixel x of the crop is x + x_offset of the full
        image; binning divides coordinates).
        """
        k, d, p = (np.asarray(values, float).ravel()
                   for values in (calibration.k, calibration.d, calibration.p))
        model = calibration.distortion_model
        if rectified:
            k, d, model = _rectified(k, d, p), d[:0], 'none'
        full = cls._whole(calibration.width, calibration.height, model, d, k)
        x, y, width, height = calibration.roi
        if any(calibration.roi):
            full = full.cropped(x, y, width, height)
        return full.binned(*(step or 1 for step in calibration.binning))

    @classmethod
    def _whole(cls, width, height, distortion_model, d, k):
        """The camera of a whole image; k, d: arrays of numbers."""
        if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
            raise CameraError('the camera calibration has no image size ({}x{}): is the camera '
                              'calibrated?'.format(shown(width), shown(height)))
        if width != int(width) or height != int(height):
            raise CameraError('an image size is in whole pixels, not {}x{}'.format(width, height))
        _check_matrix(k, width, height)
        _check_distortion(distortion_model, d)
        nonzero = np.flatnonzero(d)
        d = d[:nonzero[-1] + 1] if len(nonzero) else d[:0]
        model = distortion_model if len(d) else 'none'
        if distortion_model in _FISHEYE:    # no coefficients is still not a pinhole
            model = _FISHEYE[0]
        return cls(int(width), int(height), float(k[0]), float(k[4]), float(k[2]), float(k[5]),
                   model, tuple(d.tolist()))

    @classmethod
    def from_yaml(cls, path: str, rectified: bool = False) -> 'Camera':
        """The camera of a camera_info YAML file, or of what `ros2 topic echo` printed of one.

        rectified: see :meth:`from_calibration`.
        """
        calibration = read_calibration(path)
        try:
            return cls.from_calibration(calibration, rectified)
        except (TypeError, ValueError, OverflowError) as error:
            raise CameraError('{}: {}'.format(path, shown(error) if isinstance(error, CameraError)
                                              else 'no numbers where they should be'))

    @classmethod
    def from_field_of_view(cls, width: int, height: int, horizontal_degrees: float) -> 'Camera':
        """A camera without distortion, square pixels and this horizontal field of view."""
        if not 0. < horizontal_degrees < 180.:
            raise CameraError('the horizontal field of view must lie between 0 and 180 degrees, '
                              'but is {:g}'.format(horizontal_degrees))
        f = .5 * width / math.tan(math.radians(.5 * horizontal_degrees))
        return cls.from_info(width, height, 'none', (),
                             (f, 0., .5 * (width - 1), 0., f, .5 * (height - 1), 0., 0., 1.))

    def cropped(self, x: int, y: int, width: int, height: int) -> 'Camera':
        """The same camera for the part of its image that begins at (x, y), px."""
        whole = all(value == int(value) for value in (x, y, width, height))
        if not (whole and x >= 0 and y >= 0 and width > 0 and height > 0
                and x + width <= self.width and y + height <= self.height):
            raise CameraError('the region of interest {}x{} at ({}, {}) is no part of an image of '
                              '{}x{}'.format(shown(width), shown(height), shown(x), shown(y),
                                             self.width, self.height))
        return self._replace(width=int(width), height=int(height), cx=self.cx - x, cy=self.cy - y)

    def binned(self, across: int, down: int) -> 'Camera':
        """The same camera where so many pixels make one; sizes round down, as drivers have it."""
        if (across, down) == (1, 1):
            return self
        if not (0 < across <= self.width and 0 < down <= self.height):
            raise CameraError('a binning of {}x{} leaves nothing of an image of {}x{}'.format(
                shown(across), shown(down), self.width, self.height))
        return self._replace(
            width=int(self.width // across), height=int(self.height // down), fx=self.fx / across,
            fy=self.fy / down, cx=self.cx / across, cy=self.cy / down)

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

    def mirrored(self) -> 'Camera':
        """The same camera for its image with left and right exchanged."""
        return self._replace(fx=-self.fx, cx=self.width - 1 - self.cx)

    def pixels_to_rays(self, pixels: np.ndarray) -> np.ndarray:
        """Rays through these pixels: (..., 2) px to (..., 2) x/z, y/z, the distortion undone.

        NaN where a pixel lies outside what the distortion model can have come from, or (fisheye)
        90° and more off the axis.
        """
        pixels = np.asarray(pixels, float)
        rays = (pixels - (self.cx, self.cy)) / (self.fx, self.fy)
        return undistort(rays, self.model in _FISHEYE, self.distortion)

    def unproject(self, pixels: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Points (..., 3) m at these pixels (..., 2) px and depths (...) m along the z axis."""
        rays = self.pixels_to_rays(pixels)
        depth = np.asarray(depth, float)[..., None]
        return np.concatenate((rays * depth, depth + 0. * rays[..., :1]), axis=-1)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels (..., 2) of points (..., 3) m; NaN for one that the lens does not see.

        That is one not in front of the camera, or where the distortion would fold the image over.
        """
        points = np.asarray(points, float)
        with np.errstate(invalid='ignore'):
            z = np.where(points[..., 2:] > 0., points[..., 2:], np.nan)
        rays = distort(points[..., :2] / z, self.model in _FISHEYE, self.distortion)
        return rays * (self.fx, self.fy) + (self.cx, self.cy)


def _rectified(k, d, p) -> np.ndarray:
    """The camera matrix of the rectified image: the left three columns of P."""
    if p.size == 12 and p.any():
        return p[[0, 1, 2, 4, 5, 6, 8, 9, 10]]
    if d.any():
        raise CameraError('the images are rectified, but the calibration has no projection matrix '
                          'P, which describes them: publish the CameraInfo that belongs to them')
    return k    # a camera that never had a distortion


def _check_matrix(k, width, height):
    if k.size != 9 or not np.isfinite(k).all():
        raise CameraError('the camera matrix must be 9 finite numbers, row by row, but is '
                          '{}'.format(shown(k)))
    if not k.any():
        raise CameraError('the camera matrix is all zero: calibrate the camera, or give its '
                          'field of view')
    if k[0] <= 0. or k[4] <= 0. or abs(k[8] - 1.) > 1e-6 or k[[3, 6, 7]].any():
        raise CameraError('the camera matrix is no camera matrix (fx and fy must be positive, '
                          'the last row 0 0 1): {}'.format(shown(k)))
    if not all(_FOCAL[0] < focal / side < _FOCAL[1]
               for focal, side in ((k[0], width), (k[4], height))):
        raise CameraError('focal lengths of {:g} and {:g} px do not go with an image of '
                          '{}x{}'.format(k[0], k[4], width, height))
    if not (-width < k[2] < 2 * width and -height < k[5] < 2 * height):
        raise CameraError('the principal point ({:g}, {:g}) is far outside the image of '
                          '{}x{}'.format(k[2], k[5], width, height))


def _check_distortion(model, d):
    taken = _COEFFICIENTS.get(_FISHEYE[0] if model in _FISHEYE else model)
    if taken is None:
        raise CameraError('unknown distortion model {!r}: plumb_bob, rational_polynomial and '
                          'equidistant are known'.format(shown(model)))
    if len(d) > _MOST_COEFFICIENTS:
        raise CameraError('no distortion model takes {} coefficients'.format(len(d)))
    if not np.isfinite(d).all():
        raise CameraError('the distortion coefficients must be finite, but are {}'.format(shown(d)))
    if len(d) in taken or not d[taken[-1] if len(d) > taken[-1] else 0:].any():
        return
    raise CameraError('distortion model "{}" takes {} coefficients, not {}'.format(
        model, ' or '.join(str(n) for n in taken), len(d)))
