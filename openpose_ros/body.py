"""A body as data: its parts by name, its limbs and the part affinity field channels of each limb.

Right and left are the person's own. Other projects number the eyes and ears the other way round:
convert between bodies by name (:func:`index_by_name`), never by index.
"""
from typing import Dict, NamedTuple, Tuple

import numpy as np

Pair = Tuple[int, int]


class Body(NamedTuple):
    """The parts and limbs a network was trained on.

    parts: part names in the order of the heatmap channels (the background channel follows them).
    limbs: (from, to) part indices of each limb, in the order in which people are assembled.
    paf_channels: (x, y) channel of each limb within the part affinity fields.
    extra_limbs: how many limbs at the end only confirm a person and never start one (in COCO-18
        the two shoulder-ear links).
    """

    name: str
    parts: Tuple[str, ...]
    limbs: Tuple[Pair, ...]
    paf_channels: Tuple[Pair, ...]
    extra_limbs: int = 0

    @property
    def heatmap_count(self) -> int:
        """Number of heatmap channels: the parts and one for the background."""
        return len(self.parts) + 1

    @property
    def paf_count(self) -> int:
        """Number of part affinity field channels."""
        return 2 * len(self.limbs)

    @property
    def mirrored(self) -> Tuple[int, ...]:
        """Index of each part's left-right counterpart; a part of the middle is its own."""
        return tuple(self.parts.index(_other_side(part)) for part in self.parts)


def _other_side(part: str) -> str:
    if part.startswith('right_'):
        return 'left_' + part[len('right_'):]
    if part.startswith('left_'):
        return 'right_' + part[len('left_'):]
    return part


def index_by_name(source: Body, target: Body) -> Dict[int, int]:
    """Index in `target` of every part of `source` that both bodies have: {source: target}."""
    return {i: target.parts.index(part) for i, part in enumerate(source.parts)
            if part in target.parts}


# COCO-18, the body we publish. Source: CMU OpenPose, POSE_COCO_BODY_PARTS and its map indices.
COCO = Body(
    name='coco_18',
    parts=('nose', 'neck',
           'right_shoulder', 'right_elbow', 'right_wrist',
           'left_shoulder', 'left_elbow', 'left_wrist',
           'right_hip', 'right_knee', 'right_ankle',
           'left_hip', 'left_knee', 'left_ankle',
           'right_eye', 'left_eye', 'right_ear', 'left_ear'),
    limbs=((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11),
           (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17), (2, 16), (5, 17)),
    paf_channels=((12, 13), (20, 21), (14, 15), (16, 17), (22, 23), (24, 25), (0, 1), (2, 3),
                  (4, 5), (6, 7), (8, 9), (10, 11), (28, 29), (30, 31), (34, 35), (32, 33),
                  (36, 37), (18, 19), (26, 27)),
    extra_limbs=2)

# The MPII skeleton: the top of the head and the chest, but no face. Source: CMU OpenPose,
# POSE_MPI_BODY_PARTS, its pairs and map indices; its models have 16 + 28 = 44 channels.
MPI = Body(
    name='mpi_15',
    parts=('head', 'neck',
           'right_shoulder', 'right_elbow', 'right_wrist',
           'left_shoulder', 'left_elbow', 'left_wrist',
           'right_hip', 'right_knee', 'right_ankle',
           'left_hip', 'left_knee', 'left_ankle',
           'chest'),
    limbs=((0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7), (1, 14), (14, 8), (8, 9),
           (9, 10), (14, 11), (11, 12), (12, 13)),
    paf_channels=((0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 13), (14, 15), (16, 17),
                  (18, 19), (20, 21), (22, 23), (24, 25), (26, 27)))

# OpenPose's own default: COCO-18 with the hips' midpoint and the feet. Source: CMU OpenPose,
# POSE_BODY_25_BODY_PARTS, its pairs and map indices; the two shoulder-ear links come last here.
# 26 + 52 = 78 channels.
BODY_25 = Body(
    name='body_25',
    parts=('nose', 'neck',
           'right_shoulder', 'right_elbow', 'right_wrist',
           'left_shoulder', 'left_elbow', 'left_wrist',
           'mid_hip', 'right_hip', 'right_knee', 'right_ankle',
           'left_hip', 'left_knee', 'left_ankle',
           'right_eye', 'left_eye', 'right_ear', 'left_ear',
           'left_big_toe', 'left_small_toe', 'left_heel',
           'right_big_toe', 'right_small_toe', 'right_heel'),
    limbs=((1, 8), (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (8, 9), (9, 10), (10, 11),
           (8, 12), (12, 13), (13, 14), (1, 0), (0, 15), (15, 17), (0, 16), (16, 18),
           (14, 19), (19, 20), (14, 21), (11, 22), (22, 23), (11, 24), (2, 17), (5, 18)),
    paf_channels=((0, 1), (14, 15), (22, 23), (16, 17), (18, 19), (24, 25), (26, 27), (6, 7),
                  (2, 3), (4, 5), (8, 9), (10, 11), (12, 13), (30, 31), (32, 33), (36, 37),
                  (34, 35), (38, 39), (40, 41), (42, 43), (44, 45), (46, 47), (48, 49), (50, 51),
                  (20, 21), (28, 29)),
    extra_limbs=2)

(NOSE, NECK, RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST, LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST,
 RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE, LEFT_HIP, LEFT_KNEE, LEFT_ANKLE,
 RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR) = range(18)
PART_COUNT = len(COCO.parts)


def to_coco(keypoints: np.ndarray, body: Body) -> np.ndarray:
    """Keypoints of any body as COCO-18, by part name.

    keypoints: (people, parts of `body`, 3) of x, y, score. Returns (people, 18, 3) float32, where a
    part that `body` lacks is unseen: x, y NaN and score 0.
    """
    if body is COCO:
        return keypoints
    coco = np.full((len(keypoints), PART_COUNT, 3), np.nan, np.float32)
    coco[..., 2] = 0.
    for source, target in index_by_name(body, COCO).items():
        coco[:, target] = keypoints[:, source]
    return coco
