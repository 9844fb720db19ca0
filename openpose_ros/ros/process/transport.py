"""The way images travel from process to process.

Fast DDS, ROS 2's usual middleware, gives a process 512 KB of shared memory. An image of 1280x720
(2.7 MB) does not fit: it goes as thousands of UDP fragments, most of which get lost. Only the
sender's memory counts, so a camera's driver needs the setting as much as the node does.

From another machine images come by UDP in any case. There the receiver's room counts, which is
that of its sockets, as far as its kernel's net.core.rmem_max allows.
"""
import os
from typing import Dict, Mapping

VARIABLE = 'FASTDDS_BUILTIN_TRANSPORTS'

# The default transports, shared memory and UDP, with room (MB) for images of 1920x1080. (Modes
# LARGE_DATA and SHM carry them too, but cut off every process that does not use the same mode.)
TRANSPORTS = 'DEFAULT?sockets_size={}MB'
IMAGES = 16
# The room of a process that only takes images: that of the sender counts, and all of it is memory
# in use. What it sends itself is small, but for an overlay, which is sent reliably. From another
# machine it holds an image of 1280x720 that has not been read yet.
MESSAGES = 4

# Whoever sets one of these has chosen a transport already.
_CHOICES = (VARIABLE, 'FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')


def environment(given: Mapping[str, str] = os.environ, room: int = IMAGES) -> Dict[str, str]:
    """What to add to the environment `given` so that images arrive: {variable: value}.

    It is empty where the user has chosen a transport or another middleware (RMW_IMPLEMENTATION).
    room: MB.
    """
    fast_dds = 'fastrtps' in given.get('RMW_IMPLEMENTATION', 'rmw_fastrtps_cpp')
    if not fast_dds or any(given.get(choice) for choice in _CHOICES):
        return {}
    return {VARIABLE: TRANSPORTS.format(room)}


def carry_images(room: int = IMAGES) -> None:
    """Set the transport of this process and its children; before ``rclpy.init``. room: MB."""
    os.environ.update(environment(room=room))
