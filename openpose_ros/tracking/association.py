"""Who is who: the cost of calling a detection a person known before, and the best pairing of all.

The cost of a pair is a negative log-likelihood. Where people are counts in space if both positions
are known, else in the image, each relative to what a freshly seen person's uncertainty would give,
so that the two can stand in one table. How they hold themselves (keypoint similarity) is added to
both.

Source of the similarity: the object keypoint similarity of the COCO keypoint challenge, with
tolerances that allow for movement and after taking out how far the whole body is off. Of the
assignment: Bewley et al., "Simple online and realtime tracking", ICIP 2016.
"""
from typing import NamedTuple, Optional, Tuple

import numpy as np

from openpose_ros import body, proportions
from openpose_ros.people import People
from openpose_ros.tracking.assignment import least_cost_pairs
from openpose_ros.tracking.arrays import indices, inverse, or_zero

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
TENTATIVE_COST = 2.         # of a track that is not confirmed yet
MANOEUVRE = 0.15            # m, what motion the filter cannot foresee between two images
IMAGE_NOISE = 0.03        # m at the person, of where the body is in the image
MIN_SCALE = 1.            # px per metre
SPACE_SLACK = MANOEUVRE ** 2 * np.eye(3)    # m^2
UNKNOWN_COVARIANCE = 0.3 ** 2 * np.eye(3)   # m^2, of a position that comes without
MIN_COVARIANCE = 0.01 ** 2 * np.eye(3)    # m^2, added to what a position's covariance says

INDEPENDENT_PARTS = 4.      # chosen: the errors of a body's 18 keypoints go together in part

# How far a part strays between images besides moving with the body, m.
TOLERANCE = np.full(body.PART_COUNT, 0.08)
TOLERANCE[[body.RIGHT_ELBOW, body.LEFT_ELBOW, body.RIGHT_KNEE, body.LEFT_KNEE]] = 0.14
TOLERANCE[[body.RIGHT_WRIST, body.LEFT_WRIST, body.RIGHT_ANKLE, body.LEFT_ANKLE]] = 0.22
STEADINESS = TOLERANCE ** -2

# The limbs long enough to tell the scale, and their lengths, m; a limb only ever looks shorter.
_HALF_SHOULDERS = .5 * proportions.SHOULDERS.mean
_TRUNK = np.hypot(proportions.TORSO.mean, .5 * proportions.HIPS.mean)      # neck to either hip
LIMB_LENGTHS = (
    ((body.NECK, body.RIGHT_SHOULDER), _HALF_SHOULDERS),
    ((body.NECK, body.LEFT_SHOULDER), _HALF_SHOULDERS),
    ((body.RIGHT_SHOULDER, body.RIGHT_ELBOW), proportions.UPPER_ARM.mean),
    ((body.RIGHT_ELBOW, body.RIGHT_WRIST), proportions.FOREARM.mean),
    ((body.LEFT_SHOULDER, body.LEFT_ELBOW), proportions.UPPER_ARM.mean),
    ((body.LEFT_ELBOW, body.LEFT_WRIST), proportions.FOREARM.mean),
    ((body.NECK, body.RIGHT_HIP), _TRUNK), ((body.NECK, body.LEFT_HIP), _TRUNK),
    ((body.RIGHT_HIP, body.RIGHT_KNEE), proportions.THIGH.mean),
    ((body.RIGHT_KNEE, body.RIGHT_ANKLE), proportions.SHANK.mean),
    ((body.LEFT_HIP, body.LEFT_KNEE), proportions.THIGH.mean),
    ((body.LEFT_KNEE, body.LEFT_ANKLE), proportions.SHANK.mean),
    ((body.NECK, body.NOSE), proportions.NECK_TO_NOSE.mean),
    ((body.RIGHT_SHOULDER, body.LEFT_SHOULDER), proportions.SHOULDERS.mean))
LIMB_FROM, LIMB_TO = np.array([limb for limb, _ in LIMB_LENGTHS]).T
LIMB_METRES = np.array([metres for _, metres in LIMB_LENGTHS])
WHOLE_BODY = 1.2            # m, diagonal of what is seen of someone without a whole limb


class Observations(NamedTuple):
    """People in the image and in space, either as tracked and predicted or as detected.

    keypoints: (n, 18, 2) px, any number where not seen. seen: (n, 18) bool. scale: (n,) px per
    metre. noise: (n,) px, standard deviation of a keypoint beyond what `TOLERANCE` allows.
    anchor_variance: (n,) px^2, of where the whole body is in the image, in x as in y.
    position: (n, 3) m. position_covariance: (n, 3, 3) m^2. located: (n,) bool, position is known.
    """

    keypoints: np.ndarray
    seen: np.ndarray
    scale: np.ndarray
    noise: np.ndarray
    anchor_variance: np.ndarray
    position: np.ndarray
    position_covariance: np.ndarray
    located: np.ndarray

    @property
    def centres(self) -> np.ndarray:
        """Middle of the parts seen, (n, 2) px; 0 for someone without any."""
        total = np.add.reduce(np.where(self.seen[..., None], self.keypoints, 0.), axis=1)
        return total / np.maximum(self.seen.sum(axis=1), 1)[:, None]

    @property
    def anywhere(self) -> np.ndarray:
        """Who is in the image or in space at all, (n,) bool."""
        return self.seen.any(axis=1) | self.located

    def select(self, rows: np.ndarray) -> 'Observations':
        """The people of these rows, in their order."""
        rows = indices(rows, len(self.scale))
        return Observations(*(field.take(rows, axis=0) for field in self))


def observed(people: People, keypoint_noise: Optional[np.ndarray] = None) -> Observations:
    """Detections made ready: unknown numbers replaced, uncertainties made usable.

    keypoint_noise: (n,) px; None: that of someone seen well.
    """
    keypoints = people.keypoints[..., :2].astype(float)
    known = np.isfinite(keypoints)
    seen = known[..., 0] & known[..., 1] & (people.keypoints[..., 2] > 0.)
    keypoints = np.where(seen[..., None], keypoints, 0.)
    scale = scales(keypoints, seen)
    variance = scale * scale * IMAGE_NOISE ** 2
    noise = np.zeros(len(scale))
    if keypoint_noise is not None:
        noise = or_zero(np.asarray(keypoint_noise))
        variance = variance + noise ** 2 / INDEPENDENT_PARTS
    position, covariance = people.position, people.position_covariance
    located = np.logical_and.reduce(np.isfinite(position), axis=1)
    if False in located.tolist():
        position = np.where(located[:, None], position, 0.)
    certain = np.logical_and.reduce(np.isfinite(covariance.reshape(-1, 9)), axis=1)
    if False in certain.tolist():
        covariance = np.where(certain[:, None, None], covariance, UNKNOWN_COVARIANCE)
    return Observations(
        keypoints=keypoints, seen=seen, scale=scale, noise=noise, anchor_variance=variance,
        position=position, position_covariance=covariance + MIN_COVARIANCE, located=located)


def scales(keypoints: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Pixels per metre at each person, (n,), from their least foreshortened limb.

    keypoints: (n, 18, 2) px, NaN or anything where not `seen` (n, 18). 1 px/m at least.
    """
    along = keypoints.take(LIMB_FROM, axis=1) - keypoints.take(LIMB_TO, axis=1)
    along *= along
    lengths = np.sqrt(along[..., 0] + along[..., 1])
    known = seen.take(LIMB_FROM, axis=1) & seen.take(LIMB_TO, axis=1)
    ratio = np.maximum.reduce(np.where(known, lengths / LIMB_METRES, 0.), axis=1)
    if 0. in ratio.tolist():
        for person in np.flatnonzero((ratio == 0.) & seen.any(axis=1)):
            extent = np.ptp(keypoints[person, seen[person]], axis=0)
            ratio[person] = np.linalg.norm(extent) / WHOLE_BODY
    return np.maximum(ratio, MIN_SCALE)


def compare(tracks: Observations, found: Observations) -> Tuple[np.ndarray, np.ndarray]:
    """How far each detection is off each track in the image, and how alike they look.

    Returns the shift of the whole body (2, tracks, detections) in px: the mean over the parts that
    both have, weighted by how steady they are, else between the centres. And the object keypoint
    similarity (tracks, detections) in [0, 1] that is left once the shift is taken out.
    """
    before, now = tracks.keypoints.transpose(2, 0, 1), found.keypoints.transpose(2, 0, 1)
    weight = tracks.seen * STEADINESS                   # (tracks, parts)
    seen = found.seen.astype(float)                     # (detections, parts)
    shared = weight @ seen.T                            # weight of the parts that both have
    moved = weight @ (seen * now).swapaxes(1, 2) - (weight * before) @ seen.T
    shift = moved / np.maximum(shared, 1e-9)
    strangers = shared == 0.                            # who have no part in common
    strange = True in strangers.ravel().tolist()
    if strange:
        centres = found.centres.T[:, None] - tracks.centres.T[..., None]
        shift = np.where(strangers, centres, shift)
    off = now[:, None] - before[:, :, None] - shift[..., None]    # (2, tracks, detections, parts)
    off *= off
    tolerance = (tracks.scale[:, None, None] * TOLERANCE) ** 2 + 2. * found.noise[:, None] ** 2
    alike = np.exp((off[0] + off[1]) * (-.5 / tolerance)) * seen
    lone = (tracks.seen @ STEADINESS)[:, None] + seen @ STEADINESS - 2. * shared
    similarity = (alike @ weight[..., None])[..., 0] / np.maximum(shared + LONE_WEIGHT * lone, 1e-9)
    return shift, np.where(strangers, UNKNOWN_SIMILARITY, similarity) if strange else similarity


def costs(tracks: Observations, found: Observations,
          tentative: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Cost of every pair (tracks, detections), inf where impossible, and the shifts of `compare`.

    tentative: (tracks,) bool, who is not confirmed yet and gives way to those who are.
    """
    shift, similarity = compare(tracks, found)
    fresh = found.anchor_variance + found.scale * found.scale * MANOEUVRE ** 2
    room = tracks.anchor_variance[:, None] / fresh + 1.
    squares = shift * shift
    near = (squares[0] + squares[1]) / (room * fresh)
    size = np.log(found.scale / tracks.scale[:, None])
    image = near * .5 + np.log(room) + size * size * (.5 / SIZE_NOISE ** 2)
    cost = np.where(near <= IMAGE_GATE, image, np.inf)
    if True in tracks.located.tolist() and True in found.located.tolist():
        space, distance = _space_cost(tracks, found)
        resort = np.where((near <= CLOSE_IMAGE_GATE) & (similarity >= CLOSE_SIMILARITY),
                          image + SPACE_MISFIT_COST, np.inf)
        in_space = np.where(distance <= SPACE_GATE, space, resort)
        cost = np.where(tracks.located[:, None] & found.located, in_space, cost)
    return cost + POSE_WEIGHT * (1. - similarity) + TENTATIVE_COST * tentative[:, None], shift


def assign(cost: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """The pairs of least total cost, leaving alone who would cost more than `LIMIT`: rows, columns.

    Two that fit nobody cost `LIMIT` together, so a good pair is not given up to make two bad ones.
    """
    return least_cost_pairs(cost, LIMIT)


def _space_cost(tracks: Observations, found: Observations) -> Tuple[np.ndarray, np.ndarray]:
    """Negative log-likelihood, 0 at best, and squared Mahalanobis distance of every pair."""
    off = found.position - tracks.position[:, None]
    fresh = found.position_covariance + SPACE_SLACK
    certain = np.zeros((1, 3, 3))     # of a track that adds nothing: what there is to compare with
    spread = np.concatenate([certain, tracks.position_covariance])[:, None] + fresh
    precision, determinant = inverse(spread)
    distance = np.add.reduce((precision[1:] @ off[..., None])[..., 0] * off, axis=2)
    with np.errstate(invalid='ignore'):     # what is no covariance gives NaN: paired with nobody
        return 0.5 * (distance + np.log(determinant[1:] / determinant[0])), distance
