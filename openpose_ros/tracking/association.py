"""Who is who: the cost of calling a detection a person known before, and the best pairing of all.

The cost of a pair is a negative log-likelihood. Where she is counts in space if both positions are
known, else in the image, each relative to what a freshly seen person's uncertainty would give, so
that the two can stand in one table. How she holds herself (keypoint similarity) is added to both.

Source of the similarity: the object keypoint similarity of the COCO keypoint challenge, with
tolerances that allow for movement and after taking out how far the whole body is off. Of the
assignment: Bewley et al., "Simple online and realtime tracking", ICIP 2016.
"""
from typing import NamedTuple, Tuple

import numpy as np

from openpose_ros import body
from openpose_ros.people import People
from openpose_ros.tracking.assignment import least_cost_pairs
from openpose_ros.tracking.small import inverse

# chi-square 99.9 %, of three and two dimensions, and 99 % of two.
SPACE_GATE = 16.3
IMAGE_GATE = 13.8
CLOSE_IMAGE_GATE = 9.2
LIMIT = 9.                  # a pair that costs more is not made
POSE_WEIGHT = 8.            # cost of having no keypoint where it should be
SIZE_NOISE = 0.25           # of the logarithm of how large someone looks
LONE_WEIGHT = 0.3           # of a part that only one of two has, beside one that both have
UNKNOWN_SIMILARITY = 0.3    # of two that have no part in common
CLOSE_SIMILARITY = 0.6      # at least, of a detection whose depth may be wrong
SPACE_MISFIT_COST = 6.      # the image fits well but the depth does not
NEWCOMER_COST = 2.          # of a track that is not believed yet
MANOEUVRE = 0.15            # m, what motion the filter cannot foresee between two frames
IMAGE_NOISE = 0.03        # m at the person, of where the body is in the image
LEAST_SCALE = 1.            # px per metre
SPACE_SLACK = MANOEUVRE ** 2 * np.eye(3)    # m^2
UNKNOWN_COVARIANCE = 0.3 ** 2 * np.eye(3)   # m^2, of a position that comes without
LEAST_COVARIANCE = 0.01 ** 2 * np.eye(3)    # m^2, added to what a position's covariance says

# How far a part strays between frames besides moving with the body, m.
TOLERANCE = np.full(body.PART_COUNT, 0.08)
TOLERANCE[[body.RIGHT_ELBOW, body.LEFT_ELBOW, body.RIGHT_KNEE, body.LEFT_KNEE]] = 0.14
TOLERANCE[[body.RIGHT_WRIST, body.LEFT_WRIST, body.RIGHT_ANKLE, body.LEFT_ANKLE]] = 0.22
STEADINESS = TOLERANCE ** -2

# Lengths of an adult's limbs as the network draws them, m (Drillis and Contini's proportions of a
# body 1.7 m tall), for the limbs long enough to tell the scale; a limb only ever looks shorter.
LIMB_LENGTHS = (((1, 2), 0.18), ((1, 5), 0.18), ((2, 3), 0.31), ((3, 4), 0.25), ((5, 6), 0.31),
                ((6, 7), 0.25), ((1, 8), 0.50), ((8, 9), 0.42), ((9, 10), 0.42), ((1, 11), 0.50),
                ((11, 12), 0.42), ((12, 13), 0.42), ((1, 0), 0.24), ((2, 5), 0.36))
LIMB_FROM, LIMB_TO = np.array([limb for limb, _ in LIMB_LENGTHS]).T
LIMB_METRES = np.array([metres for _, metres in LIMB_LENGTHS])
WHOLE_BODY = 1.2            # m, diagonal of what is seen of someone without a whole limb


class Looks(NamedTuple):
    """People in the image and in space, either as tracked and predicted or as detected.

    keypoints: (n, 18, 2) px, any number where not seen. seen: (n, 18) bool. scale: (n,) px per
    metre. anchor_variance: (n,) px^2, of where the whole body is in the image, in x as in y.
    position: (n, 3) m. position_covariance: (n, 3, 3) m^2. located: (n,) bool, position is known.
    """

    keypoints: np.ndarray
    seen: np.ndarray
    scale: np.ndarray
    anchor_variance: np.ndarray
    position: np.ndarray
    position_covariance: np.ndarray
    located: np.ndarray

    @property
    def centres(self) -> np.ndarray:
        """Middle of the parts seen, (n, 2) px; 0 for someone without any."""
        total = np.where(self.seen[..., None], self.keypoints, 0.).sum(axis=1)
        return total / np.maximum(self.seen.sum(axis=1), 1)[:, None]

    @property
    def anywhere(self) -> np.ndarray:
        """Who is in the image or in space at all, (n,) bool."""
        return self.seen.any(axis=1) | self.located

    def select(self, rows: np.ndarray) -> 'Looks':
        """The people of these rows, in their order."""
        rows = np.arange(len(self.scale))[rows]
        return Looks(*(field.take(rows, axis=0) for field in self))


def looks(people: People) -> Looks:
    """Detections made ready: unknown numbers replaced, uncertainties made usable."""
    keypoints = people.keypoints[..., :2].astype(float)
    seen = np.isfinite(keypoints).all(axis=2) & (people.keypoints[..., 2] > 0.)
    keypoints = np.where(seen[..., None], keypoints, 0.)
    scale = scales(keypoints, seen)
    located = np.isfinite(people.position).all(axis=1)
    certain = np.isfinite(people.position_covariance).all(axis=(1, 2))[:, None, None]
    covariance = np.where(certain, people.position_covariance, UNKNOWN_COVARIANCE)
    return Looks(
        keypoints=keypoints, seen=seen, scale=scale,
        anchor_variance=(IMAGE_NOISE * scale) ** 2,
        position=np.where(located[:, None], people.position, 0.),
        position_covariance=covariance + LEAST_COVARIANCE, located=located)


def scales(keypoints: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Pixels per metre at each person, (n,), from the least foreshortened of her limbs.

    keypoints: (n, 18, 2) px, NaN or anything where not `seen` (n, 18). 1 px/m at least.
    """
    along = keypoints.take(LIMB_FROM, axis=1) - keypoints.take(LIMB_TO, axis=1)
    lengths = np.hypot(along[..., 0], along[..., 1])
    known = seen.take(LIMB_FROM, axis=1) & seen.take(LIMB_TO, axis=1)
    ratio = np.where(known, lengths / LIMB_METRES, 0.).max(axis=1, initial=0.)
    for person in np.flatnonzero((ratio == 0.) & seen.any(axis=1)):
        extent = np.ptp(keypoints[person, seen[person]], axis=0)
        ratio[person] = np.linalg.norm(extent) / WHOLE_BODY
    return np.maximum(ratio, LEAST_SCALE)


def compare(tracks: Looks, found: Looks) -> Tuple[np.ndarray, np.ndarray]:
    """How far each detection is off each track in the image, and how alike they look.

    Returns the shift of the whole body (tracks, detections, 2) in px, from the parts both have
    (else from their centres), and the similarity (tracks, detections) in [0, 1].
    """
    seen, steady = found.seen.astype(float), tracks.seen * STEADINESS
    total = steady @ seen.T
    before = np.ascontiguousarray(tracks.keypoints).view(complex)[..., 0]      # x + i y
    now = np.ascontiguousarray(found.keypoints).view(complex)[..., 0]
    shift = (steady @ (seen * now).T - (steady * before) @ seen.T) / np.maximum(total, 1e-9)
    stranger = total == 0.
    if stranger.any():
        centres = found.centres - tracks.centres[:, None]
        shift = np.where(stranger, centres @ [1., 1j], shift)
    off = now - before[:, None] - shift[..., None]
    tolerance = STEADINESS / (2. * tracks.scale[:, None, None] ** 2)
    alike = np.exp(-tolerance * (off.real ** 2 + off.imag ** 2)) * seen
    lone = np.add.outer(steady.sum(axis=1), seen @ STEADINESS) - 2. * total
    similarity = np.einsum('tp,tdp->td', steady, alike) / np.maximum(
        total + LONE_WEIGHT * lone, 1e-9)
    return (shift.view(float).reshape(total.shape + (2,)),
            np.where(stranger, UNKNOWN_SIMILARITY, similarity))


def costs(tracks: Looks, found: Looks, newcomer: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Cost of every pair (tracks, detections), inf where impossible, and the shifts of `compare`.

    newcomer: (tracks,) bool, who is not believed yet and gives way to those who are.
    """
    shift, similarity = compare(tracks, found)
    fresh = found.anchor_variance + (MANOEUVRE * found.scale) ** 2
    room = 1. + tracks.anchor_variance[:, None] / fresh
    near = (shift[..., 0] ** 2 + shift[..., 1] ** 2) / (room * fresh)
    size = np.log(found.scale / tracks.scale[:, None]) / SIZE_NOISE
    image = 0.5 * near + np.log(room) + 0.5 * size ** 2
    cost = np.where(near <= IMAGE_GATE, image, np.inf)
    if tracks.located.any() and found.located.any():
        space, distance = _space_cost(tracks, found)
        resort = np.where((near <= CLOSE_IMAGE_GATE) & (similarity >= CLOSE_SIMILARITY),
                          image + SPACE_MISFIT_COST, np.inf)
        in_space = np.where(distance <= SPACE_GATE, space, resort)
        cost = np.where(tracks.located[:, None] & found.located, in_space, cost)
    return cost + POSE_WEIGHT * (1. - similarity) + NEWCOMER_COST * newcomer[:, None], shift


def assign(cost: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """The pairs of least total cost, leaving alone who would cost more than `LIMIT`: rows, columns.

    Two that fit nobody cost `LIMIT` together, so a good pair is not given up to make two bad ones.
    """
    return least_cost_pairs(cost, LIMIT)


def _space_cost(tracks: Looks, found: Looks) -> Tuple[np.ndarray, np.ndarray]:
    """Negative log-likelihood, 0 at best, and squared Mahalanobis distance of every pair."""
    off = found.position - tracks.position[:, None]
    fresh = found.position_covariance + SPACE_SLACK
    certain = np.zeros((1, 3, 3))       # of a track that adds nothing: what there is to compare with
    spread = np.concatenate([certain, tracks.position_covariance])[:, None] + fresh
    precision, determinant = inverse(spread)
    distance = (off[..., None, :] @ precision[1:] @ off[..., None])[..., 0, 0]
    with np.errstate(invalid='ignore'):     # what is no covariance gives NaN: paired with nobody
        return 0.5 * (distance + np.log(determinant[1:] / determinant[0])), distance
