#!/bin/sh
# Proves that the tests of engine/, executor/, order_manager/, decision/, of usual volumes, books and cost
# analysis can fail, one broken line at a time.
# label: long
# seconds: 400
#
# Every row of mutations_engine.txt is FILE~FROM~TO, FILE below src/: the first line that holds FROM
# gets TO in its place. A change after which every unit test of these folders and of system/ is
# still green has survived, and the script fails and names it. An argument picks rows that hold it.
# JOBS rows are tried at once. The programs of the changed file's folder run first: most changes are
# found by them; the random ones, with a part of their runs, come last.
set -eu
source=${L1_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
picked=${1:-}
jobs=${JOBS:-$(nproc)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
flags="-std=c11 -D_GNU_SOURCE -O1 -w -fPIC -I$work/src -I$source/tests"
core="base domain order_manager features models risk decision executor engine system venue/simulated"

mkdir -p "$work/src/venue" "$work/objects" "$work/tests"
for folder in $core; do cp -r "$source/src/$folder" "$work/src/$folder"; done
mkdir "$work/src/io"
cp "$source"/src/io/sha256.[ch] "$work/src/io/"
cp "$source/tests/conformance/mutations_engine.txt" "$work/rows" # the sources may change meanwhile
# The quick ones first.
programs="decision/test_plan_step decision/test_schedule decision/test_cost_model
    decision/test_execution_logic decision/test_almgren_chriss features/test_volume_profile
    domain/test_cost_analysis domain/test_mid_trail decision/test_trend_ai system/test_models
    executor/test_protection order_manager/test_lifecycle order_manager/test_executions
    order_manager/test_cost_table system/test_costs system/test_plans
    order_manager/test_signal_table system/test_execution system/test_unknown
    system/test_late_fill domain/test_depth_book system/test_books
    system/test_latency system/test_properties system/test_plans_random
    system/test_late_fill_random"

object_of() { # object_of FILE.c: where its object stands
    echo "$work/objects/$(echo "$1" | tr / _ | sed 's/\.c$/.o/')"
}

# Everything is compiled once, $jobs files at a time. The core is a shared library, so that a change
# costs one object and one link whatever the number of programs.
{
    for folder in $core; do
        for file in "$work/src/$folder"/*.c; do
            echo "$file $(object_of "$folder/$(basename "$file")")"
        done
    done
    for file in "$source"/tests/testlib/scenario*.c "$source"/tests/testlib/bundle_maker.c \
        "$source"/tests/testlib/forest_data.c "$work/src/io/sha256.c"; do
        echo "$file $work/objects/testlib_$(basename "$file" .c).o"
    done
    for program in $programs; do
        echo "$source/tests/unit/$program.c $work/tests/$(basename "$program").o"
    done
} | xargs -P "$jobs" -L 1 sh -c "$cc $flags -DL1_SOURCE_DIR='\"$source\"' -c \"\$0\" -o \"\$1\""
mkdir "$work/before" "$work/programs"
$cc -shared "$work"/objects/*.o -lcrypto -lm -o "$work/before/libcore.so"
for program in $programs; do
    name=$(basename "$program")
    $cc "$work/tests/$name.o" -L"$work/before" -lcore -lcmocka -lm -o "$work/programs/$name"
done

# in_order FOLDER: the programs, those of the folder first.
in_order() {
    for program in $programs; do
        case $program in "$1"/*) echo "$program" ;; esac
    done
    for program in $programs; do
        case $program in "$1"/*) ;; *) echo "$program" ;; esac
    done
}

# tests_pass DESK FOLDER: red as soon as one program fails with the library that lies in DESK.
tests_pass() {
    for program in $(in_order "$2"); do
        L1_RUNS=40 LD_LIBRARY_PATH=$1 timeout 120 "$work/programs/$(basename "$program")" \
            >"$1/log" 2>&1 || return 1
    done
}

# try DESK FILE FROM TO: one line, "killed" or what is wrong.
try() {
    mkdir -p "$1/$(dirname "$2")"
    awk -v from="$3" -v to="$4" '
        !done && (at = index($0, from)) {
            $0 = substr($0, 1, at - 1) to substr($0, at + length(from)); done = 1
        }
        { print }' "$work/src/$2" >"$1/$2"
    if cmp -s "$1/$2" "$work/src/$2"; then
        echo "not applied: $2: $3 -> $4"
    elif ! $cc -I"$work/src/$(dirname "$2")" $flags -c "$1/$2" -o "$1/changed.o" 2>"$1/log"; then
        echo "does not compile: $2: $3 -> $4"
    elif ! $cc -shared "$1/changed.o" $(ls "$work"/objects/*.o | grep -vxF "$(object_of "$2")") \
        -lcrypto -lm -o "$1/libcore.so" 2>"$1/log"; then
        echo "does not link: $2: $3 -> $4"
    elif tests_pass "$1" "$(dirname "$2")"; then
        echo "survived: $2: $3 -> $4"
    else
        echo killed
    fi
}

# desk NUMBER: every row whose number is NUMBER modulo $jobs.
desk() {
    mkdir "$work/desk$1"
    row=0
    while IFS='~' read -r file from to; do
        case $file in '' | '#'*) continue ;; esac
        case "$file~$from~$to" in *"$picked"*) ;; *) continue ;; esac
        row=$((row + 1))
        [ $((row % jobs)) -eq "$1" ] || continue
        try "$work/desk$1" "$file" "$from" "$to"
    done <"$work/rows" >"$work/told$1"
}

tests_pass "$work/before" none || {
    cat "$work/before/log"
    echo "the tests are red before any change"
    exit 1
}
desks=""
number=0
while [ "$number" -lt "$jobs" ]; do
    desk "$number" &
    desks="$desks $!"
    number=$((number + 1))
done
for one in $desks; do wait "$one"; done

total=$(cat "$work"/told* | wc -l)
[ "$total" -gt 0 ] || { echo "no row holds '$picked'"; exit 1; }
survived=$(cat "$work"/told* | grep -vc '^killed$' || true)
cat "$work"/told* | grep -v '^killed$' || true
echo "$total mutations, $survived survived"
[ "$survived" -eq 0 ]
