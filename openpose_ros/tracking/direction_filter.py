"""Which way people face, over time: a probability over the full circle about the up axis.

What an image says of a direction is seldom one normal distribution. Without depth its mirror image
in the ray to the camera may be as likely, now and then a front is taken for a back, and some are
just wrong. So what is known of each direction is a probability over a grid of azimuths, once for
each way to turn: not at all, slowly or quickly, to either side. Each image's probabilities are
taken in as they are, where they are known, and nothing is decided before the images decide it.

Source: the histogram filter of Thrun, Burgard and Fox, "Probabilistic Robotics" (2005), section
4.1, over the azimuth and the rate of turning.
"""
import math
from functools import lru_cache
from typing import NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from openpose_ros import circle
from openpose_ros.people import SOURCE_DEPTH, SOURCE_NONE
from openpose_ros.tracking.arrays import Rows, where_known
from openpose_ros.tracking.smoothing import gain

# rad/s: the ways to turn, beside not at all, and how much the rate of each varies.
RATES = np.radians([90., -90., 240., -240.])
RATE_STDDEVS = np.radians([60., 60., 100., 100.])
WAYS = 1 + len(RATES)
# Without depth the side to which someone is turned is hardly seen: quick turns are not followed.
AGILITY_WITHOUT_DEPTH = 0.43
MIN_STDDEV = np.radians(3.)       # less is not told apart on the grid
UNKNOWN_STDDEV = np.radians(30.)    # of a direction measured without one
ORDINARY_STDDEV = np.radians(30.)   # a less certain measurement tells less of front and back
WRONG = 0.03                # share of the measurements that say nothing
REVERSED = 0.05             # share of the ordinary ones that take a front for a back
REVERSED_WHEN_STRONG = 1e-4     # share of those that are less than `strong_stddev`
LOST = 1e-5                 # probability, for each image, that it is any other direction
# Share of a measurement's variance that is the same in successive images (a body, its clothes, the
# side to which a network errs), by source: none, depth, monocular. Smoothing cannot reduce it. Of who
# turns, and so shows another side of themselves in each image, the second; between, by how probable it
# is that they do. Chosen: docs/constants.md.
SHARED = np.array([0., .7, .9])
SHARED_WHEN_TURNING = np.array([0., .5, .3])
# The rest of the variance is an image's own; of what the filter holds, which takes all of an image's
# for its own, it is this share. Chosen (docs/constants.md): by SHARED, and for with depth images are
# sharpened, it would be .48 with depth and .1 without.
OWN = .7
# By so much an image's own probabilities are sharpened, by source: as above for depth (1 is 0.1
# degrees worse on the turning man). Chosen: without depth the side to which someone is turned is wrong
# for many images on end, so nothing is made of it that one image does not tell (2 is 0.8 degrees worse
# on the leaning man and 0.4 better on the turning one).
SHARPENED = np.array([1., 1.6, 1.])
ELEVATION_CUTOFF = 1.       # Hz, of the smoothing of looking up and down
# rad/sqrt(s); chosen: how soon someone not seen may look elsewhere.
ELEVATION_DRIFT = np.radians(15.)

_EVEN = 1. / (WAYS * circle.COUNT)
_AGILITY = np.array([[1.], [AGILITY_WITHOUT_DEPTH]])
_STAY = np.eye(WAYS)
_SHARES = np.array((SHARED_WHEN_TURNING, SHARED - SHARED_WHEN_TURNING))
# By so much of its deviation a measurement is weighed that is a mean and a deviation. Chosen: by its own
# share alone who stands, with errors that are not shared, is smoothed to 4 degrees (8 measured, 5 Hz; 3
# asked); by the whole of it turns are followed late. Between, 2.7.
WEIGHED = .8


class Measured(NamedTuple):
    """Directions measured in one image, all known, (m, ...) each.

    vectors: (m, 3) unit vectors. stddev, elevation_stddev: (m,) rad, about the axis and towards it;
    NaN where unknown. source: (m,). told: (k,), rows of those of which more is told: heading (k,) and
    headings (k, circle.COUNT) as in people.People. The others are normal distributions.
    """

    vectors: np.ndarray
    stddev: np.ndarray
    elevation_stddev: np.ndarray
    source: np.ndarray
    told: np.ndarray = np.zeros(0, int)
    heading: np.ndarray = np.zeros(0)
    headings: np.ndarray = np.zeros((0, circle.COUNT))


class DirectionFilter(Rows):
    """Directions of things in rows, all at the same time.

    belief: (n, ways to turn, azimuths) probabilities, a sum of 1 for each row. known: (n,) bool.
    age: (n,) s since the last measurement. slow: (n,) 1 for a row that does not turn quickly.
    elevation: (n,) rad above the horizontal plane. elevation_variance: (n,) rad^2, NaN where
    unknown. shared: (n,) rad^2, the part of the measurements' variance that smoothing cannot
    reduce. source: (n,) of the last measurement.
    drift (rad/sqrt(s)), dwell (s), flip_frames, strong_stddev (rad): as in the settings.
    """

    drift = 0.03
    dwell = 5.
    flip_frames = 3
    strong_stddev = 0.06

    COLUMNS = {'belief': _EVEN, 'known': False, 'age': 0., 'slow': 0, 'elevation': 0.,
               'elevation_variance': np.nan, 'shared': 0., 'source': SOURCE_NONE}

    def __init__(self, up: Sequence[float]) -> None:
        self.axes = _axes(up)
        self.belief = np.zeros((0, WAYS, circle.COUNT))
        self.known = np.zeros(0, bool)
        self.age = np.zeros(0)
        self.slow = np.zeros(0, int)
        self.elevation = np.zeros(0)
        self.elevation_variance = np.zeros(0)
        self.shared = np.zeros(0)
        self.source = np.zeros(0, np.uint8)

    def tilt(self, up: Sequence[float]) -> None:
        """From now on this is the axis; all directions keep what they are about it."""
        self.axes = _axes(up, self.axes[0])

    def predict(self, dt: float) -> None:
        """Turn everything on by `dt` seconds."""
        self.age = self.age + dt
        self.elevation_variance = self.elevation_variance + ELEVATION_DRIFT ** 2 * dt
        reversal = self._reversal
        ways, turns = _turns(round(dt, 3), self.dwell, self.drift, reversal)
        belief = circle.shifted(ways @ self.belief, turns.take(self.slow, axis=0))
        self.belief = np.maximum(belief, min(LOST, reversal) * _EVEN)

    def update(self, rows: Union[np.ndarray, slice], measured: Measured, dt: float) -> None:
        """Take measurements in, after :meth:`predict` to their time.

        rows: (m,) indices, or a slice. dt: s since the last image.
        """
        if not len(measured.vectors):
            return
        source = measured.source
        ahead, aside, above = self.axes @ measured.vectors.T
        stddev = np.where(np.isfinite(measured.stddev), np.maximum(measured.stddev, MIN_STDDEV),
                          UNKNOWN_STDDEV)
        new = ~self.known[rows]
        strong = stddev <= self.strong_stddev
        likelihood = self._likelihood(measured, np.arctan2(aside, ahead), stddev, strong)
        belief = self._prior(rows, new, strong) * likelihood[:, None]
        total = np.add.reduce(belief.reshape(len(source), -1), axis=1)
        self.belief[rows] = belief / total[:, None, None]
        self.known[rows] = True
        self.age[rows] = 0.
        weight = np.maximum(gain(ELEVATION_CUTOFF, dt), new)    # all of what is new
        before = self.elevation[rows]
        elevation = np.arctan2(above, np.sqrt(ahead * ahead + aside * aside))
        self.elevation[rows] = before + weight * (elevation - before)
        before, (share, when_still) = self.shared[rows], _SHARES.take(source, axis=1)
        share = share + when_still * np.add.reduce(belief[:, 0], axis=1) / total
        self.shared[rows] = before + weight * (share * stddev * stddev - before)
        # A nod is seen by the same few parts in each image, so averaging reduces no variance.
        self.elevation_variance[rows] = measured.elevation_stddev ** 2
        self.source[rows] = source
        self.slow[rows] = source != SOURCE_DEPTH

    def estimate(self) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit vectors (n, 3), standard deviations about `up` (n,), rad, and sources (n,).

        NaN where unknown. While it is undecided which end is the front the deviation says so.
        """
        azimuth, stddev = circle.estimate(np.add.reduce(self.belief, axis=1))
        variance = stddev * stddev
        stddev = where_known(self.known, np.sqrt(
            np.maximum(variance, self.shared + OWN * variance)))
        # SOURCE_NONE is 0.
        return (self._directions(where_known(self.known, azimuth), self.elevation), stddev,
                self.source * self.known)

    @property
    def _reversal(self) -> float:
        """Share of the probability that is turned half around with each image.

        So much of the opposite is always possible that `flip_frames` measurements reach it: each
        leaves (1 - REVERSED) / REVERSED times as much of its own end as of the other.
        """
        return (REVERSED / (1. - REVERSED)) ** (self.flip_frames - .5)

    def _prior(self, rows: Union[np.ndarray, slice], new: np.ndarray,
               strong: np.ndarray) -> np.ndarray:
        """Probabilities before a measurement, (m, ways, azimuths).

        Of a `new` row all is even. To a `strong` measurement both ends are alike, so that one image
        is enough to turn someone half around.
        """
        prior = self.belief[rows]       # may be changed: all of it is about to be replaced
        if True in strong.tolist():
            prior[strong] = .5 * (prior[strong] + circle.opposite(prior[strong]))
        if True in new.tolist():
            prior[new] = _EVEN
        return prior

    def _likelihood(self, measured: Measured, azimuth: np.ndarray, stddev: np.ndarray,
                    strong: np.ndarray) -> np.ndarray:
        """Probability density, 1/rad, of these measurements were each azimuth true, (m, azimuths).

        A measurement is right, or takes the front for the back, or says nothing. azimuth, stddev:
        (m,) rad. strong: (m,) bool.
        """
        right = circle.normal(azimuth, np.maximum(WEIGHED * stddev, MIN_STDDEV))
        if len(measured.told):
            own = circle.rotated(measured.headings,
                                 azimuth.take(measured.told) - measured.heading)
            own **= SHARPENED.take(measured.source.take(measured.told))[:, None]
            right[measured.told] = own / (circle.STEP * np.add.reduce(own, axis=1, keepdims=True))
        # The wider a measurement, the less it tells of front and back; nothing, at the widest.
        told = np.minimum(ORDINARY_STDDEV ** 2 / (stddev * stddev), 1.)
        reversed_ = np.where(strong, REVERSED_WHEN_STRONG, told * (REVERSED - .5) + .5)[:, None]
        reversed_ = reversed_ * (1. - WRONG)
        return (((1. - WRONG) - reversed_) * right + reversed_ * circle.opposite(right)
                + WRONG / (2. * np.pi))

    def _directions(self, azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
        """Unit vectors (n, 3) of azimuth and elevation, rad."""
        angles = np.array((azimuth, elevation))
        (aside, above), (ahead, level) = np.sin(angles), np.cos(angles)
        return np.array((level * ahead, level * aside, above)).T @ self.axes


@lru_cache(maxsize=64)
def _turns(dt: float, dwell: float, drift: float, reversal: float
           ) -> Tuple[np.ndarray, np.ndarray]:
    """Probability of each way to turn given each before, after `dt` s; how far everything turns.

    The second are Fourier transforms, (quickly or not, ways, waves). `reversal`: share of each that
    is turned half around. What is computed is kept, for the time between a camera's images is much
    the same in whole milliseconds.
    """
    changes = 1. - math.exp(-dt / dwell)
    share = np.empty((2, WAYS, circle.COUNT))
    share[:, 0] = circle.wandered(drift * np.sqrt(dt))
    share[:, 1:] = circle.turned(dt * _AGILITY * RATES, dt * _AGILITY * RATE_STDDEVS)
    return (_STAY * (1. - changes) + changes / WAYS,
            np.fft.rfft(share + reversal * (circle.opposite(share) - share)))


def _axes(up: Sequence[float], ahead: Optional[np.ndarray] = None) -> np.ndarray:
    """Rows: two horizontal unit vectors and up, a right-handed frame.

    ahead: (3,), which the first is to be, as far as it is horizontal.
    """
    above = np.asarray(up, float)
    above = above / np.linalg.norm(above)
    if ahead is None or abs(ahead @ above) > .9:
        ahead = np.eye(3)[np.argmin(np.abs(above))]
    ahead = ahead - above * (ahead @ above)
    ahead = ahead / np.linalg.norm(ahead)
    return np.stack([ahead, np.cross(above, ahead), above])
