"""Where people are, which way they face and where they look: OpenPose for ROS 2."""

__version__ = '0.1.0'
