"""Tracking: the people of this frame as the same people as before, smoothed."""
from openpose_ros.tracking.settings import Settings
from openpose_ros.tracking.tracker import Tracker

__all__ = ['Settings', 'Tracker']
