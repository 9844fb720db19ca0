"""Where a robot has to go to stand before a person and face them, and how it gets there.

The goal is the point `distance` in front of them, the robot's x axis towards them. The default
distance is Hall's close social distance (E. T. Hall, "The Hidden Dimension", 1966: 1.2 m and more),
where the personal space that REP-155 speaks of ends.
"""
from openpose_ros.approach.approach import Approach, Goal, Viewpoint
from openpose_ros.approach.comfort import Place, way_in
from openpose_ros.approach.errand import Errand
from openpose_ros.approach.settings import CENTRED, CHOICES, NEAREST, Settings

__all__ = ['Approach', 'CENTRED', 'CHOICES', 'Errand', 'Goal', 'NEAREST', 'Place', 'Settings',
           'Viewpoint', 'way_in']
