"""Installs the libraries of requirements files that this Python cannot import yet.

For a machine with ROS 2, whose own libraries must stay as they are: cv_bridge, for one, is built
for the machine's NumPy. So nothing that is there is replaced, and pip chooses versions that fit.
"""
import importlib.util
import re
import subprocess
import sys
import tempfile

# Libraries whose module has another name than the library.
MODULES = {'opencv-python-headless': 'cv2', 'pyyaml': 'yaml', 'tensorflow-cpu': 'tensorflow',
           'import-linter': 'importlinter', 'mcap-ros2-support': 'mcap_ros2',
           'ai-edge-litert': 'ai_edge_litert'}
KEPT = ('numpy', 'scipy')


def is_there(requirement):
    """Whether the module of a requirement line can be imported."""
    name = re.split('[<>=;! ]', requirement)[0]
    try:
        return importlib.util.find_spec(MODULES.get(name, name)) is not None
    except ImportError:     # of the package that it is a part of
        return False


def main(paths):
    """Install what is missing of the requirements in these files."""
    lines = []
    for path in paths:
        with open(path, encoding='utf-8') as file:
            lines += [line.strip() for line in file]
    missing = [line for line in lines if line and line[0] != '#' and not is_there(line)]
    if not missing:
        return
    print('Installing:', ', '.join(missing))
    with tempfile.NamedTemporaryFile('w', suffix='.txt') as kept:
        there = subprocess.check_output([sys.executable, '-m', 'pip', 'list', '--format=freeze',
                                         '--disable-pip-version-check'])
        kept.writelines(line + '\n' for line in there.decode().splitlines()
                        if line.split('==')[0] in KEPT)
        kept.flush()
        subprocess.check_call([sys.executable, '-m', 'pip', 'install', '--quiet',
                               '--constraint', kept.name] + missing)


if __name__ == '__main__':
    main(sys.argv[1:])
