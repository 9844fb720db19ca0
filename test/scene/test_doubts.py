"""Whom a network may have taken the wrong way round, and what people there are."""
import numpy as np
import pytest
import synthetic

from openpose_ros import body, proportions
from openpose_ros.people import people_in_image
from openpose_ros.scene import Camera, locate
from openpose_ros.scene.facing import doubts
from openpose_ros.scene.pairs import left_of_right
from openpose_ros.scene.size import Estimate, heights, upright_size
from openpose_ros.scene.stature import by_depth
from openpose_ros.scene.view import look_at

CAMERA = Camera.from_field_of_view(640, 480, 69.)
HEIGHT = np.array([250.])    # px in the network's input


def doubts_of(heading, change=lambda keypoints: None):
    """(left taken for right, front for back) of one person, after `change` of their keypoints."""
    view = synthetic.Viewpoint()
    keypoints = synthetic.keypoints([synthetic.Person((0., 3.), heading)], CAMERA,
                                    np.random.RandomState(0), view, 0.)
    change(keypoints[0])
    shown = look_at(keypoints, CAMERA, synthetic.up(view), 2. / 368)
    size = upright_size(shown, heights(shown))
    across = left_of_right(shown.right)[0]
    return doubts(across, shown, size, HEIGHT)[:, 0]


def swap_knees(keypoints):
    keypoints[[body.LEFT_KNEE, body.RIGHT_KNEE]] = keypoints[[body.RIGHT_KNEE, body.LEFT_KNEE]]


def doubt_shoulders(keypoints):
    keypoints[[body.LEFT_SHOULDER, body.RIGHT_SHOULDER], 2] = .6 * keypoints[body.NECK, 2]


@pytest.mark.parametrize('heading', [0., .4, np.pi])
@pytest.mark.parametrize('change', [swap_knees, doubt_shoulders])
def test_front_and_back_are_doubted_of_whose_parts_contradict_each_other(heading, change):
    before, after = doubts_of(heading)[1], doubts_of(heading, change)[1]
    assert before < .01
    assert 4. * before < after < .5


def test_knees_of_who_walks_past_contradict_nothing():
    assert doubts_of(np.pi / 2., swap_knees)[1] < 2. * doubts_of(np.pi / 2.)[1] + .001


def test_no_neck_says_nothing_of_the_shoulders():
    def no_neck(keypoints):
        keypoints[body.NECK] = np.nan
    assert doubts_of(0., no_neck)[1] == pytest.approx(doubts_of(0.)[1], rel=.5)


def test_a_low_score_of_all_parts_is_no_contradiction_but_doubts_left_and_right():
    def unsure(keypoints):
        keypoints[:, 2] *= .3 / keypoints[body.NECK, 2]
    (left, front), (left_before, front_before) = doubts_of(0., unsure), doubts_of(0.)
    assert front == pytest.approx(front_before, rel=.01)
    assert left > left_before + .03


def test_stature_goes_from_children_to_adults_without_a_leap():
    """At a known distance, a person who seems ever larger is ever taller, by no more than that."""
    sizes = np.exp(np.linspace(np.log(.6), np.log(1.15), 60))
    distance = np.full(60, 3.)
    found = by_depth(Estimate(sizes / distance, .08 * sizes / distance),
                     Estimate(distance, .02 * distance))
    statures = found.stature.value
    assert (np.diff(statures) > 0.).all()
    assert np.diff(np.log(statures)).max() < 2.5 * np.diff(np.log(sizes)).max()
    assert statures[0] < .75 * proportions.STATURE
    assert statures[-1] == pytest.approx(proportions.STATURE * 1.04, rel=.03)


def facing_stddev(change=lambda keypoints: None, lean=0., heading=1.):
    """Of one person, leaning by so much, tangents, to the image's right from the ankles up."""
    view = synthetic.Viewpoint()
    keypoints = synthetic.keypoints([synthetic.Person((0., 3.), heading)], CAMERA,
                                    np.random.RandomState(0), view, 0.)
    change(keypoints[0])
    keypoints[..., 0] += lean * (np.nanmax(keypoints[..., 1]) - keypoints[..., 1])
    located = locate(people_in_image(keypoints), CAMERA, None, synthetic.up(view))
    return located.facing_stddev[0]


def spread_hips(keypoints):
    """Hips as wide as if somebody with these shoulders faced the camera."""
    hips = [body.RIGHT_HIP, body.LEFT_HIP]
    middle = keypoints[hips, 0].mean()
    keypoints[hips, 0] = middle + 2. * (keypoints[hips, 0] - middle)


@pytest.mark.parametrize('heading', [1., -1., 2.1])
def test_less_is_claimed_of_a_facing_on_which_shoulders_and_hips_disagree(heading):
    assert facing_stddev(spread_hips, heading=heading) > 1.2 * facing_stddev(heading=heading)


def test_less_is_claimed_of_the_facing_of_who_leans_to_a_side():
    upright, little, much = (facing_stddev(lean=lean) for lean in (0., .1, .7))
    assert upright == pytest.approx(little, rel=.1)
    assert much > 1.15 * upright
