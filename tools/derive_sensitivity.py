"""Prints what halving and doubling each constant of the scene and of tracking does to the truths.

    tools/with_ros.sh python tools/derive_sensitivity.py [scene|tracking] [MODEL [FILE...]]

Every number that a module or a field of settings is given in one line, also of several (`A, B = .1, 2.`
or `NAME = Length(.1, .2)`), is changed in a copy of the package, and the errors on the truths of benchmark/truths.py (every third of the rendered people) are
measured anew: a Markdown table of their changes (docs/constants.md holds one). Keypoints come from
`make bench-scene`; some seconds a number. FILE: only the numbers of these, say `pairs.py`.
"""
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
# A field of settings, or constants of a module; and the numbers in what they are given.
CONSTANT = re.compile(r'^( {4}[a-z_]+: float|_?[A-Z][A-Z0-9_, ]*) = (?=[^#\n]*\d)', re.MULTILINE)
NUMBER = re.compile(r'(?<![\w.])(?:\d*\.\d+|\d+\.)(?![\w.])')
PEOPLE = 3    # of the rendered people every third image


def constants(room):
    """(file, name, begin and end of its number) of each constant of a room."""
    package = os.path.join(ROOT, 'openpose_ros')
    more = [os.path.join(package, 'proportions.py')] if room == 'scene' else []
    for path in sorted(glob.glob(os.path.join(package, room, '*.py'))) + more:
        with open(path) as file:
            source = file.read()
        for found in CONSTANT.finditer(source):
            end = re.compile('#|$', re.MULTILINE).search(source, found.end()).start()
            numbers = list(NUMBER.finditer(source, found.end(), end))
            names = found.group(1).split(':')[0].strip().split(', ')
            if len(names) < len(numbers):
                names = ['{}[{}]'.format(names[0], i) for i in range(len(numbers))]
            for name, number in zip(names, numbers):
                if float(number.group()):
                    yield path, name, number.span()


def measured(room, model, change=None):
    """Figures of a copy of the package in which `change` = (path, span, text) was made."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(os.path.join(ROOT, 'openpose_ros'), os.path.join(place, 'openpose_ros'),
                        ignore=shutil.ignore_patterns('__pycache__'))
        if change:
            path, (begin, end), text = change
            copy = os.path.join(place, os.path.relpath(path, ROOT))
            with open(copy) as file:
                source = file.read()
            with open(copy, 'w') as file:
                file.write(source[:begin] + text + source[end:])
        environment = dict(os.environ, PYTHONPATH=place + os.pathsep + os.environ.get(
            'PYTHONPATH', ''), OMP_NUM_THREADS='1', PYTHONDONTWRITEBYTECODE='1')
        out = subprocess.run([sys.executable, os.path.abspath(__file__), '--figures', room, model],
                             env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(out.stdout.decode().splitlines()[-1]) if out.returncode == 0 else None


def figures(room, model):
    """{name: error} of the package that is imported."""
    sys.path[:0] = os.path.join(ROOT, 'benchmark'), os.path.join(ROOT, 'test')
    import scene
    import truths
    if room == 'tracking':
        import followed
        return followed.errors(model)
    rows = []
    for truth, images in truths.TRUTHS.items():
        images = list(images())
        keypoints = scene.keypoints_of(truth, images, model)
        rows += scene.rows_of(truth, images[::PEOPLE] if truth == truths.RENDERED else images,
                              keypoints)
    of = {key: scene.figures_of(these) for key, these in scene.groups_of(rows).items()}
    near = 'rendered people, 7 m'
    return {
        'man, depth': of['turning man', 'depth']['facing mean'],
        'man, alone': of['turning man', 'alone']['facing mean'],
        'rendered, depth': of[near, 'depth']['facing mean'],
        'rendered, alone': of[near, 'alone']['facing mean'],
        'gaze': of[near, 'depth']['gaze mean'],
        'alone in 2, %': 100. * of[near, 'alone']['facing in 2'],
        'leaning man': of['multiview, found', 'alone']['facing mean'],
        'range, %': 100. * of['rendered adults', 'alone']['range mean'],
        'ground, %': 100. * of['rendered people', 'ground']['range mean'],
        'leaning man, %': 100. * of['multiview', 'alone']['range mean'],
        'vertical found, %': 100. * of['multiview', 'level']['range mean'],
        'stature, cm': 100. * of['rendered people', 'depth']['stature mean'],
        'depth, cm': 100. * of['rendered people', 'depth']['metres median']}


def main():
    if sys.argv[1:2] == ['--figures']:
        print(json.dumps(figures(*sys.argv[2:4])))
        return
    room, model = (sys.argv[1:] + ['scene', 'mobilenet_thin'][len(sys.argv) - 1:])[:2]
    only = sys.argv[3:]
    before = measured(room, model)
    print('| {}, {} | | {} |'.format(room, model, ' | '.join(before)))
    print('|---|---|' + '---|' * len(before))
    print('| as it is | | {} |'.format(' | '.join('{:.1f}'.format(x) for x in before.values())))
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for path, name, (begin, end) in constants(room):
            if only and os.path.basename(path) not in only:
                continue
            with open(path) as file:
                value = float(file.read()[begin:end])
            for factor in (.5, 2.):
                jobs.append((path, name, value * factor, pool.submit(
                    measured, room, model, (path, (begin, end), repr(value * factor)))))
        for path, name, value, job in jobs:
            after = job.result()
            cells = ['does not run'] if after is None else [
                '{:+.1f}'.format(after[key] - before[key]) if abs(
                    after[key] - before[key]) >= .05 else '' for key in before]
            print('| `{}` {} | {:g} | {} |'.format(os.path.basename(path), name, value,
                                                  ' | '.join(cells)), flush=True)


if __name__ == '__main__':
    main()
