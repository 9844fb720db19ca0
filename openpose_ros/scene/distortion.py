"""Lens distortion: rays as a pinhole has them to rays as a lens bends them, and back.

A ray is (x/z, y/z), its tangents. Models and the order of their coefficients are OpenCV's
(calib3d, "Detailed description"), which sensor_msgs/CameraInfo follows:
polynomial k1 k2 p1 p2 k3, rational k4 k5 k6, thin prism s1 s2 s3 s4, tilt tx ty; or those of its
fisheye, which is Kannala and Brandt's "A generic camera model" (2006): k1 k2 k3 k4.
"""
import functools
import math
from typing import Tuple

import numpy as np

_STEPS = 12            # of Newton's method; from the table three are enough for a real lens
_CLOSE = 1e-10         # tangent; where its steps end
_FAR_OFF = 1e-7        # tangent; what has come no nearer has no answer: .001 px at 10,000 px focal
_WIDEST = math.radians(89.)     # off the axis, where a lens bends no ray back on itself
_TABLE = 512           # entries of the first guess's table


def distort(rays: np.ndarray, fisheye: bool, d: Tuple[float, ...]) -> np.ndarray:
    """Rays (..., 2) as the lens bends them; NaN beyond the angle where it would fold the image."""
    rays = np.asarray(rays, float)
    radius = np.hypot(rays[..., 0], rays[..., 1])
    if not (fisheye or d):
        return rays
    with np.errstate(all='ignore'):
        if fisheye:
            theta = np.arctan(radius)
            bent = _fisheye_angle(np.where(theta <= _table(True, d)[0][-1], theta, np.nan), d)[0]
            scale = np.divide(bent, radius, out=np.ones_like(radius), where=radius > 0.)
            return rays * scale[..., None]
        x = np.where(radius <= _table(False, d)[0][-1], rays[..., 0], np.nan)
        bent = np.stack(_polynomial(x, rays[..., 1], d)[0], axis=-1)
    return bent if not any(d[12:]) else _homography(bent, _tilt(d))


def undistort(bent: np.ndarray, fisheye: bool, d: Tuple[float, ...]) -> np.ndarray:
    """The inverse of :func:`distort`; NaN where no ray comes from, or (fisheye) 90° off axis."""
    bent = np.asarray(bent, float)
    if fisheye:
        return _undo_fisheye(bent, d)
    if not d:
        return bent
    with np.errstate(all='ignore'):
        if any(d[12:]):
            bent = _homography(bent, np.linalg.inv(_tilt(d)))
        return _undo_polynomial(bent, d)


def _polynomial(x, y, d):
    """((bent x, bent y), their derivatives (xx, xy, yx, yy)) of all coefficients but the tilt's."""
    k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4 = (d + (0.,) * 12)[:12]
    q = x * x + y * y
    radial, slope = 1. + q * (k1 + q * (k2 + q * k3)), k1 + q * (2. * k2 + q * 3. * k3)
    if k4 or k5 or k6:
        below = 1. + q * (k4 + q * (k5 + q * k6))
        slope = (slope - radial / below * (k4 + q * (2. * k5 + q * 3. * k6))) / below
        radial = radial / below
    cross = 2. * x * y * slope + 2. * (p1 * x + p2 * y)
    bent_x = x * radial + 2. * p1 * x * y + p2 * (q + 2. * x * x)
    bent_y = y * radial + p1 * (q + 2. * y * y) + 2. * p2 * x * y
    xx = radial + 2. * x * x * slope + 2. * p1 * y + 6. * p2 * x
    yy = radial + 2. * y * y * slope + 6. * p1 * y + 2. * p2 * x
    if not (s1 or s2 or s3 or s4):
        return (bent_x, bent_y), (xx, cross, cross, yy)
    prism_x, prism_y = 2. * (s1 + 2. * s2 * q), 2. * (s3 + 2. * s4 * q)
    return ((bent_x + q * (s1 + s2 * q), bent_y + q * (s3 + s4 * q)),
            (xx + x * prism_x, cross + y * prism_x, cross + x * prism_y, yy + y * prism_y))


def _undo_polynomial(bent, d):
    """Newton's method in two dimensions, from the radial part's inverse."""
    aim_x, aim_y = bent[..., 0], bent[..., 1]
    radii, bent_radii = _table(False, d)
    radius = np.hypot(aim_x, aim_y)
    guess = np.interp(radius, bent_radii, radii) / np.where(radius > 0., radius, 1.)
    x, y = aim_x * guess, aim_y * guess
    for step in range(_STEPS + 1):
        (at_x, at_y), (xx, xy, yx, yy) = _polynomial(x, y, d)
        off_x, off_y = aim_x - at_x, aim_y - at_y
        worst = np.maximum(np.abs(off_x), np.abs(off_y))
        if step == _STEPS or not (worst > _CLOSE).any():
            break
        determinant = xx * yy - xy * yx
        x = x + (yy * off_x - xy * off_y) / determinant
        y = y + (xx * off_y - yx * off_x) / determinant
    # Beyond the fold other rays lead to the same pixel; they never come through the lens.
    valid = (worst < _FAR_OFF) & (np.hypot(x, y) <= radii[-1])
    return np.where(valid[..., None], np.stack((x, y), axis=-1), np.nan)


def _undo_fisheye(bent, d):
    radius = np.hypot(bent[..., 0], bent[..., 1])
    theta, (angles, bent_angles) = radius, _table(True, d)
    with np.errstate(all='ignore'):
        if d:
            theta = np.interp(radius, bent_angles, angles)
            for _ in range(_STEPS):
                angle, slope = _fisheye_angle(theta, d)
                theta = theta - (angle - radius) / slope
                if not (np.abs(angle - radius) > _CLOSE).any():
                    break
        valid = ((np.abs(_fisheye_angle(theta, d)[0] - radius) < _FAR_OFF) & (theta >= 0.)
                 & (theta <= angles[-1]) & (theta < math.pi / 2.))
        scale = np.divide(np.tan(theta), radius, out=np.ones_like(radius), where=radius > 0.)
        return np.where(valid[..., None], bent * scale[..., None], np.nan)


def _fisheye_angle(theta, d):
    """Bent angle of an angle off the axis, and its derivative."""
    square = theta * theta
    angle, slope = 1., 1.
    for power, k in enumerate(d, 1):
        angle = angle + k * square ** power
        slope = slope + (2 * power + 1) * k * square ** power
    return theta * angle, slope


@functools.lru_cache(maxsize=16)
def _table(fisheye, d):
    """(radii, bent radii) from the axis to where the radial part stops to grow, the fold.

    Of a fisheye both are angles. What a folding lens would show twice it shows once.
    """
    theta = np.linspace(0., math.pi / 2. if fisheye else _WIDEST, 16 * _TABLE)
    with np.errstate(all='ignore'):
        if fisheye:
            radii, (bent, slope) = theta, _fisheye_angle(theta, d)
        else:
            radii = np.tan(theta)
            radial = d[:2] + (0., 0.) + d[4:8]      # without what is not radial
            (bent, _), (slope, _, _, _) = _polynomial(radii, 0. * radii, radial)
        folded = ~((slope > 0.) & np.isfinite(bent))
        folded[1:] |= ~(np.diff(bent) > 0.)     # past a pole it grows again, from minus infinity
    end = int(folded.argmax()) if folded.any() else len(radii)
    kept = np.unique(np.linspace(0, max(end - 1, 1), _TABLE).astype(int))
    return radii[kept], bent[kept]


def _tilt(d):
    """The homography of a sensor that is tilted by tx and ty, rad, against the lens."""
    tx, ty = (d + (0.,) * 14)[12:14]
    about_x = np.array(((1., 0., 0.), (0., math.cos(tx), math.sin(tx)),
                        (0., -math.sin(tx), math.cos(tx))))
    about_y = np.array(((math.cos(ty), 0., -math.sin(ty)), (0., 1., 0.),
                        (math.sin(ty), 0., math.cos(ty))))
    turn = about_y.dot(about_x)
    return np.array(((turn[2, 2], 0., -turn[0, 2]), (0., turn[2, 2], -turn[1, 2]),
                     (0., 0., 1.))).dot(turn)


def _homography(rays, matrix):
    there = np.concatenate((rays, np.ones_like(rays[..., :1])), axis=-1).dot(matrix.T)
    return there[..., :2] / there[..., 2:]
