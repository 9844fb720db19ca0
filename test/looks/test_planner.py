"""What is looked at when: no network, only boxes."""
import numpy as np
import pytest

from openpose_ros.looks import (CLOSER, CROP, NOBODY, TILE, WHOLE, Known, Planner, Settings, cut,
                                second_look, whole)
from openpose_ros.looks.crops import Settings as CropSettings
from openpose_ros.looks.crops import Target, crop_round, crops_round

SIZE, NETWORK = (640, 480), (488, 368)
BUDGET = 1.07 * NETWORK[0] * NETWORK[1]
CLOSE = Settings(mode=CLOSER)


def known(*boxes, ids=None, unseen=()):
    """People with these boxes, found in the last image but for the rows `unseen`."""
    found = np.ones(len(boxes), bool)
    found[list(unseen)] = False
    return Known(np.arange(1, len(boxes) + 1) if ids is None else np.array(ids),
                 np.array(boxes, float).reshape(-1, 4), np.full(len(boxes), .6), found)


def far(x, y=200.):
    return (x, y, 20., 60.)


def plans(people, count, settings=CLOSE, size=SIZE, network=NETWORK, first=()):
    planner = Planner()
    return [planner.plan(people, size, network, settings, first) for _ in range(count)]


def kinds(views):
    return [view.kind for view in views]


def shows(view, box):
    return all(start <= place and place + length <= start + reach for start, reach, place, length
               in zip(view.box[:2], view.box[2:], box[:2], box[2:]))


def test_mode_whole_is_the_whole_image_always():
    assert all(kinds(views) == [WHOLE] for views in plans(known(far(100.)), 10, Settings()))


def test_the_first_image_is_looked_at_whole():
    assert kinds(plans(NOBODY, 1)[0]) == [WHOLE]


@pytest.mark.parametrize('every', (1, 2, 3, 7))
def test_the_whole_image_comes_round(every):
    for people in (NOBODY, known(far(100.)), known(*(far(20. * x) for x in range(30)))):
        looked = [WHOLE in kinds(views)
                  for views in plans(people, 40, CLOSE._replace(whole_every=every))]
        gaps = np.diff(np.flatnonzero(looked))
        assert looked[0] and gaps.max() <= every and looked[-every:].count(True)


def test_the_budget_holds_for_fifty_people():
    boxes = [(x * 60. + 5., y * 90., 20., 60.) for x in range(10) for y in range(5)]
    served = set()
    for views in plans(known(*boxes), 60):
        assert sum(view.pixels for view in views) <= BUDGET
        served |= {row for row, box in enumerate(boxes) for view in views
                   if view.kind == CROP and shows(view, box)}
    assert served == set(range(50))     # nobody starves


def test_people_to_be_approached_come_first():
    people = known(*(far(x) for x in (20., 140., 260., 380., 500.)))
    for views in plans(people, 12, first=(4,)):
        assert kinds(views) == [WHOLE] or any(shows(view, far(380.)) for view in views)


def test_a_scan_covers_the_image_where_nobody_is_known():
    settings = CLOSE._replace(whole_every=3)
    covered = np.zeros(SIZE[::-1], bool)
    for views in plans(NOBODY, 30, settings):
        for view in views:
            assert view.kind in (WHOLE, TILE)
            if view.kind == TILE:
                assert view.scale > 1.5 * NETWORK[1] / SIZE[1]
                left, top, width, height = view.box
                covered[top:top + height, left:left + width] = True
    assert covered.all()


def test_whoever_is_near_is_seen_in_every_image_as_before():
    assert all(kinds(views) == [WHOLE] for views in plans(known((200., 20., 160., 440.)), 10))


def test_a_crowd_that_one_look_shows_is_looked_at_whole():
    crowd = known(*((30. * x, 100. + 8. * x, 40., 200.) for x in range(20)))
    looked = [kinds(views) == [WHOLE] for views in plans(crowd, 30)]
    assert np.mean(looked) > .9


def test_whoever_is_new_is_looked_at_in_the_next_image():
    planner, old = Planner(), [far(x) for x in (20., 140., 260., 380.)]
    for near, new in ((True, (500., 100., 100., 330.)), (False, far(520.))):
        planner.reset()
        for _ in range(5):
            planner.plan(known(*old), SIZE, NETWORK, CLOSE)
        people = known(*(old + [new]), ids=[1, 2, 3, 4, 0])
        for _ in range(2):
            views = planner.plan(people, SIZE, NETWORK, CLOSE)
            assert kinds(views) == [WHOLE] or any(shows(view, new) for view in views)
            assert not near or kinds(views) == [WHOLE]


def test_near_and_far_take_turns():
    looked = plans(known((400., 20., 160., 440.), far(100.)), 9)
    assert [WHOLE in kinds(views) for views in looked] == [True, False] * 4 + [True]
    assert all(shows(views[0], far(100.)) for views in looked[1::2])


def test_people_who_are_not_where_they_should_be_bring_the_whole_image_back():
    planner = Planner()
    people = known(far(100.), far(400.))
    planner.plan(people, SIZE, NETWORK, CLOSE)
    assert CROP in kinds(planner.plan(people, SIZE, NETWORK, CLOSE))
    # The camera has turned: nobody was found in the crops of the image before.
    lost = known(far(100.), far(400.), unseen=(0, 1))
    assert kinds(planner.plan(lost, SIZE, NETWORK, CLOSE)) == [WHOLE]


@pytest.mark.parametrize('box', (
    (-30., 200., 40., 60.), (630., 470., 40., 60.), (-100., -100., 1000., 900.),
    (100., 100., 0., 0.), (np.nan, 1., 1., 1.), (1e9, 0., 5., 5.), (-1e12, 0., 2e12, 5.),
    (100., np.inf, 5., 5.)))
@pytest.mark.parametrize('size, network', (
    (SIZE, NETWORK), ((40, 30), (488, 368)), ((1, 1), (8, 8)), ((1088, 1920), (208, 368)),
    ((3000, 10), (8, 8)), ((10, 3000), (8, 368))))
def test_no_people_and_no_image_make_it_raise(box, size, network):
    for views in plans(known(box, far(3.)), 12, CLOSE, size, network):
        assert views
        image = np.zeros(size[::-1] + (3,), np.uint8)
        for view in views:
            part = cut(image, view)
            assert part.shape == (view.box[3], view.box[2], 3) and part.size


@pytest.mark.parametrize('settings', (
    dict(budget=1), dict(whole_every=1), dict(budget=10 ** 9), dict(tile_zoom=.1),
    dict(crops=CropSettings(shapes=((8, 8),))), dict(crops=CropSettings(shapes=((4000, 4000),))),
    dict(crops=CropSettings(min_gain=100.)), dict(crops=CropSettings(max_zoom=.01))))
def test_no_settings_let_anybody_starve(settings):
    for people in (NOBODY, known(far(100.), far(400.))):
        looked = plans(people, 20, CLOSE._replace(**settings))
        assert all(looked)
        assert all(WHOLE in sum((kinds(views) for views in looked[start:start + 3]), [])
                   for start in range(17))


@pytest.mark.parametrize('wrong', (dict(mode='near'), dict(whole_every=0), dict(budget=-1), dict(budget=100),
                                   dict(cost=-1.), dict(cost=float('inf')), dict(cost=np.nan)))
def test_impossible_settings_have_a_line(wrong):
    assert Settings(**wrong).problem().startswith(list(wrong)[0])
    assert not CLOSE.problem()


def test_a_crop_shows_its_person_large_and_within_the_image():
    for box in (far(100.), far(3., 3.), far(615., 415.), (10., 100., 300., 200.)):
        view = crop_round(box, SIZE)
        assert shows(view, box) and view.scale > 1.2 * .77 * 60. / max(box[2:])
        assert view.box[0] >= 0 and view.box[0] + view.box[2] <= SIZE[0]
        assert view.box[1] >= 0 and view.box[1] + view.box[3] <= SIZE[1]
        assert view.width / view.box[2] == pytest.approx(view.scale, rel=.02)


def test_people_side_by_side_share_a_crop():
    boxes = far(100.), far(130.)
    (view, rows), = crops_round([Target(row, box, .77) for row, box in enumerate(boxes)], SIZE)
    assert rows == [0, 1] and all(shows(view, box) for box in boxes)


def test_a_second_look_is_at_those_who_are_small():
    keypoints = np.zeros((2, 18, 3))
    keypoints[0] = np.column_stack((np.linspace(200., 360., 18), np.linspace(5., 475., 18),
                                    np.ones(18)))
    keypoints[1] = np.column_stack((np.linspace(20., 40., 18), np.linspace(100., 160., 18),
                                    np.ones(18)))
    before = whole(SIZE, NETWORK[1], NETWORK[0])
    view, = second_look(keypoints, before, SIZE, Settings())
    assert shows(view, (20., 100., 20., 60.))
    assert second_look(keypoints[:0], before, SIZE, Settings()) == []
    assert second_look(keypoints, before, SIZE, Settings(budget=1)) == []
    enough = before.pixels + view.pixels     # the budget is for both looks
    assert second_look(keypoints, before, SIZE, Settings(budget=enough)) == [view]
    assert second_look(keypoints, before, SIZE, Settings(budget=enough - 1)) == []


def test_a_cost_is_a_budget_of_usual_looks():
    assert Settings(cost=2.5).in_pixels(1000).budget == 2500
    assert Settings(cost=2.5, budget=7).in_pixels(1000).budget == 7    # px were given
    assert Settings().in_pixels(1000).budget == 0
    assert Settings(cost=1e-9).in_pixels(1000).budget == 1             # 0 would be any


def test_a_scan_begins_in_the_middle_and_soon_has_looked_everywhere():
    planner, tiles = Planner(), []
    for _ in range(32):     # two seconds at 15 Hz
        tiles += [view.box for view in planner.plan(NOBODY, SIZE, NETWORK, CLOSE)
                  if view.kind == TILE]
    left, top, width, height = tiles[0]
    assert abs(left + width / 2. - 320.) <= 1. and abs(top + height / 2. - 240.) <= 1.
    inside = np.zeros(SIZE[::-1], bool)     # of a tile, further than a tenth from its sides
    for left, top, width, height in tiles:
        rim = [.1 * width * (left > 0), .1 * width * (left + width < SIZE[0]),
               .1 * height * (top > 0), .1 * height * (top + height < SIZE[1])]
        inside[int(top + rim[2]):int(top + height - rim[3]),
               int(left + rim[0]):int(left + width - rim[1])] = True
    assert inside.all()
