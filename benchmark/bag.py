"""Images a second that `bag` takes through the whole chain, against what the network alone does.

Run by `make bench-bag`, on a recording that it makes of two real people with depth.
"""
import os
import tempfile
import time

import cv2
import numpy as np
import report  # first: it finds what the tests share
import data
from made_recordings import DEPTH, START, Made

from openpose_ros.recordings import Recording
from openpose_ros.ros.node import parameters
from openpose_ros.ros.offline.chain import Chain, Part
from openpose_ros.ros.offline.feed import choose_topics
from openpose_ros.ros.offline.sink import BagNode
from openpose_ros.ros.offline.values import read_values
from openpose_ros.ros.tools.bag import Bag

IMAGES, ROUNDS = 60, 3


def make(path, image, depth):
    with Made(path, 'mcap') as made:
        for number in range(IMAGES):
            now = START + number * 33333333
            made.info(640, 480, now)
            made.image(image, now)
            made.image(depth, now, DEPTH)
    return made.path


def network_rate(values, image):
    """Images a second of the network alone, on images resized already."""
    network = parameters.load_network(values)
    small = cv2.resize(image, (496, 368))
    network.infer(small)
    start = time.perf_counter()
    for _ in range(IMAGES):
        network.infer(small)
    return IMAGES / (time.perf_counter() - start)


def whole_rate(values, path, folder):
    """Images a second of the whole chain, bag to bag."""
    with Recording(path) as recording:
        topics = choose_topics(recording, [('depth', DEPTH)])
        bag = Bag(folder, 'out')
        chain = Chain(values, BagNode(bag, {}), recording, False, print, topics.image)
        chain.run(recording, topics, Part(every=20), lambda people: None)     # warm
        start = time.perf_counter()
        done = chain.run(recording, topics, Part(), lambda people: None)
        seconds = time.perf_counter() - start
        bag.close()
    assert done.looked_at > IMAGES / 2
    return done.looked_at / seconds


def main():
    image = cv2.imread(data.path('rgbd_two_people', 'color', '00020.png'))
    depth = cv2.imread(data.path('rgbd_two_people', 'depth', '00020.png'), cv2.IMREAD_UNCHANGED)
    values = read_values(None)
    network, whole = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = make(os.path.join(folder, 'in'), image, depth)
        for number in range(ROUNDS):    # in turn, so that both see the same machine
            network.append(network_rate(values, image))
            out = os.path.join(folder, str(number))
            os.makedirs(out)
            whole.append(whole_rate(values, path, out))
    share = float(np.median(np.divide(whole, network)))
    report.print_table('{} images of 640x480 with depth, two people'.format(IMAGES),
                       ('', 'images/s'), [['network alone', '{:.1f}'.format(np.median(network))],
                                          ['bag to bag', '{:.1f}'.format(np.median(whole))]])
    report.print_table('Asked for', ('figure', 'measured', 'met'), [report.check(
        "at least 0.95 of the network's own rate", '{:.2f}'.format(share), share >= .95)])
    report.write('bag', {'network_hz': float(np.median(network)),
                         'whole_hz': float(np.median(whole)), 'share': share})


if __name__ == '__main__':
    main()
