"""What to look at in an image, and what several looks at it make together.

view.py says what a look is, crops.py where to look closely, coverage.py where nobody has looked for
long, planner.py what to look at this time, and merging.py who was found by several looks.
"""
from openpose_ros.looks.merging import Merged, merge
from openpose_ros.looks.planner import MODES, NOBODY, Known, Planner, Settings
from openpose_ros.looks.view import CROP, KINDS, TILE, WHOLE, View, cut, whole

__all__ = ['CROP', 'KINDS', 'Known', 'MODES', 'Merged', 'NOBODY', 'Planner', 'Settings', 'TILE',
           'View', 'WHOLE', 'cut', 'merge', 'whole']
