"""The way images travel from process to process.

Fast DDS, ROS 2's usual middleware, gives a process 512 KB of shared memory. An image of 1280x720
(2.7 MB) does not fit: it goes as thousands of UDP fragments, most of which get lost. Only the
sender's memory counts, so a camera's driver needs the setting as much as the node does. CycloneDDS
sends everything as UDP datagrams, from process to process as from machine to machine.

What comes by UDP has to fit into the receiver's sockets: both are asked for room here, and get as
much as their kernel's net.core.rmem_max allows (sockets.py says how much that was).
"""
import glob
import os
import re
from typing import Dict, Mapping, NamedTuple, Optional, Tuple

VARIABLE = 'FASTDDS_BUILTIN_TRANSPORTS'
PROFILES = 'FASTRTPS_DEFAULT_PROFILES_FILE'
CYCLONE = 'CYCLONEDDS_URI'

# The default transports, shared memory and UDP, with room (MB) for images of 1920x1080. (Modes
# LARGE_DATA and SHM carry them too, but cut off every process that does not use the same mode.)
TRANSPORTS = 'DEFAULT?sockets_size={}MB'
IMAGES = 16
# The room of a process that only takes images: that of the sender counts, and all of it is memory
# in use. What it sends itself is small, but for an overlay, which is sent reliably. From another
# machine it holds an image of 1280x720 that has not been read yet.
MESSAGES = 4
# Fast DDS before this version (Humble has 2.6, Iron 2.10) takes no options in that variable.
WITH_OPTIONS = (2, 14)

# Asked for with `max`: with `min`, CycloneDDS does not start where the kernel gives less.
SOCKETS = ('<CycloneDDS><Domain id="any"><Internal><SocketReceiveBufferSize max="{}B"/></Internal>'
           '</Domain></CycloneDDS>')
RECEIVED = 4 * 2 ** 20      # bytes; with 208 KB 8 of 45 images of 640x480 arrived, with this all

# Whoever sets one of these has chosen a transport of Fast DDS already.
_CHOICES = (VARIABLE, PROFILES, 'FASTDDS_DEFAULT_PROFILES_FILE')


class Choice(NamedTuple):
    """variables: what to add to the environment, {name: value}. said: a line for the log."""

    variables: Dict[str, str]
    said: str


def choose(given: Mapping[str, str], room: int = IMAGES, middleware: str = '',
           config: str = '') -> Choice:
    """What to add to the environment `given` so that images arrive.

    It is nothing where the user has chosen. room: MB. middleware: rmw_fastrtps_cpp or another; '':
    as `given` has it. config: folder of the profiles for an old Fast DDS.
    """
    middleware = middleware or given.get('RMW_IMPLEMENTATION') or 'rmw_fastrtps_cpp'
    if 'cyclonedds' in middleware:
        return _choose_cyclone(given)
    if 'fastrtps' not in middleware:
        return Choice({}, 'images travel as {} has them'.format(middleware))
    for name in _CHOICES:
        if given.get(name):
            return Choice({}, 'images travel by Fast DDS as {}={} says'.format(name, given[name]))
    version = fast_dds_version(given)
    name = 'Fast DDS {}'.format('.'.join(map(str, version)) if version else 'of unknown version')
    if version is None or version >= WITH_OPTIONS:
        value = TRANSPORTS.format(room)
        return Choice({VARIABLE: value}, 'images travel by {} with {}={}'.format(
            name, VARIABLE, value))
    profiles = os.path.join(config, profiles_file(room))
    if not os.path.exists(profiles):
        return Choice({}, 'images may not arrive: {} has no room for them, and there is no '
                      '{}'.format(name, profiles))
    return Choice({PROFILES: profiles}, 'images travel by {} with {}={}'.format(
        name, PROFILES, profiles))


def _choose_cyclone(given):
    if given.get(CYCLONE):
        return Choice({}, 'images travel by CycloneDDS as {}={} says'.format(
            CYCLONE, given[CYCLONE]))
    value = SOCKETS.format(RECEIVED)
    return Choice({CYCLONE: value}, 'images travel by CycloneDDS with {}={}'.format(CYCLONE, value))


def profiles_file(room: int) -> str:
    """Name of the file in config/ with the transports of TRANSPORTS for an old Fast DDS."""
    return 'fastdds_{}mb.xml'.format(room)


def fast_dds_version(given: Mapping[str, str]) -> Optional[Tuple[int, ...]]:
    """(major, minor, patch) of the Fast DDS that a process of this environment loads, or None."""
    folders = [os.path.join(prefix, 'lib')
               for prefix in given.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if prefix]
    folders += [folder for folder in given.get('LD_LIBRARY_PATH', '').split(os.pathsep) if folder]
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(folder, 'libfast*.so.*'))):
            found = re.search(r'/libfast(?:rtps|dds)\.so\.(\d+)\.(\d+)\.(\d+)$', path)
            if found:
                return tuple(int(number) for number in found.groups())
    return None


def carry_images(room: int = IMAGES) -> str:
    """Set the transport of this process and its children, before ``rclpy.init``; a line about it.

    room: MB.
    """
    from ament_index_python.packages import get_package_share_directory
    from rclpy.utilities import get_rmw_implementation_identifier
    choice = choose(os.environ, room, get_rmw_implementation_identifier(),
                    os.path.join(get_package_share_directory('openpose_ros'), 'config'))
    os.environ.update(choice.variables)
    return choice.said
