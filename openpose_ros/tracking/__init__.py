"""Tracking: the people of this image as the same people as before, smoothed."""
from openpose_ros.tracking.settings import Settings
from openpose_ros.tracking.tracker import Predicted, Tracker

__all__ = ['Predicted', 'Settings', 'Tracker']
