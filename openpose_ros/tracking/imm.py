"""Where things are going: a Kalman filter that knows standing still from moving, for many at once.

An interacting multiple model (IMM) filter. Two models run side by side and are weighted by how well
each explains the measurements: *still* (the position wanders a little, the velocity is zero) and
*moving* (constant velocity, disturbed by white acceleration). So a person who stands is held
steady, and one who starts to walk is followed within two or three images, which no single noise
setting gives.

Source: Blom and Bar-Shalom, "The interacting multiple model algorithm for systems with Markovian
switching coefficients", IEEE Trans. Automatic Control 33 (1988), whose four steps have their names
here: mixing, mode-matched filtering (prediction, then update), mode probability, combination. The
matrices of the moving model are Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to
Tracking and Navigation", section 6.2.2 (continuous white noise acceleration).
"""
import functools
import math
from typing import NamedTuple, Optional, Tuple, Union

import numpy as np

from openpose_ros.tracking.arrays import Rows, inverse, outer

STILL, MOVING = 0, 1
_SAME, _OTHER = np.eye(2), 1. - np.eye(2)


class Noise(NamedTuple):
    """How things move; what is filtered in px has a `scale` of px per metre.

    drift: m/sqrt(s), random walk while still. acceleration: m/s^1.5, root of the density of the
    white acceleration while moving. still_speed: m/s, standard deviation of the velocity while
    still. start_speed: m/s, the same for something just seen for the first time.
    dwell: s, mean time before still becomes moving and the other way round.
    """

    drift: float
    acceleration: float
    still_speed: float
    start_speed: float
    dwell: float


@functools.lru_cache(maxsize=None)
def _diagonals(dims: int) -> np.ndarray:
    """Of the 16 numbers of four matrices (2, 2) those of four (2 dims, 2 dims).

    Each number stands on the diagonal of all dimensions: a Kronecker product.
    """
    each = np.eye(16).reshape(16, 4, 2, 2)
    return (each[..., None, :, None] * np.eye(dims)[:, None]).reshape(16, -1)


class MotionFilter(Rows):
    """Positions and velocities in `dims` dimensions of things in rows, all at the same time.

    mean: (n, 2 models, 2 dims) positions, then velocities. covariance: (n, 2, 2 dims, 2 dims).
    weights: (n, 2), the probability of each model. known: (n,) bool; an unknown row has never been
    measured (or was forgotten). age: (n,) s since the last measurement that was used. misfits: (n,)
    measurements in a row that were refused as outliers. scale: (n,) units of what is filtered per
    unit of `noise` (px per metre in the image; else 1). noise: may be set at any time, and has to
    be before the first prediction.
    """

    COLUMNS = {'mean': 0., 'covariance': 0., 'weights': 0.5, 'known': False, 'age': 0.,
               'misfits': 0, 'scale': 1.}

    def __init__(self, dims: int) -> None:
        self.dims = dims
        self.noise = None       # type: Optional[Noise]
        self.mean = np.zeros((0, 2, 2 * dims))
        self.covariance = np.zeros((0, 2, 2 * dims, 2 * dims))
        self.weights = np.zeros((0, 2))
        self.known = np.zeros(0, bool)
        self.age = np.zeros(0)
        self.misfits = np.zeros(0, int)
        self.scale = np.ones(0)

    def predict(self, dt: float) -> None:
        """Move everything on by `dt` seconds: mixing, then each model's own prediction."""
        mean, covariance = self._mix(dt)
        transition, noise = self._models(dt)
        self.mean = (transition @ mean[..., None])[..., 0]
        self.covariance = (transition @ covariance @ transition.swapaxes(1, 2)
                           + noise * (self.scale ** 2)[:, None, None, None])
        self.age = self.age + dt

    def update(self, rows: np.ndarray, measured: np.ndarray, covariance: np.ndarray,
               gate: float, patience: int) -> None:
        """Take measurements in: each model's own update, then the probability of the models.

        rows: (m,) indices, ascending. measured: (m, dims). covariance: (m, dims, dims). gate:
        squared Mahalanobis distance to the moving model's prediction beyond which a measurement is
        an outlier, unless it is the `patience`-th in a row: then the row starts anew there.
        """
        if not len(rows):
            return
        dims = self.dims
        # As rows are in order, so many are all; a slice of an array is cheaper than the rows of it.
        these = slice(None) if len(rows) == len(self.known) else rows
        mean, prior = self.mean[these], self.covariance[these]
        innovation = (measured[:, None] - mean[..., :dims])[..., None]
        precision, determinant = inverse(prior[..., :dims, :dims] + covariance[:, None])
        distance = (innovation.swapaxes(2, 3) @ (precision @ innovation))[..., 0, 0]
        used = (distance[:, MOVING] <= gate) & self.known[these]
        if not used.all():
            self._refuse(rows[~used], measured[~used], covariance[~used], patience)
            these, mean, prior, innovation, precision, determinant, distance = (
                each[used] for each in (rows, mean, prior, innovation, precision, determinant,
                                        distance))
        gain = prior[..., :dims] @ precision
        self.mean[these] = mean + (gain @ innovation)[..., 0]
        self.covariance[these] = prior - gain @ prior[..., :dims, :]
        self._weigh(these, distance, determinant)
        self.age[these] = 0.
        self.misfits[these] = 0

    def combined(self) -> Tuple[np.ndarray, np.ndarray]:
        """Both models as one, NaN where unknown: positions, then velocities.

        Returns mean (n, 2 dims) and covariance (n, 2 dims, 2 dims): the moments of the mixture.
        """
        difference = self.mean[:, STILL] - self.mean[:, MOVING]
        still, moving = self.weights.T[..., None, None]
        covariance = (still * self.covariance[:, STILL] + moving * self.covariance[:, MOVING]
                      + still * moving * outer(difference))
        known = self.known[:, None]
        return (np.where(known, self.state(), np.nan),
                np.where(known[..., None], covariance, np.nan))

    def state(self) -> np.ndarray:
        """Positions, then velocities, (n, 2 dims), of both models as one, known or not."""
        return (self.weights[:, None] @ self.mean)[:, 0]

    def position(self) -> np.ndarray:
        """Position (n, dims) of both models as one; NaN where unknown."""
        return np.where(self.known[:, None], self.state()[:, :self.dims], np.nan)

    @property
    def moving(self) -> Tuple[np.ndarray, np.ndarray]:
        """Position (n, dims) and its covariance if everything moves: what a search must allow."""
        return (self.mean[:, MOVING, :self.dims],
                self.covariance[:, MOVING, :self.dims, :self.dims])

    def widen(self, rows: np.ndarray, covariance: np.ndarray) -> None:
        """Add (m, dims, dims) to the positions' covariance of these rows."""
        self.covariance[rows, :, :self.dims, :self.dims] += covariance[:, None]

    def rescale(self, factor: float, offset: float) -> None:
        """Give everything in another unit: x becomes factor x + offset."""
        self.mean = factor * self.mean
        self.mean[..., :self.dims] += offset
        self.covariance = factor ** 2 * self.covariance
        self.scale = factor * self.scale

    def _mix(self, dt: float) -> Tuple[np.ndarray, np.ndarray]:
        """Mixing: the state that each model starts from, given that it holds now.

        It held before with the probability `stayed`, else the other did; the start is that mixture.
        Updates the weights to the predicted ones. Returns mean and covariance in their shapes.
        """
        change = .5 - .5 * math.exp(-2. * dt / self.noise.dwell)
        before = self.weights
        self.weights = change + (1. - 2. * change) * before
        stayed = ((1. - change) * before / self.weights)[..., None]
        shares = _OTHER + stayed * (_SAME - _OTHER)     # (n, now, before)
        difference = self.mean[:, STILL] - self.mean[:, MOVING]
        covariance = (shares @ self.covariance.reshape(-1, 2, 4 * self.dims ** 2)).reshape(
            self.covariance.shape)
        return shares @ self.mean, covariance + (
            (stayed * (1. - stayed))[..., None] * outer(difference)[:, None])

    def _models(self, dt: float) -> Tuple[np.ndarray, np.ndarray]:
        """Transition matrices and process noise of both models, (2, 2 dims, 2 dims) each."""
        density, still = self.noise.acceleration ** 2, self.noise.still_speed ** 2
        drift, both = self.noise.drift ** 2 * dt, density * dt ** 2 / 2.
        numbers = (1., 0., 0., 0., 1., dt, 0., 1.,
                   drift, 0., 0., still, density * dt ** 3 / 3., both, both, density * dt)
        return (np.array(numbers) @ _diagonals(self.dims)).reshape(
            2, 2, 2 * self.dims, 2 * self.dims)

    def _weigh(self, rows: Union[np.ndarray, slice], distance: np.ndarray,
               determinant: np.ndarray) -> None:
        """Mode probability: by each model's likelihood of the measurement, both (m, 2).

        distance: squared Mahalanobis distance. determinant: of the innovation's covariance.
        """
        loglikelihood = -0.5 * (distance + np.log(determinant))
        weights = self.weights[rows] * np.exp(
            loglikelihood - np.maximum.reduce(loglikelihood, axis=1, keepdims=True))
        self.weights[rows] = weights / np.add.reduce(weights, axis=1, keepdims=True)

    def _refuse(self, rows: np.ndarray, measured: np.ndarray, covariance: np.ndarray,
                patience: int) -> None:
        """Start rows of which nothing is known, or which were refused often enough, there."""
        self.misfits[rows] += 1
        start = ~self.known[rows] | (self.misfits[rows] >= patience)
        self._start(rows[start], measured[start], covariance[start])

    def _start(self, rows: np.ndarray, measured: np.ndarray, covariance: np.ndarray) -> None:
        """(Re)start rows at a measurement: the position known as it is, the velocity hardly."""
        self.mean[rows] = 0.
        self.mean[rows, :, :self.dims] = measured[:, None]
        block = np.zeros((len(rows), 2, 2 * self.dims, 2 * self.dims))
        block[..., :self.dims, :self.dims] = covariance[:, None]
        speeds = np.array([self.noise.still_speed, self.noise.start_speed])
        block[..., self.dims:, self.dims:] = (
            ((self.scale[rows, None] * speeds) ** 2)[..., None, None] * np.eye(self.dims))
        self.covariance[rows] = block
        self.weights[rows] = 0.5
        self.known[rows] = True
        self.age[rows] = 0.
        self.misfits[rows] = 0
