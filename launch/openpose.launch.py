"""The node `openpose` for one camera: `ros2 launch openpose_ros openpose.launch.py --show-args`.

For several cameras include it once for each, with a namespace of its own, as in
examples/two_cameras.launch.py.
"""
import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

CONFIG = os.path.join(get_package_share_directory('openpose_ros'), 'config')

ARGUMENTS = (
    ('namespace', '', 'namespace of the node and its topics'),
    ('image', 'image', 'topic of the images'),
    ('depth', 'depth', 'topic of the depth images, registered to the images'),
    ('camera_info', 'camera_info', 'topic of the calibration'),
    ('params_file', '', 'YAML file of parameters; empty: the defaults'),
    ('model', '', 'model, instead of the one in params_file'),
    ('autostart', 'true', 'configure and activate the node at once'),
    ('log_level', 'info', 'debug, info, warn, error or fatal'),
    ('rviz', 'false', 'show the people in RViz'),
    ('fixed_frame', 'camera_link', "RViz's fixed frame, whose z is up"),
)

# Topics of openpose.rviz, which shows a node without a namespace.
SHOWN = ('openpose/markers', 'openpose/overlay', 'openpose/approach_goal', 'openpose/people')


def start_nodes(context):
    """The node, and RViz where it is asked for."""
    parameters = [{'autostart': ParameterValue(LaunchConfiguration('autostart'), value_type=bool)}]
    if LaunchConfiguration('params_file').perform(context):
        parameters.insert(0, LaunchConfiguration('params_file'))
    if LaunchConfiguration('model').perform(context):
        parameters.append({'model': LaunchConfiguration('model')})
    return [
        Node(package='openpose_ros', executable='openpose', name='openpose', output='screen',
             namespace=LaunchConfiguration('namespace'), parameters=parameters,
             remappings=[(topic, LaunchConfiguration(topic))
                         for topic in ('image', 'depth', 'camera_info')],
             arguments=['--ros-args', '--log-level', LaunchConfiguration('log_level')]),
        Node(package='rviz2', executable='rviz2', name='rviz',
             namespace=LaunchConfiguration('namespace'),
             arguments=['-d', os.path.join(CONFIG, 'openpose.rviz'),
                        '-f', LaunchConfiguration('fixed_frame')],
             remappings=[('/' + topic, topic) for topic in SHOWN],
             condition=IfCondition(LaunchConfiguration('rviz')))]


def generate_launch_description():
    """What `ros2 launch` asks for."""
    return LaunchDescription(
        [DeclareLaunchArgument(name, default_value=default, description=description)
         for name, default, description in ARGUMENTS] + [OpaqueFunction(function=start_nodes)])
