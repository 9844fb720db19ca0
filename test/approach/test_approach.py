"""Where to go to face a person: the place, the choice of the person, and that it stands still."""
import math

import numpy as np
import pytest

from openpose_ros.approach import Approach, Settings, Viewpoint
from openpose_ros.body import LEFT_ANKLE, LEFT_HIP, NECK, RIGHT_HIP, RIGHT_KNEE
from openpose_ros.people import SOURCE_DEPTH, SOURCE_MONOCULAR, people_in_image, transformed
from openpose_ros.scene import Camera

UP = np.array((0., -1., 0.))     # of an optical frame


def crowd(*people, **changes):
    """People of (id, x, z, heading in degrees; 0 faces the camera, 90 faces +x)."""
    made = people_in_image(np.full((len(people), 18, 3), 50., np.float32))
    rows = np.array(people, float).reshape(-1, 4)
    turn = np.radians(rows[:, 3])
    made = made._replace(
        ids=rows[:, 0].astype(np.uint32),
        position=np.column_stack((rows[:, 1], np.full(len(rows), .1), rows[:, 2])),
        facing=np.column_stack((np.sin(turn), 0. * turn, -np.cos(turn))),
        facing_stddev=np.full(len(rows), math.radians(5.)), velocity=np.zeros((len(rows), 3)))
    return made._replace(**changes)


def goal_of(approach, people, stamp=0., floor=None, viewpoint=None):
    return approach.update(people, people, stamp, UP, floor, viewpoint)


def test_the_goal_is_in_front_of_them_and_faces_them():
    goal = goal_of(Approach(), crowd((7, 1., 3., 0.)))
    assert goal.person == 7
    np.testing.assert_allclose(goal.position, (1., .1, 1.8), atol=1e-9)
    forward, left, up = goal.rotation.T
    np.testing.assert_allclose(forward, (0., 0., 1.), atol=1e-9)     # towards them
    np.testing.assert_allclose(up, UP)
    np.testing.assert_allclose(np.cross(forward, left), up, atol=1e-9)


@pytest.mark.parametrize('heading', range(0, 360, 30))
def test_whichever_way_they_face_the_robot_stands_there_and_looks_at_them(heading):
    approach = Approach(Settings(distance=.8))
    people = crowd((1, -.5, 2., heading))
    goal = goal_of(approach, people)
    to_them = people.position[0] - goal.position
    assert abs(np.linalg.norm(to_them) - .8) < 1e-9
    np.testing.assert_allclose(to_them / .8, goal.rotation[:, 0], atol=1e-9)
    np.testing.assert_allclose(goal.rotation[:, 0], -people.facing[0], atol=1e-9)
    assert abs(np.linalg.det(goal.rotation) - 1.) < 1e-9


def test_the_goal_is_on_the_floor_where_that_is_known():
    # The camera is 1.1 m over the floor: along up, the floor is at -1.1.
    goal = goal_of(Approach(), crowd((1, 0., 3., 0.)), floor=-1.1)
    np.testing.assert_allclose(goal.position, (0., 1.1, 1.8), atol=1e-9)


def test_in_a_frame_of_the_world_nearness_is_still_that_to_the_camera():
    in_camera = crowd((1, 0., 4., 0.), (2, 0., 2., 0.))
    optical_to_world = np.array(((0., 0., 1.), (-1., 0., 0.), (0., -1., 0.)))
    people = transformed(in_camera, optical_to_world, np.array((-4., 0., 1.)))
    goal = Approach().update(people, in_camera, 0., np.array((0., 0., 1.)), 0.)
    assert goal.person == 2
    np.testing.assert_allclose(goal.position, (-4. + 2. - 1.2, 0., 0.), atol=1e-9)
    np.testing.assert_allclose(goal.rotation, np.eye(3), atol=1e-9)


@pytest.mark.filterwarnings('ignore::RuntimeWarning')
@pytest.mark.parametrize('changes', [
    {'facing_stddev': np.array([math.radians(25.)])}, {'facing_stddev': np.array([np.nan])},
    {'position': np.full((1, 3), np.nan)}, {'facing': np.full((1, 3), np.nan)},
    {'facing': np.array([(1e200, 0., 0.)])}, {'ids': np.zeros(1, np.uint32)}])
def test_there_is_no_goal_when_something_is_not_known_well_enough(changes):
    assert goal_of(Approach(), crowd((1, 0., 3., 0.), **changes)) is None


def test_there_is_no_goal_without_people():
    assert goal_of(Approach(), crowd()) is None


@pytest.mark.parametrize('settings, chosen', [
    (Settings(person='nearest'), 2), (Settings(person='centred'), 1), (Settings(id=3), 3)])
def test_the_person_is_the_one_asked_for(settings, chosen):
    people = crowd((1, .1, 4., 0.), (2, 1., 2., 0.), (3, -2., 4., 0.))
    assert goal_of(Approach(settings), people).person == chosen


def test_there_is_no_goal_when_the_one_asked_for_is_not_there():
    assert goal_of(Approach(Settings(id=9)), crowd((1, 0., 2., 0.))) is None


def test_who_is_a_little_nearer_for_a_moment_is_not_chosen_instead():
    approach = Approach(Settings(switch_time=1.))
    both = crowd((1, -.5, 2., 0.), (2, .5, 2.1, 0.))
    closer = crowd((1, -.5, 2., 0.), (2, .5, 1.8, 0.))
    much_closer = crowd((1, -.5, 2., 0.), (2, .5, 1.2, 0.))
    chosen = [goal_of(approach, people, .1 * i).person for i, people in enumerate(
        [both] * 5 + [closer] * 30 + [much_closer] * 8 + [both] * 5 + [much_closer] * 20)]
    assert chosen[:48] == [1] * 48
    assert chosen[-1] == 2
    assert np.flatnonzero(np.diff(chosen)).size == 1


def test_who_leaves_is_waited_for_and_then_replaced():
    approach = Approach(Settings(lost_time=3.))
    assert goal_of(approach, crowd((1, 0., 2., 0.), (2, 0., 3., 0.))).person == 1
    assert goal_of(approach, crowd((2, 0., 3., 0.)), .1) is None
    assert goal_of(approach, crowd((2, 0., 3., 0.)), 2.9) is None
    assert goal_of(approach, crowd((2, 0., 3., 0.)), 3.1).person == 2


@pytest.mark.parametrize('back_at', [(.3, 2.2), (0., 2.)])
def test_who_comes_back_under_another_id_is_the_same_person(back_at):
    approach = Approach()
    both = crowd((1, 0., 3., 0.), (2, 1., 2., 0.))
    assert goal_of(approach, both).person == 2
    assert goal_of(approach, crowd((1, 0., 3., 0.)), .1) is None
    x, z = back_at
    back = crowd((1, 0., 3., 0.), (3, x + 1., z, 0.))
    assert goal_of(approach, back, 2.).person == 3


def test_who_comes_nearer_is_not_chosen_while_the_robot_drives_nor_while_they_walk():
    nearer = crowd((1, -.5, 4., 0.), (2, .5, 2., 0.))
    passing = nearer._replace(velocity=np.array([[0., 0., 0.], [1., 0., 0.]]),
                              velocity_covariance=np.tile(.01 * np.eye(3), (2, 1, 1)))
    for people, speed, chosen in ((nearer, .3, 1), (passing, 0., 1), (nearer, 0., 2)):
        approach = Approach(Settings(switch_time=3.))
        goal_of(approach, crowd((1, -.5, 4., 0.)), viewpoint=looking(0.))
        for stamp in np.arange(.1, 5., .1):
            camera = looking(0.)._replace(translation=np.array((0., 0., speed * stamp)))
            goal_of(approach, people, stamp, viewpoint=camera)
        assert approach.chosen == chosen


def test_a_stranger_across_the_room_is_not_who_vanished():
    approach = Approach()
    goal_of(approach, crowd((1, -2., 3., 0.)))
    assert goal_of(approach, crowd((2, 2., 3., 0.)), 1.) is None


def test_who_walked_is_looked_for_where_they_went():
    approach = Approach()
    walking = crowd((1, -1., 3., 0.), velocity=np.array([[1., 0., 0.]]))
    goal_of(approach, walking)
    assert goal_of(approach, crowd((2, 1., 3., 0.), (3, -1.2, 5., 0.)), 2.).person == 2


CAMERA = Camera.from_field_of_view(640, 480, 60.)


def looking(bearing):
    """The camera turned by this many degrees to the right, in the frame of the people."""
    c, s = math.cos(math.radians(bearing)), math.sin(math.radians(bearing))
    return Viewpoint(CAMERA, np.array(((c, 0., s), (0., 1., 0.), (-s, 0., c))), np.zeros(3))


def looking_from(place, person):
    """The camera at a place, turned to a person, (3,) m each."""
    x, _, z = np.subtract(person, place)
    return looking(math.degrees(math.atan2(x, z)))._replace(translation=np.asarray(place, float))


def test_who_stood_is_remembered_while_the_camera_looks_elsewhere_and_no_longer():
    approach = Approach(Settings(memory=5.))
    first = goal_of(approach, crowd((1, 0., 3., 30.)), viewpoint=looking(0.))
    for stamp in (.1, 1., 4.9):
        goal = goal_of(approach, crowd(), stamp, viewpoint=looking(60.))
        np.testing.assert_allclose(goal.position, first.position)
        assert np.isnan(goal.stddev).all()
    assert goal_of(approach, crowd(), 5.1, viewpoint=looking(60.)) is None


def test_who_stands_beside_them_out_of_view_still_has_their_place():
    approach = Approach(Settings(id=1))
    seen = goal_of(approach, crowd((1, 0., 4., 0.), (2, .2, 2.6, 0.)), viewpoint=looking(0.))
    hidden = goal_of(approach, crowd(), .1, viewpoint=looking(60.))
    np.testing.assert_allclose(hidden.position, seen.position)


def test_who_is_cut_off_by_the_edge_of_the_image_stays_where_they_were_seen():
    approach = Approach()
    for stamp in np.arange(0., 1., .1):
        seen = goal_of(approach, crowd((1, 0., 3., 30.)), stamp, viewpoint=looking(0.))
    for stamp in np.arange(1., 3., .1):
        goal = goal_of(approach, crowd((1, .2, 3.1, 90.)), stamp, viewpoint=looking(30.))
    np.testing.assert_allclose(goal.position, seen.position)


def test_who_is_not_where_the_camera_looks_is_lost():
    approach = Approach()
    goal_of(approach, crowd((1, 0., 3., 30.)), viewpoint=looking(0.))
    assert goal_of(approach, crowd(), .1, viewpoint=looking(0.)) is None


def test_who_walked_out_of_the_image_is_not_remembered():
    approach = Approach()
    for stamp in (0., .1):
        goal_of(approach, crowd((1, 1. + stamp, 3., 30.), velocity=np.array([[1., 0., 0.]]),
                                velocity_covariance=.01 * np.eye(3)[None]), stamp,
                viewpoint=looking(0.))
    assert goal_of(approach, crowd(), .2, viewpoint=looking(60.)) is None


def test_who_seemed_to_wander_while_cut_off_by_the_edge_comes_back_under_another_id():
    approach = Approach()
    for stamp in np.arange(0., 1., .1):
        seen = goal_of(approach, crowd((1, 0., 1.4, 30.)), stamp, viewpoint=looking(0.))
    cut = crowd((1, .3, 1.3, 90.))
    for stamp in np.arange(1., 2., .1):         # of whom only the head is seen, and far too high
        goal_of(approach, cut._replace(position=cut.position - (0., 1.3, 0.)), stamp,
                viewpoint=looking(45.))
    for stamp in (2., 2.1):
        goal = goal_of(approach, crowd((2, 0., 1.4, 30.)), stamp, viewpoint=looking(0.))
    assert goal.person == 2
    np.testing.assert_allclose(goal.position, seen.position, atol=.01)


def test_a_robot_that_looks_to_and_fro_in_vain_remembers_nobody():
    approach = Approach(Settings(lost_time=3., memory=60.))
    goal_of(approach, crowd((1, 0., 3., 30.)), viewpoint=looking(0.))
    goals = [goal_of(approach, crowd(), .1 * i, viewpoint=looking(60. * (i // 10 % 2)))
             for i in range(1, 100)]
    assert goals[15] is not None and goals[-1] is None and goals[-15] is None


def test_where_they_were_seen_long_ago_gives_way_to_where_they_are_seen_now():
    approach, behind = Approach(), looking_from((0., 0., 7.), (0., 0., 4.))
    for stamp in range(40):
        goal_of(approach, crowd((1, 0., 4., 0.)), .1 * stamp, viewpoint=behind)
    for stamp in range(40, 300):                # the robot goes round them, and its odometry drifts
        goal_of(approach, crowd(), .1 * stamp, viewpoint=looking(90.))
    for stamp in range(300, 310):
        goal = goal_of(approach, crowd((1, .2, 4., 0.)), .1 * stamp, viewpoint=looking(0.))
    assert abs(goal.position[0] - .2) < .04


def test_only_who_pays_attention_is_chosen_where_that_is_asked_for():
    approach = Approach(Settings(attention=.7))
    both = crowd((1, 0., 2., 0.), (2, .5, 3., 0.), attention=np.array((np.nan, .95)))
    found = [goal_of(approach, both, .1 * i) for i in range(30)]
    assert found[0] is None             # a glance is no attention
    assert found[-1].person == 2
    turned_away = both._replace(attention=np.array((.95, .1)))
    assert goal_of(approach, turned_away, 3.).person == 2       # they are kept, once chosen


def test_a_seated_person_is_approached_before_their_knees():
    points = np.full((1, 18, 3), np.nan)
    points[0, NECK], points[0, [RIGHT_HIP, LEFT_HIP]] = (0., .16, 3.), (0., .62, 3.)
    sitting = crowd((1, 0., 3., 0.), points=points)     # the camera is 1.1 m above the floor
    goal = goal_of(Approach(), sitting, floor=-1.1)
    assert abs(3. - goal.position[2] - 1.2 - .39) < .01
    points = points.copy()
    points[..., 1] -= .43
    standing = crowd((1, 0., 3., 0.), points=points)
    assert abs(3. - goal_of(Approach(), standing, floor=-1.1).position[2] - 1.2) < 1e-6


def test_the_knees_tell_who_sits_whatever_the_legs_are_to_the_torso():
    points = np.full((1, 18, 3), np.nan)
    points[0, NECK], points[0, [RIGHT_HIP, LEFT_HIP]] = (0., .16, 3.), (0., .55, 3.)
    points[0, RIGHT_KNEE] = 0., .8, 3.
    child = crowd((1, 0., 3., 0.), points=points)
    approach = Approach()
    assert abs(3. - goal_of(approach, child, floor=-1.1).position[2] - 1.2) < 1e-6
    points = points.copy()
    points[0, RIGHT_KNEE] = np.nan                      # near them the knees are out of view
    for i in range(40):
        goal = goal_of(approach, child._replace(points=points), .1 * (i + 1), floor=-1.1)
    assert abs(3. - goal.position[2] - 1.2) < 1e-6


def test_knees_that_are_seen_too_high_where_the_image_ends_seat_nobody():
    points = np.full((1, 18, 3), np.nan)
    points[0, NECK], points[0, [RIGHT_HIP, LEFT_HIP]] = (0., .15, 3.), (0., .53, 3.)
    points[0, RIGHT_KNEE], points[0, LEFT_ANKLE] = (0., .78, 3.), (0., 1.0, 3.)
    child, approach = crowd((1, 0., 3., 0.), points=points), Approach()
    for i in range(20):
        goal_of(approach, child, .1 * i, floor=-1.1)
    points = points.copy()
    points[0, RIGHT_KNEE], points[0, LEFT_ANKLE] = (0., .65, 3.), np.nan
    for i in range(20, 80):
        goal = goal_of(approach, child._replace(points=points), .1 * i, floor=-1.1)
    assert abs(3. - goal.position[2] - 1.2) < 1e-6


def test_the_goal_is_where_the_others_do_not_stand():
    alone = goal_of(Approach(), crowd((1, 0., 4., 0.)))
    approach = Approach(Settings(id=1))
    group = crowd((1, 0., 4., 0.), (2, .2, 2.6, 180.), (3, -1.3, 3.5, 90.))
    goal = goal_of(approach, group)
    others = group.position[1:]
    assert np.linalg.norm(alone.position - others, axis=1).min() < .5
    assert np.linalg.norm(goal.position - others, axis=1).min() >= .9 - 1e-9
    assert abs(np.linalg.norm(goal.position - group.position[0]) - 1.2) < 1e-9
    to_person = (group.position[0] - goal.position) / 1.2
    np.testing.assert_allclose(goal.rotation[:, 0], to_person, atol=1e-9)
    # They go: the front is taken back a second later.
    for i in range(12):
        goal = goal_of(approach, crowd((1, 0., 4., 0.)), .1 + .1 * i)
    np.testing.assert_allclose(goal.position, alone.position, atol=1e-9)


def test_there_is_no_goal_where_somebody_stands_everywhere():
    ring = [(2 + i, 1.2 * math.sin(a), 4. - 1.2 * math.cos(a), 0.)
            for i, a in enumerate(np.radians(np.arange(-120, 121, 30)))]
    assert goal_of(Approach(Settings(id=1)), crowd((1, 0., 4., 0.), *ring)) is None


def test_a_goal_that_there_is_stays_while_the_facing_is_a_little_less_certain():
    approach = Approach()
    assert goal_of(approach, crowd((1, 0., 3., 0.))) is not None
    vague = crowd((1, 0., 3., 0.), facing_stddev=np.array([math.radians(28.)]))
    assert goal_of(approach, vague, .1) is not None
    assert goal_of(Approach(), vague) is None
    unknown = crowd((1, 0., 3., 0.), facing_stddev=np.array([np.nan]))
    found = [goal_of(approach, unknown, 1. + .1 * i) for i in range(40)]
    assert None not in found[:15] and found[-1] is None


def goals(people_at, rate=10., seconds=10., seed=1):
    """Positions and headings (rad) of the goals while `people_at(stamp, rng)` stand there."""
    approach, rng = Approach(), np.random.RandomState(seed)
    found = [goal_of(approach, people_at(i / rate, rng), i / rate)
             for i in range(int(seconds * rate))]
    forward = np.array([goal.rotation[:, 0] for goal in found])
    return (np.array([goal.position for goal in found]),
            np.unwrap(np.arctan2(forward[:, 0], forward[:, 2])))


@pytest.mark.parametrize('seed', range(5))
def test_the_goal_stands_still_while_they_do(seed):
    # Noise of a tracker's output: 2 cm and 2.5 degrees, with a memory of half a second.
    state = np.zeros(3)

    def noisy(stamp, rng):
        kept = math.exp(-.1 / .5)
        state[:] = kept * state + math.sqrt(1. - kept ** 2) * rng.normal(0., (.02, .02, 2.5))
        return crowd((1, .3 + state[0], 2.5 + state[1], 20. + state[2]))
    position, heading = goals(noisy, seed=seed)
    settled = slice(30, None)
    assert np.linalg.norm(position[settled] - position[settled].mean(0), axis=1).max() <= .05
    assert np.abs(heading[settled] - heading[settled].mean()).max() <= math.radians(5.)


def test_a_single_wrong_facing_does_not_move_the_goal():
    position, _ = goals(lambda stamp, rng: crowd(
        (1, 0., 2.5, 180. if abs(stamp - 5.) < .01 else 0.)))
    assert np.ptp(position[20:], axis=0).max() < 1e-9


def test_the_goal_follows_when_they_turn_and_when_they_walk():
    position, _ = goals(lambda stamp, rng: crowd((1, 0., 2.5, 0. if stamp < 5. else 90.)))
    np.testing.assert_allclose(position[-1], (1.2, .1, 2.5), atol=1e-6)
    np.testing.assert_allclose(position[57], (1.2, .1, 2.5), atol=1e-6)

    def walking(stamp, rng):
        return crowd((1, .8 * stamp, 4., 0.), velocity=np.array([[.8, 0., 0.]]))
    position, _ = goals(walking)
    np.testing.assert_allclose(position[:, 0], .8 * np.arange(100) / 10., atol=1e-6)


def test_who_faces_nobody_knows_where_is_looked_at_from_round_about():
    approach, camera = Approach(Settings(drive_round=True)), looking(0.)
    vague = crowd((1, 0., 4., 0.), facing_stddev=np.array([np.nan]))
    places = []
    for stamp in range(120):
        assert goal_of(approach, vague, .1 * stamp, viewpoint=camera) is None
        place = approach.look.position
        if not places or np.linalg.norm(place - places[-1]) > .1:
            places.append(place)
        # The robot drives there.
        way = (place - camera.translation) * (1., 0., 1.)
        camera = looking_from(camera.translation + .5 * way, vague.position[0])
    assert len(places) >= 3
    for place in places:
        assert abs(np.linalg.norm((place - vague.position[0])) - 2.) < 1e-6
    np.testing.assert_allclose(approach.look.rotation[:, 0],
                               (vague.position[0] - places[-1]) / 2., atol=1e-6)
    assert goal_of(approach, crowd((1, 0., 4., 0.)), 12., viewpoint=camera) is not None
    assert approach.look is None


def test_who_faces_about_that_way_is_worth_a_look_from_aside_until_they_were_seen_from_there():
    approach = Approach()
    depth = {'facing_source': np.array([SOURCE_DEPTH], np.uint8),
             'facing_stddev': np.radians([15.])}
    far, vague = crowd((1, 0., 4., 10.), **depth), crowd((1, 0., 2.9, 10.), **depth)
    for people in (far, vague):     # the way to the goal leads nearer first
        approach = Approach()
        for stamp in np.arange(-1.2, .1, .1):
            assert goal_of(approach, people, stamp, viewpoint=looking(0.)) is not None
            look = approach.look
            assert look is None or people is vague and stamp > -.3
    assert look is not None
    towards = vague.position[0] - look.position
    aside = math.degrees(math.acos(-look.rotation[:, 0].dot(vague.facing[0])))
    assert np.linalg.norm(towards) > 1.3 and 60. <= aside <= 90.
    np.testing.assert_allclose(look.rotation[:, 0], towards / np.linalg.norm(towards), atol=1e-6)
    there = looking_from(look.position, vague.position[0])
    for stamp in range(1, 80):
        goal_of(approach, vague, .1 * stamp, viewpoint=there)
    assert approach.look is None
    sure = Approach()
    for stamp in np.arange(0., 2., .1):
        goal_of(sure, crowd((1, 0., 2.9, 10.)), stamp, viewpoint=looking(0.))
        assert sure.look is None


@pytest.mark.parametrize('source, least', [(SOURCE_DEPTH, 0.), (SOURCE_MONOCULAR, 3.)])
def test_without_depth_one_glance_from_aside_is_not_enough(source, least):
    approach, there = Approach(), looking_from((1.6, 0., 4.), (0., 0., 4.))
    sure = crowd((1, 0., 4., 0.), facing_source=np.array([source], np.uint8),
                 facing_stddev=np.radians([5.]))
    looked = []
    for stamp in np.arange(0., 6., .1):
        assert goal_of(approach, sure, stamp, viewpoint=there) is not None
        looked.append(approach.look is not None)
    assert sum(looked) * .1 == pytest.approx(least, abs=.15) and looked == sorted(looked)[::-1]


def test_what_was_seen_well_from_one_side_outlasts_a_worse_view_from_another():
    approach, aside = Approach(), looking_from((3., 0., 4.), (0., 0., 4.))
    for stamp in range(20):
        goal_of(approach, crowd((1, 0., 4., 0.), facing_stddev=np.radians([6.])), .1 * stamp,
                viewpoint=aside)
    for stamp in range(20, 120):
        goal = goal_of(approach, crowd((1, 0., 4., 18.), facing_stddev=np.radians([9.])),
                       .1 * stamp, viewpoint=looking(0.))
    off = math.degrees(math.acos(-goal.rotation[:, 0].dot((0., 0., -1.))))
    assert 1. < off < 8.


def test_who_comes_into_view_beside_their_place_before_them_is_not_who_stood_there():
    approach = Approach(Settings(memory=30.))
    two = crowd((1, 0., 3., 30.), (2, 1.2, 3.6, 30.))
    assert goal_of(approach, two, viewpoint=looking(0.)).person == 1
    for stamp in range(1, 100):
        assert goal_of(approach, crowd(), .1 * stamp, viewpoint=looking(60.)).person == 1
    other = crowd((3, 1.2, 3.6, 30.))      # all have new ids; the other is known first
    for stamp in range(100, 105):
        goal = goal_of(approach, other, .1 * stamp, viewpoint=looking(0.))
        assert goal is None or goal.person == 1
    both = crowd((3, 1.2, 3.6, 30.), (4, .05, 3., 30.))
    assert goal_of(approach, both, 10.5, viewpoint=looking(0.)).person == 4


def test_who_comes_into_view_at_the_edge_where_they_stood_is_waited_for_rather_than_taking_another():
    approach = Approach()
    goal_of(approach, crowd((1, 0., 3., 30.)), viewpoint=looking(0.))
    # So that it sees half of them, and somebody else whom it has not seen before as a whole.
    turned = looking(next(bearing for bearing in np.arange(10., 40., .5)
                          if not looking(bearing).shows(np.array((0., .1, 3.)))))
    both = crowd((3, 1.2, 3.2, 30.), (4, -.05, 3., 30.))
    for stamp in (1., 1.1, 1.2):
        goal = goal_of(approach, both, stamp, viewpoint=turned)
        assert goal is None or goal.person == 1
    assert goal_of(approach, both, 1.3, viewpoint=looking(10.)).person == 4
