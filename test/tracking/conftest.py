"""Lets the tests of tracking import scenes.py, made_people.py and demo_video.py."""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
