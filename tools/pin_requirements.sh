#!/usr/bin/env bash
# Writes requirements/{runtime,ros,test}.txt: the versions of everything that the .in files ask for,
# for Python 3.10 to 3.13 at once.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
pin() {
    ../.venv/bin/uv pip compile --quiet --universal --python-version 3.10 --no-annotate \
        --custom-compile-command 'make requirements' "$@"
}
pin runtime.in -o runtime.txt
pin ros.in -c runtime.txt -o ros.txt
pin test.in -c runtime.txt -c ros.txt -o test.txt
