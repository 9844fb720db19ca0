"""Makes the CMake files of ROS 2's wheels in this environment name this machine's folders.

The wheels name the Python of the machine they were built on:
/opt/python/cp311-cp311/include/python3.11 and NumPy's headers below its site-packages.
"""
import glob
import os
import re
import sys
import sysconfig

import numpy as np

BUILD_PYTHON = r'/opt/python/cp\d+-cp\d+'


def repair(text):
    """The text of a CMake file with the folders of this machine."""
    text = re.sub(BUILD_PYTHON + r'/include/python3\.\d+', sysconfig.get_path('include'), text)
    return re.sub(BUILD_PYTHON + r'/lib/python3\.\d+/site-packages/numpy/_core/include',
                  np.get_include(), text)


def main():
    """Repair every CMake file of the environment that this Python runs in."""
    pattern = os.path.join(sys.prefix, 'share', '**', '*.cmake')
    for path in glob.glob(pattern, recursive=True):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        repaired = repair(text)
        if repaired != text:
            with open(path, 'w', encoding='utf-8') as file:
                file.write(repaired)


if __name__ == '__main__':
    main()
