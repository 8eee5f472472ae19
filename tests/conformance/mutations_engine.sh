#!/bin/sh
# Proves that the tests of engine/, executor/, order_manager/, decision/, of the gate, of usual volumes
# and of cost analysis can fail, one broken line at a time.
# label: long
# seconds: 400
#
# Every row of mutations_engine.txt is FILE~FROM~TO, FILE below src/: the first line that holds FROM
# gets TO in its place. A change after which every unit test of these folders and of system/ is
# still green has survived, and the script fails and names it. An argument picks rows that hold it.
set -eu
source=${L1_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
picked=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
flags="-std=c11 -D_GNU_SOURCE -O1 -w -I$work/src -I$source/tests"
core="base domain order_manager features models risk decision executor engine system venue/simulated"
total=0
survived=0

object_of() { # object_of FILE.c: where its object stands
    echo "$work/objects/$(echo "$1" | tr / _ | sed 's/\.c$/.o/')"
}
mkdir -p "$work/src/venue" "$work/objects"
for folder in $core; do cp -r "$source/src/$folder" "$work/src/$folder"; done
mkdir "$work/src/io"
cp "$source"/src/io/sha256.[ch] "$work/src/io/"
for folder in $core; do
    for file in "$work/src/$folder"/*.c; do
        name=$folder/$(basename "$file")
        $cc $flags -c "$file" -o "$(object_of "$name")"
    done
done
for file in "$source"/tests/testlib/scenario*.c "$source"/tests/testlib/bundle_maker.c \
    "$source"/tests/testlib/forest_data.c "$work/src/io/sha256.c"; do
    $cc $flags -c "$file" -o "$work/objects/testlib_$(basename "$file" .c).o"
done
# The quick ones first: most changes are found by them.
programs="domain/test_cost_analysis domain/test_mid_trail decision/test_plan_step decision/test_schedule
    decision/test_cost_model decision/test_execution_logic decision/test_almgren_chriss
    features/test_volume_profile decision/test_trend_ai system/test_models executor/test_protection
    order_manager/test_lifecycle order_manager/test_executions order_manager/test_cost_table
    system/test_costs system/test_plans
    order_manager/test_signal_table system/test_execution system/test_unknown
    system/test_late_fill system/test_properties domain/test_depth_book system/test_books
    system/test_latency system/test_plans_random system/test_late_fill_random"
for program in $programs; do
    $cc $flags -DL1_SOURCE_DIR="\"$source\"" -c "$source/tests/unit/$program.c" \
        -o "$work/$(basename "$program").o"
done

# Red as soon as one program fails.
tests_pass() {
    for program in $programs; do
        $cc "$work/$(basename "$program").o" "$work"/objects/*.o -lcmocka -lcrypto -lm \
            -o "$work/program" || return 2
        timeout 300 "$work/program" >"$work/log" 2>&1 || return 1
    done
}

tests_pass || { cat "$work/log"; echo "the tests are red before any change"; exit 1; }

while IFS='~' read -r file from to; do
    case $file in '' | '#'*) continue ;; esac
    case "$file~$from~$to" in *"$picked"*) ;; *) continue ;; esac
    name="$file: $from -> $to"
    object=$(object_of "$file")
    total=$((total + 1))
    cp "$object" "$work/kept.o"
    awk -v from="$from" -v to="$to" '
        !done && (at = index($0, from)) {
            $0 = substr($0, 1, at - 1) to substr($0, at + length(from)); done = 1
        }
        { print }' "$source/src/$file" >"$work/src/$file"
    if cmp -s "$work/src/$file" "$source/src/$file"; then
        echo "not applied: $name"
        survived=$((survived + 1))
    elif ! $cc $flags -c "$work/src/$file" -o "$object" 2>"$work/log"; then
        echo "does not compile: $name"
        survived=$((survived + 1))
    elif tests_pass; then
        echo "survived: $name"
        survived=$((survived + 1))
    fi
    cp "$work/kept.o" "$object"
    cp "$source/src/$file" "$work/src/$file"
done <"$source/tests/conformance/mutations_engine.txt"

[ "$total" -gt 0 ] || { echo "no row holds '$picked'"; exit 1; }
echo "$total mutations, $survived survived"
[ "$survived" -eq 0 ]
