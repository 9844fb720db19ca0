"""Two cameras, one node for each: /front/openpose and /rear/openpose.

The cameras' drivers publish below /front/camera and /rear/camera. The nodes may as well run on two
machines: then start openpose.launch.py on each, with that camera's namespace.
"""
import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

OPENPOSE = os.path.join(get_package_share_directory('openpose_ros'), 'launch', 'openpose.launch.py')


def generate_launch_description():
    """What `ros2 launch` asks for."""
    return LaunchDescription([
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(OPENPOSE),
            launch_arguments={'namespace': camera, 'image': 'camera/image_raw',
                              'depth': 'camera/aligned_depth_to_color/image_raw',
                              'camera_info': 'camera/camera_info'}.items())
        for camera in ('front', 'rear')])
