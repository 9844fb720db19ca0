"""Whether images fit into the sockets of this process, and whether some had to be dropped.

What arrives by UDP waits in a socket's receive buffer until the middleware reads it. An image comes
as many datagrams at once; what does not fit is dropped by the kernel without a word, and the image
with it. The kernel knows: it tells a socket's room, and counts what it dropped (/proc/net/udp).
"""
import os
import socket
import time
from typing import Dict

from rclpy.clock import Clock, ClockType
from rclpy.utilities import get_rmw_implementation_identifier

from openpose_ros.ros.process import transport

PERIOD = 5.     # s
_QUIET = 60.    # s from a warning to the next
_ALLOWED = '/proc/sys/net/core/rmem_max'
_LISTS = ('/proc/self/net/udp', '/proc/self/net/udp6')


def udp_sockets() -> Dict[int, int]:
    """{inode: bytes of receive buffer} of the UDP sockets that this process has."""
    found = {}
    for name in os.listdir('/proc/self/fd'):
        try:
            target = os.readlink('/proc/self/fd/' + name)
            if target.startswith('socket:['):
                with socket.socket(fileno=os.dup(int(name))) as copy:
                    if (copy.type == socket.SOCK_DGRAM
                            and copy.family in (socket.AF_INET, socket.AF_INET6)):
                        # The kernel doubles what it was asked for, for its own bookkeeping.
                        found[int(target[8:-1])] = copy.getsockopt(
                            socket.SOL_SOCKET, socket.SO_RCVBUF) // 2
        except OSError:     # closed meanwhile
            continue
    return found


def dropped() -> Dict[int, int]:
    """{inode: datagrams} that the kernel has dropped of each UDP socket of this network."""
    found = {}
    for path in _LISTS:
        try:
            with open(path, encoding='ascii') as file:
                rows = [line.split() for line in file.readlines()[1:]]
        except OSError:     # a kernel without IPv6
            continue
        found.update({int(row[9]): int(row[12]) for row in rows})
    return found


def advice(room: int, middleware: str) -> str:
    """What to do where this receive buffer, bytes, is too small."""
    try:
        with open(_ALLOWED, encoding='ascii') as file:
            allowed = int(file.read())
    except OSError:     # in a network namespace it is not shown
        allowed = room
    if allowed < transport.RECEIVED:
        return ('sudo sysctl -w net.core.rmem_max={} (and the same in a file of /etc/sysctl.d), '
                'then start this node anew'.format(transport.RECEIVED))
    if room < transport.RECEIVED and 'cyclonedds' in middleware:
        return "export {}='{}', then start this node anew".format(
            transport.CYCLONE, transport.SOCKETS.format(transport.RECEIVED))
    if room < transport.RECEIVED:
        return 'give the sockets {} bytes in the transport that you chose'.format(
            transport.RECEIVED)
    return 'take compressed images (image_transport), smaller or fewer ones'


class Watch:
    """Says in a node's log that its process has too little room, or that something was dropped."""

    def __init__(self, node) -> None:
        self._node = node
        self._middleware = get_rmw_implementation_identifier()
        self._dropped = self._count()
        self._said = -_QUIET
        # Fast DDS brings images of this machine through shared memory: only drops tell.
        room = self._room()
        if 'cyclonedds' in self._middleware and room < transport.RECEIVED:
            self._warn('images of other processes may get lost: this process\'s sockets have room '
                       'for {:.0f} KB'.format(room / 1024.), room)
        node.create_timer(PERIOD, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _look(self):
        now, before = self._count(), self._dropped
        lost = sum(max(0, count - before.get(inode, 0)) for inode, count in now.items())
        if lost and time.monotonic() >= self._said + _QUIET:
            self._said = time.monotonic()
            self._dropped = now
            room = self._room()
            self._warn('images get lost: the kernel dropped {} datagrams, since this process\'s '
                       'sockets have room for {:.0f} KB'.format(lost, room / 1024.), room)

    def _warn(self, what, room):
        self._node.get_logger().warning('{}: {}'.format(what, advice(room, self._middleware)))

    @staticmethod
    def _room():
        return max(udp_sockets().values() or (0,))

    @staticmethod
    def _count():
        counts = dropped()
        return {inode: counts.get(inode, 0) for inode in udp_sockets()}
