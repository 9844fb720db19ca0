"""The node `openpose` for one camera: `ros2 launch openpose_ros openpose.launch.py --show-args`.

For several cameras include it once for each, with a namespace of its own, as in
examples/two_cameras.launch.py.
"""
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

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
    ('fixed_frame', '', "RViz's fixed frame, whose z is up; empty: the root of what TF has"),
    ('camera_frame', '', 'of the people, for RViz; empty: that of the first image'),
    ('camera_height', '', 'm above the ground, of a camera that TF does not know; empty: the '
     'parameter of params_file, and 1 m in RViz'),
)


def start_nodes(context):
    """The node, and RViz where it is asked for."""
    parameters = [{'autostart': ParameterValue(LaunchConfiguration('autostart'), value_type=bool)}]
    if LaunchConfiguration('params_file').perform(context):
        parameters.insert(0, LaunchConfiguration('params_file'))
    if LaunchConfiguration('model').perform(context):
        parameters.append({'model': LaunchConfiguration('model')})
    if LaunchConfiguration('camera_height').perform(context):
        parameters.append({'camera_height': ParameterValue(
            LaunchConfiguration('camera_height'), value_type=float)})
    return [
        Node(package='openpose_ros', executable='openpose', name='openpose', output='screen',
             namespace=LaunchConfiguration('namespace'), parameters=parameters,
             remappings=[(topic, LaunchConfiguration(topic))
                         for topic in ('image', 'depth', 'camera_info')],
             arguments=['--ros-args', '--log-level', LaunchConfiguration('log_level')]),
        Node(package='openpose_ros', executable='rviz', name='openpose_rviz', output='screen',
             namespace=LaunchConfiguration('namespace'),
             arguments=['--fixed-frame', LaunchConfiguration('fixed_frame'),
                        '--camera-frame', LaunchConfiguration('camera_frame'),
                        '--camera-height', LaunchConfiguration('camera_height')],
             condition=IfCondition(LaunchConfiguration('rviz')))]


def generate_launch_description():
    """What `ros2 launch` asks for."""
    return LaunchDescription(
        [DeclareLaunchArgument(name, default_value=default, description=description)
         for name, default, description in ARGUMENTS] + [OpaqueFunction(function=start_nodes)])
