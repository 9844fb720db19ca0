"""Whether the robot arrives: many simulated approaches in a closed loop, and what was asked of them.

    make bench-approach [BENCH_ARGS="--runs 20 --others 5 --workers 1"]

The simulation is in test/approach (closed_loop.py): a differential drive with odometry that errs,
the control law of Park and Kuipers with chosen gains, a camera of 10 Hz and 150 ms; synthetic
keypoints, or with --people FOLDER images of rendered people, seen by the real network.
"""
import argparse
import json
import math
import multiprocessing
import os
import sys
import time

import numpy as np
from report import OUTPUT, check, print_table, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'test',
                                'approach'))
import synthetic  # noqa: E402
from actors import Actor  # noqa: E402
from closed_loop import Loop  # noqa: E402
from eyes import CAMERA, SyntheticEyes  # noqa: E402

from openpose_ros.approach import Place  # noqa: E402

PATIENCE = 120.     # s until an approach counts as failed
STANDS, SITS, TURNS, VANISHES, WALKS, CROSSED = (
    'stands', 'sits', 'turns by 90 deg', 'vanishes for 2 s', 'walks', 'others cross')
RENDERED = 'rendered people and depth: '
RENDERED_SIZE = 488, 366    # px; what goes into the network of 640x480, so no more is drawn
EYES = {'depth': True, 'height known': False}


def body_of(rng, posture='standing'):
    """What does not change of a random synthetic person."""
    fields = synthetic.random_person(rng, (0., 0.), 0., posture)._asdict()
    return {name: value for name, value in fields.items() if name not in ('position', 'heading')}


def scene_of(seed, kind):
    """(start of the robot, actors, rng): a person 2 to 8 m off, facing anywhere, in view."""
    rng = np.random.RandomState(seed)
    away, facing = rng.uniform(2., 8.), rng.uniform(-math.pi, math.pi)
    start = Place(0., 0., rng.uniform(-.35, .35))
    place = Place(away, 0., facing)
    body = body_of(rng, 'sitting' if kind == SITS else 'standing')
    midway = rng.uniform(.3, .7) * away / .5
    actors = [Actor(place, body)]
    if kind == TURNS:
        actors = [Actor(place, body, turns=rng.choice((-.5, .5)) * math.pi, turns_at=midway)]
    elif kind == VANISHES:
        # Farther off, so that the first is chosen; seen at first, so that there is one to lose.
        beside = Place(away + rng.uniform(.6, 1.), rng.choice((-1.2, 1.2)), rng.uniform(-3., 3.))
        actors = [Actor(place, body, vanishes=(2., 4.)), Actor(beside, body_of(rng))]
    elif kind == WALKS:
        actors = [Actor(place, body, walks=.8, between=(2., 2. + rng.uniform(1., 3.)))]
    elif kind == CROSSED:
        # From out of view, before the robot is there: who is nearest at first is the first.
        place = place._replace(x=max(away, 4.))
        side = math.copysign(1., start.yaw)
        across = Place(.5 * place.x, -4. * side, math.pi / 2. * side)
        actors = [Actor(place, body), Actor(across, body_of(rng), walks=1., between=(1., 9.))]
    return start, actors, rng


def approach(job):
    """Play one approach; plain numbers about it, and the time it took."""
    seed, kind, eyes, patience = job
    start, actors, rng = scene_of(seed, kind)
    began = time.perf_counter()
    loop = Loop(start, actors, eyes_of(eyes, actors, rng), rng)
    run = loop.run(patience)
    at = actors[0].at(loop.time)
    distance = math.hypot(run.place.x - at.x, run.place.y - at.y) - 1.2 - actors[0].knees
    bearing = math.atan2(at.y - run.place.y, at.x - run.place.x)
    off = abs(math.remainder(bearing - run.place.yaw, 2. * math.pi))
    return {'seed': seed, 'arrived': run.arrived_at is not None, 'good': run.is_good,
            'error': run.error, 'turn': math.degrees(run.turn_error), 'nearest': run.nearest,
            'from_behind': run.from_behind, 'driven_nearest': run.driven_nearest, 'jumps': run.jumps,
            'longer': run.way / shortest(start, actors[0].at(loop.time)) - 1.,
            'before_them': run.arrived_at is not None and abs(distance) <= .15
            and math.degrees(off) <= 8., 'seconds': run.arrived_at or math.nan,
            'same': run.arrived_at is not None and _is_before(run.place, actors, loop.time),
            'cost': time.perf_counter() - began}


def eyes_of(eyes, actors, rng):
    """Synthetic eyes by their name in EYES, or those of a folder of rendered people."""
    if eyes in EYES:
        return SyntheticEyes(actors, rng, EYES[eyes])
    from rendered_eyes import RenderedEyes
    return RenderedEyes(actors, rng, eyes[len(RENDERED):], CAMERA.resized(*RENDERED_SIZE), 1)


def _is_before(place, actors, now):
    """Whether of the actors within 2 m it is the first whom the robot looks at."""
    off = []
    for actor in actors:
        at = actor.at(now)
        x, y = at.x - place.x, at.y - place.y
        turn = abs(math.remainder(math.atan2(y, x) - place.yaw, 2. * math.pi))
        off.append(turn if math.hypot(x, y) < 2. else math.inf)
    return off[0] == min(off) and off[0] < .5


def shortest(start, person, space=1.2, radius=.5):
    """m of the shortest smooth way to the place before a person: round their personal space.

    A taut string round the circle of personal space, and the arc (of this radius, m) by which a
    robot that does not turn on the spot comes to face the person at its end.
    """
    x, y = start.x - person.x, start.y - person.y
    away = math.hypot(x, y)
    aside = abs(math.remainder(math.atan2(y, x) - person.yaw, 2. * math.pi))
    touches = math.acos(min(space / away, 1.))
    if aside <= touches:
        end = person.x + space * math.cos(person.yaw), person.y + space * math.sin(person.yaw)
        straight = math.hypot(start.x - end[0], start.y - end[1])
        heading = math.atan2(end[1] - start.y, end[0] - start.x)
        turn = abs(math.remainder(heading - person.yaw - math.pi, 2. * math.pi))
    else:
        straight = math.sqrt(away ** 2 - space ** 2) + space * (aside - touches)
        turn = math.pi / 2.
    # What an arc of this turn is longer than its two tangents' chord; small but for turns of 90.
    return max(straight + radius * (turn - 2. * math.sin(.5 * turn)), .3)


def play(name, eyes, counts, options):
    """The approaches of {kind: number}, kinds by turns; returns {kind: list of what each did}.

    Each is a line of a file once it is done, and what stands there is not played again. When time
    is up, those that are done are returned.
    """
    end = time.monotonic() + 60. * options.minutes
    path = os.path.join(OUTPUT, 'approach_runs.txt')
    os.makedirs(OUTPUT, exist_ok=True)
    done = {(run['eyes'], run['kind'], run['seed']): run for run in _read(path)}
    first = options.first
    jobs = sorted(((seed + .5) / count, kind, first + seed) for kind, count in counts.items()
                  for seed in range(count))
    jobs = [(seed, kind, eyes, PATIENCE) for _, kind, seed in jobs
            if (name, kind, seed) not in done]
    with multiprocessing.Pool(options.workers) as pool, open(path, 'a') as log:
        for job, run in zip(jobs, pool.imap(approach, jobs)):
            run = dict(run, eyes=name, kind=job[1])
            log.write(json.dumps(run, default=float) + '\n')
            log.flush()
            done[name, job[1], job[0]] = run
            if time.monotonic() > end:
                break
    return {kind: [done[name, kind, seed] for seed in range(first, first + count)
                   if (name, kind, seed) in done] for kind, count in counts.items() if count}


def _read(path):
    if not os.path.exists(path):
        return []
    with open(path) as lines:
        return [json.loads(line) for line in lines]


def _written():
    """The figures of other eyes that were written before."""
    path = os.path.join(OUTPUT, 'approach.json')
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        figures = json.load(file)['figures']
    return {name: figures[name] for name in list(EYES) + ['rendered'] if name in figures}


def share(runs, name):
    """Share of the runs of which something holds."""
    return float(np.mean([run[name] for run in runs]))


def median(runs, name):
    """Median over the runs that arrived."""
    values = [run[name] for run in runs if run['arrived']]
    return float(np.median(values)) if values else math.nan


# What is asked with depth, without it where the camera's height is known, and of rendered people (None:
# nothing is); and how it is shown.
ASKED = {
    'arrived': ('arrived: 15 cm, 8 deg', '{:.1%}', '>=', .98, .92, .90),
    'error': ('final error, median, m', '{:.3f}', '<=', .06, .15, None),
    'turn': ('final error, median, deg', '{:.1f}', '<=', 4., 6., None),
    'too_near': ('ever nearer than 0.8 m, approaches', '{}', '<=', 0, 0, None),
    'jumps': ('goal moved by more than 0.5 m, per approach', '{:.3f}', '<=', .05, .2, None),
    'longer': ('way longer than the shortest, median', '{:.1%}', '<=', .15, .30, None),
    'turned': ('arrived after they turn by 90 deg', '{:.1%}', '>=', .95, .85, None),
    'same': ('same person after 2 s lost', '{:.1%}', '>=', .97, .90, None),
}
SHOWN = {
    'driven_too_near': ('nearer than 0.8 m by its own driving, approaches', '{}'),
    'nearest': ('nearest ever, m', '{:.2f}'),
    'before_them': ('stopped before them (1.2 m +- 15 cm, 8 deg off)', '{:.1%}'),
    'from_behind': ('came nearer than 1.1 m from aside', '{:.1%}'),
    'seated': ('arrived, they sit', '{:.1%}'), 'walked': ('arrived, they walk', '{:.1%}'),
    'crossed': ('arrived, others cross', '{:.1%}'),
    'seconds': ('time until arrived, median, s', '{:.1f}'),
    'approaches': ('approaches to who stands', '{}'), 'others': ('of each other kind', '{}'),
}


def summary(runs):
    """The figures of {kind: list of approaches}."""
    stand = runs[STANDS]
    everything = [run for kind in runs.values() for run in kind]
    figures = {
        'arrived': share(stand, 'good'), 'error': median(stand, 'error'),
        'turn': median(stand, 'turn'), 'jumps': float(np.mean([run['jumps'] for run in stand])),
        'longer': median(stand, 'longer'), 'seconds': median(stand, 'seconds'),
        'too_near': sum(run['nearest'] < .8 for run in everything),
        'driven_too_near': sum(run['driven_nearest'] < .8 for run in everything),
        'nearest': min(run['nearest'] for run in everything),
        'before_them': share(stand, 'before_them'), 'from_behind': share(everything, 'from_behind'),
        'approaches': len(stand), 'others': max(
            [len(found) for kind, found in runs.items() if kind != STANDS], default=0)}
    for name, kind, what in (('turned', TURNS, 'good'), ('same', VANISHES, 'same'),
                             ('seated', SITS, 'good'), ('walked', WALKS, 'good'),
                             ('crossed', CROSSED, 'good')):
        if kind in runs:
            figures[name] = share(runs[kind], what)
    return figures


def table(eyes, column, runs):
    """Print what was asked and what was measured of {kind: list}; returns the figures."""
    figures, rows = summary(runs), []
    for name, (text, form, sign, *limits) in ASKED.items():
        if name not in figures:
            continue
        value, limit = figures[name], limits[column]
        rows.append([text] + (['', form.format(value), ''] if limit is None else check(
            '{} {}'.format(sign, form.format(limit)), form.format(value),
            value >= limit if sign == '>=' else value <= limit)))
    rows += [[text, '', form.format(figures[name]), '']     # nothing is asked of these
             for name, (text, form) in SHOWN.items() if name in figures]
    print_table('with {}, {} approaches to who stands'.format(eyes, len(runs[STANDS])),
                ['', 'asked', 'measured', 'met'], rows)
    return figures


def main() -> int:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--runs', type=int, default=200, help='approaches to who stands')
    parser.add_argument('--first', type=int, default=200, metavar='SEED',
                        help='seed of the first of each kind; those before 100 and from 1000 on '
                             'were looked at while it was made (default: %(default)s)')
    parser.add_argument('--others', type=int, default=50, help='of each other kind')
    parser.add_argument('--workers', type=int, default=os.cpu_count())
    parser.add_argument('--minutes', type=float, default=math.inf, help='for each kind of eyes')
    parser.add_argument('--eyes', choices=sorted(EYES), action='append')
    parser.add_argument('--people', metavar='FOLDER', help='of rendered people: bodies.npz, tool/; '
                        'only they are approached')
    options = parser.parse_args()
    others = (TURNS, VANISHES, SITS, WALKS, CROSSED)
    counts = dict({STANDS: options.runs}, **{kind: options.others for kind in others})
    figures = {}
    if options.people:
        eyes, counts = RENDERED + options.people, {STANDS: options.runs}
        figures['rendered'] = table('rendered people and depth', 2,
                                    play('rendered', eyes, counts, options))
    else:
        for eyes in options.eyes or EYES:
            figures[eyes] = table(eyes, 0 if EYES[eyes] else 1,
                                  play(eyes, eyes, counts, options))
    # Of other eyes what was written before, as by another process beside this one.
    write('approach', dict(_written(), **figures))
    return 0


if __name__ == '__main__':
    sys.exit(main())
