"""Recordings of ROS read without ROS: rosbag2 (MCAP, SQLite3) and ROS 1 bags.

Importing it is quick: the library rosbags is loaded only where a recording is opened.
"""
from openpose_ros.recordings.people import Seen, read_skeletons
from openpose_ros.recordings.reading import Message, Recording, RecordingError

__all__ = ['Message', 'Recording', 'RecordingError', 'Seen', 'read_skeletons']
