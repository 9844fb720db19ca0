"""The `openpose` command, which needs no ROS."""
import argparse
import sys
from typing import List, Optional

import openpose_ros
from openpose_ros.commands import (benchmark, common, evaluate, image, models, report, table,
                                   video)
from openpose_ros.decoding import MapsError
from openpose_ros.image_files import SourceError
from openpose_ros.network import ModelError
from openpose_ros.scene import CameraError


def main(arguments: Optional[List[str]] = None) -> int:
    """Run the command; 0 when it went well, 2 after a one-line error, 130 when interrupted."""
    args = _parser().parse_args(arguments)
    try:
        args.run(args)
    except (common.UserError, SourceError, ModelError, CameraError, MapsError) as error:
        print('openpose {}: {}'.format(args.command, error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('openpose {}: interrupted'.format(args.command), file=sys.stderr)
        return 130
    return 0


def _parser():
    parser = argparse.ArgumentParser(prog='openpose', description=openpose_ros.__doc__)
    parser.add_argument('--version', action='version', version=openpose_ros.__version__)
    subparsers = parser.add_subparsers(dest='command', metavar='COMMAND')
    subparsers.required = True
    for command in (image, video, evaluate, benchmark, models, table, report):
        command.add_parser(subparsers)
    return parser


if __name__ == '__main__':
    sys.exit(main())
