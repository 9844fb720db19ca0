"""The people of a recording's skeletons, as arrays again."""
from typing import Any, Iterator, NamedTuple, Optional

import numpy as np

from openpose_ros.body import PART_COUNT
from openpose_ros.people import People, people_in_image
from openpose_ros.recordings.reading import Recording, RecordingError

TYPE = 'openpose_ros/msg/SkeletonArray'


class Seen(NamedTuple):
    """The people of one image. stamp: ns, of the image. frame_id: of everything in space.

    recorded: ns, when they were recorded. width, height: of the image, px.
    """

    stamp: int
    recorded: int
    frame_id: str
    width: int
    height: int
    people: People


def skeleton_topic(recording: Recording, topic: Optional[str] = None) -> str:
    """The topic of the skeletons; RecordingError where there is none, or more than one."""
    found = sorted(name for name, type_name in recording.topics.items() if type_name == TYPE)
    if topic is not None and topic in found:
        return topic
    if topic is None and len(found) == 1:
        return found[0]
    if not found:
        raise RecordingError('{} has no skeletons ({}): its topics are {}'.format(
            recording.path, TYPE, ', '.join(sorted(recording.topics)) or 'none'))
    raise RecordingError('{}: name the topic of the skeletons, one of {}'.format(
        recording.path, ', '.join(found)))


def read_skeletons(recording: Recording, topic: Optional[str] = None) -> Iterator[Seen]:
    """The people of every image of a recording, in its order. Raises RecordingError."""
    for message in recording.messages([skeleton_topic(recording, topic)]):
        array = recording.deserialize(message)
        header = array.header
        yield Seen(header.stamp.sec * 1000000000 + header.stamp.nanosec, message.time,
                   header.frame_id,
                   int(array.image_width), int(array.image_height), people_of(array))


def people_of(array: Any) -> People:
    """The people of a SkeletonArray: the inverse of ros.conversions.messages.skeleton_array."""
    skeletons = array.skeletons

    def numbers(name, kind=float):
        return np.array([getattr(skeleton, name, np.nan) for skeleton in skeletons], kind)

    def vectors(name):
        values = [getattr(skeleton, name) for skeleton in skeletons]
        return np.array([(value.x, value.y, value.z) for value in values], float).reshape(-1, 3)

    parts = [[(part.x, part.y, part.score, part.position.x, part.position.y, part.position.z)
              for part in skeleton.keypoints] for skeleton in skeletons]
    parts = np.array(parts, float).reshape(-1, PART_COUNT, 6)
    poses = [skeleton.pose for skeleton in skeletons]
    positions = [(pose.pose.position.x, pose.pose.position.y, pose.pose.position.z)
                 for pose in poses]
    covariances = np.array([pose.covariance for pose in poses], float).reshape(-1, 6, 6)
    return people_in_image(parts[..., :3])._replace(
        scores=numbers('score', np.float32), points=parts[..., 3:],
        position=np.array(positions, float).reshape(-1, 3),
        position_covariance=covariances[:, :3, :3],
        position_source=numbers('position_source', np.uint8), facing=vectors('facing'),
        facing_stddev=numbers('facing_stddev'), facing_source=numbers('facing_source', np.uint8),
        gaze=vectors('gaze'), gaze_stddev=numbers('gaze_stddev'),
        gaze_pitch_stddev=numbers('gaze_pitch_stddev'), attention=numbers('attention'),
        gaze_source=numbers('gaze_source', np.uint8), stature=numbers('stature'),
        stature_stddev=numbers('stature_stddev'), velocity=vectors('velocity'),
        ids=numbers('id', np.uint32))
