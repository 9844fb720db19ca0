"""The program `bag`: looks at every image of a recording and writes what the node would publish.

The recording may be a rosbag2 (MCAP or SQLite3, of any distribution) or a ROS 1 bag. It is read in
the order of its stamps, through the same pipeline as the node's, and no image is dropped. Needs no
running ROS. Ctrl-C leaves a whole bag of what was done; --resume goes on from there.
"""
import argparse
import os
import signal
import sys
from typing import Callable, List, Optional

from tqdm import tqdm

from openpose_ros.network import ModelError
from openpose_ros.recordings import Recording, RecordingError
from openpose_ros.ros.conversions.tf2 import FrameError
from openpose_ros.ros.node.throttle import Throttle
from openpose_ros.ros.offline import jobs
from openpose_ros.ros.offline.chain import Chain, Done, Part
from openpose_ros.ros.offline.feed import choose_topics
from openpose_ros.ros.offline.inputs import copy_inputs
from openpose_ros.ros.offline.sink import BagNode
from openpose_ros.ros.offline.values import read_values
from openpose_ros.ros.offline.writing import NAME, open_bag
from openpose_ros.ros.outputs.hri import HriError

# s before the place where one goes on: people are known again by then. Chosen; half is enough for
# tracking.min_hits at 5 Hz, twice as much costs another 3 s of images.
_WARM_UP = 3.


def remapping(text: str):
    """An option's value as (from, to)."""
    name, sign, topic = text.partition(':=')
    if not (name and sign and topic):
        raise argparse.ArgumentTypeError('a remapping is FROM:=TO, not {}'.format(text))
    return name, topic


def whole(text: str) -> int:
    """An option's value as an integer above 0."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError('{} is not above 0'.format(value))
    return value


def parse(arguments: Optional[List[str]] = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog='bag', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('recordings', nargs='+', metavar='IN',
                        help='folder or file; with several, OUT gets a folder for each')
    parser.add_argument('output', metavar='OUT', help='folder of the new bag; it is made')
    parser.add_argument('--params-file', metavar='FILE', help="the node's parameters")
    parser.add_argument('-r', '--remap', action='append', type=remapping, default=[],
                        metavar='FROM:=TO', help='image, camera_info or depth: which topic it is')
    parser.add_argument('--start', type=float, default=0., metavar='S',
                        help='begin so many seconds after the beginning')
    parser.add_argument('--duration', type=float, metavar='S', help='so many seconds of it')
    parser.add_argument('--every', type=whole, default=1, metavar='N', help='of N images one')
    parser.add_argument('--overlay', action='store_true',
                        help='write the overlay too, as JPEG: it takes time and room')
    parser.add_argument('--with-inputs', action='store_true',
                        help='copy images, depth, camera_info and TF beside')
    parser.add_argument('--jobs', type=whole, default=1, metavar='N',
                        help='so many processes: over several recordings, or over as many parts of '
                             'one, each into a folder of OUT with ids of its own')
    there = parser.add_mutually_exclusive_group()
    there.add_argument('--resume', action='store_true', help='go on with what OUT has already')
    there.add_argument('--overwrite', action='store_true', help='write over what OUT has')
    return parser.parse_args(arguments)


class Signals:
    """SIGINT and SIGTERM raise a KeyboardInterrupt; and that one came is remembered, for where an
    object is just being deleted Python drops what is raised."""

    def __init__(self) -> None:
        self._came = False
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) != signal.SIG_IGN:      # as of a job in the background
                signal.signal(number, self._interrupt)

    def came(self) -> bool:
        """Whether one came."""
        return self._came

    def _interrupt(self, number, frame):
        self._came = True
        raise KeyboardInterrupt


def process(path: str, output: str, args: argparse.Namespace,
            is_interrupted: Callable[[], bool]) -> Done:
    """Take one recording through. Raises what main makes lines of."""
    values = read_values(args.params_file)
    throttle = Throttle()

    def report(text):
        line = throttle.passed(text)
        if line is not None:
            tqdm.write('warning: ' + line, sys.stderr)

    with Recording(path) as recording:
        topics = choose_topics(recording, args.remap)
        begin = recording.start + int(args.start * 1e9)
        stop = None if args.duration is None else begin + int(args.duration * 1e9)
        with open_bag(output, args.resume, args.overwrite) as opened:
            node = BagNode(opened.bag, opened.numbers)
            if opened.last is not None:
                begin = max(begin, opened.last - int(_WARM_UP * 1e9))
                print('{}: goes on after {:.3f} s; who is in view gets a new id'.format(
                    output, opened.last * 1e-9), flush=True)
            chain = Chain(values, node, recording, args.overlay, report, topics.image,
                          opened.last_id + 1)
            expected = expected_images(recording, topics.image, begin, stop) // args.every
            with tqdm(total=expected, unit='image', desc=os.path.basename(path)) as bar:
                seen = [0]

                def progress(people):
                    seen[0] += people
                    bar.set_postfix(people=seen[0], refresh=False)
                    bar.update()
                done = chain.run(recording, topics, Part(begin, stop, args.every, opened.last),
                                 progress, is_interrupted)
            if args.with_inputs:
                copy_inputs(recording, topics, opened, begin, stop)
    return done


def expected_images(recording: Recording, topic: str, begin: int, stop: Optional[int]) -> int:
    """About how many images there are between two times, ns."""
    length = max(recording.end - recording.start, 1)
    asked = min(stop or recording.end, recording.end) - max(begin, recording.start)
    return int(round(recording.counts[topic] * min(max(asked / float(length), 0.), 1.)))


def main(arguments: Optional[List[str]] = None) -> int:
    """Run; 0 when all went well, 2 after an error of one line, 130 when interrupted."""
    args = parse(arguments)
    signals = Signals()
    try:
        if args.jobs > 1 or len(args.recordings) > 1:
            return jobs.run(args)
        done = process(args.recordings[0], args.output, args, signals.came)
    except (RecordingError, ModelError, FrameError, HriError, ValueError, ImportError) as error:
        print('error: {}'.format(error), file=sys.stderr)
        return 2
    except OSError as error:
        print('error: {}: {}'.format(error.filename or args.output, error.strerror or error),
              file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('interrupted: {} has what was done, --resume goes on'.format(
            os.path.join(args.output, NAME + '.mcap')), file=sys.stderr)
        return 130
    print('{}: {} images, {} people{}'.format(
        args.output, done.looked_at, done.people, ''.join(
            '\n  left out {}: {}'.format(count, why) for why, count in done.left_out.items())))
    return 0


if __name__ == '__main__':
    sys.exit(main())
