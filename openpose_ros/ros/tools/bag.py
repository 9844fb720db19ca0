"""A rosbag2 recording: one MCAP file and metadata.yaml beside it.

`ros2 bag` opens the folder, Foxglove the file; both find the definitions of the messages in it.
Sources: rosbag2's metadata version 5 (Humble and later), the MCAP registry's profile "ros2".
"""
import contextlib
import errno
import os
import re
import sys
from typing import Dict, List, Optional

import yaml
from ament_index_python.packages import get_package_share_directory

from openpose_ros import files
from openpose_ros.recordings.cut_mcap import whole_records

try:
    from mcap.writer import Writer
except ImportError:
    Writer = None

CHUNK_SIZE = 1 << 17    # bytes; what is lost at most when the process is killed
_SEPARATOR = '=' * 80
_FIELD = re.compile(r'^\s*([A-Za-z]\w*(?:/\w+)?)(?:\[[^\]]*\])?\s+[A-Za-z]')


class Bag:
    """Writes messages that are serialized already.

    The file has the name NAME.part.mcap until `close`; what a killed process leaves there is
    readable up to the last whole chunk, and `recover` makes a whole bag of it.
    """

    def __init__(self, folder: str, name: str, ending: str = '.part.mcap') -> None:
        """ending: of the file's name until `close`.

        ImportError where the library mcap is missing; OSError where nothing can be written.
        """
        if Writer is None:
            raise ImportError(
                'the library mcap is not installed (pip install mcap)'
                if sys.version_info >= (3, 8) else
                'there is no library mcap for Python {}.{}: use ros2 bag record '
                '/openpose/skeletons /camera_info'.format(*sys.version_info))
        self._folder = folder
        self._name = name + '.mcap'
        self._part = os.path.join(folder, name + ending)
        self._file = open(self._part, 'wb')
        self._writer = Writer(self._file, chunk_size=CHUNK_SIZE)
        self._writer.start('ros2')
        self._topics = []
        self._times = []

    def add_topic(self, topic: str, type_name: str, text: Optional[str] = None) -> int:
        """Number of a topic of messages of this type (package/msg/Name), to write them with.

        text: the type's definition, where it is known already.
        """
        schema = self._writer.register_schema(type_name, 'ros2msg',
                                              (text or definition(type_name)).encode())
        self._writer.register_channel(topic, 'cdr', schema, {'offered_qos_profiles': ''})
        self._topics.append({'name': topic, 'type': type_name, 'count': 0})
        return len(self._topics)    # the writer counts from 1 as well

    def write(self, number: int, data: bytes, time: int) -> None:
        """Write a message, serialized as CDR, that came in at this time, ns since 1970.

        OSError where that cannot be written; then the bag is at its end.
        """
        try:
            self._writer.add_message(number, time, data, time)
            self._file.flush()
        except OSError:
            with contextlib.suppress(OSError):
                self._file.close()
            raise
        self._topics[number - 1]['count'] += 1
        self._times = [min(self._times + [time]), max(self._times + [time])]

    def close(self) -> None:
        """Finish the file and write metadata.yaml."""
        metadata = self._metadata()
        self._writer.add_metadata('rosbag2', {'serialized_metadata': yaml.safe_dump(metadata)})
        self._writer.finish()
        self._file.close()
        os.replace(self._part, os.path.join(self._folder, self._name))
        files.write_whole(os.path.join(self._folder, 'metadata.yaml'), yaml.safe_dump(
            {'rosbag2_bagfile_information': metadata}, sort_keys=False).encode())

    def _metadata(self) -> Dict:
        start, end = self._times or (0, 0)
        span = {'starting_time': {'nanoseconds_since_epoch': start},
                'duration': {'nanoseconds': end - start},
                'message_count': sum(topic['count'] for topic in self._topics)}
        topics = [{'topic_metadata': {'name': topic['name'], 'type': topic['type'],
                                      'serialization_format': 'cdr', 'offered_qos_profiles': ''},
                   'message_count': topic['count']} for topic in self._topics]
        return dict(span, version=5, storage_identifier='mcap', compression_format='',
                    compression_mode='', relative_file_paths=[self._name],
                    topics_with_message_count=topics, files=[dict(span, path=self._name)])


def part_path(folder: str, name: str) -> str:
    """Where the bag NAME is while it is being written, and stays when the process is killed."""
    return os.path.join(folder, name + '.part.mcap')


def recover(folder: str, name: str) -> int:
    """Make a whole bag of the one that a killed process has left in a folder.

    Returns how many messages it has. ImportError where the library mcap is missing; OSError where
    there is no such bag, or it cannot be written.
    """
    part = part_path(folder, name)
    if not os.path.exists(part):
        raise FileNotFoundError(errno.ENOENT, 'there is no recording that was broken off')
    bag = Bag(folder, name, '.recovered.mcap')
    texts, numbers, count = {}, {}, 0
    for record in whole_records(part):
        kind = type(record).__name__
        if kind == 'Schema':
            texts[record.id] = record.name, record.data.decode()
        elif kind == 'Channel' and record.id not in numbers:
            numbers[record.id] = bag.add_topic(record.topic, *texts[record.schema_id])
        elif kind == 'Message':
            bag.write(numbers[record.channel_id], record.data, record.log_time)
            count += 1
    bag.close()
    os.remove(part)
    return count


def definition(type_name: str) -> str:
    """The .msg text of a type (package/msg/Name) followed by those of all that it is made of."""
    texts = {}
    _collect(type_name, texts)
    parts = list(texts.items())
    return '\n'.join([parts[0][1]] + ['{}\nMSG: {}\n{}'.format(_SEPARATOR, name, text)
                                      for name, text in parts[1:]])


def _collect(type_name: str, texts: Dict[str, str]) -> None:
    """Add the text of a type and, after it, of its parts; named package/Name, as rosbag2 does."""
    package, name = type_name.split('/')[0], type_name.split('/')[-1]
    short = '{}/{}'.format(package, name)
    if short in texts:
        return
    path = os.path.join(get_package_share_directory(package), 'msg', name + '.msg')
    with open(path, encoding='utf-8') as file:
        texts[short] = file.read()
    for part in _part_types(texts[short]):
        _collect(part if '/' in part else '{}/{}'.format(package, part), texts)


def _part_types(text: str) -> List[str]:
    """The types of the fields of a .msg text that are messages themselves: those in CamelCase."""
    found = [_FIELD.match(line) for line in text.splitlines()]
    return [match.group(1) for match in found if match and
            re.search('[A-Z]', match.group(1))]
