#!/usr/bin/env bash
# Runs a command with ROS 2 and the package: entrypoint.sh COMMAND...
set -eo pipefail
source "$ROS_SETUP"
source /opt/openpose_ros/setup.bash
exec "$@"
