#!/bin/sh
# Proves that the tests of venue/simulated can fail, one broken line at a time.
# label: long
# seconds: 300
#
# Every row of mutations_venue.txt is FILE~FROM~TO, FILE below src/venue/simulated/: the first line
# that holds FROM gets TO in its place. A change after which every unit test of the venue is still
# green has survived, and the script fails and names it. An argument picks rows that hold it.
set -eu
source=${L1_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
picked=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
flags="-std=c11 -D_GNU_SOURCE -O1 -w -I$work/src -I$source/tests"
venue=$work/src/venue/simulated
total=0
survived=0

mkdir -p "$work/src/venue" "$work/objects"
cp -r "$source/src/base" "$source/src/domain" "$work/src/"
cp -r "$source/src/venue/simulated" "$venue"
for file in "$work"/src/base/*.c "$work"/src/domain/*.c "$venue"/*.c; do
    $cc $flags -c "$file" -o "$work/objects/$(basename "$(dirname "$file")")_$(basename "$file" .c).o"
done
# The quick ones first: most changes end there.
tests="filters orders entries stops archive conservation oracle"
for test in $tests; do
    $cc $flags -c "$source/tests/unit/venue_simulated/test_$test.c" -o "$work/test_$test.o"
done

# Red as soon as one program fails.
tests_pass() {
    for test in $tests; do
        $cc "$work/test_$test.o" "$work"/objects/*.o -lcmocka -lm -o "$work/program" || return 2
        timeout 120 "$work/program" >"$work/log" 2>&1 || return 1
    done
}

# judge FILE NAME: FILE stands changed; it is put back afterwards
judge() {
    object=$work/objects/simulated_$(basename "$1" .c).o
    if ! $cc $flags -c "$venue/$1" -o "$object" 2>"$work/log"; then
        cat "$work/log"
        echo "FAILED: $2 does not compile"
        exit 1
    fi
    total=$((total + 1))
    if tests_pass; then
        echo "SURVIVED: $2"
        survived=$((survived + 1))
    fi
    cp "$source/src/venue/simulated/$1" "$venue/$1"
    $cc $flags -c "$venue/$1" -o "$object"
}

if ! tests_pass; then
    cat "$work/log"
    echo "FAILED: the tests are red without any change"
    exit 1
fi
while IFS= read -r row; do
    case $row in '' | '#'*) continue ;; esac
    case $row in *"$picked"*) ;; *) continue ;; esac
    file=${row%%~*}
    if ! ROW=$row awk '
        BEGIN { split(ENVIRON["ROW"], part, "~") }
        !done && (at = index($0, part[2])) > 0 {
            $0 = substr($0, 1, at - 1) part[3] substr($0, at + length(part[2])); done = 1
        }
        { print }
        END { exit !done }' "$source/src/venue/simulated/$file" >"$venue/$file"; then
        echo "FAILED: no line matches $row"
        exit 1
    fi
    judge "$file" "$row"
done <"$source/tests/conformance/mutations_venue.txt"
echo "$total changes, $survived survived"
[ "$survived" -eq 0 ]
