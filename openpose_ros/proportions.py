"""Proportions of an adult's body as a pose network sees it, in metres: the one table of them.

Sources: G = Gordon et al. 2014, "2012 Anthropometric Survey of U.S. Army Personnel" (ANSUR II),
means of women and men together; D = Drillis and Contini 1966, "Body segment parameters", shares of
the stature (Winter, "Biomechanics and motor control of human movement"), of 1.70 m. A keypoint does not lie where the tape is laid, so each length is
given as it appears between keypoints. A standard deviation holds the spread between people and
that of where annotators put the keypoint.

=================  ======  ======  =================================================================
length             mean    stddev  source
=================  ======  ======  =================================================================
SHOULDERS          0.33    0.025   G biacromial breadth 0.39, less two thirds of a deltoid each side
HIPS               0.22    0.025   between G's hip breadth 0.34 and the joint centres' 0.17
TORSO              0.45    0.025   G acromial height less trochanterion height 0.50, less the drop
                                   from the acromion to the shoulder's keypoint
HEAD_HEIGHT        0.20    0.018   ears over the neck: G tragion height less acromial height 0.185,
                                   and the same drop
UPPER_ARM          0.316   0.02    D 0.186
FOREARM            0.248   0.02    D 0.146
THIGH              0.417   0.03    D 0.245
SHANK              0.418   0.025   D 0.246
NECK_TO_NOSE       0.24    0.03    HEAD_HEIGHT and HEAD: 0.19 up and 0.15 forward
=================  ======  ======  =================================================================
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


SHOULDERS = Length(.33, .025)
HIPS = Length(.22, .025)
TORSO = Length(.45, .025)
HEAD_HEIGHT = Length(.20, .018)
UPPER_ARM = Length(.316, .02)
FOREARM = Length(.248, .02)
THIGH = Length(.417, .03)
SHANK = Length(.418, .025)
NECK_TO_NOSE = Length(.24, .03)

BODY_SIZE_STDDEV = .06   # relative spread of adults' size (G stature: 1.70 m, stddev 0.09 m, and
                         # what the keypoints of one body differ between images)

# The head in its own frame: (to the left, forward, up) of the middle between the ears, m.
# G: bitragion breadth 0.14, interpupillary breadth 0.063; tragion to pupil, tragion to nose tip.
HEAD_PARTS = (NOSE, RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR)
HEAD = np.array(((0., .11, -.01), (-.033, .085, .025), (.033, .085, .025),
                 (-.075, 0., 0.), (.075, 0., 0.)))
HEAD_FORWARD = Length(.04, .04)   # the middle between the ears ahead of the neck's keypoint

# Half of what a depth camera sees of the trunk, as an ellipse, m: to the side, between its own half
# and that of the arms hanging there (G: half of waist 0.31 and bideltoid breadth 0.48), and to the
# front (G: half the waist depth 0.22).
TORSO_RADII = (.20, .11)


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
