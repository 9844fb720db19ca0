"""How long the node's messages take to build, for 1 to 100 people, and to publish.

The target: markers, poses and diagnostics together at most 1 ms for 10 people.
"""
import argparse
import functools
import sys
from types import SimpleNamespace

import numpy as np
import report
from rclpy.serialization import serialize_message
from std_msgs.msg import Header

from openpose_ros.people import people_in_image
from openpose_ros.ros import outputs
from openpose_ros.ros.node import diagnostics, parameters
from openpose_ros.ros.node.statistics import Statistics
from openpose_ros.ros.outputs.base import Seen
from openpose_ros.scene import UP

COUNTS = (1, 3, 10, 30, 100)
ROUNDS = 200
BUILT = (outputs.Skeletons, outputs.Markers, outputs.Poses, outputs.ApproachGoal)


def crowd(count: int):
    """People of whom everything is known."""
    rng = np.random.RandomState(count)
    people = people_in_image(rng.uniform(0., 1., (count, 18, 3)) * (640, 480, 1.))
    turn = rng.uniform(-np.pi, np.pi, count)
    direction = np.column_stack((np.sin(turn), 0. * turn, np.cos(turn)))
    position = rng.uniform((-3., -.5, 1.), (3., .5, 6.), (count, 3))
    return people._replace(
        points=position[:, None] + rng.normal(0., .3, (count, 18, 3)), position=position,
        position_covariance=np.tile(.01 * np.eye(3), (count, 1, 1)), facing=direction,
        facing_stddev=np.full(count, .2), gaze=direction, gaze_stddev=np.full(count, .2),
        velocity=.5 * direction, ids=np.arange(1, count + 1, dtype=np.uint32))


def diagnostics_builder():
    """Function that builds a status of a node that has run for a while."""
    statistics = Statistics()
    for _ in range(200):
        statistics.processed(10, dict.fromkeys(
            ('network', 'decoding', 'scene', 'tracking', 'conversion', 'publishing',
             'beside_network', 'latency'), .1))
        statistics.paired(.01)
    health = diagnostics.Health('active', 400, 200, .1, .1, 1, (), {'model': 'm', 'network': 'n'})
    thresholds = diagnostics.Thresholds(2., 1., .5)

    def build():
        snapshot = statistics.snapshot()
        return diagnostics.build(health, snapshot, snapshot.counts, 1., thresholds)
    return build


def measure(count: int, values) -> dict:
    """Least milliseconds, {what: ms}, of each message for so many people."""
    node = SimpleNamespace(create_publisher=lambda *_: None)
    people = crowd(count)
    seen = Seen(np.zeros((480, 640, 3), np.uint8), Header(), Header(), 1., people, people, None,
                np.array(UP), None)
    functions = {}
    for kind in BUILT:
        output = kind(node)
        output.configure(values)
        written = getattr(output, 'serialized', None)
        functions[kind.topic] = functools.partial(written or output.to_message, seen)
        if not written:
            functions[kind.topic + ' serialized'] = functools.partial(serialize_message,
                                                                      output.to_message(seen))
    functions['/diagnostics'] = diagnostics_builder()
    times = report.time_in_turn_ms(functions, ROUNDS, 5)
    return {what: float(taken.min()) for what, taken in times.items()}


def main() -> int:
    """Measure, print the table and write benchmark_output/outputs.json."""
    argparse.ArgumentParser(description=__doc__.split('\n\n')[0]).parse_args()
    values = {parameter.name: parameter.default for parameter in parameters.PARAMETERS}
    figures = {count: measure(count, values) for count in COUNTS}
    report.print_table(
        'Building the messages of one image, least ms', ['message'] + [
            '{} people'.format(count) for count in COUNTS],
        [[what] + ['{:.2f}'.format(figures[count][what]) for count in COUNTS]
         for what in figures[COUNTS[0]]])
    together = sum(figures[10][what] for what in ('~/markers', '~/people', '/diagnostics'))
    report.print_table('Asked for', ('figure', 'measured', 'met'), [report.check(
        'markers, people and diagnostics of 10 people <= 1 ms', '{:.2f}'.format(together),
        together <= 1.)])
    report.write('outputs', figures)
    return 0


if __name__ == '__main__':
    sys.exit(main())
