"""What is remembered, what stays uncertain, and what a robot's own motion does not change."""
import numpy as np
import pytest
from made_people import person, yaw_of
from test_tracker import RATE, noisy, play

from openpose_ros.people import SOURCE_MONOCULAR, transformed
from openpose_ros.proportions import STATURE
from openpose_ros.scene import up_of_tilt
from openpose_ros.tracking import Settings, Tracker

CHILD = 1.19


def with_depth(stature):
    return person(z=3.)._replace(stature=np.array([stature]), stature_stddev=np.array([.06]))


def without_depth(stature):
    """As the scene places someone of whom it only knows proportions: as an adult, widely."""
    z = 3. * STATURE / stature
    return person(z=3.)._replace(
        position=np.array([[0., 0., z]]), position_source=np.array([SOURCE_MONOCULAR], np.uint8),
        position_covariance=np.diag([.01, .01, (.15 * z) ** 2])[None])


def test_a_stature_that_depth_measured_gives_the_distance_without_it():
    tracker = Tracker()
    known = play(tracker, [with_depth(CHILD)] * 20)[-1]
    assert known.stature[0] == pytest.approx(CHILD, abs=.01) and .03 < known.stature_stddev[0] < .07
    alone = play(tracker, [without_depth(CHILD)] * 45, start=20. / RATE)[-1]
    assert alone.position[0, 2] == pytest.approx(3., abs=.1)
    assert alone.stature[0] == pytest.approx(CHILD, abs=.01)
    stranger = play(Tracker(), [without_depth(CHILD)] * 45)[-1]
    assert stranger.position[0, 2] > 4. and np.isnan(stranger.stature[0])
    assert alone.position_covariance[0, 2, 2] < stranger.position_covariance[0, 2, 2]


def test_a_stature_far_off_is_taken_for_another_posture():
    tracker = Tracker()
    play(tracker, [with_depth(1.75)] * 10)
    assert play(tracker, [with_depth(1.1)], start=1.)[-1].stature[0] == pytest.approx(1.75, abs=.01)


def test_without_depth_averaging_does_not_make_certain():
    people = play(Tracker(), [without_depth(STATURE)] * 100)[-1]
    assert people.position_covariance[0, 2, 2] >= (.15 * 3.) ** 2
    facing = person(facing_stddev=.3, source=SOURCE_MONOCULAR)
    assert play(Tracker(), [facing] * 100)[-1].facing_stddev[0] > .75 * .3


def test_attention_and_the_pitch_of_the_gaze_are_followed():
    looking = person()._replace(attention=np.array([.9]), gaze_pitch_stddev=np.array([.15]))
    away = looking._replace(attention=np.array([.1]))
    tracker = Tracker()
    first = play(tracker, [looking] * 5)[-1]
    assert first.attention[0] == pytest.approx(.9) and first.gaze_pitch_stddev[0] == pytest.approx(.15)
    glance, later = (play(tracker, [away] * count, start=start)[-1].attention[0]
                     for count, start in ((1, 5. / RATE), (15, 6. / RATE)))
    assert glance > .6 and later < .2
    assert np.isnan(play(Tracker(), [person()] * 5)[-1].attention[0])


def test_the_vertical_is_that_of_each_image():
    """A camera that looks down by 35 degrees: a facing along the floor stays along the floor."""
    tracker, up = Tracker(), np.array(up_of_tilt(np.radians(35.)))
    right = np.cross((0., 0., 1.), up)
    facing = right / np.linalg.norm(right)
    for number in range(10):
        people = tracker.update(person()._replace(facing=facing[None]), number / RATE, up=up)
    assert abs(people.facing[0] @ up) < 1e-6 and people.facing[0] @ facing > .999
    level = tracker.update(person()._replace(facing=facing[None]), 10. / RATE,
                           up=up_of_tilt(np.radians(34.)))
    assert level.ids.tolist() == [1] and level.facing[0] @ facing > .99


@pytest.mark.parametrize('axis', ['turns', 'drives'])
def test_a_moving_robot_moves_nobody(axis):
    """In odom, the camera turning at 1 rad/s: TF of 20 Hz, images 15 Hz and 100 ms old."""
    rng, tracker = np.random.default_rng(3), Tracker(Settings(up=(0., -1., 0.)))
    times = np.arange(0., 8., .05)              # of TF
    yaws = .5 * np.sin(2. * times) if axis == 'turns' else 0. * times
    ways = .4 * times if axis == 'drives' else 0. * times
    standing = person(x=.3, z=3.)
    for number in range(90):
        stamp = number / RATE + .021
        yaw, way = np.interp(stamp, times, yaws), np.interp(stamp, times, ways)
        true_yaw = .5 * np.sin(2. * stamp) if axis == 'turns' else 0.
        seen = noisy(rng, _into_camera(standing, true_yaw, way), .01)
        people = tracker.update(_from_camera(seen, yaw, way), stamp, (640, 480), (way, 0., 0.))
        if number > 15:
            assert np.linalg.norm(people.position[0] - standing.position[0]) < .05
            assert np.linalg.norm(people.velocity[0]) < .25
    assert people.ids.tolist() == [1]
    assert abs(yaw_of(people.facing)[0]) < 5.


def _turn(yaw):
    return np.array([[np.cos(yaw), 0., np.sin(yaw)], [0., 1., 0.], [-np.sin(yaw), 0., np.cos(yaw)]])


def _into_camera(people, yaw, way):
    """People of odom in a camera that has turned by `yaw` and moved aside by `way`, m."""
    turned = transformed(people, _turn(yaw).T, -_turn(yaw).T @ (way, 0., 0.))
    pixels = turned.points[..., :2] / turned.points[..., 2:] * 525. + (320., 240.)
    return turned._replace(keypoints=np.concatenate(
        [pixels, people.keypoints[..., 2:]], axis=2).astype(np.float32))


def _from_camera(people, yaw, way):
    return transformed(people, _turn(yaw), np.array((way, 0., 0.)))
