#!/usr/bin/env bash
# Writes requirements/*.txt: the versions of everything that the .in files ask for, for Python 3.10
# to 3.13 at once, with the checksums of their files. The robot's (py36, docker/tx2-*) are chosen by
# hand and get the checksums alone.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
compile() {
    ../.venv-tools/bin/uv pip compile --quiet --no-annotate --no-strip-extras --generate-hashes \
        --custom-compile-command 'make requirements' "$@"
}
pin() {
    compile --universal --python-version 3.10 "$@"
}
pin runtime.in -o runtime.txt
pin ros.in -c runtime.txt -o ros.txt
pin test.in -c runtime.txt -c ros.txt -o test.txt
pin tools.in -o tools.txt
for name in py36-pip py36 ../docker/tx2-{build-,h5py-,}requirements; do
    compile --python-version 3.6.9 --no-deps "$name.in" -o "$name.txt"
done
