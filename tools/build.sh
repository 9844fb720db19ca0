#!/usr/bin/env bash
# Builds the messages and installs the package into install/, with links to the sources: an edit of
# a Python file is there at once. (A new file needs another `make build`.)
# PYTHON_EXECUTABLE is the name that the generators of Humble know it by.
set -euo pipefail
cd "$(dirname "$0")/.."
. .venv/bin/activate
if [ -z "${ROS_DISTRO:-}" ]; then
    export AMENT_PREFIX_PATH=$VIRTUAL_ENV CMAKE_PREFIX_PATH=$VIRTUAL_ENV
fi
colcon build --symlink-install --packages-select openpose_ros --event-handlers console_direct- \
    --cmake-args -DPython3_EXECUTABLE="$VIRTUAL_ENV/bin/python" -DPython3_FIND_VIRTUALENV=ONLY \
    -DPYTHON_EXECUTABLE="$VIRTUAL_ENV/bin/python" -DBUILD_TESTING=OFF
