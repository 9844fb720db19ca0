"""What to look at in an image, and what several looks at it make together.

view.py says what a look is, crops.py where to look closely, coverage.py where nobody has looked for
long, planner.py what to look at this time, and merging.py who was found by several looks.
"""
from openpose_ros.looks.crops import crops_of_height
from openpose_ros.looks.merging import KEYPOINT_NOISE, Merged, merge
from openpose_ros.looks.planner import (CLOSER, MODES, NOBODY, TWICE, WHOLE, Known, Planner,
                                        Settings, second_look)
from openpose_ros.looks.view import CROP, KINDS, TILE, View, cut, whole

__all__ = ['CLOSER', 'CROP', 'KEYPOINT_NOISE', 'KINDS', 'Known', 'MODES', 'Merged', 'NOBODY',
           'Planner', 'Settings', 'TILE', 'TWICE', 'View', 'WHOLE', 'crops_of_height', 'cut',
           'merge', 'second_look', 'whole']
