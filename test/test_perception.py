"""The chain, with a network that gives maps made by hand."""
import numpy as np
import pytest
from made_maps import STANDING, draw

from openpose_ros import network
from openpose_ros.body import COCO, LEFT_WRIST
from openpose_ros.network.averaging import mirror, infer_averaged
from openpose_ros.looks import Settings as LooksSettings
from openpose_ros.orientation import ROTATIONS, Orientation
from openpose_ros.perception import Mounting, Perception, Settings
from openpose_ros.scene import Camera
from openpose_ros.tracking import Tracker

IMAGE = np.zeros((368, 432, 3), np.uint8)
PERSON = STANDING + (20., 12.)


class MadeNetwork:
    """Sees a person whose left arm is raised, in every image, mirrored in a mirrored one.

    It tells a mirrored image by its first pixel.
    """

    batches = False

    class model:
        body, stride = COCO, 8

    def resized(self, image, height, width):
        return image

    def infer(self, image, height=368, width=None):
        person = PERSON.copy()
        person[LEFT_WRIST] = 30., 8.
        shape = (height // 8, 54 * height // 368)
        maps = network.Maps(*(draw([person * (height / 368.)], shape) + (.01,)))
        return mirror(maps, COCO) if image[0, -1, 0] else maps


@pytest.fixture
def image():
    marked = IMAGE.copy()
    marked[0, 0] = 1
    return marked


def test_people_are_in_px_of_the_image(image):
    frame = Perception(MadeNetwork()).perceive(image)
    assert frame.people.count == 1
    expected = (PERSON + .5) * 8. - .5
    expected[LEFT_WRIST] = 243.5, 67.5
    np.testing.assert_allclose(frame.people.keypoints[0, :, :2], expected, atol=1.5)
    assert set(frame.seconds) == {'network', 'resizing', 'decoding', 'scene', 'tracking'}


def test_an_image_twice_as_large_gives_keypoints_twice_as_far(image):
    small = Perception(MadeNetwork()).perceive(image).people.keypoints[0, :, :2]
    large = Perception(MadeNetwork()).perceive(image.repeat(2, axis=0).repeat(2, axis=1))
    np.testing.assert_allclose((large.people.keypoints[0, :, :2] + .5) / 2. - .5, small, atol=1e-3)


@pytest.mark.parametrize('orientation', [Orientation(rotation, mirrored) for rotation in ROTATIONS
                                         for mirrored in (False, True)])
def test_whoever_is_seen_in_a_turned_image_is_the_same_person(image, orientation):
    """The network sees them upright; keypoints are of the given image, positions of its camera."""
    camera = Camera.from_info(432, 368, 'none', (), (400., 0., 205., 0., 400., 190., 0., 0., 1.))
    expected = Perception(MadeNetwork()).perceive(image, camera).people
    given = orientation._replace(rotation=-orientation.rotation % 360, mirrored=False).upright(image)
    if orientation.mirrored:
        given = given[:, ::-1]
    size = given.shape[1::-1]
    center = orientation._replace(mirrored=False).to_given(np.array((205., 190.)), size)
    own = Camera.from_info(size[0], size[1], 'none', (),
                           (400., 0., center[0], 0., 400., center[1], 0., 0., 1.))
    mounting = Mounting(up=orientation.up_in_camera(np.array((0., -1., 0.))))
    found = Perception(MadeNetwork(), Settings(orientation=orientation)).perceive(
        given, own.mirrored() if orientation.mirrored else own, mounting=mounting).people
    np.testing.assert_allclose(orientation.to_upright(found.keypoints[..., :2], size),
                               expected.keypoints[..., :2], atol=1e-3)
    for name, within in (('position', .01), ('facing', .01)):
        upright = getattr(expected, name)[0]
        np.testing.assert_allclose(getattr(found, name)[0], orientation.up_in_camera(upright),
                                   atol=within)


@pytest.mark.parametrize('orientation', [Orientation(rotation) for rotation in ROTATIONS])
def test_a_smaller_copy_of_an_image_shows_the_same_people(image, orientation):
    given = orientation._replace(rotation=-orientation.rotation % 360).upright(image)
    perception = Perception(MadeNetwork(), Settings(orientation=orientation))
    whole = perception.perceive(given)
    small = perception.finish(perception.look_at(perception.prepare(
        given[::2, ::2], size=given.shape[1::-1])))
    assert small.image_size == whole.image_size
    np.testing.assert_allclose(small.people.keypoints, whole.people.keypoints, atol=1e-4)


def test_with_a_camera_they_stand_somewhere(image):
    camera = Camera.from_field_of_view(432, 368, 60.)
    frame = Perception(MadeNetwork()).perceive(image, camera)
    assert np.isfinite(frame.people.position).all() and frame.people.facing[0, 2] < 0.


def test_with_a_tracker_they_get_an_id(image):
    perception = Perception(MadeNetwork(), tracker=Tracker())
    ids = [list(perception.perceive(image, stamp=.1 * number).people.ids) for number in range(6)]
    assert ids[-1] == [1] and ids[0] == []


def test_flip_and_scales_find_the_same_person(image):
    plain = Perception(MadeNetwork()).perceive(image).people.keypoints[0]
    settings = Settings(scales=(1., .5), flip=True)
    averaged = Perception(MadeNetwork(), settings).perceive(image).people.keypoints[0]
    np.testing.assert_allclose(averaged[:, :2], plain[:, :2], atol=4.)
    assert averaged[LEFT_WRIST, 0] > 200. and averaged[LEFT_WRIST, 1] < 100.


def test_mirroring_twice_changes_nothing():
    maps = network.Maps(*(draw([PERSON], (46, 54)) + (0.,)))
    twice = mirror(mirror(maps, COCO), COCO)
    np.testing.assert_array_equal(twice.heatmaps, maps.heatmaps)
    np.testing.assert_array_equal(twice.pafs, maps.pafs)


def test_averaging_one_run_is_that_run(image):
    alone = MadeNetwork().infer(image)
    averaged = infer_averaged(MadeNetwork(), image)
    np.testing.assert_array_equal(averaged.heatmaps, alone.heatmaps)
    assert averaged.seconds == alone.seconds


class WorldNetwork:
    """Sees a person of the world in whatever part of its image it is shown, if they are in it.

    The world's image tells of each pixel where it is (`world`), so that a part of it does, too.
    """

    batches = False

    class model:
        body, stride = COCO, 8

    def __init__(self, person):
        self.person, self.pixels = person, []

    def resized(self, image, height, width):
        return image

    def infer(self, image, height=368, width=None):
        self.pixels.append(height * width)
        low, high = (4. * image[row, row, :2].astype(float) for row in (0, -1))
        cells = np.array((width, height)) / 8.
        person = (self.person - low) / (high - low) * cells
        person[((person < 0.) | (person > cells)).any(axis=1)] = np.nan
        return network.Maps(*(draw([person], (height // 8, width // 8)) + (.01,)))


def world():
    """(480, 640, 3): x and y of each pixel over 4, but for what rounding loses."""
    y, x = np.mgrid[:480, :640] // 4
    return np.stack((x, y, x), axis=2).astype(np.uint8)


FAR = STANDING * 4. + (300., 200.)


def closely(**looks):
    return Settings(looks=LooksSettings(mode='closer', **looks))


def test_someone_far_away_is_followed_closely_at_the_cost_of_one_look():
    seen = WorldNetwork(FAR)
    perception, kinds = Perception(seen, closely(), Tracker()), []
    for number in range(20):
        perceived = perception.perceive(world(), stamp=number / 15.)
        kinds += [region.view.kind for region in perceived.look.regions]
        assert sum(region.pixels for region in perceived.look.regions) <= 1.07 * 368 * 488
        if number > 4:
            assert perceived.people.ids.tolist() == [1]
            error = np.linalg.norm(perceived.people.keypoints[0, :, :2] - FAR, axis=1)
            assert error.max() < 12.
    assert kinds.count('crop') > kinds.count('whole') >= 5
    assert sum(seen.pixels) <= 1.07 * 20 * 368 * 488


def test_where_nobody_looks_nobody_is_missed():
    perception = Perception(WorldNetwork(FAR), closely(), Tracker())
    for number in range(6):
        perception.perceive(world(), stamp=number / 15.)
    look = perception.look(world())
    look = look._replace(regions=tuple(
        region._replace(view=region.view._replace(box=(0, 0, 40, 40)), maps=network.Maps(
            *(draw([], (32, 32)) + (.01,)))) for region in look.regions[:1]))
    for number in range(6, 30):   # 1.6 s: longer than someone who is missed is waited for
        people = perception.finish(look, stamp=number / 15.).people
    assert people.ids.tolist() == [1]


def test_a_second_look_in_the_same_image_is_finer():
    twice = Settings(looks=LooksSettings(mode='twice'))
    once, again = (Perception(WorldNetwork(FAR), settings).perceive(world())
                   for settings in (Settings(), twice))
    assert [region.view.kind for region in again.look.regions] == ['whole', 'crop']
    errors = [np.nanmean(np.abs(perceived.people.keypoints[0, :, :2] - FAR))
              for perceived in (once, again)]
    assert again.people.count == 1 and errors[1] < errors[0]


@pytest.mark.parametrize('rotation', ROTATIONS)
def test_crops_of_a_turned_image_are_where_the_person_is(rotation):
    orientation = Orientation(rotation)
    given = Orientation((360 - rotation) % 360).upright(world())
    perception = Perception(WorldNetwork(FAR), closely()._replace(orientation=orientation),
                            Tracker())
    for number in range(6):
        perceived = perception.perceive(given, stamp=number / 15.)
    crops = [corners for kind, corners in perceived.look.looked_at if kind == 'crop']
    keypoints = perceived.people.keypoints[0, :, :2]
    assert crops and ((keypoints > crops[0][0]) & (keypoints < crops[0][1])).all()
