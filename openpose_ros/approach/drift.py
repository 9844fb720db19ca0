"""By how much the odometry turns the world while the robot drives, as who stands tells.

Wheels that are not quite as large or as far apart as they are taken to be count every turn by the
same share too much or too little (J. Borenstein and L. Feng, "Measurement and correction of systematic
odometry errors in mobile robots", IEEE Transactions on Robotics and Automation 12(6), 1996). In the
odometry's frame who stands is then turned about the camera with each of its turns, and seems to face
another way by the same angle. Of where they were seen to stand from several places that share is told.
"""
from typing import NamedTuple, Sequence, Tuple

import numpy as np

_TURN = .03         # of the turn: deviation of that share. Chosen: half more than the simulated robot's
# Of the turn: what else wheels err by, as by slipping. Chosen; with twice as much of it views from far
# round count too little.
_SLIP = .01


class Whence(NamedTuple):
    """From where somebody was seen. camera: (3,) m. turned: rad about up, all turns until then added
    up; centres: (3,) m rad, each turn times where the camera was."""

    camera: np.ndarray
    turned: float = 0.
    centres: np.ndarray = np.zeros(3)

    def since(self, before: 'Whence', position: np.ndarray, up: np.ndarray) -> Tuple[float, np.ndarray]:
        """(turn, rad, and shift, (3,) m, of who stands there) if it had counted each turn double."""
        turned = self.turned - before.turned
        return turned, np.cross(up, turned * position - (self.centres - before.centres))


class Way:
    """Adds up the turns of a camera from image to image. now: Whence; None before the first."""

    def __init__(self) -> None:
        self.now = self._rotation = None

    def go_on(self, rotation: np.ndarray, camera: np.ndarray, up: np.ndarray) -> None:
        """The camera's axes and place in the frame of the people; up: unit vector."""
        if self.now is None:
            self.now = Whence(camera)
        elif rotation is not self._rotation:
            turn = _turn_about(up, self._rotation, rotation)
            before = self.now
            self.now = Whence(camera, before.turned + turn,
                              before.centres + .5 * turn * (before.camera + camera))
        self._rotation = rotation


def _turn_about(up, before, after):
    """rad from one rotation to another, of which the most is about up."""
    turn = after.dot(before.T)
    sine = .5 * up.dot((turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]))
    return float(np.arctan2(sine, .5 * (turn[0, 0] + turn[1, 1] + turn[2, 2] - 1.)))


def share(places: Sequence, turns: Sequence) -> Tuple[float, float]:
    """(share by which turns are counted too large, its variance without what slips).

    places: [(inverse covariance (3, 3) 1/m^2, (3,) m)] where who stands was seen. turns: of each what
    :meth:`Whence.since` says.
    """
    inverse = sum(weight for weight, _ in places)
    mean = np.linalg.solve(inverse, sum(
        weight.dot(np.stack((place, shift), axis=1))
        for (weight, place), (_, shift) in zip(places, turns)))
    precision, moved = _TURN ** -2, 0.
    for (weight, place), (_, shift) in zip(places, turns):
        off = weight.dot(shift - mean[:, 1])
        precision += off.dot(shift - mean[:, 1])
        moved -= off.dot(place - mean[:, 0])
    return moved / precision, 1. / precision


def variance_of(turn: float, of_share: float) -> float:
    """rad^2 by which a facing is off after a turn, rad, that was set right by a share."""
    return (of_share + _SLIP ** 2) * turn ** 2
