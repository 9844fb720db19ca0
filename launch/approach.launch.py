"""The nodes `openpose` and `approach_person`: the robot goes to a person, by Nav2.

`ros2 launch openpose_ros approach.launch.py --show-args`; Nav2 runs by itself. Needs nav2_msgs and
tf2_ros.
"""
import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

CONFIG = os.path.join(get_package_share_directory('openpose_ros'), 'config')

ARGUMENTS = (
    ('namespace', '', 'namespace of both nodes, their topics and of Nav2'),
    ('image', 'image', 'topic of the images'),
    ('depth', 'depth', 'topic of the depth images, registered to the images'),
    ('camera_info', 'camera_info', 'topic of the calibration'),
    ('params_file', '', 'YAML file of parameters of either node; empty: the defaults'),
    ('target_frame', 'map', 'frame of the goals, whose z is up: one that Nav2 plans in'),
    ('distance', '1.2', 'm in front of the person'),
    ('look', 'true', 'go nearer and look from aside where it is not certain which way they face'),
    ('drive_round', 'false', 'drive round a person where that is not known at all'),
    ('log_level', 'info', 'debug, info, warn, error or fatal'),
)


def start_nodes(context):
    """Both nodes."""
    def value(name, value_type):
        return ParameterValue(LaunchConfiguration(name), value_type=value_type)
    files = []
    if LaunchConfiguration('params_file').perform(context):
        files = [LaunchConfiguration('params_file')]
    common = {'package': 'openpose_ros', 'output': 'screen',
              'namespace': LaunchConfiguration('namespace'),
              'arguments': ['--ros-args', '--log-level', LaunchConfiguration('log_level')]}
    return [
        Node(executable='openpose', name='openpose', parameters=files + [{
            'target_frame': LaunchConfiguration('target_frame'),
            'approach.distance': value('distance', float),
            'approach.drive_round': value('drive_round', bool)}],
            remappings=[(topic, LaunchConfiguration(topic))
                        for topic in ('image', 'depth', 'camera_info')], **common),
        Node(executable='approach_person', name='approach_person', parameters=files + [{
            'distance': value('distance', float), 'look': value('look', bool)}], **common)]


def generate_launch_description():
    """What `ros2 launch` asks for."""
    return LaunchDescription(
        [DeclareLaunchArgument(name, default_value=default, description=description)
         for name, default, description in ARGUMENTS] + [OpaqueFunction(function=start_nodes)])
