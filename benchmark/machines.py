"""Camera, node and consumer on three machines: what arrives, and how long a cut is felt.

The machines are namespaces of this one, joined by a switch (test/ros/hosts.py); links of 1 Gbit/s
and 100 Mbit/s are the kernel's (TBF), a bad link's delay and loss are netem's or, where the kernel
has none, bad_link.py's. Run by `make bench-machines` as root.
"""
import functools
import os
import sys
import tempfile
import time
from typing import NamedTuple

import numpy as np
import report

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'test', 'ros'))
import hosts  # noqa: E402
from host_processes import (Listener, start_camera, start_node,  # noqa: E402
                            wait_until)

from openpose_ros.ros.process import transport  # noqa: E402

SECONDS = 6.            # of images, each case
SETTLE = 3.             # s until everybody has found everybody
NETWORK_HEIGHT = 64     # px; a network that takes no time to speak of: this is about the way
VGA, HD = (640, 480), (1280, 720)
CUTS = (1., 10., 10., 10., 30., 30.)    # s

# A kernel whose net.core.rmem_max is 208 KB gives no larger buffers than this asks for.
SMALL_BUFFERS = 'DEFAULT?sockets_size=212992B'
SMALL_MESSAGES = transport.TRANSPORTS.format(transport.IMAGES) + '&max_msg_size=1400B'


class Case(NamedTuple):
    """link: Mbit/s, or (delay s, loss) either way of the node's; None: as fast as this machine is.

    transports: of all processes, as FASTDDS_BUILTIN_TRANSPORTS has it; '': what they choose.
    reliability: of the node's subscription. beside: whether the camera is at the node's machine.
    consumer: reliability of the consumer's subscription.
    """

    images: str
    size: tuple
    rate: float
    link: object = None
    transports: str = ''
    reliability: str = 'best_effort'
    beside: bool = False
    consumer: str = 'reliable'


CASES = [Case(images, size, rate)
         for images in ('raw', 'compressed') for size in (VGA, HD) for rate in (15., 30.)]
CASES += [Case(images, HD, 15., transports=transports)
          for transports in ('DEFAULT', SMALL_BUFFERS) for images in ('raw', 'compressed')]
CASES += [Case('raw', HD, 15., transports=SMALL_BUFFERS, reliability='reliable'),
          Case('raw', HD, 15., transports='LARGE_DATA'),
          Case('raw', HD, 15., reliability='reliable')]
CASES += [Case(images, size, 15., megabits)
          for megabits, size in ((1000, HD), (100, VGA)) for images in ('raw', 'compressed')]
CASES += [Case('compressed', HD, 15., 100),
          Case('raw', VGA, 15., 100, reliability='reliable'),
          Case('raw', VGA, 15., 100, 'LARGE_DATA')]
CASES += [Case('compressed', VGA, 15., (.1, 0.))]
CASES += [Case('compressed', VGA, 15., (.1, .05), transports, reliability)
          for transports in ('', SMALL_MESSAGES) for reliability in ('best_effort', 'reliable')]
CASES += [Case('compressed', VGA, 15., (.1, .05), 'LARGE_DATA'),
          Case('compressed', (320, 240), 15., (.1, .05)),
          Case('compressed', (320, 240), 15., (.1, .05), consumer='best_effort'),
          Case('raw', HD, 15., (.1, .05), beside=True),
          Case('raw', HD, 15., (.1, .05), beside=True, consumer='best_effort')]


def start(network, folder, images, link, environment=(), reliability='best_effort',
          consumer='reliable'):
    """Three machines with node and consumer: (machine of the camera, of the node, listener)."""
    camera, desk = network.host(), network.host()
    robot = network.host_at_bad_link(*link) if isinstance(link, tuple) else network.host()
    if isinstance(link, int):
        for host in (camera, robot, desk):
            network.limit(host, link)
    listener = Listener(desk, folder, environment=environment, reliability=consumer)
    start_node(robot, folder, {'network_height': NETWORK_HEIGHT, 'image_transport': images,
                               'image_reliability': reliability}, environment=environment)
    time.sleep(SETTLE)
    return camera, robot, listener


def run(case):
    """The figures of one case."""
    environment = {transport.VARIABLE: case.transports} if case.transports else {}
    with tempfile.TemporaryDirectory() as folder, hosts.Network() as network:
        camera, robot, listener = start(network, folder, case.images, case.link, environment,
                                        case.reliability, case.consumer)
        sent = int(case.rate * SECONDS)
        start_camera(robot if case.beside else camera, folder, case.size[0], case.size[1],
                     case.rate, sent, environment=environment)
        time.sleep(2. * SETTLE + SECONDS)   # what comes later than that counts as lost
        latencies = [1e3 * (line['at'] - line['stamp']) for line in listener.skeletons()]
        return dict(sent=sent, arrived=listener.arrived(), skeletons=len(latencies),
                    latency_median=float(np.median(latencies)) if latencies else None,
                    latency_95=float(np.percentile(latencies, 95.)) if latencies else None)


def recovery(link):
    """Seconds until skeletons of new images come again, after each of CUTS."""
    with tempfile.TemporaryDirectory() as folder, hosts.Network() as network:
        camera, robot, listener = start(network, folder, 'compressed', link)
        start_camera(camera, folder, 320, 240, 15.)
        wait_until(listener.skeletons)
        taken = []
        for cut in CUTS:
            network.cut(robot)
            time.sleep(cut)
            joined = time.time()
            network.join(robot)
            wait_until(functools.partial(listener.skeletons, joined))
            taken.append(listener.skeletons(joined)[0]['at'] - joined)
            time.sleep(SETTLE)
        return taken


def describe(link):
    if link is None:
        return 'free'
    if isinstance(link, tuple):
        return '{:.0f} ms, {:.0f} %'.format(1e3 * link[0], 100. * link[1])
    return '{} Mbit/s'.format(link)


def main():
    if hosts.why_not():
        sys.exit('error: ' + hosts.why_not())
    chosen = CASES if len(sys.argv) < 2 else [CASES[int(number)] for number in sys.argv[1:]]
    rows, figures = [], []
    for case in chosen:
        found = run(case)
        figures.append(dict(found, case=case._asdict()))
        rows.append(['{} {}x{}{}'.format(case.images, case.size[0], case.size[1],
                                         ', beside the node' if case.beside else ''),
                     '{:.0f}'.format(case.rate), describe(case.link), case.transports or 'own',
                     case.reliability, case.consumer] +
                    ['-' if value is None else '{:.0f}'.format(value) for value in found.values()])
        print(*rows[-1], flush=True)
    report.print_table('From machine to machine', (
        'images', 'Hz', 'link', 'transports', 'node asks for', 'consumer asks for', 'sent',
        'arrived', 'skeletons', 'latency median, ms', '95 %'), rows)
    recovered = {}
    if len(sys.argv) < 2:
        recovered = {describe(link): recovery(link) for link in (None, (.1, .05))}
        report.print_table('Seconds until skeletons flow again', ['link'] + [
            'cut of {:.0f} s'.format(cut) for cut in CUTS],
            [[link] + ['{:.1f}'.format(value) for value in taken]
             for link, taken in recovered.items()])
    report.write('machines', {'cases': figures, 'recovery': recovered})


if __name__ == '__main__':
    main()
