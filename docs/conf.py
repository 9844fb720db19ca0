"""How Sphinx builds the documentation, `make docs`; rosdoc2.yaml names this file too."""
import os
import re
import sys

sys.path.insert(0, os.path.abspath('..'))

project = 'openpose_ros'
author = 'the authors of openpose_ros'
copyright = author + ', Apache-2.0'
extensions = ['myst_parser', 'sphinx.ext.autodoc', 'sphinx.ext.napoleon', 'sphinx.ext.viewcode']
exclude_patterns = ['api/modules.rst']
html_theme = 'alabaster'
html_theme_options = {'page_width': '70em', 'sidebar_width': '16em'}
myst_heading_anchors = 4
suppress_warnings = ['myst.xref_missing']   # links to files beside docs/
autodoc_default_options = {'members': True, 'show-inheritance': True}
autodoc_member_order = 'bysource'
# Of what the modules import only NumPy is needed to read what they say.
autodoc_mock_imports = [
    'action_msgs', 'ai_edge_litert', 'ament_index_python', 'builtin_interfaces', 'cv2', 'cv_bridge', 'diagnostic_msgs',
    'geometry_msgs', 'google', 'hri_msgs', 'mcap', 'nav2_msgs', 'openpose_ros.msg', 'rcl_interfaces', 'rclpy',
    'rosbags', 'sensor_msgs', 'std_msgs', 'scipy', 'std_srvs', 'tensorflow', 'tf2_ros', 'tqdm', 'yaml', 'visualization_msgs']

# A name, or some, and what they are; not the columns of a table.
_FIELD = re.compile(r' *(\*?\w(?:(?!  )[\w*, ]){0,60}): (\S.*)')


def list_fields(app, what, name, obj, options, lines):
    """Make lists of the lines "name: what it is" of a docstring, with the title above them."""
    out, in_list = [], False
    for number, line in enumerate(lines):
        field = None if line.startswith('Raises') else _FIELD.match(line)
        following = lines[number + 1] if number + 1 < len(lines) else ''
        if field:
            out += [] if in_list else ['']
            out.append('* **{}**: {}'.format(field.group(1).replace('*', '\\*'), field.group(2)))
        elif in_list and line.strip():
            out.append('  ' + line.strip())
        elif line.strip() and following.startswith(' ') and _FIELD.match(following):
            out.append('**{}**'.format(line.strip()))
        else:
            out.append(line)
        in_list = bool(field) or in_list and bool(line.strip())
    lines[:] = out


def setup(app):
    """Called by Sphinx."""
    app.connect('autodoc-process-docstring', list_fields)
