"""By how much the odometry moves and turns the world while the robot drives, as who stands tells.

Wheels that are not quite as large or as far apart as they are taken to be count every way and every
turn by the same shares too much or too little (J. Borenstein and L. Feng, "Measurement and correction
of systematic odometry errors in mobile robots", IEEE Transactions on Robotics and Automation 12(6),
1996). In the odometry's frame who stands is then turned about the camera with each of its turns, and
seems to face another way by the same angle. Of where they were seen to stand from several places
those shares are told.
"""
import math
from typing import NamedTuple, Sequence, Tuple

import numpy as np

from openpose_ros.approach.comfort import cross

# Of the turn and of the way: deviations of those shares. Chosen: half more than the simulated robot's
# 2 and 1 %.
_SHARES = .03, .015
# The same of what else wheels err by, as by slipping. Chosen: a third of those; not measured.
_SLIP_OF_TURN, _SLIP_OF_WAY = .01, .005


class Whence(NamedTuple):
    """From where somebody was seen. camera: (3,) m. turned: rad about up, all turns until then added
    up; centres: (3,) m rad, each turn times where the camera was."""

    camera: np.ndarray
    turned: float = 0.
    centres: np.ndarray = np.zeros(3)

    def since(self, before: 'Whence', position: np.ndarray, up: np.ndarray) -> np.ndarray:
        """How who stands at a position, (3,) m, would have moved since, (3, 2) m, if turns (first
        column) and ways (second) had been counted double."""
        turn = (self.turned - before.turned) * position - (self.centres - before.centres)
        return np.stack((cross(up, turn), self.camera - before.camera), axis=1)


class Way:
    """Adds up the turns of a camera from image to image. now: Whence; None before the first."""

    def __init__(self) -> None:
        self.now = self._rotation = None

    def go_on(self, rotation: np.ndarray, camera: np.ndarray, up: np.ndarray) -> None:
        """The camera's axes and place in the frame of the people; up: unit vector."""
        if self.now is None:
            self.now = Whence(camera)
        else:
            turn, before = _turn_about(up, self._rotation, rotation), self.now
            centres = before.centres    # a robot that stands costs nothing
            if turn:
                centres = centres + .5 * turn * (before.camera + camera)
            self.now = Whence(camera, before.turned + turn, centres)
        self._rotation = rotation


def _turn_about(up, before, after):
    """rad from one rotation to another, of which the most is about up."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = after.dot(before.T).tolist()
    sine = .5 * (up[0] * (zy - yz) + up[1] * (xz - zx) + up[2] * (yx - xy))
    return math.atan2(sine, .5 * (xx + yy + zz - 1.))


def shares(places: Sequence, moves: Sequence) -> Tuple[np.ndarray, np.ndarray]:
    """(shares (2,) by which turns and ways are counted too large, covariance (2, 2)).

    places: [(inverse covariance (3, 3) 1/m^2, (3,) m)] where who stands was seen. moves: of each what
    :meth:`Whence.since` says.
    """
    seen = [(inverse, np.column_stack((place, move))) for (inverse, place), move in zip(places, moves)]
    mean = np.linalg.solve(sum(inverse for inverse, _ in seen),
                           sum(inverse.dot(values) for inverse, values in seen))
    # Least squares of (place + move . shares) that are all the same, and of shares that are small.
    products = sum((values - mean).T.dot(inverse).dot(values - mean) for inverse, values in seen)
    covariance = np.linalg.inv(products[1:, 1:] + np.diag(
        [deviation ** -2 for deviation in _SHARES]))
    return -covariance.dot(products[1:, 0]), covariance


def slipped(covariance: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Covariance (3, 3) m^2 of a place after a way, (3,) m, that was set right by the shares."""
    return covariance + _SLIP_OF_WAY ** 2 * way.dot(way) * np.eye(3)


def variance_of(turn: float, of_share: float) -> float:
    """rad^2 by which a facing is off after a turn, rad, that was set right by a share."""
    return (of_share + _SLIP_OF_TURN ** 2) * turn ** 2
