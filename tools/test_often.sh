#!/usr/bin/env bash
# Runs all tests many times, every second time beside two busy loops, and says how often they passed:
# tools/test_often.sh TIMES [PYTEST ARGUMENTS]
set -uo pipefail
cd "$(dirname "$0")/.."
times=$1
shift
busy=()
idle() {
    [ ${#busy[@]} -eq 0 ] || kill "${busy[@]}"
    busy=()
}
trap idle EXIT
passed=0
for run in $(seq "$times"); do
    if [ $((run % 2)) -eq 0 ]; then
        for _ in 1 2; do
            (while :; do :; done) &
            busy+=($!)
        done
    fi
    tools/with_ros.sh pytest "$@" && passed=$((passed + 1))
    idle
    echo "$passed of $run runs have passed"
done
[ "$passed" -eq "$times" ]
