"""Where the camera is in the frame in which people are followed."""
from typing import NamedTuple, Optional

import numpy as np

from openpose_ros.people import People, people_in_image, transformed
from openpose_ros.scene import UP


class Mounting(NamedTuple):
    """Where the camera is in the frame in which people are followed and returned.

    rotation, translation: (3, 3) and (3,) m, of the camera's optical frame in that one:
    p' = rotation p + translation; None for both: it is that frame. up: (3,) unit vector against
    gravity in that frame. floor: m; the floor's height along `up` in that frame; None: unknown.
    known: False where it is only known how that frame lies, not where the camera is in it: people
    then stay in the image plane.
    """

    rotation: Optional[np.ndarray] = None
    translation: Optional[np.ndarray] = None
    up: np.ndarray = np.array(UP)
    floor: Optional[float] = None
    known: bool = True

    def up_in_camera(self) -> np.ndarray:
        """The unit vector against gravity in the camera's optical frame, (3,)."""
        return self.up if self.rotation is None else self.rotation.T.dot(self.up)

    def camera_height(self) -> Optional[float]:
        """Height of the camera above the floor, m; None: unknown."""
        if self.floor is None:
            return None
        return float(self.camera_position().dot(self.up)) - self.floor

    def camera_position(self) -> np.ndarray:
        """Where the camera is in the people's frame, (3,) m; the origin where that is unknown."""
        return np.zeros(3) if self.translation is None else self.translation

    def from_camera(self, people: People) -> People:
        """People of the camera's optical frame in the one in which they are followed."""
        if self.rotation is None:
            return people
        return transformed(people, self.rotation, self.translation)

    def to_camera(self, people: People) -> People:
        """The way back; where the camera is not known only their keypoints and ids are."""
        if not self.known:
            return people_in_image(people.keypoints)._replace(ids=people.ids)
        if self.rotation is None:
            return people
        return transformed(people, self.rotation.T, -self.rotation.T.dot(self.translation))
