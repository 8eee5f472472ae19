#!/bin/sh
# Proves that the tests of what-if, of compared schedules and of the bootstrap can fail, one broken
# line at a time.
# label: long
# seconds: 300
#
# Every row of mutations_what_if.txt is TEST~FILE~FROM~TO: the first line of src/FILE that holds FROM
# gets TO in its place, and TEST (a script of tests/e2e, or unit) has to turn red: a change after which
# it is green has survived, and the script fails and names it. An argument picks rows that hold it.
set -eu
source=${L1_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${L1_BUILD:-$source/build}
picked=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
flags="-std=c11 -D_GNU_SOURCE -O1 -w -ffp-contract=off -fPIE -I$work/src -I$source/src
-I$source/include -I$source/tests -I$build/generated -DL1_SOURCE_DIR=\"$source\""
total=0
survived=0

if [ ! -x "$build/examples/synthetic_day" ] || [ ! -x "$build/tests/make_bundle" ]; then
    echo "the examples are not built"
    exit 77
fi
case $(nm "$build/libl1_app.a" 2>/dev/null | grep -c __asan) in
0) ;;
*) echo "a sanitizer's build cannot be linked here"; exit 77 ;;
esac
$cc $flags -c "$source/src/app/main.c" -o "$work/main.o"

test_passes() { # test_passes TEST OBJECT
    if [ "$1" = unit ]; then
        $cc $flags "$source/tests/unit/base/test_bootstrap.c" "$2" "$build/libl1_base.a" -lcmocka -lm \
            -o "$work/unit"
        timeout 60 "$work/unit" >"$work/log" 2>&1
        return
    fi
    $cc -pie "$work/main.o" "$2" -Wl,--start-group "$build"/libl1_*.a -Wl,--end-group -lyaml -luv \
        -larchive -lsqlite3 -lcrypto -llinear -lm -ldl -lpthread -o "$work/l1"
    L1_BIN=$work/l1 L1_BUILD=$build L1_SOURCE=$source timeout 120 "$source/tests/e2e/$1" \
        >"$work/log" 2>&1
}

while IFS='~' read -r test file from to; do
    case $test in '' | '#'*) continue ;; esac
    case "$test~$file~$from~$to" in *"$picked"*) ;; *) continue ;; esac
    mkdir -p "$work/src/$(dirname "$file")"
    total=$((total + 1))
    FROM="$from" TO="$to" awk '
        !done && (at = index($0, ENVIRON["FROM"])) {
            $0 = substr($0, 1, at - 1) ENVIRON["TO"] substr($0, at + length(ENVIRON["FROM"]))
            done = 1
        }
        { print }' "$source/src/$file" >"$work/src/$file"
    if cmp -s "$work/src/$file" "$source/src/$file"; then
        echo "not applied: $file $from"
        survived=$((survived + 1))
    elif ! $cc $flags -c "$work/src/$file" -o "$work/object.o" 2>"$work/log"; then
        echo "does not compile: $file $from"
        survived=$((survived + 1))
    elif test_passes "$test" "$work/object.o"; then
        echo "survived: $file $from -> $to"
        survived=$((survived + 1))
    fi
    rm "$work/src/$file"
done <"$source/tests/conformance/mutations_what_if.txt"
echo "$total changes, $survived survived"
[ "$total" -gt 0 ] && [ "$survived" -eq 0 ]
