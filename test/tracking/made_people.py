"""Single people with everything known, made by hand, for tests that need no scene."""
import numpy as np
from scenes import STANDING, yaw_vector

from openpose_ros.people import SOURCE_DEPTH, people_in_image

FOCAL = 525.


def person(x=0., z=3., yaw=0., position_stddev=0.02, facing_stddev=np.radians(6.),
           source=SOURCE_DEPTH, score=0.8):
    """One standing person, hips at (x, 0, z) m in the optical frame, facing `yaw` (0: camera)."""
    forward, left, up = STANDING.T
    points = np.stack([x + forward * np.sin(yaw) + left * np.cos(yaw), -up,
                       z - forward * np.cos(yaw) + left * np.sin(yaw)], axis=1)
    pixels = points[:, :2] / points[:, 2:] * FOCAL + [320., 240.]
    found = people_in_image(np.concatenate([pixels, np.full((18, 1), score)], axis=1)[None])
    return found._replace(
        points=points[None], position=np.array([[x, 0., z]]),
        position_covariance=position_stddev ** 2 * np.eye(3)[None],
        position_source=np.array([source], np.uint8),
        facing=yaw_vector(np.array([yaw])), facing_stddev=np.array([facing_stddev]),
        facing_source=np.array([source], np.uint8),
        gaze=yaw_vector(np.array([yaw])), gaze_stddev=np.array([facing_stddev]),
        gaze_source=np.array([source], np.uint8))


def together(*people):
    """Several people as those of one frame."""
    return type(people[0])(*(np.concatenate(field) for field in zip(*people)))


def in_image_only(found):
    """The same people with nothing known of them but their keypoints."""
    return people_in_image(found.keypoints)


def yaw_of(facing):
    """Degrees of facing vectors (n, 3): 0 faces the camera, 90 the image's right."""
    return np.degrees(np.arctan2(facing[:, 0], -facing[:, 2]))
