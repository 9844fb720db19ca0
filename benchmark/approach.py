"""Whether the robot arrives: many simulated approaches in a closed loop, and what was asked of them.

    make bench-approach [BENCH_ARGS="--runs 200 --workers 2"]

The simulation is in test/approach (closed_loop.py): a differential drive with odometry that errs,
the control law of Park and Kuipers with chosen gains, a camera of 10 Hz and 150 ms; synthetic
keypoints, or with --people FOLDER images of rendered people, seen by the real network.
"""
import argparse
import math
import multiprocessing
import os
import sys
import time

import numpy as np
from report import check, print_table, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'test',
                                'approach'))
import synthetic  # noqa: E402
from actors import Actor  # noqa: E402
from closed_loop import Loop  # noqa: E402
from eyes import SyntheticEyes  # noqa: E402

from openpose_ros.approach import Place  # noqa: E402

PATIENCE = 90.      # s until an approach counts as failed
STANDS, SITS, TURNS, VANISHES, WALKS, CROSSED = (
    'stands', 'sits', 'turns by 90 deg', 'vanishes for 2 s', 'walks', 'others cross')
LOOKS = ' and a look from aside'
_ROUNDS = 10
EYES = {'depth': True, 'height known': False, 'height known' + LOOKS: False}


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
        across = Place(.5 * away, -2.5, math.pi / 2.)
        actors = [actors[0], Actor(across, body_of(rng), walks=1., between=(1., 6.))]
    return start, actors, rng


def approach(job):
    """Play one approach; plain numbers about it, and the time it took."""
    seed, kind, eyes, patience = job
    start, actors, rng = scene_of(seed, kind)
    began = time.perf_counter()
    loop = Loop(start, actors, eyes_of(eyes, actors, rng), rng, looks=eyes.endswith(LOOKS))
    run = loop.run(patience)
    at = actors[0].at(loop.time)
    distance = math.hypot(run.place.x - at.x, run.place.y - at.y) - 1.2 - actors[0].knees
    bearing = math.atan2(at.y - run.place.y, at.x - run.place.x)
    off = abs(math.remainder(bearing - run.place.yaw, 2. * math.pi))
    return {'seed': seed, 'arrived': run.arrived_at is not None, 'good': run.is_good,
            'error': run.error, 'turn': math.degrees(run.turn_error), 'nearest': run.nearest,
            'from_behind': run.from_behind, 'jumps': run.jumps,
            'longer': run.way / shortest(start, actors[0].at(loop.time)) - 1.,
            'before_them': run.arrived_at is not None and abs(distance) <= .15
            and math.degrees(off) <= 8., 'seconds': run.arrived_at or math.nan,
            'same': run.arrived_at is not None and _is_nearest(run.place, actors, loop.time),
            'cost': time.perf_counter() - began}


def eyes_of(eyes, actors, rng):
    """Synthetic eyes by their name in EYES, or those of a folder of rendered people."""
    if eyes in EYES:
        return SyntheticEyes(actors, rng, EYES[eyes])
    from rendered_eyes import RenderedEyes
    return RenderedEyes(actors, rng, eyes)


def _is_nearest(place, actors, now):
    """Whether the robot stands nearer to the first actor than to any other."""
    away = [math.hypot(place.x - actor.at(now).x, place.y - actor.at(now).y) for actor in actors]
    return away[0] == min(away)


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


def play(kind, eyes, seeds, workers, patience=PATIENCE):
    """Approaches of these seeds, a list of what :func:`approach` returns."""
    jobs = [(seed, kind, eyes, patience) for seed in seeds]
    if workers == 1:
        return [approach(job) for job in jobs]
    with multiprocessing.Pool(workers) as pool:
        return pool.map(approach, jobs, chunksize=1)


def play_in_rounds(figures, eyes, column, counts, workers):
    """All kinds by turns, {kind: number of approaches}; what there is is written after each round.

    Returns {kind: list}.
    """
    runs = {kind: [] for kind, count in counts.items() if count}
    for part in range(_ROUNDS):
        for kind, done in runs.items():
            end = counts[kind] * (part + 1) // _ROUNDS
            done += play(kind, eyes, range(len(done), end), workers)
        if all(runs.values()):
            figures[eyes] = {'table': table(eyes, column, runs), 'runs': runs}
            write('approach', figures)
    return runs


def share(runs, name):
    """Share of the runs of which something holds."""
    return float(np.mean([run[name] for run in runs]))


def median(runs, name):
    """Median over the runs that arrived."""
    values = [run[name] for run in runs if run['arrived']]
    return float(np.median(values)) if values else math.nan


# Asked with depth, and without it where the camera's height is known.
ASKED = {'arrived': (.98, .92), 'error': (.06, .15), 'turn': (4., 6.), 'jumps': (1. / 20., 1. / 5.),
         'longer': (.15, .30), 'turned': (.95, .85), 'same': (.97, .90)}


def table(eyes, column, runs):
    """Rows of what was asked and what was measured; runs: {kind: list}."""
    stand = runs[STANDS]
    everything = [run for kind in runs.values() for run in kind]
    asked = {name: values[column] for name, values in ASKED.items()}
    good, near = share(stand, 'good'), min(run['nearest'] for run in everything)
    closer = sum(run['nearest'] < .8 for run in everything)
    rows = [['arrived: 15 cm, 8 deg'] + check('>= {:.0%}'.format(asked['arrived']), '{:.1%}'.format(
        good), good >= asked['arrived'])]

    def add(text, asked_text, value, text_of, ok):
        rows.append([text] + check(asked_text, text_of.format(value), ok))
    for name, unit, scale in (('error', 'cm', 100.), ('turn', 'deg', 1.)):
        value = median(stand, name)
        add('final error, median, ' + unit, '<= {:g}'.format(scale * asked[name]), scale * value,
            '{:.1f}', value <= asked[name])
    add('ever nearer than 0.8 m', '0', closer, '{}', not closer)
    jumps = float(np.mean([run['jumps'] for run in stand]))
    add('goal moved by more than 0.5 m, per approach', '<= {:g}'.format(asked['jumps']), jumps,
        '{:.3f}', jumps <= asked['jumps'])
    longer = median(stand, 'longer')
    add('way longer than the shortest, median', '<= {:.0%}'.format(asked['longer']), longer,
        '{:.1%}', longer <= asked['longer'])
    for kind, name, text in ((TURNS, 'good', 'after they turn by 90 deg'),
                             (VANISHES, 'same', 'same person after 2 s lost')):
        if kind in runs:
            limit = asked['turned' if kind == TURNS else 'same']
            value = share(runs[kind], name)
            add(text, '>= {:.0%}'.format(limit), value, '{:.1%}', value >= limit)
    add('nearest ever, m', '', near, '{:.2f}', True)
    add('stopped before them (1.2 m +- 15 cm, 8 deg off)', '', share(stand, 'before_them'),
        '{:.1%}', True)
    add('came nearer than 1.1 m from aside', '', share(everything, 'from_behind'), '{:.1%}', True)
    for kind in (SITS, WALKS, CROSSED):
        if kind in runs:
            add('arrived, person ' + kind, '', share(runs[kind], 'good'), '{:.1%}', True)
    add('time until arrived, median, s', '', median(stand, 'seconds'), '{:.1f}', True)
    print_table('with {}, {} approaches to who stands'.format(eyes, len(stand)),
                ['', 'asked', 'measured', 'met'], rows)
    return rows


def main() -> int:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--runs', type=int, default=200, help='approaches to who stands')
    parser.add_argument('--others', type=int, default=50, help='of each other kind')
    parser.add_argument('--workers', type=int, default=os.cpu_count())
    parser.add_argument('--eyes', choices=sorted(EYES), action='append')
    parser.add_argument('--people', metavar='FOLDER', help='of rendered people: bodies.npz, tool/; '
                        'only they are approached')
    options = parser.parse_args()
    figures = {}
    if options.people:
        play_in_rounds(figures, options.people, 0, {STANDS: options.runs}, options.workers)
        return 0
    for eyes in EYES:
        if not options.eyes or eyes in options.eyes:
            counts = {STANDS: options.runs}
            for kind in (TURNS, VANISHES, SITS, WALKS, CROSSED):
                counts[kind] = options.others
            play_in_rounds(figures, eyes, 0 if EYES[eyes] else 1, counts, options.workers)
    return 0


if __name__ == '__main__':
    sys.exit(main())
