"""Heatmaps and part affinity fields in, people in the image out.

An image goes through peaks.py (where are parts?), affinity.py (which could be joined?) and
assembly.py (which are, and to whom do they belong?); decoder.py calls the three.
"""
from openpose_ros.decoding.decoder import (ASSIGNMENTS, MapsError, Settings,
                                           decode, to_image)

__all__ = ['ASSIGNMENTS', 'MapsError', 'Settings', 'decode', 'to_image']
