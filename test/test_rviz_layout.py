"""config/openpose.rviz: what RViz reads of it, as was found by looking at RViz."""
import os

import pytest

yaml = pytest.importorskip('yaml', reason='PyYAML is not here')

PATH = os.path.join(os.path.dirname(__file__), '..', 'config', 'openpose.rviz')


@pytest.fixture
def layout():
    with open(PATH, encoding='utf-8') as file:
        return yaml.safe_load(file)


def test_the_goal_is_drawn_by_the_markers_alone(layout):
    displays = {display['Name']: display
                for display in layout['Visualization Manager']['Displays']}
    assert displays['People']['Enabled']
    # RViz's own display of a pose keeps the last one for ever.
    assert not displays['Approach goal']['Enabled']
    assert not displays['TF']['Show Names']


def test_the_docks_are_told_and_the_overlay_has_their_width(layout):
    geometry = layout['Window Geometry']
    # RViz reads memory that nobody wrote where these are missing.
    assert geometry['Hide Left Dock'] is False and geometry['Hide Right Dock'] is False
    assert [panel['Class'] for panel in layout['Panels']] == ['rviz_common/Displays']


def test_the_view_is_on_people_before_the_camera(layout):
    view = layout['Visualization Manager']['Views']['Current']
    assert (view['Distance'], view['Pitch']) == (4.5, .45)
    assert view['Focal Point'] == {'X': 1.8, 'Y': 0, 'Z': .6}
