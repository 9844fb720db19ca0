#!/usr/bin/env bash
# Runs the tests that need no ROS with Python 3.6, the robot's Python, in .venv-py36.
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
    local python
    for python in python3.6 ~/.pyenv/versions/3.6.*/bin/python3.6; do
        if "$python" -c '' 2> /dev/null; then
            echo "$python"
            return
        fi
    done
}

python=$(find_python)
if [ -z "$python" ]; then
    echo 'SKIPPED: there is no Python 3.6 here (pyenv install 3.6 brings one)'
    exit 0
fi
if [ requirements/py36.txt -nt .venv-py36/made ]; then
    "$python" -m venv .venv-py36
    for list in py36-pip py36; do
        .venv-py36/bin/python -m pip install --quiet --require-hashes -r requirements/$list.txt
    done
    touch .venv-py36/made
fi
PYTHONPATH=$PWD .venv-py36/bin/python -m pytest "$@"
