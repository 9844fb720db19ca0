"""Every library that a set-up fetches is pinned to a version and to the checksums of its files."""
import glob
import os
import re

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..'))
LISTS = sorted(os.path.relpath(path, ROOT) for path in
               glob.glob(os.path.join(ROOT, 'requirements', '*.txt'))
               + glob.glob(os.path.join(ROOT, 'docker', '*requirements.txt')))


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding='utf-8') as file:
        return file.read()


def names_in(text):
    """The libraries named in a list, as PyPI writes them."""
    return {re.sub('[-_.]+', '-', name).lower() for name in re.findall(r'^([\w.-]+)', text, re.M)}


def test_there_are_lists():
    assert {'requirements/{}.txt'.format(name) for name in (
        'py36', 'py36-pip', 'ros', 'runtime', 'test', 'tools')} < set(LISTS)


@pytest.mark.parametrize('path', LISTS)
def test_all_are_pinned_with_checksums(path):
    entries = re.sub(r'^#.*\n', '', read(path), flags=re.M).replace('\\\n', ' ').splitlines()
    assert entries
    for entry in entries:
        assert re.match(r'^[\w.\[\]-]+==[\w.!+]+ ', entry), entry
        assert re.search(r'--hash=sha256:[0-9a-f]{64}( |$)', entry), entry


@pytest.mark.parametrize('path', LISTS)
def test_a_list_holds_what_was_asked_for(path):
    asked = names_in(read(path[:-len('.txt')] + '.in'))
    assert asked and asked <= names_in(read(path))


def bounds_of(name, text):
    """The versions of a library that a text asks for, as 'lower' and 'upper' bounds."""
    line = re.search(r"^\W*{}\b(?!-)([^'\"\n;]*)".format(name), text, re.M).group(1)
    return dict(re.findall(r'(<|>=)([\d.]+)', line))


def test_setup_takes_no_newer_numpy_than_the_tests_do():
    asked = bounds_of('numpy', read('requirements', 'runtime.in'))
    given = re.search(r"'(numpy[^']*)'", read('setup.py')).group(1)
    assert asked['<'] == bounds_of('numpy', given)['<']


def test_what_fetches_the_network_comes_with_what_runs_it():
    """The default network is in an archive, which takes a library more to fetch."""
    extras = re.findall(r"'(tensorflow|tflite)': (.*),", read('setup.py'))
    assert len(extras) == 2
    for _, libraries in extras:
        assert libraries.endswith('+ FETCH')


@pytest.mark.parametrize('path', sorted(glob.glob(os.path.join(ROOT, 'requirements',
                                                               'constraints', '*.txt'))))
def test_the_constraints_of_a_distribution_keep_its_numpy(path):
    """All of these have an OpenCV for NumPy 1, which NumPy 2 keeps from being imported."""
    assert bounds_of('numpy', read(path)).get('<') in ('1.25', '2')


@pytest.mark.parametrize('path', ['tools/environment.sh', 'tools/test_py36.sh', 'Makefile',
                                  'docker/tx2.Dockerfile'])
def test_pip_is_told_to_check_them(path):
    commands = [command for command in read(path).replace('\\\n', ' ').splitlines()
                if 'pip install' in command and '"$TENSORFLOW"' not in command]
    assert commands
    for command in commands:
        assert '--require-hashes' in command, command
