"""A long day of the node in little time: random but repeatable, and judged."""
import os
import random
import re
import signal
import time
from typing import Callable, Dict, List, NamedTuple, Tuple

import encoded
import rclpy
import resources
import stage
from audience import OTHERS, Audience
from keeper import Keeper
from ledger import Ledger
from node_process import NodeProcess, Peer

from openpose_ros.network.backends.tflite import SIZES_KEPT

NETWORK_HEIGHTS = (96, 128, 160)    # px; quick, and people are still found
# What the node is started with, and has whenever what it holds is counted.
START = {'network_height': NETWORK_HEIGHTS[0], 'image_transport': 'raw', 'flip': False,
         'image_reliability': 'best_effort', 'depth_transport': 'raw', 'overlap': 'on'}
_CONFIGURED = {'network_height': NETWORK_HEIGHTS, 'image_transport': ('raw', 'raw', 'compressed'),
               'flip': (False, False, True), 'image_reliability': ('best_effort', 'reliable'),
               'depth_transport': ('raw', 'none'), 'overlap': ('on', 'off')}
# The first is the default.
_LIVE = {
    'tracking.enabled': (True, False), 'tracking.max_age': (1.5, .5, 5.),
    'tracking.min_hits': (3, 1), 'tracking.smooth_keypoints': (True, False),
    'tracking.smooth_position': (True, False), 'decoding.peak_threshold': (.05, .03, .1),
    'decoding.assignment': ('greedy', 'hungarian'), 'decoding.upsampling': (1, 2),
    'decoding.min_parts': (4, 3), 'overlay.width': (0, 320), 'markers.lifetime': (1., 0.),
    'markers.plane_distance': (0., 2.), 'approach.person': ('nearest', 'centred'),
    'approach.distance': (1.2, .5), 'approach.max_facing_stddev': (20., 180.),
    'horizontal_fov': (0., 60.), 'camera_height': (0., 1.2), 'camera_pitch': (0., 10.),
    'depth_tolerance': (.05, 0.)}
_AFTERNOON = ('nothing', 'deactivate and activate', 'pause', 'nothing', 'nobody listens',
              'a new camera', 'deactivate and activate')
_MORNING = _AFTERNOON + ('clean up and configure', 'fail to configure')
_NO_MODEL = '/no/such/graph.pb'
_END = 2.   # s from SIGINT to the end
# Of the lines that a node in order prints none is like these.
_WRONG = re.compile(r'Traceback|\[(ERROR|FATAL)\]|\bError\b|terminate called|Segmentation')
_EXPECTED = 'cannot be configured: '


class Moment(NamedTuple):
    """Something that happened: s since the start, an event, and what was played."""

    at: float
    event: str
    label: str


class LongDay:
    """Plays the robot around a node, and keeps what has to be judged.

    ledger: of what was sent and heard. moments: what was played. end: exit code, once it has ended.
    """

    def __init__(self, folder, seed: int, say: Callable[[str], None] = print,
                 tick: Callable[[], None] = lambda: None,
                 stopped: Callable[[], bool] = lambda: False) -> None:
        """folder: for the node's log. say: takes a line on each phase. tick: called some times a
        second. stopped: whether to play no longer.
        """
        self._random = random.Random(seed)
        self._say, self._stopped = say, stopped
        self._folder = str(folder)
        self._stage = stage.Stage()
        self._decks = {}
        self._events, self._sizes = _MORNING, stage.SIZES
        self._scene = None
        self._provoked = 0      # times that configuring had to fail
        self._start = time.monotonic()
        self.ledger = Ledger()
        self.moments = []       # type: List[Moment]
        self.end = None
        # SciPy, which only the assignment hungarian needs, is loaded before anything is counted.
        self.process = NodeProcess(folder, dict(
            START, autostart='false', backend='tflite', warm_up_width=640, warm_up_height=480,
            **{'decoding.assignment': 'hungarian'}))
        self._peer = Peer()
        self._listener = rclpy.create_node('audience')
        self._audience = Audience(self._listener, self.ledger)
        self._keeper = Keeper(self.process, self._peer, self._audience, self.ledger, tick)
        self._camera = stage.Camera(self._peer.node, self.ledger)

    def close(self) -> None:
        """End all that is there, the node too."""
        self.process.kill()
        self._camera.close()
        self._audience.close()
        self._listener.destroy_node()
        self._peer.close()

    def begin(self) -> None:
        """Configure and activate the node and show it the largest images."""
        self._peer.state()
        self._audience.watch()
        self._keeper.configure(START)
        self._keeper.activate()
        self._show_the_largest()

    def every_event(self, seconds: float) -> None:
        """Play a phase of so many seconds with each kind of event."""
        for event in sorted(set(_MORNING)):
            self._phase(event, seconds)

    def phase(self, longest: float) -> None:
        """Play another phase, random in all it can be, of half to the whole of `longest` s."""
        self._phase(self._draw('event', self._events), self._random.uniform(.5, 1.) * longest)

    def afternoon(self) -> Dict[str, resources.Held]:
        """From now on the network stays loaded, and images have no more sizes than it keeps
        interpreters for, so that memory shows what it gains; what the node holds now.
        """
        found = self.held()
        self._show_the_largest()
        self._events, self._sizes = _AFTERNOON, stage.SIZES[-SIZES_KEPT:]
        self._decks.clear()
        return found

    def held(self) -> Dict[str, resources.Held]:
        """What the node holds in three states that are always the same: {state: resources}.

        'unconfigured'; 'active' and 'inactive': with an interpreter for each size it keeps.
        """
        self._audience.only(())
        self._camera.play(None)
        self._keeper.set({name: values[0] for name, values in _LIVE.items()})
        self._keeper.deactivate()
        self._keeper.clean_up()
        self._keeper.settle()
        found = {'unconfigured': resources.held(self.process.pid)}
        self._keeper.configure(START)
        self._keeper.activate()
        for size in stage.SIZES:
            self._play(self._stage.scene('nobody', size, 'bgr8', 30., 'steady', False, False), .1)
        self._camera.play(None)
        self._keeper.settle()
        found['active'] = resources.held(self.process.pid)
        self._keeper.deactivate()
        found['inactive'] = resources.held(self.process.pid)
        self._keeper.activate()
        return found

    def finish(self) -> None:
        """Stop all, let the counts be compared and end the node with SIGINT."""
        self._camera.play(None)
        self._keeper.deactivate()
        self.process.signal(signal.SIGINT)
        self.end = self.process.wait(_END)

    @property
    def came(self) -> Dict[str, int]:
        """Messages that the listeners heard who come and go, {topic: how many}."""
        return self._audience.came

    def memory(self, state: str) -> List[Tuple[float, float]]:
        """(s since the start, MB of its own) whenever it came to 'inactive' or 'unconfigured'."""
        return [(at - self._start, held) for at, held in getattr(self._keeper, state)]

    def wrong_lines(self) -> List[str]:
        """Lines of the node's log that should not be there."""
        found, expected = [], 0
        with open(os.path.join(self._folder, 'openpose.log'), encoding='utf-8') as log:
            for line in log:
                if _EXPECTED in line and _NO_MODEL in line:
                    expected += 1
                elif _WRONG.search(line):
                    found.append(line.strip()[:200])
        if expected != self._provoked:
            found.append('{} lines on a model that is not there instead of {}'.format(
                expected, self._provoked))
        return found[:20]

    def faults(self) -> List[str]:
        """What went wrong between images and skeletons, a line each."""
        return ['{} ({} times, first: {})'.format(what, times, example)
                for what, (times, example) in sorted(self.ledger.faults.items())]

    # A phase.

    def _show_the_largest(self):
        """So that all memory is there that images will need."""
        self._audience.only(OTHERS)
        for encoding in encoded.RAW:
            self._play(self._stage.scene('others', stage.LARGEST, encoding, 30., 'bursts', False,
                                         True), .2)

    def _phase(self, event, seconds):
        self._audience.only([topic for topic in sorted(OTHERS) if self._random.random() < .5])
        changes = {name: self._random.choice(_LIVE[name])
                   for name in self._random.sample(sorted(_LIVE), self._random.randint(0, 4))}
        scene = self._draw_scene()
        self.moments.append(Moment(time.monotonic() - self._start, event, scene.label))
        sent, heard = self.ledger.sent, self.ledger.heard
        self._play(scene, seconds / 2.)
        self._keeper.set(changes)
        {'nothing': lambda: None, 'deactivate and activate': self._restart,
         'clean up and configure': self._configure_anew, 'fail to configure': self._fail,
         'pause': self._pause, 'nobody listens': self._be_alone,
         'a new camera': self._change_camera}[event]()
        self._play(scene if self._fits(scene) else self._draw_scene(), seconds / 2.)
        self._say('{:6.0f} s  {}; {}{}; {} sent, {} skeletons'.format(
            self.moments[-1].at, scene.label, event,
            ''.join(', {}={}'.format(*change) for change in sorted(changes.items())),
            self.ledger.sent - sent, self.ledger.heard - heard))

    def _draw(self, name, values):
        """The next of the values; each comes once before one comes again."""
        deck = self._decks.setdefault(name, [])
        if not deck:
            deck.extend(self._random.sample(values, len(values)))
        return deck.pop()

    def _draw_scene(self):
        compressed = self._keeper.transport == 'compressed'
        return self._stage.scene(
            self._draw('act', stage.ACTS), self._draw('size', self._sizes),
            self._draw('compressed', encoded.COMPRESSED) if compressed
            else self._draw('raw', encoded.RAW),
            self._draw('rate', stage.RATES), self._draw('pattern', stage.PATTERNS),
            self._random.random() < .5, self._random.random() < .7)

    def _fits(self, scene):
        """Whether the node, as it is configured now, takes what this scene sends."""
        return hasattr(scene.shots[0].image, 'format') == (self._keeper.transport == 'compressed')

    def _play(self, scene, seconds):
        """Play the scene for so long, and on until skeletons have come."""
        heard, self._scene = self.ledger.heard, scene
        self._camera.play(scene)
        self._keeper.wait(seconds, self._stopped)
        self._keeper.until(lambda: self.ledger.heard > heard)

    # Events, most of them while images come in.

    def _restart(self):
        self._keeper.deactivate()
        self._keeper.activate()

    def _configure_anew(self):
        self._keeper.deactivate()
        self._keeper.clean_up()
        self._camera.play(None)
        self._keeper.configure({name: self._draw(name, values)
                         for name, values in sorted(_CONFIGURED.items())})
        self._keeper.activate()

    def _fail(self):
        self._keeper.deactivate()
        self._keeper.clean_up()
        model, = self._peer.get('model')
        self._keeper.set({'model': _NO_MODEL})
        self._provoked += 1
        self._keeper.expect(not self._peer.change_state('configure'), 'configured without a model')
        self._keeper.set({'model': model})
        self._keeper.configure({})
        self._keeper.activate()

    def _pause(self):
        self._keeper.expect(self._peer.enable(False), 'not paused')
        self._keeper.settle()
        heard = self.ledger.heard
        self._keeper.wait(.5)
        self._keeper.expect(self.ledger.heard == heard, 'skeletons while paused')
        self._keeper.expect(self._peer.enable(True), 'not enabled')

    def _be_alone(self):
        self._camera.play(None)
        self._keeper.settle()
        self._audience.leave()
        self._keeper.wait(.5)      # until the node knows; it would publish, and nobody count
        unheard = self._keeper.counts['without subscribers']
        self._camera.play(self._scene)
        self._keeper.until_status(lambda values: int(values['images without subscribers']) > unheard)
        self._camera.play(None)
        self._audience.watch()
        self._keeper.meet()

    def _change_camera(self):
        self._camera.play(None)
        self._camera.unplug()
        self._keeper.wait(.3)
        self._camera.plug()
