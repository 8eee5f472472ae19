#!/bin/sh
# Proves that the tests of the replay's page can fail: breaks a copy of it by one line at a time.
# label: long
# seconds: 120
#
# Every row of mutations_report.txt is FILE~FROM~TO, FILE below src/: the first line that holds FROM
# gets TO in its place. A change after which the unit tests of report/ and page/ that concern the page
# are still green, or that compiles to nothing else, has survived, and the script fails and names it.
set -eu
source=${L1_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${L1_BUILD:-$source/build}
if [ -n "${L1_INSTRUMENTED:-}" ]; then
    echo "skipped: the archives of this build need a sanitizer's runtime"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
flags="-std=c11 -D_GNU_SOURCE -O1 -w -ffp-contract=off -I$work/src -I$source/src -I$source/tests
-DL1_SOURCE_DIR=\"$source\""
archives=""
for name in testlib system engine executor decision models risk features order_manager \
    venue_simulated bus_codec domain base; do
    for archive in "$build/libl1_$name.a" "$build/tests/libl1_$name.a"; do
        [ ! -f "$archive" ] || archives="$archives $archive"
    done
done
total=0
survived=0

mkdir -p "$work/src" "$work/objects"
cp -r "$source/src/report" "$source/src/page" "$work/src/"
for file in series distribution round_trips tca replay_page replay_page_render replay_page_money \
    replay_page_signals replay_page_slippage replay_page_costs replay_page_facts; do
    $cc $flags -c "$work/src/report/$file.c" -o "$work/objects/report_$file.o"
done
for file in chart plot; do $cc $flags -c "$work/src/page/$file.c" -o "$work/objects/page_$file.o"; done
for test in report/test_series report/test_round_trips report/test_replay_page page/test_chart \
    page/test_plot; do
    $cc $flags -c "$source/tests/unit/$test.c" -o "$work/$(basename "$test").o"
done

# Red as soon as one program fails.
tests_pass() {
    for test in "$work"/test_*.o; do
        $cc "$test" "$work"/objects/*.o -Wl,--start-group $archives -Wl,--end-group \
            -lcmocka -lm -lpthread -o "$work/program" 2>"$work/log" || return 2
        timeout 60 "$work/program" >"$work/log" 2>&1 || return 1
    done
}

tests_pass || { cat "$work/log"; echo "the tests are red before any change"; exit 1; }
while IFS= read -r row; do
    case $row in '#'* | '') continue ;; esac
    file=${row%%~*} rest=${row#*~}
    from=${rest%%~*} to=${rest#*~}
    object="$work/objects/$(echo "${file%.c}" | tr / _).o"
    cp "$object" "$work/kept.o"
    total=$((total + 1))
    FROM="$from" TO="$to" awk '
        !done && (at = index($0, ENVIRON["FROM"])) {
            $0 = substr($0, 1, at - 1) ENVIRON["TO"] substr($0, at + length(ENVIRON["FROM"]))
            done = 1
        }
        { print }' "$source/src/$file" >"$work/src/$file"
    if cmp -s "$work/src/$file" "$source/src/$file"; then
        echo "not applied: $row"
        survived=$((survived + 1))
    elif ! $cc $flags -c "$work/src/$file" -o "$object" 2>"$work/log"; then
        echo "does not compile: $row"
        survived=$((survived + 1))
    elif tests_pass; then
        echo "survived: $row"
        survived=$((survived + 1))
    fi
    cp "$work/kept.o" "$object"
    cp "$source/src/$file" "$work/src/$file"
done <"$source/tests/conformance/mutations_report.txt"

echo "$total mutations, $survived survived"
[ "$total" -gt 0 ] && [ "$survived" -eq 0 ]
