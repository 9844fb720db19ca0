"""`openpose table`: what a recording says of people, for spreadsheets, statistics, other tools."""
import contextlib
import csv
import json
import os
from typing import Any, Dict, Iterator, List

import numpy as np
from tqdm import tqdm

from openpose_ros import files
from openpose_ros.body import COCO
from openpose_ros.commands import common
from openpose_ros.people import SOURCE_NAMES
from openpose_ros.recordings import Recording, RecordingError, Seen, read_skeletons
from openpose_ros.recordings.people import skeleton_topic

_XYZ = ('x', 'y', 'z')
_BATCH = 1000   # rows; chosen: 1 MB. Half or twice as many are as quick.


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        'table', help='make a table of a recording\'s people',
        description='Write a row for each person and image of a recording (MCAP, SQLite3, ROS 1) '
                    'of skeletons; or the JSON files that OpenPose itself writes.')
    parser.add_argument('recording', metavar='IN', help='folder or file of the recording')
    parser.add_argument('table', nargs='?', metavar='OUT', help='.csv or .parquet')
    parser.add_argument('--openpose-json', metavar='FOLDER',
                        help='write a file for each image as OpenPose does (pose_keypoints_2d, '
                             'COCO order); the folder is made')
    parser.add_argument('--topic', help='of the skeletons, where there are several')
    parser.add_argument('--overwrite', action='store_true', help='write over what is there')
    parser.set_defaults(run=run)


def run(args) -> None:
    if not args.table and not args.openpose_json:
        raise common.UserError('name a table (.csv, .parquet) or --openpose-json FOLDER')
    for path in filter(None, (args.table, args.openpose_json)):
        if not args.overwrite and os.path.exists(path) and (
                not os.path.isdir(path) or os.listdir(path)):
            raise common.UserError('{} is there already: name another or --overwrite'.format(path))
    try:
        with Recording(args.recording) as recording, contextlib.ExitStack() as stack:
            topic = skeleton_topic(recording, args.topic)
            sinks = []
            if args.table:
                sinks.append(stack.enter_context(_table(args.table)))
            if args.openpose_json:
                sinks.append(_json_files(args.openpose_json))
            images = people = 0
            for seen in tqdm(read_skeletons(recording, topic), 'images',
                             recording.counts.get(topic)):
                images, people = images + 1, people + seen.people.count
                for add in sinks:
                    add(seen)
            if recording.broken:
                print('{}: {}; written is what came before'.format(args.recording,
                                                                  recording.broken))
    except RecordingError as error:
        raise common.UserError(str(error))
    print('{} rows of {} images'.format(people, images))


def rows_of(seen: Seen) -> Iterator[Dict[str, Any]]:
    """A row for each person: m, s, rad, px; what is unknown is None."""
    people = seen.people
    deviations = np.sqrt(people.position_covariance[:, range(3), range(3)])
    for row in range(people.count):
        cells = {'stamp_ns': seen.stamp, 'frame_id': seen.frame_id, 'image_width': seen.width,
                 'image_height': seen.height, 'id': int(people.ids[row]),
                 'score': float(people.scores[row])}
        for name, vector in (('position', people.position[row]),
                             ('position_stddev', deviations[row]), ('facing', people.facing[row]),
                             ('gaze', people.gaze[row]), ('velocity', people.velocity[row])):
            cells.update(zip(['{}_{}'.format(name, axis) for axis in _XYZ], vector.tolist()))
        for name in ('facing_stddev', 'gaze_stddev', 'gaze_pitch_stddev', 'attention', 'stature',
                     'stature_stddev'):
            cells[name] = float(getattr(people, name)[row])
        for name in ('position', 'facing', 'gaze'):
            cells[name + '_source'] = SOURCE_NAMES[getattr(people, name + '_source')[row]]
        for part, name in enumerate(COCO.parts):
            cells.update(zip([name + end for end in ('_px_x', '_px_y', '_score')],
                             people.keypoints[row, part].astype(float).round(3).tolist()))
            cells.update(zip(['{}_{}'.format(name, axis) for axis in _XYZ],
                             people.points[row, part].tolist()))
        yield {name: None if isinstance(value, float) and not np.isfinite(value) else value
               for name, value in cells.items()}


def _columns():
    """The names of all columns, in their order."""
    from openpose_ros.people import people_in_image
    one = Seen(0, 0, '', 0, 0, people_in_image(np.zeros((1, len(COCO.parts), 3))))
    return list(next(rows_of(one)))


def _table(path):
    """A context whose value is called with each Seen."""
    writers = {'.csv': _csv, '.parquet': _parquet}
    ending = os.path.splitext(path)[1].lower()
    if ending not in writers:
        raise common.UserError('{}: a table is written as .csv or .parquet'.format(path))
    return writers[ending](path)


@contextlib.contextmanager
def _csv(path):
    with common.written_whole(path) as temporary, open(temporary, 'w', newline='') as file:
        writer = csv.DictWriter(file, _columns())
        writer.writeheader()
        yield lambda seen: writer.writerows(rows_of(seen))


@contextlib.contextmanager
def _parquet(path):
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise common.UserError('Parquet needs the library pyarrow: pip install '
                               '"openpose-ros[recordings]", or name a .csv')
    whole = {'stamp_ns': pyarrow.int64(), 'id': pyarrow.int64(), 'image_width': pyarrow.int32(),
             'image_height': pyarrow.int32()}
    schema = pyarrow.schema([(name, whole.get(name, pyarrow.string() if name.endswith('_source')
                                              or name == 'frame_id' else pyarrow.float64()))
                             for name in _columns()])
    waiting = []    # type: List[Dict[str, Any]]
    with common.written_whole(path) as temporary:
        with parquet.ParquetWriter(temporary, schema) as writer:
            def add(seen, at_least=_BATCH):
                waiting.extend(rows_of(seen) if seen else ())
                if len(waiting) >= at_least:
                    writer.write_table(pyarrow.Table.from_pylist(waiting, schema))
                    waiting.clear()
            yield add
            add(None, 1)


def _json_files(folder):
    """A function that writes the file of each Seen into a folder, by the number of its image."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise common.UserError('cannot make the folder {}: {}'.format(folder, error.strerror))
    numbers = iter(range(1 << 62))

    def add(seen):
        path = os.path.join(folder, '{:012d}_keypoints.json'.format(next(numbers)))
        try:
            files.write_whole(path, json.dumps(openpose_json(seen)).encode())
        except OSError as error:
            raise common.UserError('cannot write {}: {}'.format(path, error.strerror))
    return add


def openpose_json(seen: Seen) -> Dict[str, Any]:
    """What OpenPose writes for an image: x, y, score of each part, 0 where it was not seen.

    Source: OpenPose's doc/02_output.md, version 1.3; the parts are those of its COCO model.
    """
    keypoints = np.nan_to_num(seen.people.keypoints).astype(float).round(3)
    return {'version': 1.3, 'people': [
        {'person_id': [int(number) if number else -1],
         'pose_keypoints_2d': person.ravel().tolist()}
        for number, person in zip(seen.people.ids, keypoints)]}
