#!/bin/sh
# tools/bench.sh: runs every bench that was built, then every script of bench/.
# Figures mean something only on an idle machine.
set -eu
cd "$(dirname "$0")/.."
export L1_BIN="$PWD/build/l1" L1_SOURCE="$PWD" L1_BUILD="$PWD/build"
export L1_DATA="${L1_DATA:-$PWD/../shared/data}"
ran=0
for bench in build/bench/* bench/*.sh; do
    [ -f "$bench" ] && [ -x "$bench" ] || continue
    echo "== $(basename "$bench")"
    "$bench"
    ran=$((ran + 1))
done
if [ "$ran" = 0 ]; then
    echo "bench/ has no program yet" >&2
    exit 1
fi
