"""A long day of the node in minutes: is it still as it was in the morning?

Plays camera, listeners and operator for the installed node with its real network, over DDS, at
random but repeatably (test/ros/long_day.py). Judges memory, threads, file descriptors, the order of
what is published, its age and the node's log. Run by `make soak MINUTES=10`; Ctrl-C ends it early,
with a report of what was done so far.
"""
import argparse
import os
import random
import signal
import sys
import tempfile
import time
from typing import List, NamedTuple, Optional, Tuple

import numpy as np
import report
import resources
import tqdm
from scipy.stats import theilslopes

from openpose_ros.ros.process import transport

transport.carry_images()
os.environ.setdefault('ROS_DOMAIN_ID', '85')   # not to hear, or be heard by, anyone else

import ledger  # noqa: E402
import rclpy  # noqa: E402
from long_day import NETWORK_HEIGHTS, LongDay  # noqa: E402
from rclpy.signals import SignalHandlerOptions  # noqa: E402

PHASE = 5.              # s, at most, plus what its event takes
WARM_UP = 1.            # s of each kind of phase before anything is counted
MOST_SAMPLES = 3600     # so that the longest day needs no more memory than an hour
SLOPE_LIMIT = 1.        # MB/min, and MB each time it is cleaned up
WITHIN = .99            # share of the images that must be as new as asked for


class Sample(NamedTuple):
    """at: s since the start. age: the worst since the last sample, s; None without any skeleton."""

    at: float
    held: resources.Held
    age: Optional[float]


class Soak:
    """The long day, and what was measured of the process meanwhile.

    held: what the node held, {'morning', 'noon', 'evening': LongDay.held()}. morning,
    noon, lasted: s; None: they did not come.
    """

    def __init__(self, folder: str, minutes: float, seed: int) -> None:
        self._seconds = 60. * minutes
        self._every = max(1., self._seconds / MOST_SAMPLES)
        self._bar = tqdm.tqdm(total=int(self._seconds), unit='s', dynamic_ncols=True,
                              bar_format='{l_bar}{bar}| {elapsed} done, {remaining} left')
        self._stop = False
        self._start = time.monotonic()
        self.samples = []       # type: List[Sample]
        self.held, self.morning, self.noon, self.lasted = {}, None, None, 0.
        self.jam = ''
        self.day = LongDay(folder, seed, self._bar.write, self._tick, lambda: self._stop)

    def run(self) -> None:
        """Play until the time is over, or Ctrl-C; a second Ctrl-C drops everything."""
        signal.signal(signal.SIGINT, self._on_sigint)
        try:
            self.day.begin()
            self.day.every_event(WARM_UP)
            self.held['morning'] = self.day.held()
            self.morning = self._now()
            self._play_until(self._seconds / 2.)
            if not self._stop:
                self.held['noon'] = self.day.afternoon()
                self.noon = self._now()
                self._play_until(self._seconds)
            self.held['evening'] = self.day.held()
            self.day.finish()
        except Exception as error:   # whatever it is, there is something to report
            self.jam = '{}: {}'.format(type(error).__name__, error)
        finally:
            self.lasted = self._now()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._bar.close()
            self.day.close()

    def _play_until(self, end):
        while not self._stop and self._now() < end:
            self.day.phase(PHASE)

    def _now(self):
        return time.monotonic() - self._start

    def _on_sigint(self, *_):
        if self._stop:
            raise KeyboardInterrupt
        self._stop = True
        self._bar.write('ending: the counts are compared first')

    def _tick(self):
        now = self._now()
        if self.samples and now - self.samples[-1].at < self._every:
            return
        held = resources.held(self.day.process.pid)
        self.samples.append(Sample(now, held, self.day.ledger.take_worst() or None))
        self._bar.update(min(int(now), self._bar.total) - self._bar.n)


def main() -> int:
    """Play, print the table, write soak.json and soak.png; 0 if everything asked for is met."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--minutes', type=float, default=5.)
    parser.add_argument('--seed', type=int, default=random.randrange(2 ** 32),
                        help='of what is played; the same seed plays the same')
    options = parser.parse_args()
    print('seed {}; mobilenet_thin at heights of {} px through TFLite; {:.1f} processes were busy '
          'before'.format(options.seed, ', '.join(map(str, NETWORK_HEIGHTS)), os.getloadavg()[0]))
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(folder, options.minutes, options.seed)
        soak.run()
        wrong_lines = soak.day.wrong_lines()
    rclpy.shutdown()
    rows = judged(soak, wrong_lines)
    for line in soak.day.faults() + wrong_lines + [soak.jam] * bool(soak.jam):
        print('fault:', line)
    print_played(soak)
    report.print_table('A long day of {:.1f} min'.format(soak.lasted / 60.),
                       ('figure', 'measured', 'met'), rows)
    if soak.day.memory('unconfigured'):
        plot(soak)
    report.write('soak', figures(soak, options, rows, wrong_lines))
    return 0 if all(row[-1] == 'yes' for row in rows) else 1


def judged(soak, wrong_lines):
    """The rows of the table of what was asked for."""
    day, ages = soak.day, soak.day.ledger.ages()
    morning, evening = (soak.held.get(when) for when in ('morning', 'evening'))
    rows = [
        report.check('no crash, no jam: the same process, exit code 0 on SIGINT',
                     soak.jam or 'exit code {}'.format(day.end), not soak.jam and day.end == 0),
        report.check('no traceback or unexpected error in its log', len(wrong_lines),
                     not wrong_lines)]
    if evening is not None:
        for state, before in sorted(morning.items()):
            for name in ('threads', 'descriptors'):
                pair = getattr(before, name), getattr(evening[state], name)
                rows.append(report.check('{}, {}: in the evening as in the morning'.format(
                    name, state), '{} -> {}'.format(*pair), pair[1] == pair[0]))
    rows += judged_memory(soak)
    rows.append(report.check('every image looked at published once, in order',
                             '{} of {}'.format(day.ledger.heard, day.ledger.processed),
                             not day.faults() and day.ledger.heard == day.ledger.processed > 0))
    if ages is not None:
        rows.append(report.check(
            '{:.0%} not older than two networks, the rest and {:.0f} ms'.format(
                WITHIN, 1e3 * ledger.SLACK), '{:.2%}'.format(ages.within), ages.within >= WITHIN))
    return rows


def judged_memory(soak):
    """The rows on memory.

    The process's own is compared where the node has handed back what it does not use. While it is
    active glibc keeps some of that, more or less of it by what was played last. Files are in memory
    once they have been read, and a segment of shared memory once messages have filled it: both have
    an end, so of segments it is asked that no more are mapped.
    """
    slope, per_clean_up = slope_of(soak), slope_of_clean_ups(soak)
    if slope is None or per_clean_up is None or 'evening' not in soak.held:
        return [report.check('memory', 'the day was too short', False)]
    rows = [report.check('own memory, inactive: over the afternoon <= {:g} MB/min'.format(
        SLOPE_LIMIT), slope.said(), slope.slope <= SLOPE_LIMIT)]
    morning, noon, evening = (soak.held[when] for when in ('morning', 'noon', 'evening'))
    minutes = (soak.lasted - soak.noon) / 60.
    for state in ('inactive', 'unconfigured'):
        growth = (evening[state].own - noon[state].own) / minutes
        rows.append(report.check('own memory, {}: from noon to evening <= {:g} MB/min'.format(
            state, SLOPE_LIMIT), '{:+.2f}'.format(growth), growth <= SLOPE_LIMIT))
    rows.append(report.check(
        'own memory, unconfigured: <= {:g} MB each time it is cleaned up'.format(SLOPE_LIMIT),
        per_clean_up.said(), per_clean_up.slope <= SLOPE_LIMIT))
    for state, before in sorted(morning.items()):
        pair = before.mapped, evening[state].mapped
        rows.append(report.check('shared memory mapped, {}: no more in the evening'.format(state),
                                 '{:.1f} -> {:.1f} MB'.format(*pair), pair[1] <= pair[0]))
    return rows


class Slope(NamedTuple):
    """Robust slope (Theil-Sen), between which it lies 19 times in 20, and the line's two ends."""

    slope: float
    low: float
    high: float
    ends: List[Tuple[float, float]]

    def said(self) -> str:
        """It with its limits, and whether they leave it open."""
        return '{:+.2f} ({:+.2f} to {:+.2f}{})'.format(
            *self[:3], ': too short a day to be sure' if self.low <= SLOPE_LIMIT < self.high else '')


def _slope_of(at, held):
    """A Slope; None of fewer than three points, or of none that differ in `at`."""
    if len(at) < 3:
        return None
    slope, intercept, low, high = theilslopes(held, at)
    return Slope(slope, low, high, [(each, intercept + slope * each) for each in (at[0], at[-1])])


def slope_of(soak):
    """Of the inactive node's own memory over the afternoon, MB/min."""
    points = [(at / 60., held) for at, held in soak.day.memory('inactive')
              if soak.noon is not None and soak.noon <= at <= soak.day.moments[-1].at]
    return _slope_of(*np.array(points).reshape(-1, 2).T)


def slope_of_clean_ups(soak):
    """Of its own memory from one clean-up to the next, MB, once all kinds of events have been."""
    held = [held for at, held in soak.day.memory('unconfigured')
            if soak.morning is not None and at >= soak.morning]
    return _slope_of(np.arange(float(len(held))), np.array(held))


def print_played(soak):
    """What was played, what the node held, and how old images were."""
    events = [moment.event for moment in soak.day.moments]
    report.print_table('Played', ('event', 'times'), [
        [event, events.count(event)] for event in sorted(set(events))] + [
        ['images sent', soak.day.ledger.sent], ['skeletons heard', soak.day.ledger.heard],
        ['messages that others heard', sum(soak.day.came.values())]])
    report.print_table('What the node held, MB', ('when', 'state') + resources.Held._fields, [
        [when, state] + ['{:.1f}'.format(value) if isinstance(value, float) else value
                         for value in each]
        for when, held in soak.held.items() for state, each in held.items()])
    ages = soak.day.ledger.ages()
    if ages is not None:
        report.print_table('Age of an image when its skeletons came, ms', (
            'images', 'median', '99 %', 'most', 'allowed, median', '99 % over it', 'most over it',
            'most at a change', 'within twice the median'), [[ages.count] + [
                '{:.0f}'.format(1e3 * value) for value in (
                    ages.median, ages.high, ages.most, ages.bound, ages.high_over, ages.most_over,
                    ages.most_at_change)] + ['{:.1%}'.format(ages.within_typical)]])


def figures(soak, options, rows, wrong_lines):
    """All that was measured, for the JSON."""
    ages = soak.day.ledger.ages()
    return {'minutes': options.minutes, 'seed': options.seed, 'noon_s': soak.noon,
            'asked': [dict(zip(('figure', 'measured', 'met'), row)) for row in rows],
            'faults': soak.day.faults() + wrong_lines, 'jam': soak.jam,
            'held': {when: {state: each._asdict() for state, each in held.items()}
                     for when, held in soak.held.items()},
            'age_s': ages._asdict() if ages is not None else None,
            'memory': {state: soak.day.memory(state) for state in ('inactive', 'unconfigured')},
            'phases': [moment._asdict() for moment in soak.day.moments],
            'samples': [dict(sample.held._asdict(), at=sample.at, age=sample.age)
                        for sample in soak.samples]}


def plot(soak):
    """Memory, threads, descriptors and age over time, the phases marked, as PNG."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(3, 1, figsize=(11, 8), sharex=True)
    at = np.array([sample.at for sample in soak.samples]) / 60.
    for name, colour in (('resident', 'C0'), ('own', 'C2')):
        axes[0].plot(at, [getattr(sample.held, name) for sample in soak.samples], colour,
                     linewidth=1., zorder=1, label=name)
    slope = slope_of(soak)
    for state in ('inactive', 'unconfigured'):
        axes[0].plot(*(np.array(soak.day.memory(state)).T / ((60.,), (1.,))), 'o', markersize=3.,
                     label='own, ' + state)
    if slope is not None:
        axes[0].plot(*np.array(slope.ends).T, 'k--',
                     label='{:+.2f} MB/min over the afternoon'.format(slope.slope))
    axes[0].legend(loc='lower right', ncol=2, fontsize='small')
    axes[0].set(ylabel='memory, MB', ylim=(0, None))
    for name in ('threads', 'descriptors'):
        axes[1].plot(at, [getattr(sample.held, name) for sample in soak.samples], linewidth=1.,
                     label=name)
    axes[1].set(ylabel='count', ylim=(0, None))
    axes[2].plot(at, 1e3 * np.array([sample.age for sample in soak.samples], float), '.',
                 markersize=3.)
    axes[2].set(ylabel='worst age in each second, ms', xlabel='minutes', ylim=(0, None))
    for colour, event in (('C3', 'clean up and configure'), ('C1', 'deactivate and activate'),
                          ('0.8', None)):
        marks = [moment.at / 60. for moment in soak.day.moments
                 if event in (moment.event, None)]
        for axis in axes:
            for number, mark in enumerate(marks):
                axis.axvline(mark, color=colour, linewidth=.5, zorder=0,
                             label=(event or 'another phase') if not number and axis is axes[1]
                             else None)
    axes[1].legend(loc='lower right', ncol=5, fontsize='small')
    figure.tight_layout()
    report.save_plot('soak', figure)


if __name__ == '__main__':
    sys.exit(main())
