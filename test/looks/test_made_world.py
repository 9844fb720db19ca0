"""Looking closer in the whole chain, before a network that finds people by chance, as real ones do."""
import numpy as np
import pytest
from made_maps import STANDING
from made_world import MadeWorld, marked

from openpose_ros.looks import CLOSER, WHOLE, Settings
from openpose_ros.perception import Perception
from openpose_ros.perception import Settings as PerceptionSettings
from openpose_ros.tracking import Tracker

RATE = 15.   # Hz


def standing(places, height):
    return np.asarray(places, float)[:, None] + STANDING * height / np.ptp(STANDING[:, 1])


FAR = standing([(x, 160. + 20. * (x % 3)) for x in range(60, 600, 90)], 60.)


def followed(mode, scene, seed=0):
    """The people that are followed in each image of a scene, (n, 18, 2) each, and the cost."""
    world = MadeWorld([], seed)
    perception = Perception(world, PerceptionSettings(looks=Settings(mode=mode)), Tracker())
    image, seen, pixels = marked(640, 480), [], 0
    for number, world.people in enumerate(scene):
        perceived = perception.perceive(image, stamp=number / RATE)
        pixels += sum(region.pixels for region in perceived.look.regions)
        seen.append(perceived.people.keypoints[..., :2])
    return seen, pixels / float(len(seen) * 368 * 488)


def is_there(people, person):
    return len(people) and np.nanmedian(np.linalg.norm(people - person, axis=2), axis=1).min() < 20.


def test_far_people_are_found_whom_the_whole_image_does_not_show_at_no_more_cost():
    shares = {}
    for mode in (WHOLE, CLOSER):
        seen, cost = followed(mode, [FAR] * 40)
        assert cost <= 1.07
        shares[mode] = np.mean([is_there(people, person) for people in seen[20:]
                                for person in FAR])
    assert shares[WHOLE] < .4 and shares[CLOSER] > shares[WHOLE] + .3


@pytest.mark.parametrize('others', (0, 6))
def test_who_comes_in_near_is_followed_soon(others):
    new, waits = standing([(500., 120.)], 330.), {}
    for mode in (WHOLE, CLOSER):
        waits[mode] = []
        for seed in range(4):
            old = FAR[:others]
            start = 9 + seed
            seen, _ = followed(mode, [old] * start + [np.concatenate((old, new))] * 15, seed)
            waits[mode].append([bool(is_there(people, new[0])) for people in seen[start:]].index(True))
    # By whole images within two more than what the whole image always takes.
    assert np.mean(waits[CLOSER]) <= np.mean(waits[WHOLE]) + 2.


def test_people_near_enough_are_seen_as_often_as_before():
    near = standing([(x, 110.) for x in (110., 320., 530.)], 330.)
    seen, _ = followed(CLOSER, [near] * 30)
    assert np.mean([is_there(people, person) for people in seen[6:] for person in near]) > .9
