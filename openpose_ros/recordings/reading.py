"""Reads the messages of a recording with the library rosbags, which needs no ROS."""
import os
from typing import Any, Dict, Iterator, NamedTuple, Optional, Sequence

from openpose_ros.recordings.cut_mcap import CutMcap

# Fields that have changed between distributions are few and none of ours; a recording of MCAP
# brings its own definitions, and of SQLite3 since Iron.
_DISTRIBUTION = 'ROS2_HUMBLE'
_MESSAGES = ('Keypoint', 'Skeleton', 'SkeletonArray')


class RecordingError(Exception):
    """A recording that cannot be read; the message is one line that says what to do."""


class Message(NamedTuple):
    """A message as it was recorded.

    time: ns since 1970, when it was recorded. data: serialized as CDR.
    """

    topic: str
    type_name: str
    time: int
    data: bytes


class Recording:
    """An open recording; use it in a with statement.

    topics: the type (package/msg/Name) of each. counts: messages of each. start, end: ns.
    broken: why reading broke off before the end, a line; None while it has not.
    """

    def __init__(self, path: str) -> None:
        """path: a folder or file of rosbag2, or a ROS 1 bag. Raises RecordingError."""
        self.path = path
        self.broken = None      # type: Optional[str]
        self._types = types_of_ros2()
        self._reader, self._from_ros1 = _open(path, self._types)
        self.topics, self.counts = {}, {}   # type: Dict[str, str], Dict[str, int]
        for connection in self._reader.connections:
            self.topics[connection.topic] = connection.msgtype
            self.counts[connection.topic] = (self.counts.get(connection.topic, 0)
                                             + connection.msgcount)
        self.start, self.end = self._reader.start_time, self._reader.end_time

    def __enter__(self) -> 'Recording':
        return self

    def __exit__(self, *_: Any) -> None:
        self._reader.close()

    def messages(self, topics: Sequence[str], start: Optional[int] = None,
                 stop: Optional[int] = None) -> Iterator[Message]:
        """The messages of these topics in the order of the recording.

        start, stop: ns; only those recorded from `start` on and before `stop`. Where the recording
        is damaged they end, and `broken` says why.
        """
        chosen = [connection for connection in self._reader.connections
                  if connection.topic in topics]
        if not chosen:
            return
        found = self._reader.messages(chosen, start, stop)
        while True:
            try:
                connection, time, data = next(found)
            except StopIteration:
                return
            except Exception as error:   # whatever half a record looks like to the library
                self.broken = 'it breaks off: {}'.format(_line(error))
                return
            yield Message(connection.topic, connection.msgtype, time,
                          self._as_cdr(data, connection.msgtype))

    def deserialize(self, message: Message) -> Any:
        """The fields of a message. Raises RecordingError where it is damaged."""
        types = self._reader.typestore if self._reader.is2 else self._types
        try:
            return types.deserialize_cdr(message.data, message.type_name)
        except Exception as error:   # KeyError, SerdeError, struct.error, UnicodeDecodeError...
            raise RecordingError('a message of {} ({}) cannot be read: {}'.format(
                message.topic, message.type_name, _line(error)))

    def definition(self, type_name: str) -> str:
        """The text that defines a type, for a recording that it is copied to."""
        types = self._reader.typestore if self._reader.is2 else self._types
        return types.generate_msgdef(type_name, ros_version=2)[0]

    def _as_cdr(self, data, type_name):
        if self._reader.is2:
            return bytes(data)
        try:
            return bytes(self._from_ros1(data, type_name))
        except Exception as error:
            raise RecordingError('{}: a ROS 1 message of type {} cannot be converted: {}'.format(
                self.path, type_name, _line(error)))


def _open(path, known):
    """(the library's reader, opened; a function that makes CDR of a ROS 1 message)."""
    library = _library()
    from pathlib import Path
    if not os.path.exists(path):
        raise RecordingError('{}: there is no such file or folder'.format(path))
    try:
        reader = library.AnyReader([Path(path)], default_typestore=known)
        reader.open()
    except Exception as error:   # the library's own, and what a damaged file makes of it
        reader = _cut_short(path, known)
        if reader is None:
            raise RecordingError('{} is no recording that can be read (a folder with '
                                 'metadata.yaml, .mcap, .db3 or .bag): {}'.format(
                                     path, _line(error)))
    return reader, _ros1_converter(reader.typestore, known)


def _cut_short(path, known):
    """A reader of an MCAP file without an end, or of the only one in a folder; None of others."""
    if os.path.isdir(path):
        names = [name for name in os.listdir(path) if name.endswith('.mcap')]
        path = os.path.join(path, names[0]) if len(names) == 1 else ''
    if not path.endswith('.mcap'):
        return None
    try:
        return CutMcap(path, known)
    except Exception:   # it is no MCAP file, and what was wrong with it has been said
        return None


def _ros1_converter(types, known):
    from rosbags.convert.converter import is_same_wireformat, migrate_bytes
    cache = {}

    def convert(data, name):
        if is_same_wireformat(types, known, name, name):
            return known.ros1_to_cdr(data, name)
        return migrate_bytes(types, known, name, name, cache, data, src_is2=False, dst_is2=True)
    return convert


def types_of_ros2() -> Any:
    """The message types of ROS 2 and our own, a typestore of rosbags. Raises RecordingError."""
    _library()
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore
    types = get_typestore(getattr(Stores, _DISTRIBUTION))
    for name, text in _own_definitions().items():
        types.register(get_types_from_msg(text, 'openpose_ros/msg/' + name))
    return types


def _library():
    try:
        from rosbags import highlevel
    except ImportError:
        raise RecordingError('reading recordings needs the library rosbags: pip install rosbags '
                             '(Python 3.8 or later)')
    return highlevel


def _own_definitions():
    """The texts of this package's messages, where they are at hand."""
    here = os.path.dirname(os.path.abspath(__file__))
    folders = [os.path.join(here, '..', '..', 'msg')] + [
        os.path.join(prefix, 'share', 'openpose_ros', 'msg')
        for prefix in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)]
    for folder in folders:
        paths = {name: os.path.join(folder, name + '.msg') for name in _MESSAGES}
        if all(os.path.exists(path) for path in paths.values()):
            return {name: open_text(path) for name, path in paths.items()}
    return {}


def open_text(path: str) -> str:
    """The text of a file."""
    with open(path, encoding='utf-8') as file:
        return file.read()


def _line(error):
    return ' '.join(str(error).split())[:200] or type(error).__name__
