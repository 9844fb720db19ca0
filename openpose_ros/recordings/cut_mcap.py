"""MCAP files that break off, as a killed recorder leaves them: rosbags needs their end."""
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence, Tuple

try:
    from mcap.stream_reader import StreamReader
except ImportError:
    StreamReader = None


def whole_records(path: str) -> Iterator[Any]:
    """The records of an MCAP file up to where it breaks off, of whole chunks only."""
    with open(path, 'rb') as file:
        records = StreamReader(file, validate_crcs=True).records
        while True:
            try:
                record = next(records)
            except Exception:   # the end, or whatever it is that half a record looks like
                return
            yield record


class Connection(NamedTuple):
    """A topic of the file, as rosbags describes one."""

    topic: str
    msgtype: str
    msgcount: int
    text: str


class CutMcap:
    """Stands where a reader of rosbags stands, for a file without an end.

    connections: of the topics that have messages. start_time, end_time: ns.
    """

    is2 = True

    def __init__(self, path: str, types: Any) -> None:
        """types: a typestore of rosbags. ValueError where nothing can be read."""
        if StreamReader is None:
            raise ValueError('the library mcap is not installed (pip install mcap)')
        self._path = path
        schemas, channels, counts, times = {}, {}, {}, []
        for record in whole_records(path):
            kind = type(record).__name__
            if kind == 'Schema':
                schemas[record.id] = record.name, record.data.decode()
            elif kind == 'Channel':
                channels[record.id] = (record.topic,) + schemas[record.schema_id]
            elif kind == 'Message':
                counts[record.channel_id] = counts.get(record.channel_id, 0) + 1
                times.append(record.log_time)
        if not times:
            raise ValueError('there is no whole message in it')
        self._channels = {number: Connection(topic, name, counts[number], text) for
                          number, (topic, name, text) in channels.items() if number in counts}
        self.connections = list(self._channels.values())    # type: List[Connection]
        self.start_time, self.end_time = min(times), max(times)
        self.typestore = _with_definitions(types, self.connections)

    def messages(self, connections: Sequence[Connection], start: Optional[int] = None,
                 stop: Optional[int] = None) -> Iterator[Tuple[Connection, int, bytes]]:
        """(connection, ns, CDR) of each message of these topics; then ValueError: it breaks off."""
        for record in whole_records(self._path):
            if type(record).__name__ == 'Message':
                connection = self._channels[record.channel_id]
                if connection in connections and (start or 0) <= record.log_time < (
                        stop or record.log_time + 1):
                    yield connection, record.log_time, record.data
        raise ValueError('the file has no end, so what was written last is missing')

    def close(self) -> None:
        """Nothing is held."""


def _with_definitions(types, connections):
    from rosbags.typesys import get_types_from_msg
    for connection in connections:
        found = get_types_from_msg(connection.text, connection.msgtype)
        types.register({name: fields for name, fields in found.items()
                        if name not in types.fielddefs})
    return types
