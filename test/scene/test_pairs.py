"""What the heights of shoulders and hips say of headings; feet in the air; leaning to a side."""
import numpy as np
import pytest
import synthetic

from openpose_ros import circle
from openpose_ros.body import LEFT_ANKLE, LEFT_SHOULDER, RIGHT_SHOULDER
from openpose_ros.scene import Camera
from openpose_ros.scene.pairs import in_height, left_of_right, levelled
from openpose_ros.scene.size import heights, upright_size
from openpose_ros.scene.view import look_at

CAMERA = Camera.from_field_of_view(640, 480, 69.)


def seen(person, view, change=lambda keypoints: None):
    """View of a person by perfect keypoints, after `change` of their pixels."""
    keypoints = synthetic.keypoints([person], CAMERA, np.random.RandomState(0), view, 0.)
    change(keypoints[0])
    return look_at(keypoints, CAMERA, synthetic.up(view), 2. / 368)


@pytest.mark.parametrize('height, pitch', [(2.3, .5), (.4, -.2)])
@pytest.mark.parametrize('heading', [.5, -.5, 2.6, -2.6])
def test_height_tells_to_which_side_someone_is_turned(height, pitch, heading):
    view = synthetic.Viewpoint(height, pitch)
    shown = seen(synthetic.Person((0., 2.2), heading), view)
    size = upright_size(shown, heights(shown)).value

    def preferred(tilt_stddev):
        said = in_height(shown, size, left_of_right(shown.up), tilt_stddev)[0].sum(axis=0)
        here, mirrored = (said[np.abs(circle.wrap(circle.ANGLES - angle)).argmin()]
                          for angle in (heading, -heading))
        return here - mirrored

    assert preferred(.007) > .3
    assert preferred(1.) < .5 * preferred(.007)    # the vertical being hardly known


def test_who_leans_to_a_side_is_narrower_across_for_it():
    def lean(keypoints):
        apart = keypoints[LEFT_SHOULDER, 0] - keypoints[RIGHT_SHOULDER, 0]
        middle = keypoints[[LEFT_SHOULDER, RIGHT_SHOULDER], :2].mean(axis=0)
        turned = .5 * apart * np.array((np.cos(.6), np.sin(.6)))
        keypoints[LEFT_SHOULDER, :2] = middle + turned
        keypoints[RIGHT_SHOULDER, :2] = middle - turned

    person, view = synthetic.Person((0., 2.5), 0.), synthetic.Viewpoint()
    for change, share in ((lambda keypoints: None, 1.), (lean, np.cos(.6))):
        shown = seen(person, view, change)
        across = left_of_right(shown.right)
        level = levelled(*across, shown, upright_size(shown, heights(shown)).value,
                         left_of_right(shown.up))
        assert across[0][0, 0] / level[0, 0, 0] == pytest.approx(share, abs=.05)


def test_a_foot_in_the_air_is_no_shorter_leg():
    view = synthetic.Viewpoint(1.2, .1)
    person = synthetic.Person((0., 3.), .3)
    stands = seen(person, view)
    ankle = stands.keypoints[0, LEFT_ANKLE, 1]
    hip = np.nanmean(stands.keypoints[0, [8, 11], 1])

    def lift(keypoints):
        keypoints[LEFT_ANKLE, 1] = ankle - .7 * (ankle - hip)

    lifted = seen(person, view, lift)
    assert lifted.ups.ankles[0] == pytest.approx(stands.ups.ankles[0], abs=.04)
    assert heights(lifted).legs[0] == pytest.approx(heights(stands).legs[0], rel=.12)
