"""The layering of the rooms (setup.cfg), the size of what is in them, what a process loads."""
import ast
import collections
import importlib
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = os.path.join(os.path.dirname(__file__), '..')
SOURCES = sorted(pathlib.Path(ROOT, 'openpose_ros').rglob('*.py'))
# Chosen: what can be read in one sitting. Half of it would split what belongs together.
MODULE_LINES, FUNCTION_LINES, REPEATED_LINES = 300, 45, 6


def run(*command):
    """Run a tool of this Python's environment in the project's folder; fails with its output."""
    tool = os.path.join(os.path.dirname(sys.executable), command[0])
    if not os.path.exists(tool):
        pytest.skip('{} is not installed'.format(command[0]))
    result = subprocess.run((tool,) + command[1:], cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout.decode()


def test_each_room_imports_only_from_those_above_it():
    run('lint-imports', '--no-cache')


def test_the_syntax_and_the_library_are_those_of_python_3_6():
    folders = [folder for folder in ('openpose_ros', 'launch', 'examples', 'setup.py')
               if os.path.exists(os.path.join(ROOT, folder))]
    run('vermin', '--target=3.6-', '--violations', '--no-tips', '--eval-annotations', *folders)


def test_every_module_and_every_function_can_be_read_in_one_sitting():
    too_long = []
    for path in SOURCES:
        text = path.read_text('utf-8')
        if text.count('\n') > MODULE_LINES:
            too_long.append('{}: {} lines'.format(path.name, text.count('\n')))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                last = max(getattr(part, 'lineno', 0) for part in ast.walk(node))
                if last - node.lineno >= FUNCTION_LINES:
                    too_long.append('{}: {} of {} lines'.format(path.name, node.name,
                                                                last - node.lineno + 1))
    assert not too_long


def test_nothing_of_six_lines_is_written_twice():
    """Lines of code, without blanks, comments and imports."""
    places = collections.defaultdict(set)
    for path in SOURCES:
        lines = [line.strip() for line in path.read_text('utf-8').splitlines()]
        lines = [line for line in lines if any(letter.isalnum() for letter in line)
                 and not line.startswith(('#', 'import ', 'from '))]
        for start in range(len(lines) - REPEATED_LINES + 1):
            run_of = tuple(lines[start:start + REPEATED_LINES])
            places[run_of].add((str(path.relative_to(ROOT)), start))
    assert [sorted(found) for found in places.values() if len(found) > 1] == []


def test_only_the_runner_starts_ros():
    starters = [path.name for path in SOURCES if 'rclpy.init(' in path.read_text('utf-8')]
    assert starters == ['runner.py']   # rclpy's own signals can leave a process asleep for good


@pytest.mark.parametrize('module', ['openpose_ros.perception', 'openpose_ros.ros.node.node'])
def test_neither_tensorflow_nor_scipy_is_loaded_before_it_is_needed(module, tmp_path):
    try:
        importlib.import_module(module)
    except ImportError as error:
        pytest.skip('{} is not here'.format(error.name))
    said = subprocess.check_output(
        [sys.executable, '-c', 'import sys, {}; print(sorted({{name.split(".")[0] for name in '
         'sys.modules}} & {{"scipy", "tensorflow", "matplotlib"}}))'.format(module)],
        cwd=str(tmp_path))   # elsewhere than in the sources, which have no messages
    assert said.decode().strip() == '[]'
