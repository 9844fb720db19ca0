#!/usr/bin/env bash
# Makes the virtual environment .venv with everything that the project is built and run with.
#
# Where a ROS 2 is sourced (ROS_DISTRO is set) the environment stands on that machine's Python and
# only the Python libraries it lacks are added. Elsewhere ROS 2 itself comes from PyPI too, at the
# pinned versions.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "error: $1" >&2
    echo "       $2" >&2
    exit 1
}

# Prints the first Python that ROS 2's wheels and TensorFlow are made for.
find_python() {
    local python
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10}; do
        if "$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' \
                2>/dev/null; then
            echo "$python"
            return
        fi
    done
    fail 'there is no Python 3.10 to 3.13 here (or PYTHON names another one)' \
        'sudo apt-get install python3 python3-venv python3-dev'
}

check_tools() {
    command -v "${CXX:-g++}" > /dev/null || command -v c++ > /dev/null ||
        fail 'there is no C++ compiler to build the messages with' 'sudo apt-get install g++'
    command -v make > /dev/null ||
        fail 'there is no make to build the messages with' 'sudo apt-get install make'
    "$python" -c 'import ensurepip, venv' 2> /dev/null ||
        fail "$python cannot make virtual environments" 'sudo apt-get install python3-venv'
    "$python" -c 'import os, sysconfig
raise SystemExit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' ||
        fail "the C headers of $python are missing" 'sudo apt-get install python3-dev'
}

made_for=(.venv/made-for-*)
if [ -e "${made_for[0]}" ] && [ ! -e ".venv/made-for-${ROS_DISTRO:-wheels}" ]; then
    echo 'Making .venv anew: it was made for another ROS 2'
    rm -rf .venv
fi
if [ -n "${ROS_DISTRO:-}" ]; then
    python=${PYTHON:-python3}
    check_tools
    "$python" -m venv --system-site-packages .venv
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 7))'; then
        # The pip of Python 3.6 knows none of the wheels of today.
        .venv/bin/python -m pip install --quiet --require-hashes -r requirements/py36-pip.txt
    fi
    .venv/bin/python tools/add_missing.py requirements/runtime.in requirements/test.in
else
    python=$(find_python)
    check_tools
    "$python" -m venv .venv
    echo 'Installing ROS 2 and the Python libraries into .venv (some minutes, the first time)'
    install() {
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --progress-bar on \
            --require-hashes --only-binary :all: "$@"
    }
    # What has no wheel is built with the setuptools of runtime.txt, not with one fetched unchecked.
    install -r requirements/runtime.txt
    install --no-binary empy --no-build-isolation -r requirements/ros.txt -r requirements/test.txt
    .venv/bin/python tools/repair_wheels.py
fi
