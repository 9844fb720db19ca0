#!/usr/bin/env bash
# Runs a command with ROS 2, the built package and .venv: tools/with_ros.sh COMMAND...
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/.venv/bin/activate"
# colcon's script names Python without quotes: in a folder with a blank it needs one from elsewhere.
COLCON_PYTHON_EXECUTABLE=$(readlink -f "$VIRTUAL_ENV/bin/python")
export COLCON_PYTHON_EXECUTABLE
. "$root/install/setup.bash"
# Where ROS 2 comes from PyPI, its packages (their message definitions, say) are found in .venv.
[ -n "${ROS_DISTRO:-}" ] || export AMENT_PREFIX_PATH=$AMENT_PREFIX_PATH:$VIRTUAL_ENV
exec "$@"
