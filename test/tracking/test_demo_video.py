"""The demo's video: nobody's id ever changes person."""
import cv2
import demo_video
import pytest
from tqdm import tqdm

from openpose_ros import network
from openpose_ros.perception import Perception
from openpose_ros.tracking import Tracker

STEP = 5    # frames; six images a second are as many as a small computer can do


@pytest.fixture(scope='module')
def people():
    """What is found in every fifth frame: {frame: people}."""
    video = cv2.VideoCapture(demo_video.path())
    try:
        perception = Perception(network.load(threads=2))
    except network.ModelError as error:
        pytest.skip(str(error))
    found = {}
    for frame in tqdm(range(0, 230, STEP)):
        video.set(cv2.CAP_PROP_POS_FRAMES, frame)
        read, image = video.read()
        assert read and image.shape == (demo_video.HEIGHT, demo_video.WIDTH, 3)
        found[frame] = perception.perceive(image).people
    return found


def test_the_woman_keeps_one_id_and_the_man_has_two_at_most(people):
    tracker, persons = Tracker(), {}
    for frame, found in people.items():
        tracked = tracker.update(found, frame / demo_video.RATE,
                                 (demo_video.WIDTH, demo_video.HEIGHT))
        now = tracked.select(tracker.time_since_update == 0.)
        for each, name in zip(now.ids.tolist(), demo_video.who(frame, now.keypoints)):
            persons.setdefault(each, set()).add(name)
    assert all(len(names) == 1 for names in persons.values()), persons
    names = [name for names in persons.values() for name in names]
    assert names.count('woman') == 1 and 1 <= names.count('man') <= 2
    assert None not in names
