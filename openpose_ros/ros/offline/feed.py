"""What a node would have heard of a recording, in the order of the stamps."""
import heapq
import struct
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

from openpose_ros.recordings import Message, Recording, RecordingError

IMAGES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')
INFO = 'sensor_msgs/msg/CameraInfo'
# ns; by how much messages are recorded in another order than that of their stamps. Chosen: drivers
# and networks are late by a tenth of a second or two. Half of it would do on one machine; twice as
# much would hold 60 images of a fast camera in memory.
_HORIZON = 1000000000


class Topics(NamedTuple):
    """Names of a recording's topics; None where there is none."""

    image: str
    camera_info: Optional[str]
    depth: Optional[str]


class Heard(NamedTuple):
    """A message that is due: its role ('image', 'camera_info', 'depth') and stamp, ns."""

    role: str
    stamp: int
    message: Message


def choose_topics(recording: Recording, remappings: Sequence[Tuple[str, str]]) -> Topics:
    """The topics of image, camera_info and depth. Raises RecordingError where they can't be told.

    remappings: (from, to), as a node takes them. Without one the image is the only one there is
    that is no depth, and camera_info lies beside it, as image_transport has it.
    """
    given = {name.lstrip('/'): _absolute(topic) for name, topic in remappings}
    unknown = sorted(set(given) - {'image', 'camera_info', 'depth'})
    if unknown:
        raise RecordingError('there is no topic {} to remap: image, camera_info and depth '
                             'are'.format(', '.join(unknown)))
    image = given.get('image') or _only_image(recording)
    _check(recording, image, IMAGES)
    depth = given.get('depth')
    if depth:
        _check(recording, depth, IMAGES)
    info = given.get('camera_info')
    if info:
        _check(recording, info, (INFO,))
    else:
        folder = image[:-len('/compressed')] if image.endswith('/compressed') else image
        info = folder.rsplit('/', 1)[0] + '/camera_info'
        info = info if recording.topics.get(info) == INFO else None
    return Topics(image, info, depth)


def _absolute(topic):
    return topic if topic.startswith('/') else '/' + topic


def _only_image(recording):
    found = sorted(name for name, kind in recording.topics.items()
                   if kind in IMAGES and 'depth' not in name.lower() and 'overlay' not in name)
    raw = [name for name in found if not name.endswith('/compressed')]
    if len(raw or found) != 1:
        raise RecordingError('{}: which topic has the images? -r image:=TOPIC, one of: {}'.format(
            recording.path, ', '.join(found) or 'there is none'))
    return (raw or found)[0]


def _check(recording, topic, kinds):
    kind = recording.topics.get(topic)
    if kind is None:
        raise RecordingError('{} has no topic {}: its topics are {}'.format(
            recording.path, topic, ', '.join(sorted(recording.topics)) or 'none'))
    if kind not in kinds:
        raise RecordingError('{} is of type {}, not {}'.format(topic, kind, ' or '.join(kinds)))


def heard(recording: Recording, topics: Topics, tolerance: float, start: Optional[int] = None,
          stop: Optional[int] = None) -> Iterator[Heard]:
    """All messages of these topics in the order of their stamps.

    tolerance: s; an image comes after the depth of up to this much later. start, stop: ns, of the
    recording's time. A first camera_info comes before everything: a robot's comes before its
    images.
    """
    roles = {name: role for role, name in topics._asdict().items() if name}
    first = next(recording.messages([topics.camera_info]), None) if topics.camera_info else None
    if first is not None:
        yield Heard('camera_info', stamp_of(first), first)
    waiting = []    # type: List[Tuple[int, int, int, Heard]]
    for number, message in enumerate(recording.messages(list(roles), start, stop)):
        role, stamp = roles[message.topic], stamp_of(message)
        due = stamp + int(tolerance * 1e9) if role == 'image' else stamp
        heapq.heappush(waiting, (due, role == 'image', number, Heard(role, stamp, message)))
        while waiting and waiting[0][3].message.time < message.time - _HORIZON:
            yield heapq.heappop(waiting)[3]
    while waiting:
        yield heapq.heappop(waiting)[3]


def stamp_of(message: Message) -> int:
    """The stamp of a message that begins with a header, ns; of its recording where it is not set.

    Source: OMG DDSI-RTPS 2.3, 10.2: four bytes, of which the second says the order of the others.
    """
    try:
        seconds, rest = struct.unpack_from('<iI' if message.data[1] & 1 else '>iI', message.data, 4)
    except (struct.error, IndexError):      # cut short: whoever reads it will say so
        return message.time
    return (seconds * 1000000000 + rest) or message.time
