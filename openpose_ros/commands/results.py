"""What a command found, written as JSON: whole, and of no file that it reads."""
import contextlib
import json
import math
import os
from typing import Any, Dict, Iterable, Iterator, Optional, Tuple

import numpy as np

from openpose_ros.commands.common import UserError, written_whole
from openpose_ros.files import printable
from openpose_ros.people import SOURCE_NAMES, People


def check_outputs(inputs: Iterable[Optional[str]],
                  outputs: Iterable[Tuple[Optional[str], str]]) -> None:
    """UserError where an output would replace an input, or another output.

    inputs: paths that are read. outputs: (path, what it is of). None among the paths is no path.
    """
    taken = {_identity(path): 'the input {}'.format(printable(path)) for path in inputs if path}
    for path, what in outputs:
        if path is None:
            continue
        there = taken.get(_identity(path))
        if there is not None:
            raise UserError('cannot write {} to {}: it is {}'.format(what, printable(path), there))
        taken[_identity(path)] = 'taken by {}'.format(what)


def _identity(path):
    """What is equal for all paths of one file, be it there or not."""
    try:
        status = os.stat(path)
        return status.st_dev, status.st_ino
    except (OSError, ValueError):
        return os.path.realpath(path) if '\0' not in path else path


class JsonResults:
    """Results of one run, written one image at a time: {"model": …, "images": […]}.

    count: of images so far. interrupted: set where the run ends early, which the file then says.
    """

    def __init__(self, path: str, model: str) -> None:
        self.count, self.interrupted = 0, False
        self._file = open(path, 'w')
        self._file.write('{{"model": {}, "images": ['.format(json.dumps(model)))

    def add(self, entry: Dict[str, Any]) -> None:
        """One more image."""
        # One write, so that whenever the run is interrupted what is there is whole.
        self._file.write((',\n' if self.count else '\n') + json.dumps(entry, allow_nan=False))
        self.count += 1

    def close(self) -> None:
        """Make the file whole."""
        self._file.write('\n]{}}}\n'.format(', "interrupted": true' if self.interrupted else ''))
        self._file.close()


@contextlib.contextmanager
def json_results(path: Optional[str], model: str) -> Iterator[Optional[JsonResults]]:
    """JsonResults that appear at `path` when all is done; None when no path is given.

    Of a run that is interrupted they appear, too, with what was done.
    """
    if path is None:
        yield None
        return
    interrupted = None
    with written_whole(path) as temporary:
        results = JsonResults(temporary, model)
        try:
            yield results
        except KeyboardInterrupt as error:
            if not results.count:
                raise
            results.interrupted, interrupted = True, error
        finally:
            results.close()
    if interrupted is not None:
        raise interrupted


def person_as_json(people: People, row: int, in_space: bool) -> Dict[str, Any]:
    """One person as plain JSON values; unknown is null.

    Keypoints are [x px, y px, score], positions m and directions unit vectors in the camera's
    optical frame, standard deviations rad.
    """
    person = {'score': _plain(people.scores[row]),
              'keypoints': [_plain(keypoint) for keypoint in people.keypoints[row]]}
    if people.ids[row]:
        person['id'] = int(people.ids[row])
        person['velocity'] = _vector(people.velocity[row])
    if in_space:
        person['position'] = _vector(people.position[row])
        person['position_source'] = SOURCE_NAMES[people.position_source[row]]
        covariance = people.position_covariance[row]
        person['position_covariance'] = (_plain(covariance) if np.isfinite(covariance).all()
                                         else None)
        person['points'] = [_vector(point) for point in people.points[row]]
        for name in ('facing', 'gaze'):
            person[name] = _vector(getattr(people, name)[row])
            person[name + '_source'] = SOURCE_NAMES[getattr(people, name + '_source')[row]]
            person[name + '_stddev'] = _plain(getattr(people, name + '_stddev')[row])
    return person


def _vector(values):
    """A list of numbers, or None when any is unknown."""
    return _plain(values) if np.isfinite(values).all() else None


def _plain(values):
    """A number or array as floats and lists, NaN as None."""
    if np.ndim(values):
        return [_plain(value) for value in values]
    return round(float(values), 5) if math.isfinite(values) else None
