"""The simulated eyes see what eyes can see."""
import math

import numpy as np
from actors import Actor
from eyes import SyntheticEyes

from openpose_ros.approach import Place

HERE = Place(0., 0., 0.)


def seen(*places):
    actors = [Actor(Place(x, y, math.pi)) for x, y in places]
    eyes = SyntheticEyes(actors, np.random.RandomState(1), has_depth=True)
    for i in range(5):
        people = eyes.look(.1 * i, HERE, HERE).people
    return sorted(round(float(x)) for x in people.position[people.ids > 0, 0])


def test_nobody_is_seen_through_somebody_else():
    assert seen((2., 0.), (5., 1.5)) == [2, 5]
    assert seen((2., 0.), (5., 0.)) == [2]
