"""People in the frame odom while the robot turns: their places and velocities are their own.

The images' stamps are 100 ms old when they come, TF comes at 20 Hz; the way from TF to people is
the node's (Frames, Geometry, Perception), but for tf2_ros where that is not installed.
"""
import math
import os
import sys
import time

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [_HERE, os.path.join(_HERE, '..', '..', 'approach'), os.path.join(_HERE, '..', '..')]
import eyes  # noqa: E402
import tf2_stand_in  # noqa: E402
from actors import Actor  # noqa: E402
from geometry_msgs.msg import TransformStamped  # noqa: E402
from rclpy.time import Time  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from openpose_ros.approach import Place  # noqa: E402
from openpose_ros.ros.conversions import rotations, tf2  # noqa: E402
from openpose_ros.ros.node import parameters  # noqa: E402
from openpose_ros.ros.node.geometry import Geometry  # noqa: E402
from openpose_ros.ros.node.parameter_table import PARAMETERS  # noqa: E402
from openpose_ros.ros.node.statistics import Statistics  # noqa: E402
from openpose_ros.ros.node.transforms import Frames  # noqa: E402

RATE, TF_RATE, AGE = 10., 20., .1       # Hz, Hz, s
BEGIN = 1000.                           # s


def robot_at(stamp, turn_rate):
    """It looks to and fro past the person, always turning, and creeps ahead."""
    swing = .5
    phase = (turn_rate * (stamp - BEGIN) / swing) % 4.
    yaw = swing * (phase if phase < 1. else 2. - phase if phase < 3. else phase - 4.)
    return Place(.1 * (stamp - BEGIN), 0., yaw)


def transform_at(stamp, turn_rate):
    mounting = eyes.mounting_of(robot_at(stamp, turn_rate))
    found = TransformStamped()
    found.header.stamp = Time(seconds=stamp).to_msg()
    found.header.frame_id, found.child_frame_id = 'odom', 'eye'
    move, turn = found.transform.translation, found.transform.rotation
    move.x, move.y, move.z = mounting.translation.tolist()
    turn.x, turn.y, turn.z, turn.w = rotations.quaternions(mounting.rotation).tolist()
    return found


class Watch:
    """What the node's own way from TF to people makes of an actor while the robot turns."""

    def __init__(self, monkeypatch, actor, tf_delay=0., missing=(math.inf, math.inf)):
        """tf_delay: s by which TF comes late. missing: (from, to) s without TF."""
        monkeypatch.setattr(tf2, 'tf2_ros', tf2_stand_in.module())
        self.lines, self.statistics = [], Statistics()
        self._geometry = Geometry(self.statistics, Frames(None), self.lines.append)
        self._buffer = tf2_stand_in.TransformListener.newest
        values = {parameter.name: parameter.default for parameter in PARAMETERS}
        self._settings = parameters.settings(dict(values, target_frame='odom'))
        self._eyes = eyes.SyntheticEyes([actor], np.random.RandomState(1), True)
        self._tf_delay, self._missing = tf_delay, missing
        self._next_tf = BEGIN - 1.

    def look(self, stamp, turn_rate=1.):
        """The people in odom at a stamp, the image of which comes AGE later."""
        arrival, now = time.monotonic(), stamp + AGE

        def hear():
            passed = time.monotonic() - arrival
            while self._next_tf + self._tf_delay <= now + passed:
                if not self._missing[0] <= self._next_tf < self._missing[1]:
                    self._buffer.set_transform(transform_at(self._next_tf, turn_rate))
                self._next_tf += 1. / TF_RATE
        hear()
        self._buffer.meanwhile = hear
        header = Header(stamp=Time(seconds=stamp).to_msg(), frame_id='eye')
        mounting = self._geometry.mounting(header, arrival, self._settings)
        return self._eyes.look(stamp, robot_at(stamp, turn_rate), mounting=mounting).people


def watch(monkeypatch, actor, seconds=8., turn_rate=1., **faults):
    """(stamps, positions on the ground (n, 2), velocities (n, 2), ids, Watch) of the actor."""
    watching = Watch(monkeypatch, actor, **faults)
    rows = []
    for step in range(int(seconds * RATE)):
        stamp = BEGIN + step / RATE + .013
        people = watching.look(stamp, turn_rate)
        if people.count:
            rows.append((stamp, people.position[0, :2], people.velocity[0, :2], people.ids[0]))
    stamps, positions, velocities, ids = zip(*rows)
    return np.array(stamps), np.array(positions), np.array(velocities), ids, watching


STANDS = Actor(Place(3., 0., math.pi))


def test_who_stands_stays_where_they_are_while_the_robot_turns(monkeypatch):
    stamps, positions, velocities, ids, watching = watch(monkeypatch, STANDS)
    later = stamps > BEGIN + 1.5
    off = np.linalg.norm(positions - STANDS.place[:2], axis=1)[later]
    assert off.max() < .05
    assert np.linalg.norm(velocities[later], axis=1).max() < .15
    assert set(ids) == {1} and len(ids) > 70 and not watching.lines


def test_who_walks_has_their_own_velocity(monkeypatch):
    actor = Actor(Place(3.5, -1., math.pi / 2.), walks=.5)
    actor = actor._replace(between=(BEGIN, math.inf))
    stamps, _, velocities, _, _ = watch(monkeypatch, actor, seconds=4.)
    later = stamps > BEGIN + 2.
    np.testing.assert_allclose(velocities[later].mean(axis=0), (0., .5), atol=.12)


def test_tf_that_comes_late_is_waited_for(monkeypatch):
    # 50 ms after the image: within the patience.
    stamps, positions, _, ids, watching = watch(monkeypatch, STANDS, seconds=4., tf_delay=.12)
    off = np.linalg.norm(positions - STANDS.place[:2], axis=1)[stamps > BEGIN + 1.5]
    assert off.max() < .05 and set(ids) == {1} and not watching.lines


def test_while_tf_is_missing_people_stay_in_the_image_and_are_the_same_afterwards(monkeypatch):
    stamps, positions, _, ids, watching = watch(monkeypatch, STANDS, seconds=6.,
                                                missing=(BEGIN + 3., BEGIN + 4.))
    assert any('no transform from eye to odom' in line for line in watching.lines)
    after = stamps > BEGIN + 4.6
    off = np.linalg.norm(positions - STANDS.place[:2], axis=1)[after]
    assert off.max() < .05 and set(ids) == {1}
