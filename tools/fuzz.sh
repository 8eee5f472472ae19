#!/bin/sh
# tools/fuzz.sh SECONDS: runs each fuzz program that long, from its seeds in tests/fuzz/corpus/.
# Inputs that reach new code are kept in build-fuzz/corpus/; one that breaks something is left in
# build-fuzz/ and named. A program called canary must break: it proves that breaking is seen.
set -eu
cd "$(dirname "$0")/.."
seconds=$1
status=0
ran=0
for program in build-fuzz/tests/fuzz/fuzz_*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    name=$(basename "$program")
    seeds=tests/fuzz/corpus/$name
    [ -d "$seeds" ] || seeds=""
    mkdir -p "build-fuzz/corpus/$name"
    echo "== $name, $seconds s"
    outcome=0
    # shellcheck disable=SC2086 # seeds is one path or nothing
    "$program" -max_total_time="$seconds" -max_len=20000 -timeout=10 -print_final_stats=1 \
        -artifact_prefix="build-fuzz/$name-" "build-fuzz/corpus/$name" $seeds \
        >"build-fuzz/$name.log" 2>&1 || outcome=$?
    tail -n 6 "build-fuzz/$name.log"
    case $name in
        *canary*)
            if [ $outcome = 0 ]; then
                echo "FAIL: $name was not caught"
                status=1
            fi
            ;;
        *)
            if [ $outcome != 0 ]; then
                echo "FAIL: $name, see build-fuzz/$name.log"
                status=1
            fi
            ;;
    esac
    ran=$((ran + 1))
done
if [ $ran = 0 ]; then
    echo "tests/fuzz/ has no program yet" >&2
    exit 1
fi
exit $status
