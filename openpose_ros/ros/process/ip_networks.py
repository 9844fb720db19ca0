"""Telling that a network came up too late.

DDS takes part in those networks that are up when a process starts, with the addresses that the
machine has then (CycloneDDS in one of them). Nothing that comes later is used, so a node that
starts before the robot's network is up is never heard by other machines, and nothing but this would
say so.
"""
import fcntl
import socket
import struct
from typing import FrozenSet, Tuple

from rclpy.clock import Clock, ClockType

PERIOD = 5.     # s
# linux/sockios.h, linux/if.h
_GET_FLAGS, _GET_ADDRESS = 0x8913, 0x8915
_LOOPBACK, _RUNNING = 0x8, 0x40


def up() -> FrozenSet[Tuple[str, str]]:
    """(interface, IPv4 address) of the networks that this machine is connected to."""
    found = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        for _, name in socket.if_nameindex():
            try:
                flags, = struct.unpack('H', _ask(asker, _GET_FLAGS, name)[16:18])
                address = socket.inet_ntoa(_ask(asker, _GET_ADDRESS, name)[20:24])
            except OSError:     # it has no address, or is gone
                continue
            if flags & _RUNNING and not flags & _LOOPBACK:
                found.add((name, address))
    return frozenset(found)


class Watch:
    """Says in a node's log when a network has come up that its process takes no part in."""

    def __init__(self, node, used: FrozenSet[Tuple[str, str]]) -> None:
        """used: what up() was when the process started."""
        self._node = node
        self._known = used
        node.create_timer(PERIOD, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _look(self):
        now = up()
        for name, address in sorted(now - self._known):
            self._node.get_logger().warning(
                'the network {} ({}) came up after the start: other machines there do not hear '
                'this node until it is started anew'.format(name, address))
        self._known |= now


def _ask(asker, request, name):
    """Answer of the kernel about an interface: struct ifreq."""
    return fcntl.ioctl(asker, request, struct.pack('40s', name.encode()))
