"""A bad cable: carries Ethernet frames between two TAP devices, late, and loses some.

Run as a process of its own: `bad_link.py DEVICE DEVICE SEED` makes the devices where it runs and
prints `ready`. Each line `DELAY LOSS` (s, share) on its standard input sets what happens to
frames from then on; it ends with its input. It stands in for `tc netem` where the kernel has none.
"""
import collections
import fcntl
import os
import random
import selectors
import struct
import sys
import time

_TUNSETIFF = 0x400454ca
_IFF_TAP, _IFF_NO_PI = 0x2, 0x1000     # linux/if_tun.h
_LONGEST_FRAME = 1 << 16
_AT_ONCE = 64           # frames taken from one device before the other has its turn
_ROOM = 20000           # frames on their way; more are lost, as in any cable's switch


def tap(name):
    """File descriptor of a new TAP device: what is read was sent out of it, and the reverse."""
    descriptor = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack('16sH', name.encode(), _IFF_TAP | _IFF_NO_PI))
    return descriptor


class Cable:
    """Two ends, and the frames between them."""

    def __init__(self, ends, seed):
        self._ends = ends
        self._on_the_way = collections.deque()      # (time due, end, frame), the earliest first
        self._random = random.Random(seed)
        self.delay, self.loss = 0., 0.

    def take(self, end):
        """Take frames that came in at an end."""
        for _ in range(_AT_ONCE):
            try:
                frame = os.read(self._ends[end], _LONGEST_FRAME)
            except OSError:     # no more at the moment, or the device is down
                return
            if self._random.random() >= self.loss and len(self._on_the_way) < _ROOM:
                self._on_the_way.append((time.monotonic() + self.delay, 1 - end, frame))

    def deliver(self):
        """Hand over what is due; s until more is, None where nothing is on its way."""
        while self._on_the_way:
            due, end, frame = self._on_the_way[0]
            wait = due - time.monotonic()
            if wait > 0.:
                return wait
            self._on_the_way.popleft()
            try:
                os.write(self._ends[end], frame)
            except OSError:     # the device is down, or full: lost
                pass
        return None


def main():
    ends = [tap(name) for name in sys.argv[1:3]]
    cable = Cable(ends, int(sys.argv[3]))
    waiting = selectors.DefaultSelector()
    for end, descriptor in enumerate(ends):
        waiting.register(descriptor, selectors.EVENT_READ, end)
    waiting.register(sys.stdin, selectors.EVENT_READ)
    print('ready', flush=True)
    while True:
        for key, _ in waiting.select(cable.deliver()):
            if key.fileobj is not sys.stdin:
                cable.take(key.data)
                continue
            line = sys.stdin.readline()
            if not line:
                return
            cable.delay, cable.loss = (float(word) for word in line.split())


if __name__ == '__main__':
    main()
