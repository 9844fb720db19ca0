"""Proportions of an adult's body as a pose network sees it, in metres: the one table of them.

Sources: G = Gordon et al. 2014, "2012 Anthropometric Survey of U.S. Army Personnel" (ANSUR II),
means of women and men together; D = Drillis and Contini 1966, "Body segment parameters", shares of
the stature (Winter, "Biomechanics and motor control of human movement"), of 1.70 m. A keypoint does
not lie where the tape is laid, so each length is given as it appears between keypoints. A standard
deviation holds the spread between people and that of where annotators put the keypoint.

=================  ======  ======  =================================================================
length             mean    stddev  source
=================  ======  ======  =================================================================
SHOULDERS          0.345   0.03    N: 0.30 to 0.315 rendered, 0.33 multiview, 0.33 to 0.37 the
                                   turning man; of those that show the wider, for what hides one
                                   only narrows them; 0.32 makes facing worse on all three truths
HIPS               0.205   0.025   N: 0.20 to 0.207; between G's hip breadth 0.34 and the joint
                                   centres' 0.17
TORSO              0.46    0.03    N: 0.45 to 0.47 rendered, 0.43 to 0.50 real; G acromial height
                                   less trochanterion height 0.50, less the acromion's drop
HEAD_HEIGHT        0.195   0.025   ears over the neck; N: 0.18 from behind to 0.21 from the front,
                                   0.18 to 0.20 the turning man, 0.135 of one who leans
LEG                0.78    0.045   hips over ankles of one who stands; N: 0.78 standing, 0.74
                                   walking, 0.75 to 0.82 the leaning man; D 0.491 is 0.835
UPPER_ARM          0.316   0.02    D 0.186
FOREARM            0.248   0.02    D 0.146
THIGH              0.39    0.03    N: 0.36 to 0.40 (hips are set low); D 0.245 is 0.417
SHANK              0.395   0.03    N: 0.37 to 0.41; D 0.246 is 0.418
NECK_TO_NOSE       0.24    0.03    HEAD_HEIGHT and HEAD: 0.18 up and 0.15 forward
=================  ======  ======  =================================================================

N: as networks see them (mobilenet_thin and lightweight_openpose, on the truths of
benchmark/truths.py), of an adult of STATURE; tools/derive_proportions.py prints them.
"""
from typing import NamedTuple

import numpy as np

from openpose_ros.body import (LEFT_ANKLE, LEFT_EAR, LEFT_ELBOW, LEFT_EYE,
                               LEFT_HIP, LEFT_KNEE, LEFT_SHOULDER, LEFT_WRIST,
                               NECK, NOSE, PART_COUNT, RIGHT_ANKLE, RIGHT_EAR,
                               RIGHT_ELBOW, RIGHT_EYE, RIGHT_HIP, RIGHT_KNEE,
                               RIGHT_SHOULDER, RIGHT_WRIST)


class Length(NamedTuple):
    """A length between keypoints: mean and standard deviation over people, m."""

    mean: float
    stddev: float


SHOULDERS = Length(.345, .03)
HIPS = Length(.205, .025)
TORSO = Length(.46, .03)
HEAD_HEIGHT = Length(.195, .025)
LEG = Length(.78, .045)
UPPER_ARM = Length(.316, .02)
FOREARM = Length(.248, .02)
THIGH = Length(.39, .03)
SHANK = Length(.395, .03)
NECK_TO_NOSE = Length(.24, .03)

STATURE = 1.70    # m, of the adult whose lengths these are (G: women 1.63, men 1.76)


class Group(NamedTuple):
    """People of an age: their share of all, and their size relative to an adult's of STATURE."""

    share: float
    mean: float
    stddev: float


# Adults by G: 0.09 m of 1.70. Children of 5 to 14: a sixth of mankind (United Nations, "World
# Population Prospects 2022"), 1.10 to 1.60 m tall (WHO, "Growth reference 5-19 years", 2007).
ADULTS = Group(.83, 1., .055)
CHILDREN = Group(.17, .79, .10)

# The head in its own frame: (to the left, forward, up) of the middle between the ears, m. N: nose
# 0.10 to 0.12 before the ears and 0.015 under them, eyes 0.034 to the side, 0.09 before and 0.02
# over, ears 0.08 to the side. G: bitragion breadth 0.14, interpupillary breadth 0.063.
HEAD_PARTS = (NOSE, RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR)
HEAD = np.array(((0., .112, -.014), (-.034, .092, .02), (.034, .092, .02),
                 (-.08, 0., 0.), (.08, 0., 0.)))
HEAD_FORWARD = Length(.03, .025)   # N: the middle between the ears ahead of the neck's keypoint

# How far the middle of the hips lies under that of their keypoints, m. N: 0.03 to 0.04 (rendered
# people of all sizes, postures and views, both networks); their torsos are 0.50 long, not 0.46.
HIPS_DROP = .025

# How far the torso's axis lies behind the surface a depth camera sees, m: from the front, from
# behind, and from the side, where arms hang. N: 0.118, 0.079, 0.16; G: half the waist depth 0.11.
# Of an adult; a child's are as much smaller as the child is.
TORSO_RADII = (.118, .079, .16)


def _radii():
    radii = np.zeros(PART_COUNT)
    radii[NECK] = .06
    radii[[RIGHT_SHOULDER, LEFT_SHOULDER]] = .05
    radii[[RIGHT_ELBOW, LEFT_ELBOW, RIGHT_ANKLE, LEFT_ANKLE]] = .04
    radii[[RIGHT_WRIST, LEFT_WRIST]] = .03
    radii[[RIGHT_HIP, LEFT_HIP]] = .10
    radii[[RIGHT_KNEE, LEFT_KNEE]] = .055
    radii[[RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR]] = .01
    return radii


# How far each joint lies behind the surface a depth camera sees, (18,) m: half its limb.
PART_RADII = _radii()
