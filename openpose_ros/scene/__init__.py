"""The scene: people of an image, with depth or without, as people in space.

Everything in space is in the camera's optical frame (REP-103: x right, y down, z forward), metres
and radians. Unknown is NaN.
"""
from openpose_ros.scene.calibration import Calibration, CameraError
from openpose_ros.scene.camera import Camera
from openpose_ros.scene.depth import (Depths, DepthSettings, depth_problem,
                                      joint_depths)
from openpose_ros.scene.level import Level, Vertical
from openpose_ros.scene.locate import (UP, Located, Settings, locate,
                                       locate_and_explain, up_of_tilt)

__all__ = ['UP', 'Calibration', 'Camera', 'CameraError', 'DepthSettings', 'Depths', 'Level',
           'Located', 'Settings', 'Vertical', 'depth_problem', 'joint_depths', 'locate',
           'locate_and_explain', 'up_of_tilt']
