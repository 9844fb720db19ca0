"""A video, the node `openpose` and RViz: `ros2 launch openpose_ros demo.launch.py source:=FILE`."""
import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

LAUNCH = os.path.join(get_package_share_directory('openpose_ros'), 'launch')


def generate_launch_description():
    """What `ros2 launch` asks for."""
    source = DeclareLaunchArgument(
        'source', description='video, folder of images, or camera (0, /dev/video0)')
    hfov = DeclareLaunchArgument(
        'hfov', default_value='60', description='horizontal field of view of the camera, degrees')
    rviz = DeclareLaunchArgument(
        'rviz', default_value='true', description='show the people in RViz')
    video = Node(package='openpose_ros', executable='video', output='screen',
                 arguments=[LaunchConfiguration('source'), '--loop', '--wait', '1',
                            '--hfov', LaunchConfiguration('hfov')])
    openpose = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(os.path.join(LAUNCH, 'openpose.launch.py')),
        launch_arguments={'image': 'image_raw', 'depth': 'depth/image_raw',
                          'rviz': LaunchConfiguration('rviz')}.items())
    return LaunchDescription([source, hfov, rviz, video, openpose])
