"""A scene.Camera as the sensor_msgs/CameraInfo that `Camera.from_info` makes the same camera of."""
from typing import Optional

from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from openpose_ros.scene import Camera

# How many coefficients a message has: the least of these that is enough. Source:
# sensor_msgs/distortion_models.hpp; OpenCV's thin prism and tilt follow the rational eight.
_COUNTS = {'none': (5,), 'plumb_bob': (5,), 'rational_polynomial': (8, 12, 14), 'equidistant': (4,)}


def make_camera_info(camera: Optional[Camera], width: Optional[int] = None,
                     height: Optional[int] = None, header: Optional[Header] = None) -> CameraInfo:
    """The CameraInfo of a camera; all zero, as for one that is not calibrated, where it is None.

    width, height: px of the image; by default the camera's. For a single camera R is the identity
    and P is K.
    """
    info = CameraInfo(header=header or Header())
    info.width = width if width is not None else camera.width if camera else 0
    info.height = height if height is not None else camera.height if camera else 0
    if camera is None:
        return info
    fx, fy, cx, cy = camera.fx, camera.fy, camera.cx, camera.cy
    info.distortion_model = 'plumb_bob' if camera.model == 'none' else camera.model
    count = next(count for count in _COUNTS[camera.model] if count >= len(camera.distortion))
    info.d = list(camera.distortion) + [0.] * (count - len(camera.distortion))
    info.k = [fx, 0., cx, 0., fy, cy, 0., 0., 1.]
    info.r = [1., 0., 0., 0., 1., 0., 0., 0., 1.]
    info.p = [fx, 0., cx, 0., 0., fy, cy, 0., 0., 0., 1., 0.]
    return info
