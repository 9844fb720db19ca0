"""What the node costs a small machine beside the network: CPU time, instructions and memory.

The network's maps are given (peers' maps of real images), so all that is measured is our own. All
runs on one core. Instructions are counted where valgrind is installed. Run by `make bench`.
"""
import glob
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

CORES = os.sched_getaffinity(0)
os.sched_setaffinity(0, {max(CORES)})   # before the libraries start their threads

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import rclpy  # noqa: E402
import report  # noqa: E402
from ament_index_python.packages import get_package_prefix  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from resources import resident  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.decoding import decode, to_image  # noqa: E402
from openpose_ros.network import Network  # noqa: E402
from openpose_ros.network.models import catalogue  # noqa: E402
from openpose_ros.people import people_in_image  # noqa: E402
from openpose_ros.perception import Perception  # noqa: E402
from openpose_ros.ros import outputs  # noqa: E402
from openpose_ros.ros.conversions import images  # noqa: E402
from openpose_ros.ros.node import parameters  # noqa: E402
from openpose_ros.ros.outputs.base import Seen  # noqa: E402
from openpose_ros.ros.process import transport  # noqa: E402
from openpose_ros.scene import UP, Camera, locate  # noqa: E402
from openpose_ros.tracking import Tracker  # noqa: E402

SIZE = (640, 480)       # px; what a robot's camera sends
JPEG_SIZE = (1280, 720)
JPEG, SMALL_JPEG = 'JPEG of 1280x720', 'the same, decoded at half its size'
RATE = 10.              # images/s
MANY = 'six people'     # the maps of apink2; 'one person' is the leftmost of them
IMAGES = 10000          # of the memory test
EVERY = 100             # images from one look at the memory to the next
OWN_LIMIT = 150.        # MB
COUNTED = 20            # calls whose instructions are counted
LIMITS = {'one person': 18., MANY: 25.}     # million instructions of an image beside the network
NODE_HEIGHT = 64        # px; a network that is quick, so that the node sees all images in minutes


class FixedMaps:
    """In place of a network's backend: gives one image's maps after the other, over and over."""

    description = 'fixed maps'

    def __init__(self, maps):
        self._maps = itertools.cycle(maps)

    def infer(self, image):
        return next(self._maps)


class Chain:
    """All that happens to one image, with what it needs already there."""

    def __init__(self, maps):
        self._node = rclpy.create_node('load')
        parameters.declare(self._node)
        values = parameters.values(self._node)
        self.outputs = [output(self._node) for output in outputs.ALL if output.wanted(values)]
        for output in self.outputs:
            output.configure(values)
        self.image = np.random.RandomState(0).randint(0, 256, SIZE[::-1] + (3,)).astype(np.uint8)
        self.depth = np.full(SIZE[::-1], 2500, np.uint16)
        self.message = images.write_image(self.image, Header(frame_id='camera'))
        self.camera = Camera.from_field_of_view(SIZE[0], SIZE[1], 60.)
        self.network = Network(catalogue.find(catalogue.DEFAULT), FixedMaps(maps))
        self._stamps = itertools.count()

    def stamp(self):
        """Time of the next image, s."""
        return next(self._stamps) / RATE

    def seen(self, people, stamp):
        """What outputs are given."""
        return Seen(self.image, self.message.header, self.message.header, stamp, people, people,
                    self.camera, np.array(UP), None)

    def steps(self):
        """Each step as a function, {name: function}, in the order in which an image takes them."""
        heatmaps, pafs, _ = self.network.infer(self.image)
        found = self.decode(heatmaps, pafs)
        placed = locate(found, self.camera)
        tracker = Tracker()
        for _ in range(5):
            tracked = tracker.update(placed, self.stamp())
        seen = self.seen(tracked, self.stamp())
        jpeg = images.write_compressed(cv2.resize(self.image, JPEG_SIZE), Header())
        steps = {'conversion': lambda: images.read_image(self.message),
                 JPEG: lambda: images.read_stretched(jpeg),
                 SMALL_JPEG: lambda: images.read_stretched(jpeg, enough=JPEG_SIZE[1] // 2),
                 'resizing': lambda: self.network.infer(self.image),
                 'decoding': lambda: self.decode(heatmaps, pafs),
                 'scene': lambda: locate(found, self.camera),
                 'scene with depth': lambda: locate(found, self.camera, self.depth),
                 'tracking': lambda: tracker.update(placed, self.stamp())}
        steps.update({output.topic: lambda output=output: built(output, seen)
                      for output in self.outputs})
        return steps

    def decode(self, heatmaps, pafs):
        """People in the image."""
        keypoints = to_image(decode(heatmaps, pafs), heatmaps.shape[:2], SIZE[::-1])
        return people_in_image(keypoints)

    def run(self, count):
        """Take so many images all the way; yields (images done, MB of memory) now and then."""
        perception = Perception(self.network, tracker=Tracker())
        for done in range(1, count + 1):
            stamp = self.stamp()
            perceived = perception.perceive(images.read_image(self.message), self.camera,
                                            self.depth, stamp)
            seen = self.seen(perceived.people, stamp)
            for output in self.outputs:
                built(output, seen)
            if not done % EVERY:
                yield done, resident(os.getpid())


def built(output, seen):
    """An output's message, ready to be sent."""
    if hasattr(output, 'serialized'):
        return output.serialized(seen)
    message = output.to_message(seen)
    return serialize_message(message) if message is not None else None


def main():
    if sys.argv[1:2] == ['--count']:
        return serve(sys.argv[2])
    if sys.argv[1:2] == ['--memory']:
        return print_memory(sys.argv[2], int(sys.argv[3]))
    import data
    cv2.setNumThreads(1)
    rclpy.init()
    with tempfile.TemporaryDirectory() as folder:
        cases = {}
        for name, maps in (('one person', leftmost(data)), (MANY, [load_maps(data, 'apink2')]),
                           ('all', [load_maps(data, each) for each in
                                    ('apink2', 'golf', 'p1', 'p3', 'ski')])):
            cases[name] = os.path.join(folder, name.split()[0] + '.npy')
            np.save(cases[name], np.array([np.dstack(pair) for pair in maps]))
        steps = {name: measure(cases[name]) for name in ('one person', MANY)}
        print_steps(steps)
        if '--steps' in sys.argv:
            return rclpy.shutdown()
        memory = {'chain': chain_memory(cases['all'])}
        memory.update(node_memory(data))
    rclpy.shutdown()
    print_memory_table(memory)
    plot(memory)
    report.write('load', {'steps': steps, 'memory_mb': memory,
                          'together': {case: total(measured) for case, measured in steps.items()}})
    return 0


def load_maps(data, name):
    maps = np.load(data.path('peer', 'maps', name + '.npz'))['maps']
    return maps[..., :19], maps[..., 19:]


def leftmost(data):
    heatmaps, pafs = load_maps(data, 'apink2')
    edge = heatmaps.shape[1] // 6
    for maps in (heatmaps, pafs):
        maps[:, edge:] = 0.
    return [(heatmaps, pafs)]


def chain_of(path):
    """A Chain of the maps in a file."""
    return Chain([(maps[..., :19].copy(), maps[..., 19:].copy()) for maps in np.load(path)])


# CPU time and instructions.

def measure(path):
    """CPU ms and millions of instructions of each step, {step: {'ms', 'instructions'}}."""
    steps = chain_of(path).steps()
    times = {name: [] for name in steps}
    for _ in range(20):   # in turn, so that all see the same machine
        for name, step in steps.items():
            step()
            start = time.process_time()
            for _ in range(10):
                step()
            times[name].append((time.process_time() - start) * 100.)
    counts = count_instructions(path, list(steps))
    return {name: {'ms': float(np.median(taken)), 'instructions': counts.get(name)}
            for name, taken in times.items()}


def count_instructions(path, names):
    """Millions of instructions of one call of each step; empty where there is no valgrind."""
    if not (shutil.which('valgrind') and shutil.which('callgrind_control')):
        print('instructions are not counted: valgrind is not installed')
        return {}
    out = path + '.callgrind'
    child = subprocess.Popen(
        ['valgrind', '--quiet', '--tool=callgrind', '--instr-atstart=no',
         '--callgrind-out-file=' + out, sys.executable, __file__, '--count', path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
    counts = {}
    pid = child.stdout.readline().strip()
    for name in names:
        say(child, name)
        control('--instr=on', pid)
        say(child, 'go')
        control('--instr=off', pid)
        before = set(glob.glob(out + '*'))
        control('--dump', pid)
        dumped, = set(glob.glob(out + '*')) - before
        with open(dumped) as file:
            counts[name] = int(re.search(r'^totals: (\d+)', file.read(), re.M).group(1)) / (
                COUNTED * 1e6)
    child.communicate()
    return counts


def say(child, line):
    """Tell the counted process something and wait for its answer."""
    child.stdin.write(line + '\n')
    child.stdin.flush()
    child.stdout.readline()


def control(order, pid):
    subprocess.run(['callgrind_control', order, pid], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)


def serve(path):
    """The counted process: for each name a warm-up, then the calls that are counted."""
    cv2.setNumThreads(1)
    rclpy.init()
    steps = chain_of(path).steps()
    print(os.getpid(), flush=True)
    for line in sys.stdin:
        step = steps.get(line.strip(), step if line.strip() == 'go' else None)
        for _ in range(COUNTED if line.strip() == 'go' else 3):
            step()
        print('done', flush=True)


def print_steps(steps):
    for case, measured in steps.items():
        rows = [[name, '{:.2f}'.format(step['ms']),
                 '-' if step['instructions'] is None else '{:.1f}'.format(step['instructions'])]
                for name, step in measured.items()]
        report.print_table('One image of {} on one core, maps 54x46'.format(case),
                           ('step', 'CPU ms', 'million instructions'), rows)
    report.print_table('Asked for', ('figure', 'measured', 'met'), [
        report.check('{}: million instructions beside the network <= {:.0f}'.format(
            case, LIMITS[case]), '{:.1f}'.format(total(measured)), total(measured) <= LIMITS[case])
        for case, measured in steps.items()])


def total(measured):
    """Million instructions of one image without depth, all outputs but the overlay heard."""
    return sum(step['instructions'] or float('nan') for name, step in measured.items()
               if name not in (JPEG, SMALL_JPEG, 'scene with depth', '~/overlay'))


# Memory.

def print_memory(path, count):
    """The process whose memory is looked at: everything of the node but a network."""
    cv2.setNumThreads(1)
    rclpy.init()
    print(json.dumps([[0, resident(os.getpid())]] + list(chain_of(path).run(count))))


def chain_memory(path):
    return json.loads(subprocess.check_output([sys.executable, __file__, '--memory', path,
                                               str(IMAGES)]).decode())


def node_memory(data):
    """Memory of the installed node, {'node without a network', 'node with TFLite'}: [(frame, MB)].

    The second sees IMAGES images, each sent when the skeletons of the one before have come.
    """
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import Image

    from openpose_ros.msg import SkeletonArray
    image = cv2.resize(cv2.imread(data.path('peer', 'images', 'apink2.jpg')), SIZE)
    idle = start_node('autostart:=false')
    time.sleep(6.)
    figures = {'node without a network': [[0, resident(idle.pid)]]}
    stop(idle)
    node = start_node('backend:=tflite', 'network_height:={}'.format(NODE_HEIGHT))
    camera = rclpy.create_node('camera')
    publisher = camera.create_publisher(Image, 'image', qos_profile_sensor_data)
    came = threading.Event()
    camera.create_subscription(SkeletonArray, 'openpose/skeletons', lambda _: came.set(), 10)
    found = figures['node with TFLite'] = []
    started, done = time.monotonic(), 0
    try:
        while done < IMAGES:
            header = Header(frame_id='camera', stamp=camera.get_clock().now().to_msg())
            publisher.publish(images.write_image(image, header))
            came.clear()
            sent = time.monotonic()
            while not came.is_set() and time.monotonic() - sent < 1.:
                rclpy.spin_once(camera, timeout_sec=.05)
            if came.is_set():
                if not done % EVERY:
                    found.append([done, resident(node.pid)])
                done += 1
            elif node.poll() is not None or time.monotonic() - started > 60. and not done:
                sys.exit('the node gives no skeletons')
    finally:
        stop(node)
        camera.destroy_node()
    return figures


def start_node(*values):
    executable = os.path.join(get_package_prefix('openpose_ros'), 'lib', 'openpose_ros', 'openpose')
    return subprocess.Popen(
        [executable, '--ros-args', '--log-level', 'warn']
        + [argument for value in values for argument in ('-p', value)],
        preexec_fn=lambda: os.sched_setaffinity(0, CORES))


def stop(process):
    process.terminate()
    process.wait(10.)


def growth(track):
    """MB by which memory grew from the tenth of the images to the last."""
    early = [mb for done, mb in track if done >= track[-1][0] / 10.]
    return early[-1] - early[0]


def print_memory_table(memory):
    chain, node = memory['chain'], memory['node with TFLite']
    rows = [[name, len(track) > 1 and track[-1][0] or '-', '{:.0f}'.format(track[0][1]),
             '{:.0f}'.format(max(mb for _, mb in track)),
             '{:+.1f}'.format(growth(track)) if len(track) > 1 else '-']
            for name, track in memory.items()]
    report.print_table('Resident memory, MB', ('process', 'images', 'first', 'most',
                                               'growth after a tenth'), rows)
    most = max(mb for _, mb in chain)
    report.print_table('Asked for', ('figure', 'measured', 'met'), [
        report.check('the node without a network\'s library <= 150 MB', '{:.0f}'.format(most),
                     most <= OWN_LIMIT)] + [
        report.check('{}: flat over {} images (+- 2 MB)'.format(name, IMAGES),
                     '{:+.1f}'.format(growth(track)), abs(growth(track)) <= 2.)
        for name, track in (('chain', chain), ('node', node))])


def plot(memory):
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, track in memory.items():
        axes.plot(*np.array(track).T, marker='o' if len(track) == 1 else '', label=name)
    axes.axhline(OWN_LIMIT, color='grey', linestyle=':')
    axes.set(xlabel='images', ylabel='resident memory, MB', ylim=(0, None),
             title='Memory over {} images'.format(IMAGES))
    axes.legend()
    axes.grid(alpha=.3)
    report.save_plot('load_memory', figure)


transport.carry_images(transport.MESSAGES)
os.environ.setdefault('ROS_DOMAIN_ID', '86')   # not to hear, or be heard by, anyone else

if __name__ == '__main__':
    sys.exit(main())
