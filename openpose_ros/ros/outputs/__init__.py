"""What the node publishes for each image, one class a topic: base.py says what an output is."""
from openpose_ros.ros.outputs.approach_goal import ApproachGoal
from openpose_ros.ros.outputs.base import Output, Seen
from openpose_ros.ros.outputs.hri import Bodies
from openpose_ros.ros.outputs.markers import Markers
from openpose_ros.ros.outputs.overlay import Overlay
from openpose_ros.ros.outputs.poses import Poses
from openpose_ros.ros.outputs.skeletons import Skeletons
from openpose_ros.ros.outputs.tf import BodyFrames

ALL = (Skeletons, Poses, Overlay, Markers, ApproachGoal, BodyFrames, Bodies)

__all__ = ['ALL', 'ApproachGoal', 'Bodies', 'BodyFrames', 'Markers', 'Output',
           'Overlay', 'Poses', 'Seen', 'Skeletons']
