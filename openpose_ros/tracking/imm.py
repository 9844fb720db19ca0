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
import math
from functools import lru_cache
from typing import NamedTuple, Optional, Tuple, Union

import numpy as np

from openpose_ros.tracking.arrays import Rows, indices, inverse

STILL, MOVING = 0, 1
_OTHER = 1. - np.eye(2)
_SAME_FOR_OTHER = np.eye(2) - _OTHER


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


class MotionFilter(Rows):
    """Positions and velocities in `dims` dimensions of things in rows, all at the same time.

    mean: (n, 2 models, 2, dims) positions, then velocities. covariance: (n, 2 models, 2, 2, dims,
    dims), of positions and velocities with each other. weights: (n, 2), the probability of each
    model. known: (n,) bool; an unknown row has never been measured (or was forgotten). age: (n,) s
    since the last measurement that was used. misfits: (n,) measurements in a row that were refused
    as outliers. patience: (n,) how many may be, until the next is believed. scale: (n, dims) units
    of what is filtered per unit of `noise` (px per metre in the image; else 1), 0 along an axis
    that things never leave. noise: may be set at any time, and has to be before the first
    prediction.
    """

    COLUMNS = {'mean': 0., 'covariance': 0., 'weights': 0.5, 'known': False, 'age': 0.,
               'misfits': 0, 'patience': 3, 'scale': 1.}

    def __init__(self, dims: int) -> None:
        self.dims = dims
        self.noise = None       # type: Optional[Noise]
        self.mean = np.zeros((0, 2, 2, dims))
        self.covariance = np.zeros((0, 2, 2, 2, dims, dims))
        self.weights = np.zeros((0, 2))
        self.known = np.zeros(0, bool)
        self.age = np.zeros(0)
        self.misfits = np.zeros(0, int)
        self.patience = np.zeros(0, int)
        self.scale = np.ones((0, dims))
        self._axes = np.eye(dims)

    def predict(self, dt: float) -> None:
        """Move everything on by `dt` seconds: mixing, then each model's own prediction."""
        mean, covariance = self._mix(dt)
        transition, twice, noise = _models(round(dt, 4), self.noise)
        self.mean = transition @ mean
        moved = (twice @ covariance.reshape(-1, 2, 4, self.dims ** 2)).reshape(covariance.shape)
        spread = (self.scale * self.scale)[:, None] * self._axes    # (n, dims, dims)
        self.covariance = moved + noise * spread[:, None, None, None]
        self.age = self.age + dt

    def update(self, rows: Union[np.ndarray, slice], measured: np.ndarray, covariance: np.ndarray,
               gate: float) -> None:
        """Take measurements in: each model's own update, then the probability of the models.

        rows: (m,) indices, or a slice. measured: (m, dims). covariance: (m, dims, dims). gate:
        squared Mahalanobis distance to the moving model's prediction beyond which a measurement is
        an outlier, unless it is the `patience`-th in a row: then the row starts anew there.
        """
        if not len(measured):
            return
        mean, prior = self.mean[rows], self.covariance[rows]
        innovation = (measured[:, None] - mean[:, :, 0])[..., None]
        precision, determinant = inverse(prior[:, :, 0, 0] + covariance[:, None])
        distance = (innovation.swapaxes(2, 3) @ (precision @ innovation))[..., 0, 0]
        used = (distance[:, MOVING] <= gate) & self.known[rows]
        if False in used.tolist():
            rows = indices(rows, len(self.known))
            self._refuse(rows[~used], measured[~used], covariance[~used])
            rows, mean, prior, innovation, precision, determinant, distance = (
                each[used] for each in (rows, mean, prior, innovation, precision, determinant,
                                        distance))
        gain = prior[:, :, :, 0] @ precision[:, :, None]        # (m, 2 models, 2, dims, dims)
        self.mean[rows] = mean + (gain @ innovation[:, :, None])[..., 0]
        self.covariance[rows] = prior - gain[:, :, :, None] @ prior[:, :, :1]
        self._weigh(rows, distance, determinant)
        self.age[rows] = 0.
        self.misfits[rows] = 0

    def mixed_covariance(self) -> np.ndarray:
        """Covariance of both models as one, known or not, (n, 2, 2, dims, dims)."""
        still = self.weights[:, :1]
        between = _outer_blocks(self.mean[:, STILL] - self.mean[:, MOVING])
        each = self.weights[:, None] @ self.covariance.reshape(-1, 2, 4 * self.dims ** 2)
        return each.reshape(between.shape) + (
            still * (1. - still))[..., None, None, None] * between

    def state(self) -> np.ndarray:
        """Positions, then velocities, (n, 2 dims), of both models as one, known or not."""
        return (self.weights[:, None] @ self.mean.reshape(-1, 2, 2 * self.dims))[:, 0]

    @property
    def moving(self) -> Tuple[np.ndarray, np.ndarray]:
        """Position (n, dims) and its covariance if everything moves: what a search must allow."""
        return self.mean[:, MOVING, 0], self.covariance[:, MOVING, 0, 0]

    def widen(self, rows: np.ndarray, covariance: np.ndarray) -> None:
        """Add (m, dims, dims) to the positions' covariance of these rows."""
        self.covariance[rows, :, 0, 0] += covariance[:, None]

    def rescale(self, rows: Union[np.ndarray, slice], factor: float, offset: np.ndarray) -> None:
        """Give these rows in another unit: x becomes factor x + offset (dims,)."""
        self.mean[rows] *= factor
        self.mean[rows, :, 0] += offset
        self.covariance[rows] *= factor ** 2
        self.scale[rows] *= factor

    def _mix(self, dt: float) -> Tuple[np.ndarray, np.ndarray]:
        """Mixing: the state that each model starts from, given that it holds now.

        It held before with the probability `stayed`, else the other did; the start is that mixture.
        Updates the weights to the predicted ones. Returns mean and covariance in their shapes.
        """
        change = .5 - .5 * math.exp(-2. * dt / self.noise.dwell)
        before = self.weights
        self.weights = before * (1. - 2. * change) + change
        stayed = (before * (1. - change) / self.weights)[..., None]
        shares = _OTHER + stayed * _SAME_FOR_OTHER      # (n, now, before)
        between = _outer_blocks(self.mean[:, STILL] - self.mean[:, MOVING])
        mean = shares @ self.mean.reshape(-1, 2, 2 * self.dims)
        covariance = shares @ self.covariance.reshape(-1, 2, 4 * self.dims ** 2)
        apart = (stayed - stayed * stayed)[..., None, None, None]
        return (mean.reshape(self.mean.shape),
                covariance.reshape(self.covariance.shape) + apart * between[:, None])

    def _weigh(self, rows: Union[np.ndarray, slice], distance: np.ndarray,
               determinant: np.ndarray) -> None:
        """Mode probability: by each model's likelihood of the measurement, both (m, 2).

        distance: squared Mahalanobis distance. determinant: of the innovation's covariance.
        """
        loglikelihood = -0.5 * (distance + np.log(determinant))
        # Each relative to the model's own: one of two is 1, so that not both become 0.
        relative = np.exp(np.minimum(loglikelihood - loglikelihood[:, ::-1], 0.))
        weights = self.weights[rows] * relative
        self.weights[rows] = weights / (weights + weights[:, ::-1])

    def _refuse(self, rows: np.ndarray, measured: np.ndarray, covariance: np.ndarray) -> None:
        """Start rows of which nothing is known, or which were refused often enough, there."""
        self.misfits[rows] += 1
        start = ~self.known[rows] | (self.misfits[rows] >= self.patience[rows])
        self._start(rows[start], measured[start], covariance[start])

    def _start(self, rows: np.ndarray, measured: np.ndarray, covariance: np.ndarray) -> None:
        """(Re)start rows at a measurement: the position known as it is, the velocity hardly."""
        self.mean[rows] = 0.
        self.mean[rows, :, 0] = measured[:, None]
        speeds = np.array([self.noise.still_speed, self.noise.start_speed])
        block = np.zeros((len(rows),) + self.covariance.shape[1:])
        block[:, :, 0, 0] = covariance[:, None]
        block[:, :, 1, 1] = ((self.scale[rows, None] * speeds[:, None]) ** 2)[..., None] \
            * self._axes
        self.covariance[rows] = block
        self.weights[rows] = 0.5
        self.known[rows] = True
        self.age[rows] = 0.
        self.misfits[rows] = 0


def _outer_blocks(states: np.ndarray) -> np.ndarray:
    """Outer product of each state (n, 2, dims) with itself, as (n, 2, 2, dims, dims)."""
    return states[:, :, None, :, None] * states[:, None, :, None, :]


@lru_cache(maxsize=64)
def _models(dt: float, noise: Noise) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Transition (2 models, 2, 2), its Kronecker square (2, 4, 4) and the process noise.

    The noise is (2 models, 2, 2, 1, 1): of positions and velocities, alike along all axes. They are
    kept, for the time between a camera's images is much the same, in tenths of a millisecond.
    """
    density, square = noise.acceleration ** 2, dt ** 2
    both, none = density * square / 2., [0.] * 4
    transition = np.array([[[1., 0.], [0., 0.]], [[1., dt], [0., 1.]]])
    twice = np.array([[[1., 0., 0., 0.], none, none, none],
                      [[1., dt, dt, square], [0., 1., 0., dt], [0., 0., 1., dt],
                       [0., 0., 0., 1.]]])
    return transition, twice, np.array(
        [[[noise.drift ** 2 * dt, 0.], [0., noise.still_speed ** 2]],
         [[density * dt * square / 3., both], [both, density * dt]]])[..., None, None]
